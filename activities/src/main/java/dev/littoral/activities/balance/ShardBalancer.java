package dev.littoral.activities.balance;

import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.catalog.ListingDigest;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.FileListDiff;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.Totals;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Balances a shard: keeps or assigns the segment of every fragment. Rows of files that are gone or have another version
 * stay in their segments, dead, as long as these are kept. Pure.
 */
public final class ShardBalancer {
    private final List<FileEntry> base;
    private final List<FileEntry> listedBefore;
    private final List<FileEntry> changes;
    private final MovedLines moved;
    private final CollectionOptions options;

    private ShardBalancer(
            List<FileEntry> base,
            PathRange range,
            List<FileEntry> changes,
            List<FileEntry> moved,
            CollectionOptions options,
            long version) {
        this.base = base;
        this.listedBefore = base.stream()
                .filter(line -> line.listed() && range.contains(line.path()))
                .toList();
        this.changes = changes;
        this.moved = new MovedLines(moved, version);
        this.options = options;
    }

    /**
     * A balanced shard. Its rows are those before, and {@code newRows}, without {@code deletedRows} and
     * {@code droppedRows}.
     *
     * @param lines its lines; every fragment has a segment but those all of whose rows were deleted before
     * @param totals what they add up to
     * @param listing the digest of its listing
     * @param schemas the fingerprints of its files' schemas, sorted
     * @param unread files that could not be read
     * @param movedIn rows that were moved and are in the segments that they were in before
     * @param newSegments segments with a new id
     * @param newRows rows in these that are not deleted
     * @param deletedRows rows that were deleted in segments that are kept
     * @param droppedRows rows that the base had in segments that are not kept
     * @param keptRows rows that were moved into files that are new, and stay in their segments
     */
    public record Result(
            List<FileEntry> lines,
            Totals totals,
            String listing,
            List<String> schemas,
            long unread,
            long movedIn,
            int newSegments,
            long newRows,
            long deletedRows,
            long droppedRows,
            long keptRows) {}

    /**
     * How many rows a difference adds and removes. A file that is only split otherwise is neither new nor gone, nor are
     * rows that a table has moved.
     *
     * @param base the files that the base lists, in order
     * @param changes the difference to them
     */
    public static RowDelta rowDelta(List<FileEntry> base, List<FileEntry> changes) {
        Map<String, FileEntry> before = new HashMap<>();
        base.forEach(file -> before.put(file.path(), file));
        long added = 0;
        long removed = 0;
        long moved = 0;
        for (FileEntry line : changes) {
            FileEntry old = before.get(line.path());
            if (old == null || !old.is(line.file()) || old.served() != line.served() || isRestored(old, line)) {
                added += line.living();
                removed += old == null ? 0 : old.living();
                moved += line.movedIn();
            } else {
                removed += old.living() - line.living();
            }
        }
        return new RowDelta(added - moved, Math.max(0, removed - moved));
    }

    /**
     * Balances a shard.
     *
     * @param base the lines of the base's shards that the shard has files of, in order
     * @param range the shard's range; a shard that was split has lines in its base beyond it
     * @param changes the difference to the files that the base lists in the range; of files that are new only rows that
     *     were moved into them are in segments
     * @param moved files that are gone and whose rows are in others now, or die there, as they will be
     * @param version the version that is to be committed, since which rows that die are dead
     * @param firstId the id of the first new segment, above all ids of the base
     */
    public static Result balance(
            List<FileEntry> base,
            PathRange range,
            List<FileEntry> changes,
            List<FileEntry> moved,
            CollectionOptions options,
            long version,
            long firstId) {
        return new ShardBalancer(base, range, changes, moved, options, version).balance(range, firstId);
    }

    private Result balance(PathRange range, long firstId) {
        List<FileEntry> inRange =
                base.stream().filter(line -> range.contains(line.path())).toList();
        List<FileEntry> lines = settled(withDead(inRange, FileListDiff.apply(listedBefore, changes)), range);
        Balance balance = Balancer.balance(
                fragments(lines),
                rowDelta(listedBefore, changes),
                options.targetRowsPerSegment(),
                options.maxDeadShare(),
                firstId);
        return result(lines, balance);
    }

