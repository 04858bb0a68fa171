package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The result of a listing.
 *
 * @param plan the staged plan of shards, or null where the listing equals the base's; where the snapshot is prepared it
 *     is not staged
 * @param touched how many shards have to be read
 * @param touchedFiles how many files each of these has; null from older builds
 * @param staged whether something was staged
 * @param listed everything that was listed
 * @param skipped what was left out by its name or size
 * @param skippedFiles the first of these
 * @param carried what the untouched shards add up to
 * @param vanished the totals of the base's shards that have no file left
 * @param schemas how many distinct schemas the base has; holds where the listing equals the base's
 * @param targetRowsBefore the base's targetRowsPerSegment where it is another than the one asked for, else null
 * @param requests requests by store and kind, and bytes, see {@link Traffic#of}
 * @param newest the newest version, where it took the base's place before the listing began: then nothing was listed;
 *     else null
 * @param listedAt when the listing began; null where nothing was listed, and from older builds
 * @param table which version of the table was listed; null where the source is no table
 * @param prepared the next snapshot, where so little changed that the listing has written it; else null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ListingOutcome(
        String plan,
        int touched,
        List<Long> touchedFiles,
        boolean staged,
        long listed,
        long skipped,
        List<SkippedFile> skippedFiles,
        Totals carried,
        Totals vanished,
        int schemas,
        Long targetRowsBefore,
        Map<String, Long> requests,
        Head newest,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant listedAt,
        TableVersion table,
        PreparedSnapshot prepared) {

    /** The base has been replaced. */
    public static ListingOutcome moved(Head newest, boolean staged, Map<String, Long> requests) {
        return new ListingOutcome(
                null,
                0,
                List.of(),
                staged,
                0,
                0,
                List.of(),
                Totals.NONE,
                Totals.NONE,
                0,
                null,
                requests,
                newest,
                null,
                null,
                null);
    }

    public boolean unchanged() {
        return plan == null && newest == null;
    }
}
