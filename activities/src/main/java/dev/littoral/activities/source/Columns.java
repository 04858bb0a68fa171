package dev.littoral.activities.source;

import java.util.Optional;
import java.util.function.Consumer;

/** The columns of a file or a table, by names that are joined by dots where columns are nested. */
public interface Columns {
    /**
     * The type of a column, in the words of {@link dev.littoral.workflows.spec.ColumnTypes}, or empty where there is
     * none of that path.
     */
    Optional<String> typeOf(String path);

    /**
     * Visits the names right below a column, as messages show them, in order; none where there is no such column.
     *
     * @param group the column's path, or null for the columns that are in no other
     */
    void children(String group, Consumer<String> visitor);
}