    /** The lines to be: what is listed now, what was dead before, and what dies now. */
    private List<FileEntry> withDead(List<FileEntry> before, List<FileEntry> listed) {
        List<FileEntry> lines = new ArrayList<>(before.size() + changes.size());
        int at = 0;
        for (FileEntry line : before) {
            while (at < listed.size() && PathOrder.compare(listed.get(at).path(), line.path()) < 0) {
                lines.add(listed.get(at++));
            }
            if (!line.listed()) {
                lines.add(moved.now(line));
            } else if (line.served() && !(at < listed.size() && stays(line, listed.get(at)))) {
                FileEntry gone = moved.now(line);
                if (!gone.fragments().isEmpty()) {
                    lines.add(gone);
                }
            }
        }
        lines.addAll(listed.subList(at, listed.size()));
        return moved.inOrder(lines);
    }

    /** Whether rows of a file that were deleted may not be any more, so that all its rows count as new. */
    private static boolean isRestored(FileEntry before, FileEntry now) {
        return !before.listsAs(now.file()) && (now.living() > before.living() || !stays(before, now));
    }

    /** Whether a file has the rows and the segments that it had. */
    private static boolean stays(FileEntry before, FileEntry now) {
        if (!before.is(now.file()) || !now.served() || !before.sameFragments(now)) {
            return false;
        }
        for (int i = 0; i < now.fragments().size(); i++) {
            Long segment = before.fragments().get(i).segment();
            if (segment != null && !segment.equals(now.fragments().get(i).segment())) {
                return false;
            }
        }
        return true;
    }

    /** Dissolves segments that lie across the shard's range, or hold more than the target. */
    private List<FileEntry> settled(List<FileEntry> lines, PathRange range) {
        Map<Long, long[]> segments = new HashMap<>();
        Set<Long> across = new HashSet<>();
        for (FileEntry line : base) {
            for (FragmentEntry fragment : line.fragments()) {
                if (!range.contains(line.path())) {
                    across.add(fragment.segment());
                }
                if (fragment.laysOut()) {
                    long[] counts = segments.computeIfAbsent(fragment.segment(), id -> new long[2]);
                    counts[0]++;
                    counts[1] += fragment.rows() - fragment.bornDead();
                }
            }
        }
        for (FileEntry line : lines) {
            for (FragmentEntry fragment : line.fragments()) {
                if (fragment.laysOut()) {
                    segments.get(fragment.segment())[0]--;
                }
            }
        }
        Predicate<FragmentEntry> isKept = fragment -> {
            long[] counts = segments.get(fragment.segment());
            return counts != null
                    && counts[0] == 0
                    && !across.contains(fragment.segment())
                    && counts[1] <= options.targetRowsPerSegment();
        };
        List<FileEntry> settled = new ArrayList<>(lines.size());
        for (FileEntry line : lines) {
            if (line.fragments().stream().allMatch(isKept)) {
                settled.add(line);
                continue;
            }
            List<FragmentEntry> fragments = line.fragments().stream()
                    .filter(fragment -> line.listed() || isKept.test(fragment))
                    .map(fragment -> isKept.test(fragment) ? fragment : fragment.in(null))
                    .toList();
            if (line.listed() || !fragments.isEmpty()) {
                settled.add(line.with(fragments));
            }
        }
        return settled;
    }

