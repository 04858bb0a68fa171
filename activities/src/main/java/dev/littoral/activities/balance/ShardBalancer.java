package dev.littoral.activities.balance;

import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.catalog.ListingDigest;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.FileListDiff;
import dev.littoral.activities.path.PathRange;
import dev.littoral.workflows.model.Totals;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Balances a shard: keeps or assigns the segment of every fragment. Pure. */
public final class ShardBalancer {
    private ShardBalancer() {}

    /**
     * A balanced shard.
     *
     * @param files its files; every fragment has a segment
     * @param totals what they add up to
     * @param listing the digest of its listing
     * @param schemas the fingerprints of its files' schemas, sorted
     * @param unread files that could not be read
     * @param newSegments segments with a new id
     * @param newRows rows in these
     */
    public record Result(
            List<FileEntry> files,
            Totals totals,
            String listing,
            List<String> schemas,
            long unread,
            int newSegments,
            long newRows) {}

    /**
     * How many rows a difference adds and removes. A file that is only split otherwise is neither new nor gone.
     *
     * @param base the base's files, in order
     * @param changes the difference to them
     */
    public static RowDelta rowDelta(List<FileEntry> base, List<FileEntry> changes) {
        Map<String, FileEntry> before = new HashMap<>();
        base.forEach(file -> before.put(file.path(), file));
        long added = 0;
        long removed = 0;
        for (FileEntry line : changes) {
            FileEntry old = before.get(line.path());
            if (old == null || !old.is(line.file()) || old.served() != line.served()) {
                added += line.rows();
                removed += old == null ? 0 : old.rows();
            }
        }
        return new RowDelta(added, removed);
    }

    /**
     * Balances a shard.
     *
     * @param base the files of the base's shards that the shard has files of, in order
     * @param range the shard's range; a shard that was split has files in its base beyond it
     * @param changes the difference to the base's files in the range; files that are new are in no segment
     * @param targetRows what a segment may have at most, at least 1
     * @param firstId the id of the first new segment, above all ids of the base
     */
    public static Result balance(
            List<FileEntry> base, PathRange range, List<FileEntry> changes, long targetRows, long firstId) {
        List<FileEntry> inRange =
                base.stream().filter(file -> range.contains(file.path())).toList();
        return balance(
                settled(base, FileListDiff.apply(inRange, changes), targetRows),
                rowDelta(inRange, changes),
                targetRows,
                firstId);
    }

    /** Takes fragments out of segments that lost some of those they had, or that hold more than the target. */
    private static List<FileEntry> settled(List<FileEntry> base, List<FileEntry> files, long targetRows) {
        Map<Long, long[]> segments = new HashMap<>();
        for (FileEntry file : base) {
            for (FragmentEntry fragment : file.fragments()) {
                long[] counts = segments.computeIfAbsent(fragment.segment(), id -> new long[2]);
                counts[0]++;
                counts[1] += fragment.rows();
            }
        }
        for (FileEntry file : files) {
            for (FragmentEntry fragment : file.fragments()) {
                if (fragment.segment() != null) {
                    segments.get(fragment.segment())[0]--;
                }
            }
        }
        Predicate<FragmentEntry> isKept = fragment -> {
            long[] counts = segments.get(fragment.segment());
            return counts != null && counts[0] == 0 && counts[1] <= targetRows;
        };
        return files.stream()
                .map(file -> file.fragments().stream().allMatch(isKept)
                        ? file
                        : file.with(file.fragments().stream()
                                .map(fragment -> isKept.test(fragment) ? fragment : fragment.in(null))
                                .toList()))
                .toList();
    }

    private static Result balance(List<FileEntry> files, RowDelta change, long targetRows, long firstId) {
        int n = files.stream().mapToInt(file -> file.fragments().size()).sum();
        long[] rows = new long[n];
        int[] folder = new int[n];
        long[] segment = new long[n];
        int at = 0;
        int folders = 0;
        String lastFolder = null;
        for (FileEntry file : files) {
            String name = file.path().substring(0, file.path().lastIndexOf('/') + 1);
            if (!name.equals(lastFolder)) {
                lastFolder = name;
                folders++;
            }
            for (FragmentEntry fragment : file.fragments()) {
                if (fragment.rows() > targetRows) {
                    throw LittoralException.input("options.targetRowsPerSegment is " + targetRows
                            + "; expected the one the files were read with, as a fragment of " + file.path() + " has "
                            + fragment.rows() + " rows");
                }
                rows[at] = fragment.rows();
                folder[at] = folders;
                segment[at++] = fragment.segment() == null ? ShardFragments.NONE : fragment.segment();
            }
        }
        // Segments that lost fragments are dissolved above, so nothing is dead in those that are left.
        ShardFragments fragments = new ShardFragments(rows, new long[n], folder, segment);
        Balance balance = Balancer.balance(fragments, change, targetRows, 0, firstId);
        return result(files, balance);
    }

    private static Result result(List<FileEntry> files, Balance balance) {
        long[] segment = balance.segment();
        List<FileEntry> balanced = new ArrayList<>(files.size());
        ListingDigest listing = new ListingDigest();
        TreeSet<String> schemas = new TreeSet<>();
        long served = 0;
        long bytes = 0;
        long allRows = 0;
        int at = 0;
        for (FileEntry file : files) {
            listing.add(file.file());
            List<FragmentEntry> fragments = new ArrayList<>(file.fragments().size());
            for (FragmentEntry fragment : file.fragments()) {
                fragments.add(fragment.in(segment[at++]));
            }
            balanced.add(file.with(fragments));
            if (file.served()) {
                served++;
                bytes += file.bytes();
                allRows = Math.addExact(allRows, file.rows());
                schemas.add(file.schema());
            }
        }
        long segments = Arrays.stream(segment).distinct().count();
        return new Result(
                balanced,
                new Totals(served, bytes, segment.length, allRows, segments, files.size() - served),
                listing.hex(),
                List.copyOf(schemas),
                files.stream().filter(FileEntry::unread).count(),
                balance.newSegments(),
                balance.newRows());
    }
}
