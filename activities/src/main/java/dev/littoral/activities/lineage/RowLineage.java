package dev.littoral.activities.lineage;

import dev.littoral.activities.catalog.DeletesWriter;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.FileEntry.Deletes;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.catalog.MovedRows;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.source.RowIdRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The row lineage of a shard: finds rows of files that are gone in new files, by the ids that a table keeps. They stay
 * in their segments; the lines of the files that are gone say where they are now, and follow the files that have them.
 * Ids are a claim of the table's writer: where they contradict each other the rows count as new. One thread.
 */
public final class RowLineage {
    /** Where runs of rows are shorter on average, the rows were sorted otherwise: it is cheaper to index them anew. */
    private static final int LEAST_RUN = 4;

    /** A few short runs are no harm. */
    private static final int FEW_RUNS = 16;

    /** The most runs of a file, and of a shard, which are read and written with it. */
    private static final int MAX_RUNS = 100_000;

    private static final int MAX_RUNS_OF_SHARD = 1_000_000;

    /** How many files' ids are in memory at once. */
    private static final int BATCH = 32;

    private final Rows rows;
    private final long targetRows;
    private final Map<String, FileEntry> before = new HashMap<>();
    private final Map<String, FileEntry> now = new LinkedHashMap<>();
    private final List<FileEntry> gone = new ArrayList<>();
    private final Map<String, DeletedRows> dead = new HashMap<>();

    /** What is known of rows. */
    public interface Rows {
        /** The dead rows of a line of the base. */
        DeletedRows deadBefore(FileEntry line) throws InterruptedException;

        /** The dead rows of a file that is listed now. */
        DeletedRows deadNow(FileEntry file) throws FileChangedException, InterruptedException;

        /**
         * The rows of new files that were in others before, as {@link
         * dev.littoral.activities.source.SourceReader#rowsBefore} tells them.
         */
        List<List<RowIdRange>> before(List<FileEntry> files) throws FileChangedException, InterruptedException;
    }

    /**
     * The lineage of a shard.
     *
     * @param base the lines of the base in the shard's range, those of files that are gone too
     * @param files the files that are listed now, with their deleted rows
     * @param targetRows the most rows that a fragment has
     */
    public RowLineage(Rows rows, List<FileEntry> base, List<FileEntry> files, long targetRows) {
        this.rows = rows;
        this.targetRows = targetRows;
        files.stream().filter(FileEntry::served).forEach(file -> now.put(file.path(), file));
        for (FileEntry line : base) {
            if (line.listed()) {
                before.put(line.path(), line);
            }
            if (line.movedTo() != null || (line.listed() && line.served() && isGone(line))) {
                gone.add(line);
            }
        }
    }

    /** Whether rows of a line may be elsewhere, now or after an update; those of folders never are. */
    public static boolean isKnownOf(List<FileEntry> base) {
        return base.stream().anyMatch(line -> line.firstRowId() != null || line.movedTo() != null);
    }

    /** The most runs of rows that a file may have. */
    public static int mostRuns(long fileRows) {
        return (int) Math.min(MAX_RUNS, fileRows / LEAST_RUN + FEW_RUNS);
    }

    private boolean isGone(FileEntry line) {
        FileEntry file = now.get(line.path());
        return file == null || !file.is(line.file());
    }

    /**
     * What was found.
     *
     * @param files new files that have rows of others, with fragments that say so
     * @param lines files that are gone, as they will be: their rows are elsewhere, or the last of them died
     */
    public record Moves(List<FileEntry> files, List<FileEntry> lines) {}

    /**
     * Finds rows.
     *
     * @param bitmaps gets the dead rows of files that are gone
     */
    public Moves find(DeletesWriter bitmaps) throws FileChangedException, InterruptedException {
        List<RowOrigin> origins = origins();
        Map<String, List<FoundRows>> found =
                origins.stream().anyMatch(RowOrigin::isWanted) ? found(new RowIdIndex(origins)) : Map.of();
        List<FileEntry> files = new ArrayList<>();
        Map<RowOrigin, List<MovedRows>> redirects = new HashMap<>();
        for (Map.Entry<String, List<FoundRows>> each : found.entrySet()) {
            FileEntry file = now.get(each.getKey());
            files.add(file.with(fragments(file, each.getValue())));
            each.getValue().stream()
                    .collect(Collectors.groupingBy(FoundRows::origin))
                    .forEach((origin, rowsOf) -> redirects
                            .computeIfAbsent(origin, of -> new ArrayList<>())
                            .add(origin.redirect(file, rowsOf)));
        }
        List<FileEntry> lines = new ArrayList<>();
        for (RowOrigin origin : origins) {
            List<MovedRows> moved = redirects.getOrDefault(origin, List.of());
            if (!moved.isEmpty() || origin.line().movedTo() != null) {
                lines.add(line(origin, origin.movedTo(moved), bitmaps));
            }
        }
        return new Moves(files, lines);
    }

    /** Files that are gone and have rows to look for, or whose rows are in files that changed. */
    private List<RowOrigin> origins() throws InterruptedException {
        List<RowOrigin> origins = new ArrayList<>();
        for (FileEntry line : gone) {
            List<MovedRows> moved = line.movedTo() == null ? List.of() : line.movedTo();
            List<MovedRows> kept = moved.stream().filter(this::stays).toList();
            boolean isTouched = line.listed()
                    ? line.firstRowId() != null
                    : kept.size() < moved.size() || kept.stream().anyMatch(this::hasOtherDeletes);
            if (isTouched) {
                origins.add(new RowOrigin(line, rows.deadBefore(line), kept));
            }
        }
        return origins;
    }

    private boolean stays(MovedRows moved) {
        FileEntry file = now.get(moved.file());
        return file != null
                && file.version().equals(moved.version())
                && file.fragments().stream().anyMatch(FragmentEntry::movedIn);
    }

