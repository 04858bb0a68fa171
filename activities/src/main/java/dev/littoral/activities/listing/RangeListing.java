package dev.littoral.activities.listing;

import dev.littoral.activities.catalog.ShardRef;
import java.util.List;

/**
 * What was listed in one range of paths. Where there is a snapshot before, a range is that of one of its shards.
 *
 * @param base the shard of the snapshot before, or null when there is none
 * @param unchanged whether the range lists as that shard does
 * @param parts its files, staged, where it does not
 * @param listed everything that was listed, left out or not
 * @param skipped what was left out
 * @param first the first path met, or null
 * @param beyond the first path beyond the range that was met, or null
 */
public record RangeListing(
        ShardRef base, boolean unchanged, List<Part> parts, long listed, long skipped, String first, String beyond) {
    long files() {
        return parts.stream().mapToLong(Part::files).sum();
    }
}
