package dev.littoral.activities.verify;

import dev.littoral.activities.verify.FileLine.NamedDeletes;
import dev.littoral.activities.verify.FileLine.NamedMove;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.roaringbitmap.longlong.Roaring64NavigableMap;

/**
 * Checks the rows of a shard that a table has moved: what lines of files that are gone say of other files, and what the
 * lines of these say, is the same, and the same rows of both are deleted. One thread.
 */
final class MovedRowsCheck {
    private final Map<String, NamedDeletes> hosts = new HashMap<>();
    private final List<Rows> hosted = new ArrayList<>();
    private final List<Origin> origins = new ArrayList<>();

    /** Rows of a segment in a file that has them now. */
    private record Rows(String file, long start, long end, long segment) {}

    /** A file that is gone, and rows of it in another. */
    private record Origin(String path, NamedDeletes deletes, String file, List<long[]> ranges, List<Rows> rows) {}

    /** Adds a fragment of rows that were moved into a listed file. */
    void host(FileLine line, int fragment) {
        hosted.add(new Rows(
                key(line.path, line.version), line.start(fragment), line.end(fragment), line.segment(fragment)));
    }

    /** Adds a listed file. */
    void host(FileLine line) {
        hosts.put(key(line.path, line.version), line.deletes);
    }

    /** Adds a file that is gone. Returns what is wrong with it by itself, or null. */
    String origin(FileLine line) {
        List<long[]> all = new ArrayList<>();
        for (NamedMove move : line.movedTo) {
            List<Rows> rows = new ArrayList<>();
            for (long[] range : move.rows()) {
                long segment = segment(line, range);
                if (segment == 0) {
                    return "[" + range[0] + ", " + range[1] + ") is in no fragment";
                }
                rows.add(new Rows(key(move.file(), move.version()), range[2], range[2] + range[1] - range[0], segment));
                all.add(range);
            }
            origins.add(new Origin(line.path, line.deletes, key(move.file(), move.version()), move.rows(), rows));
        }
        all.sort(Comparator.comparingLong(range -> range[0]));
        for (int i = 1; i < all.size(); i++) {
            if (all.get(i)[0] < all.get(i - 1)[1]) {
                return "row " + all.get(i)[0] + " is in two places";
            }
        }
        return null;
    }

    private static long segment(FileLine line, long[] range) {
        for (int i = 0; i < line.fragments; i++) {
            if (line.start(i) <= range[0] && range[0] < range[1] && range[1] <= line.end(i)) {
                return line.segment(i);
            }
        }
        return 0;
    }

    private static String key(String path, String version) {
        return path + '\n' + version;
    }

    /** Compares both sides. What is wrong is a finding. */
    void check(HeadVersion head, String object, DeletesCheck deletes, Findings findings) throws InterruptedException {
        List<Rows> said = new ArrayList<>();
        origins.forEach(origin -> said.addAll(origin.rows()));
        List<Rows> expected = joined(said);
        List<Rows> found = joined(hosted);
        for (int i = 0; i < Math.max(expected.size(), found.size()); i++) {
            Rows one = i < found.size() ? found.get(i) : null;
            Rows other = i < expected.size() ? expected.get(i) : null;
            if (one == null || !one.equals(other)) {
                findings.error(
                        object,
                        "moved rows are in " + words(one) + " by the file that has them",
                        words(other) + ", by the lines of the files that are gone");
                return;
            }
        }
        for (Origin origin : origins) {
            try {
                check(origin, head, object, deletes, findings);
            } catch (IOException e) {
                // It is a finding already.
                return;
            }
        }
    }

    private static String words(Rows rows) {
        return rows == null
                ? "no file"
                : "rows [" + rows.start() + ", " + rows.end() + ") of "
                        + FindingText.brief(rows.file().substring(0, rows.file().indexOf('\n'))) + ", segment "
                        + rows.segment();
    }

    /** Ranges in order, those that touch and are of one segment as one; where they overlap, as they are. */
    private static List<Rows> joined(List<Rows> rows) {
        rows.sort(Comparator.comparing(Rows::file).thenComparingLong(Rows::start));
        List<Rows> joined = new ArrayList<>();
        for (Rows next : rows) {
            Rows last = joined.isEmpty() ? null : joined.getLast();
            if (last != null
                    && last.file().equals(next.file())
                    && last.end() == next.start()
                    && last.segment() == next.segment()) {
                joined.removeLast();
                joined.add(new Rows(last.file(), last.start(), next.end(), last.segment()));
            } else {
                joined.add(next);
            }
        }
        return joined;
    }

    private void check(Origin origin, HeadVersion head, String object, DeletesCheck deletes, Findings findings)
            throws IOException, InterruptedException {
        Roaring64NavigableMap here = read(origin.deletes(), head, object, deletes);
        Roaring64NavigableMap there = read(hosts.get(origin.file()), head, object, deletes);
        for (long[] range : origin.ranges()) {
            long dead = DeletesCheck.count(here, range[0], range[1]);
            long deadThere = DeletesCheck.count(there, range[2], range[2] + range[1] - range[0]);
            if (dead != deadThere) {
                findings.error(
                        object,
                        "file " + origin.path() + " has " + dead + " deleted rows in [" + range[0] + ", " + range[1]
                                + ")",
                        deadThere + ", as the file has that has these rows now");
                return;
            }
        }
    }

    private static Roaring64NavigableMap read(NamedDeletes named, HeadVersion head, String object, DeletesCheck deletes)
            throws IOException, InterruptedException {
        Roaring64NavigableMap rows = named == null ? null : deletes.read(head, object, named);
        return rows == null ? new Roaring64NavigableMap(false, false) : rows;
    }
}
