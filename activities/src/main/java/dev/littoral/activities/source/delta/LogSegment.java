package dev.littoral.activities.source.delta;

import dev.littoral.activities.source.table.TableStorage.Listed;
import java.util.List;

/**
 * The files of a log that make up a version.
 *
 * @param checkpoint what is true before the commits, or null where they are all there is
 * @param commits the newest first
 */
record LogSegment(long version, LogListing.Checkpoint checkpoint, List<Listed> commits) {}
