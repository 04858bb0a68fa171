package dev.littoral.activities.path;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The diff between two sorted lists of files, so that a step passes on what changed and not what stayed. Both lists are
 * sorted as {@link PathOrder} compares and name no path twice. Pure.
 */
public final class FileListDiff {
    private FileListDiff() {}

    /** A file of such a list; in a difference, one without a version says that the path is gone. */
    public interface Line {
        String path();

        String version();

        /** Whether another line of the same path says the same. */
        default boolean isSame(Line other) {
            return equals(other);
        }
    }

    /**
     * The lines that differ, in order.
     *
     * @param gone makes the line of a path that is gone
     */
    public static <T extends Line> List<T> between(List<T> before, List<T> now, Function<String, T> gone) {
        List<T> lines = new ArrayList<>();
        int at = 0;
        for (T line : now) {
            while (at < before.size() && PathOrder.compare(before.get(at).path(), line.path()) < 0) {
                lines.add(gone.apply(before.get(at++).path()));
            }
            boolean both = isAt(before, at, line);
            if (!both || !before.get(at).isSame(line)) {
                lines.add(line);
            }
            at += both ? 1 : 0;
        }
        for (T line : before.subList(at, before.size())) {
            lines.add(gone.apply(line.path()));
        }
        return lines;
    }

    /** The list that a difference to {@code before} stands for. */
    public static <T extends Line> List<T> apply(List<T> before, List<T> difference) {
        List<T> now = new ArrayList<>(before.size() + difference.size());
        int at = 0;
        for (T line : difference) {
            while (at < before.size() && PathOrder.compare(before.get(at).path(), line.path()) < 0) {
                now.add(before.get(at++));
            }
            at += isAt(before, at, line) ? 1 : 0;
            if (line.version() != null) {
                now.add(line);
            }
        }
        now.addAll(before.subList(at, before.size()));
        return now;
    }

    private static <T extends Line> boolean isAt(List<T> lines, int at, T line) {
        return at < lines.size() && lines.get(at).path().equals(line.path());
    }
}
