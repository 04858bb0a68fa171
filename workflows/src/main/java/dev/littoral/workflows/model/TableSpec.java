package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.util.List;

/**
 * The spec of a source that is a table, of any of the formats whose own log says which data files count.
 *
 * @param format {@link #ICEBERG}, {@link #DELTA} or {@link #LANCE}
 * @param at which version of the table is served, or null for the newest
 * @param include globs on a data file's path below the table; a file that matches none is left out; empty means every
 *     file. The path of a file that is elsewhere is its whole address
 * @param exclude globs on that path; a file that matches one is left out
 * @param columns columns the table must have
 * @param onBadFile what happens to a data file that cannot be read
 * @param profile the shared AWS profile to read with, or null for the default chain
 * @param anonymous whether requests have no credentials, as a public bucket takes them
 * @param requesterPays whether the worker's account pays for requests to a bucket of another
 */
@JsonDeserialize(using = JsonDeserializer.None.class)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record TableSpec(
        String format,
        TableAt at,
        List<String> include,
        List<String> exclude,
        List<RequiredColumn> columns,
        OnBadFile onBadFile,
        String profile,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean anonymous,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean requesterPays)
        implements ExternalSpec {
    public static final String ICEBERG = "iceberg";
    public static final String DELTA = "delta";
    public static final String LANCE = "lance";

    public TableSpec {
        include = include == null ? List.of() : List.copyOf(include);
        exclude = exclude == null ? List.of() : List.copyOf(exclude);
        columns = columns == null ? List.of() : List.copyOf(columns);
        onBadFile = onBadFile == null ? OnBadFile.FAIL : onBadFile;
    }

    /** The newest version, whole. */
    public static TableSpec newest(String format) {
        return new TableSpec(format, null, List.of(), List.of(), List.of(), OnBadFile.FAIL, null, false, false);
    }

    /** Whether it selects the same data files of a version as another spec. */
    public boolean selectsAs(ExternalSpec before) {
        return before instanceof TableSpec table
                && format.equals(table.format)
                && include.equals(table.include)
                && exclude.equals(table.exclude);
    }

    @Override
    public boolean readsAs(ExternalSpec before) {
        return before instanceof TableSpec table
                && format.equals(table.format)
                && columns.equals(table.columns)
                && onBadFile == table.onBadFile;
    }
}