    private boolean hasOtherDeletes(MovedRows moved) {
        return !Objects.equals(
                now.get(moved.file()).deletes(), before.get(moved.file()).deletes());
    }

    /** What was found in each new file, by its path, in the order of its rows. */
    private Map<String, List<FoundRows>> found(RowIdIndex index) throws FileChangedException, InterruptedException {
        List<FileEntry> fresh = now.values().stream()
                .filter(file -> file.firstRowId() != null)
                .filter(file -> !before.containsKey(file.path())
                        || !before.get(file.path()).is(file.file()))
                .toList();
        Map<String, List<FoundRows>> found = new LinkedHashMap<>();
        long runs = 0;
        for (int from = 0; from < fresh.size() && runs < MAX_RUNS_OF_SHARD; from += BATCH) {
            List<FileEntry> batch = fresh.subList(from, Math.min(fresh.size(), from + BATCH));
            List<List<RowIdRange>> ids = rows.before(batch);
            for (int i = 0; i < batch.size(); i++) {
                List<FoundRows> rowsOf = index.find(ids.get(i));
                if (!rowsOf.isEmpty() && rowsOf.size() <= mostRuns(batch.get(i).rows())) {
                    found.put(batch.get(i).path(), rowsOf);
                    runs += rowsOf.size();
                }
            }
        }
        Set<RowOrigin> contradicted = contradicted(found);
        found.values().forEach(rowsOf -> rowsOf.removeIf(some -> contradicted.contains(some.origin())));
        found.values().removeIf(List::isEmpty);
        return found;
    }

    /** Origins that have a row which was found twice. */
    private static Set<RowOrigin> contradicted(Map<String, List<FoundRows>> found) {
        Map<RowOrigin, List<MovedRows.Range>> ranges = new HashMap<>();
        found.values()
                .forEach(rowsOf ->
                        rowsOf.forEach(some -> ranges.computeIfAbsent(some.origin(), origin -> new ArrayList<>())
                                .add(some.range())));
        Set<RowOrigin> contradicted = new HashSet<>();
        ranges.forEach((origin, of) -> {
            of.sort(Comparator.comparingLong(MovedRows.Range::start));
            for (int i = 1; i < of.size(); i++) {
                if (of.get(i).start() < of.get(i - 1).end()) {
                    contradicted.add(origin);
                }
            }
        });
        return contradicted;
    }

    /** A new file's fragments: rows that stay in their segments, and between them rows that are new. */
    private List<FragmentEntry> fragments(FileEntry file, List<FoundRows> found)
            throws FileChangedException, InterruptedException {
        DeletedRows deleted = dead(file.path());
        List<FragmentEntry> fragments = new ArrayList<>();
        for (int i = 0; i < found.size(); ) {
            FoundRows first = found.get(i);
            long end = first.atEnd();
            for (i++; i < found.size() && joins(first, end, found.get(i)); i++) {
                end = found.get(i).atEnd();
            }
            addNew(file, first.range().at(), deleted, fragments);
            fragments.add(new FragmentEntry(
                    first.range().at(),
                    end,
                    first.segment(),
                    deleted.count(first.range().at(), end),
                    0,
                    true));
        }
        addNew(file, file.rows(), deleted, fragments);
        return fragments;
    }

    private boolean joins(FoundRows first, long end, FoundRows next) {
        return next.segment() == first.segment()
                && next.range().at() == end
                && next.atEnd() - first.range().at() <= targetRows;
    }

    /** Adds the rows up to {@code to} that have no fragment yet, cut where the file was cut. */
    private static void addNew(FileEntry file, long to, DeletedRows deleted, List<FragmentEntry> fragments) {
        long from = fragments.isEmpty() ? 0 : fragments.getLast().end();
        for (FragmentEntry whole : file.fragments()) {
            long start = Math.max(from, whole.start());
            long end = Math.min(to, whole.end());
            if (start < end) {
                fragments.add(new FragmentEntry(start, end, null).dead(deleted.count(start, end)));
            }
        }
    }

    private FileEntry line(RowOrigin origin, List<MovedRows> movedTo, DeletesWriter bitmaps)
            throws FileChangedException, InterruptedException {
        FileEntry line = origin.line();
        DeletedRows.Builder elsewhere = new DeletedRows.Builder();
        DeletedRows.Builder deadNow = new DeletedRows.Builder();
        for (MovedRows moved : movedTo) {
            DeletedRows deleted = dead(moved.file());
            for (MovedRows.Range range : moved.rows()) {
                elsewhere.addRange(range.start(), range.end());
                if (!deleted.isEmpty()) {
                    deadNow.addMoved(deleted, range.at(), range.at() + range.count(), range.start());
                }
            }
        }
        deadNow.addAll(DeletedRows.range(0, line.rows()).without(elsewhere.build()));
        DeletedRows all = deadNow.build();
        boolean asBefore = line.deletes() != null && all.equals(origin.deadBefore());
        Deletes at = all.isEmpty() ? null : asBefore ? line.deletes() : bitmaps.add(all);
        return origin.moved(movedTo, all, at);
    }

    /** The dead rows of a file that is listed now. */
    private DeletedRows dead(String path) throws FileChangedException, InterruptedException {
        DeletedRows known = dead.get(path);
        if (known == null) {
            FileEntry file = now.get(path);
            FileEntry was = before.get(path);
            boolean asBefore = was != null && was.is(file.file()) && Objects.equals(was.deletes(), file.deletes());
            known = file.deletes() == null ? DeletedRows.NONE : asBefore ? rows.deadBefore(was) : rows.deadNow(file);
            dead.put(path, known);
        }
        return known;
    }
}
