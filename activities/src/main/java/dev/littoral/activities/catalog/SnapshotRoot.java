package dev.littoral.activities.catalog;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.TableVersion;
import dev.littoral.workflows.model.Totals;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * The manifest of a snapshot: the list of its shards. Immutable.
 *
 * @param format the version of the catalog's format
 * @param collectionId the collection
 * @param version the head version it was made for
 * @param source what was listed
 * @param generation the source's generation
 * @param targetRowsPerSegment the most rows a segment holds
 * @param totals the sum of its shards' totals
 * @param shards its shards in order of their ranges
 * @param skipped what the listing left out by name or size
 * @param maxDeadShare the share of a segment's rows that may be dead; null in format 1, which has no dead rows
 * @param sourceVersion which version of the source was listed; empty where a source has none, null in format 1
 * @param listedAt when the listing began: what the source had before is in the snapshot; null in format 1
 * @param table which version of the table was listed; null where the source is no table
 * @param schema the table's columns in that version, with the ids by which data files know them, as the table's format
 *     writes them; null where the source is no table
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SnapshotRoot(
        int format,
        String collectionId,
        long version,
        ExternalSource source,
        long generation,
        long targetRowsPerSegment,
        Totals totals,
        List<ShardRef> shards,
        SkipReport skipped,
        Double maxDeadShare,
        String sourceVersion,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant listedAt,
        TableVersion table,
        JsonNode schema) {

    /** The newest format, which is written where segments have rows that were moved; only its readers find these. */
    public static final int FORMAT = 3;

    /** The format that is written where no rows were moved. */
    public static final int FORMAT_WITHOUT_MOVES = 2;

    /** The oldest format that is read. */
    static final int OLDEST_FORMAT = 1;

    /** The keys of all objects that it names. */
    public Stream<String> objects() {
        return Stream.concat(Stream.ofNullable(skipped.key()), shards.stream().flatMap(ShardRef::objects));
    }

    /** The format that shards need to be read with. */
    public static int format(List<ShardRef> shards) {
        return shards.stream().anyMatch(shard -> shard.movedIn() > 0) ? FORMAT : FORMAT_WITHOUT_MOVES;
    }

    /**
     * What the listing left out.
     *
     * @param count how many
     * @param key the key of the object that lists them, or null when there are none
     * @param sha256 the hex digest of that object's bytes, or null
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record SkipReport(long count, String key, String sha256) {}
}
