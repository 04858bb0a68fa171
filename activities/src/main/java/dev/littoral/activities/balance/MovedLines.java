package dev.littoral.activities.balance;

import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.catalog.MovedRows;
import dev.littoral.activities.path.PathOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The lines of files that are gone and whose rows a table has moved into others, as a shard will have them. */
final class MovedLines {
    private static final Comparator<FileEntry> ORDER = Comparator.comparing(FileEntry::path, PathOrder.ORDER)
            .thenComparing(FileEntry::deadSince, Comparator.nullsLast(Comparator.naturalOrder()));

    private final Map<Key, FileEntry> lines = new HashMap<>();
    private final long version;

    /** A line of the base. */
    private record Key(String path, String version, Long deadSince) {
        static Key of(FileEntry line) {
            return new Key(line.path(), line.version(), line.deadSince());
        }
    }

    /**
     * Such lines.
     *
     * @param lines each as it will be, since when the base has it
     * @param version the version that is to be committed
     */
    MovedLines(List<FileEntry> lines, long version) {
        lines.forEach(line -> this.lines.put(Key.of(line), line));
        this.version = version;
    }

    /** A line of the base whose file is not listed, now or any more, as it will be. */
    FileEntry now(FileEntry line) {
        FileEntry now = lines.get(Key.of(line));
        if (now == null) {
            return line.listed() ? line.dead(version) : line;
        }
        if (now.movedTo().isEmpty()) {
            return line.dead(version);
        }
        long since = line.listed() ? version : line.deadSince();
        return now.gone(since, now.fragments(), now.deletes(), now.movedTo());
    }

    /** Lines in the shard's order, where some may be dead since later than they were. */
    List<FileEntry> inOrder(List<FileEntry> of) {
        if (!lines.isEmpty()) {
            of.sort(ORDER);
        }
        return of;
    }

    /** A line with what its fragments have of the redirects. */
    static FileEntry in(FileEntry line) {
        if (line.movedTo() == null) {
            return line;
        }
        List<MovedRows> left = new ArrayList<>();
        for (MovedRows moved : line.movedTo()) {
            List<MovedRows.Range> rows = moved.rows().stream()
                    .filter(range -> line.fragments().stream().anyMatch(fragment -> has(fragment, range)))
                    .toList();
            if (!rows.isEmpty()) {
                left.add(new MovedRows(moved.file(), moved.version(), rows));
            }
        }
        return line.gone(line.deadSince(), line.fragments(), line.deletes(), left);
    }

    private static boolean has(FragmentEntry fragment, MovedRows.Range range) {
        return fragment.start() <= range.start() && range.end() <= fragment.end();
    }
}
