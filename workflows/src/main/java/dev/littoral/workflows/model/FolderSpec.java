package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.util.List;

/**
 * The spec of a source of files below a folder or prefix, of any of the formats whose files all count.
 *
 * @param format {@link #PARQUET} or {@link #VORTEX}
 * @param include globs on the path below the source; a file that matches none is left out; empty means every file
 * @param exclude globs on the path below the source; a file that matches one is left out
 * @param columns columns every file must have
 * @param onBadFile what happens to a file that cannot be read
 * @param profile the shared AWS profile to read with, or null for the default chain
 * @param table what happens where the source's folder is a table's
 * @param anonymous whether requests have no credentials, as a public bucket takes them
 * @param requesterPays whether the worker's account pays for requests to a bucket of another
 */
@JsonDeserialize(using = JsonDeserializer.None.class)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record FolderSpec(
        String format,
        List<String> include,
        List<String> exclude,
        List<RequiredColumn> columns,
        OnBadFile onBadFile,
        String profile,

        @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = OnTable.Default.class)
        OnTable table,

        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean anonymous,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean requesterPays)
        implements FilesSpec {
    public static final String PARQUET = "parquet";
    public static final String VORTEX = "vortex";

    public FolderSpec {
        format = format == null ? PARQUET : format;
        include = include == null ? List.of() : List.copyOf(include);
        exclude = exclude == null ? List.of() : List.copyOf(exclude);
        columns = columns == null ? List.of() : List.copyOf(columns);
        onBadFile = onBadFile == null ? OnBadFile.FAIL : onBadFile;
        table = table == null ? OnTable.REFUSE : table;
    }

    /** A spec that leaves the other keys out. */
    public FolderSpec(
            String format,
            List<String> include,
            List<String> exclude,
            List<RequiredColumn> columns,
            OnBadFile onBadFile,
            String profile) {
        this(format, include, exclude, columns, onBadFile, profile, OnTable.REFUSE, false, false);
    }

    @Override
    public boolean readsAs(ExternalSpec before) {
        // All keys count but those that this spec's values are given for.
        return before instanceof FolderSpec folder
                && equals(new FolderSpec(
                        folder.format,
                        include,
                        exclude,
                        folder.columns,
                        folder.onBadFile,
                        profile,
                        table,
                        anonymous,
                        requesterPays));
    }
}
