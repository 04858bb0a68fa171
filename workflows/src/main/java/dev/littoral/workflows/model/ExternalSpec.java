package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * How to read an external source. It names no secret: credentials come from the worker's surroundings, and {@code profile}
 * picks among them.
 *
 * @param format the file format; {@code parquet}
 * @param include globs on the path below the source; a file that matches none is left out; empty means every file
 * @param exclude globs on the path below the source; a file that matches one is left out
 * @param columns columns every file must have
 * @param onBadFile what happens to a file that cannot be read
 * @param profile the shared AWS profile to read with, or null for the default chain
 * @param table what happens where the source's folder turns out to be a table's
 * @param anonymous whether requests bear no credentials, as a public bucket takes them
 * @param requesterPays whether the worker's account pays for requests to a bucket of another
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ExternalSpec(
        String format,
        List<String> include,
        List<String> exclude,
        List<RequiredColumn> columns,
        OnBadFile onBadFile,
        String profile,

        @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = OnTable.Default.class)
        OnTable table,

        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean anonymous,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean requesterPays) {

    /** The only format so far. */
    public static final String PARQUET = "parquet";

    public ExternalSpec {
        format = format == null ? PARQUET : format;
        include = include == null ? List.of() : List.copyOf(include);
        exclude = exclude == null ? List.of() : List.copyOf(exclude);
        columns = columns == null ? List.of() : List.copyOf(columns);
        onBadFile = onBadFile == null ? OnBadFile.FAIL : onBadFile;
        table = table == null ? OnTable.REFUSE : table;
    }

    /** A spec whose other keys are left out. */
    public ExternalSpec(
            String format,
            List<String> include,
            List<String> exclude,
            List<RequiredColumn> columns,
            OnBadFile onBadFile,
            String profile) {
        this(format, include, exclude, columns, onBadFile, profile, OnTable.REFUSE, false, false);
    }

    /** Every Parquet file, nothing required, a bad file fails the update. */
    public static ExternalSpec parquet() {
        return new ExternalSpec(PARQUET, List.of(), List.of(), List.of(), OnBadFile.FAIL, null);
    }
}
