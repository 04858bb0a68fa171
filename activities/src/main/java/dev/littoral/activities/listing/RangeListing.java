package dev.littoral.activities.listing;

import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.workflows.model.SkippedFile;
import java.util.List;

/**
 * The listing of one range of paths. Where there is a previous snapshot, a range is that of one of its shards.
 *
 * @param base the shard of the snapshot before, or null when there is none
 * @param unchanged whether the range lists as that shard does
 * @param parts its files, staged, where it does not; where it does, only if a table says more of files that the base
 *     could not read
 * @param listed everything that was listed, left out or not
 * @param skipped what was left out
 * @param skips the lines of the skip report, or null where these are not kept
 * @param first the first path met, or null
 * @param beyond the first path beyond the range that was met, or null
 */
public record RangeListing(
        ShardRef base,
        boolean unchanged,
        List<StagedFiles> parts,
        long listed,
        long skipped,
        List<SkippedFile> skips,
        String first,
        String beyond) {
    /** A range of which nothing differs from the base's shard. */
    static RangeListing unchanged(ShardRef base) {
        return new RangeListing(base, true, List.of(), base.listed(), 0, List.of(), null, null);
    }

    long files() {
        return parts.stream().mapToLong(StagedFiles::files).sum();
    }

    /** The same, of whose skipped files only the number is known. */
    RangeListing withoutSkips() {
        return new RangeListing(base, unchanged, parts, listed, skipped, null, first, beyond);
    }

    /** As another attempt takes it over. */
    Checkpoint.Range checkpoint() {
        return new Checkpoint.Range(unchanged, parts, listed, first, beyond, skips);
    }

    /** As an earlier attempt has listed it. */
    static RangeListing of(ShardRef base, Checkpoint.Range range) {
        return new RangeListing(
                base,
                range.unchanged(),
                range.parts(),
                range.listed(),
                range.skips().size(),
                range.skips(),
                range.first(),
                range.beyond());
    }
}
