package dev.littoral.activities.lineage;

import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.catalog.MovedRows;
import dev.littoral.activities.catalog.MovedRows.Range;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.deletes.RowRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The origin of rows: a file that is gone, by whose line segments number its rows. Some of these are looked for in new
 * files; others are known to be in files that stay.
 */
final class RowOrigin {
    private final FileEntry line;
    private final DeletedRows deadBefore;
    private final List<MovedRows> kept;
    private final List<Part> wanted = new ArrayList<>();

    /** Rows of a segment that live in the base, and are looked for. */
    private record Part(long segment, RowRange rows) {}

    /**
     * An origin.
     *
     * @param line the base's line
     * @param dead its rows that are dead in the base
     * @param kept where rows of it are that need not be looked for
     */
    RowOrigin(FileEntry line, DeletedRows dead, List<MovedRows> kept) {
        this.line = line;
        this.deadBefore = dead;
        this.kept = kept;
        DeletedRows.Builder known = new DeletedRows.Builder();
        known.addAll(dead);
        kept.forEach(moved -> moved.rows().forEach(range -> known.addRange(range.start(), range.end())));
        List<RowRange> others = known.build().ranges().toList();
        for (FragmentEntry fragment : line.fragments()) {
            if (fragment.laysOut()) {
                RowRange.minus(List.of(new RowRange(fragment.start(), fragment.end())), others)
                        .forEach(rows -> wanted.add(new Part(fragment.segment(), rows)));
            }
        }
    }

    FileEntry line() {
        return line;
    }

    /** Its rows that are dead in the base. */
    DeletedRows deadBefore() {
        return deadBefore;
    }

    /**
     * Whether rows of it are looked for. Only a file whose rows are numbered for ever has such, and only where it is
     * known which commit wrote them, as rows of these ids that another commit changed are others.
     */
    boolean isWanted() {
        return line.firstRowId() != null && line.rowCommit() != null && !wanted.isEmpty();
    }

    /** The commit that wrote its rows. */
    long commit() {
        return line.rowCommit();
    }

    long firstId() {
        return line.firstRowId();
    }

    /** One past the id of its last row. */
    long endId() {
        return line.firstRowId() + line.rows();
    }

    /** What is looked for of some of its rows, found side by side in a new file. */
    void find(Range rows, List<FoundRows> found) {
        int low = 0;
        int high = wanted.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (wanted.get(middle).rows().end() <= rows.start()) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        for (int i = low; i < wanted.size() && wanted.get(i).rows().start() < rows.end(); i++) {
            Part part = wanted.get(i);
            long start = Math.max(rows.start(), part.rows().start());
            long end = Math.min(rows.end(), part.rows().end());
            Range range = new Range(start, end, rows.at() + start - rows.start());
            found.add(new FoundRows(this, part.segment(), range));
        }
    }

    /** Where its rows are, with those that were found now. */
    List<MovedRows> movedTo(List<MovedRows> found) {
        return Stream.concat(kept.stream(), found.stream())
                .sorted(Comparator.comparingLong(
                        moved -> moved.rows().getFirst().start()))
                .toList();
    }

    /** Where its rows are that were found in a file. */
    MovedRows redirect(FileEntry file, List<FoundRows> found) {
        return new MovedRows(file.path(), file.version(), joined(found));
    }

    private List<Range> joined(List<FoundRows> found) {
        List<Range> sorted = found.stream()
                .map(FoundRows::range)
                .sorted(Comparator.comparingLong(Range::start))
                .toList();
        List<Range> joined = new ArrayList<>();
        for (Range range : sorted) {
            boolean joins = !joined.isEmpty()
                    && joined.getLast().isFollowedBy(range)
                    && line.fragments().stream().noneMatch(fragment -> fragment.start() == range.start());
            joined.add(joins ? joined.removeLast().with(range) : range);
        }
        return joined;
    }

    /**
     * The line as it will be.
     *
     * @param movedTo where its rows are
     * @param dead its rows that are dead, all that are nowhere among them
     * @param at where the dead rows are in the catalog, or null for none
     */
    FileEntry moved(List<MovedRows> movedTo, DeletedRows dead, FileEntry.Deletes at) {
        List<FragmentEntry> fragments = line.fragments().stream()
                .filter(FragmentEntry::laysOut)
                .map(fragment -> fragment.dead(dead.count(fragment.start(), fragment.end())))
                .toList();
        boolean lives = fragments.stream().anyMatch(fragment -> fragment.living() > 0);
        return line.gone(line.deadSince(), fragments, lives ? at : null, lives ? movedTo : List.of());
    }
}