    private ShardFragments fragments(List<FileEntry> lines) {
        int n = lines.stream().mapToInt(line -> line.fragments().size()).sum();
        long[] rows = new long[n];
        long[] dead = new long[n];
        int[] folder = new int[n];
        long[] segment = new long[n];
        int at = 0;
        int folders = 0;
        String lastFolder = null;
        for (FileEntry line : lines) {
            String name = line.path().substring(0, line.path().lastIndexOf('/') + 1);
            if (!name.equals(lastFolder)) {
                lastFolder = name;
                folders++;
            }
            for (FragmentEntry fragment : line.fragments()) {
                if (line.listed() && fragment.rows() > options.targetRowsPerSegment()) {
                    throw LittoralException.input("options.targetRowsPerSegment is " + options.targetRowsPerSegment()
                            + "; expected the one the files were read with, as a fragment of " + line.path() + " has "
                            + fragment.rows() + " rows");
                }
                // Rows that were moved live where they are now, and died where their segment numbers them.
                rows[at] = line.listed() ? fragment.living() : 0;
                dead[at] = fragment.laysOut() ? fragment.dead() - fragment.bornDead() : 0;
                folder[at] = folders;
                segment[at++] = fragment.segment() == null ? ShardFragments.NONE : fragment.segment();
            }
        }
        return new ShardFragments(rows, dead, folder, segment);
    }

    /** Fragments that come to lie side by side in a new segment are one from then on. */
    private static void addNew(List<FragmentEntry> fragments, FragmentEntry fragment) {
        boolean joins = !fragments.isEmpty() && fragments.getLast().isFollowedBy(fragment);
        fragments.add(joins ? fragments.removeLast().with(fragment) : fragment);
    }

    private Result result(List<FileEntry> lines, Balance balance) {
        long[] segment = balance.segment();
        List<FileEntry> balanced = new ArrayList<>(lines.size());
        ListingDigest listing = new ListingDigest();
        TreeSet<String> schemas = new TreeSet<>();
        Set<Long> segments = new HashSet<>();
        Totals totals = Totals.NONE;
        long unread = 0;
        int at = 0;
        for (FileEntry line : lines) {
            List<FragmentEntry> fragments = new ArrayList<>(line.fragments().size());
            long dead = 0;
            for (FragmentEntry fragment : line.fragments()) {
                long id = segment[at++];
                if (id != ShardFragments.NONE) {
                    boolean kept = fragment.segment() != null && fragment.segment() == id;
                    if (kept) {
                        fragments.add(fragment);
                    } else {
                        addNew(fragments, fragment.in(id));
                    }
                    segments.add(id);
                    dead += kept && fragment.movedIn() ? 0 : fragment.dead();
                } else if (line.listed()) {
                    fragments.add(fragment.in(null));
                }
            }
            if (line.listed()) {
                listing.add(line.file());
                unread += line.unread() ? 1 : 0;
            }
            if (line.listed() || !fragments.isEmpty()) {
                balanced.add(MovedLines.in(line.with(fragments)));
            }
            if (line.listed() && line.served()) {
                schemas.add(line.schema());
                totals = totals.plus(new Totals(1, line.bytes(), fragments.size(), line.living(), 0, 0, dead));
            } else {
                totals = totals.plus(new Totals(0, 0, 0, 0, 0, line.listed() ? 1 : 0, dead));
            }
        }
        totals = totals.plus(new Totals(0, 0, 0, 0, segments.size(), 0, 0));
        long before = 0;
        long dropped = 0;
        for (FileEntry line : listedBefore) {
            for (FragmentEntry fragment : line.fragments()) {
                before += fragment.living();
                dropped += segments.contains(fragment.segment()) ? 0 : fragment.living();
            }
        }
        long movedIn = balanced.stream().mapToLong(FileEntry::movedIn).sum();
        return new Result(
                balanced,
                totals,
                listing.hex(),
                List.copyOf(schemas),
                unread,
                movedIn,
                balance.newSegments(),
                balance.newRows(),
                before + balance.newRows() - dropped - totals.rows(),
                dropped,
                keptRows(balanced, movedIn));
    }

    private long keptRows(List<FileEntry> balanced, long movedIn) {
        if (movedIn == 0) {
            return 0;
        }
        Set<SourceFile> before = new HashSet<>();
        listedBefore.forEach(line -> before.add(content(line)));
        return balanced.stream()
                .filter(line -> !before.contains(content(line)))
                .mapToLong(FileEntry::movedIn)
                .sum();
    }

    private static SourceFile content(FileEntry line) {
        return new SourceFile(line.path(), line.version(), line.bytes());
    }
}
