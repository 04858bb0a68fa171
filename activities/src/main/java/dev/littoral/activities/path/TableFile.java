package dev.littoral.activities.path;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import java.util.Objects;

/**
 * What the metadata of a table says of a data file, so that the file need not be opened.
 *
 * @param rows its rows, deleted ones among them; null where the metadata does not know
 * @param partition the values of its partition by the name of their field, null for a null; null where the table has no
 *     partitions
 * @param firstRowId the id of its first row where the table numbers rows for ever, each row's one more; else null
 * @param rowCommit the number of the commit that wrote the rows with these ids, where the table says it; else null
 * @param rewritten whether its rows are those of other files, written anew and unchanged, as a compaction does
 * @param deletes where its deleted rows are, as the format's reader wrote it for itself; null where none is deleted
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TableFile(
        Long rows,
        Map<String, String> partition,
        Long firstRowId,
        Long rowCommit,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean rewritten,
        String deletes) {
    /** What is said of a file of a table that does not say which commit wrote its rows. */
    public TableFile(Long rows, Map<String, String> partition, Long firstRowId, boolean rewritten, String deletes) {
        this(rows, partition, firstRowId, null, rewritten, deletes);
    }

    /** Whether another says the same of the ids of its rows. */
    public boolean isNumberedAs(TableFile other) {
        return Objects.equals(firstRowId, other.firstRowId) && Objects.equals(rowCommit, other.rowCommit);
    }
}
