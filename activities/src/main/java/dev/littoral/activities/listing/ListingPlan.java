package dev.littoral.activities.listing;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.path.PathRange;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.TableVersion;
import dev.littoral.workflows.model.Totals;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The plan of an update: which shards of the next snapshot are carried over, and which are touched and have to be read.
 * Staged by the listing, and read by the steps after it.
 *
 * @param base the version of the log that the listing was compared with; null until the plan is complete
 * @param shards the shards of the snapshot to be, in order
 * @param vanished what shards of the base that have no file left added up to
 * @param reopen whether files are opened though their version did not change, as the spec asks for other things of them
 * @param skipped what was left out by name or size
 * @param skippedKey the staged skip report, or null when nothing was left out
 * @param previous the plan of the round before, whose footers are used again, or null
 * @param listedAt when the listing began; null until the plan is complete, and in plans of older builds
 * @param table which version of the table was listed, which the steps after it read; null where the source is no table
 * @param schema the table's columns in that version; null where the source is no table
 * @param tableBefore the version of the same table that the base serves; null where it serves none
 * @param subject what the steps after the listing are about too; null until the plan is complete, and in plans of older
 *     builds
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ListingPlan(
        Base base,
        List<PlannedShard> shards,
        Totals vanished,
        boolean reopen,
        long skipped,
        String skippedKey,
        String previous,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant listedAt,
        TableVersion table,
        JsonNode schema,
        TableVersion tableBefore,
        Subject subject) {

    /**
     * A version of the log.
     *
     * @param nextSegmentId segment ids from here on were never assigned
     */
    public record Base(long version, String commitId, long nextSegmentId) {}

    /**
     * What is listed, and what its segments are to be.
     *
     * @param maxDeadShare null in requests of older builds
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Subject(ExternalSource source, long targetRowsPerSegment, Double maxDeadShare) {
        public static Subject of(ExternalSource source, CollectionOptions options) {
            return new Subject(source, options.targetRowsPerSegment(), options.maxDeadShare());
        }
    }

    /**
     * The same plan, complete.
     *
     * @param version of the table, with its columns; null where the source is no table
     * @param before the version of the same table that the base serves, or null
     */
    public ListingPlan complete(
            Head head,
            String skipReport,
            Instant began,
            TableVersion version,
            JsonNode columns,
            TableVersion before,
            Subject about) {
        Base of = new Base(head.version(), head.commitId(), head.nextSegmentId());
        return new ListingPlan(
                of, shards, vanished, reopen, skipped, skipReport, previous, began, version, columns, before, about);
    }

    /** What the shards that serve as they are add up to. */
    public Totals carried() {
        return shards.stream()
                .filter(shard -> !shard.isTouched())
                .map(shard -> shard.carried().totals())
                .reduce(Totals.NONE, Totals::plus);
    }

    /** The shards that have to be read, in order, each with the end of its range (null for the last). */
    public List<Touched> touched() {
        List<Touched> touched = new ArrayList<>();
        for (int i = 0; i < shards.size(); i++) {
            if (shards.get(i).isTouched()) {
                touched.add(new Touched(
                        shards.get(i), i + 1 < shards.size() ? shards.get(i + 1).from() : null));
            }
        }
        return touched;
    }

    /**
     * A shard that has to be read.
     *
     * @param shard the shard
     * @param to the end of its range, or null
     */
    public record Touched(PlannedShard shard, String to) {
        public PathRange range() {
            return new PathRange(shard.from(), to);
        }
    }
}
