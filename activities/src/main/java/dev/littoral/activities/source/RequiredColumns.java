package dev.littoral.activities.source;

import dev.littoral.activities.path.SourceFile;
import dev.littoral.workflows.model.RequiredColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Schema check: whether a file or a table has the columns that its source's spec requires. */
public final class RequiredColumns {
    private static final int MAX_NAMES = 20;

    private RequiredColumns() {}

    /**
     * Checks. Types compare exactly; a time or timestamp matches in any unit.
     *
     * @throws BadFileException naming the file, what was found and what was expected, for the first required column
     *     that the file lacks or has with another type
     */
    public static void check(SourceFile file, Columns found, List<RequiredColumn> columns) {
        finding("File " + file.path(), found, columns).ifPresent(finding -> {
            throw new BadFileException(finding);
        });
    }

    /**
     * What is wrong with the first column that is not as required, or empty.
     *
     * @param whose what has the columns, as a sentence begins with it
     */
    public static Optional<String> finding(String whose, Columns found, List<RequiredColumn> columns) {
        for (RequiredColumn column : columns) {
            Optional<String> type = found.typeOf(column.name());
            if (type.isEmpty()) {
                return Optional.of(whose + " lacks column " + column.name() + ": found "
                        + existing(found, column.name()) + ", expected " + column.name()
                        + (column.type() == null ? "" : " of type " + column.type()));
            }
            if (column.type() != null && !column.type().equals(type.get())) {
                return Optional.of(whose + " has column " + column.name() + " of another type: found " + type.get()
                        + ", expected " + column.type());
            }
        }
        return Optional.empty();
    }

    /** Names the columns next to the missing one; first those that differ from it in case only. */
    private static String existing(Columns found, String missing) {
        String group = parent(missing);
        while (group != null && found.typeOf(group).isEmpty()) {
            group = parent(group);
        }
        String prefix = group == null ? "" : group + ".";
        String rest = missing.substring(prefix.length()) + ".";
        List<String> alike = new ArrayList<>();
        List<String> first = new ArrayList<>();
        int[] all = {0};
        found.children(group, name -> {
            all[0]++;
            List<String> names = rest.regionMatches(true, 0, name + ".", 0, name.length() + 1) ? alike : first;
            if (names.size() < MAX_NAMES) {
                names.add(prefix + name);
            }
        });
        if (all[0] == 0) {
            return group == null ? "no columns" : group + " without columns below it";
        }
        alike.addAll(first);
        int shown = Math.min(alike.size(), MAX_NAMES);
        return "columns " + String.join(", ", alike.subList(0, shown))
                + (all[0] > shown ? " and " + (all[0] - shown) + " more" : "");
    }

    private static String parent(String path) {
        int dot = path.lastIndexOf('.');
        return dot < 0 ? null : path.substring(0, dot);
    }
}
