package dev.littoral.activities.path;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Objects;

/**
 * A data file as a listing of the source found it.
 *
 * @param path where it is, whole: {@code s3://bucket/key} or an absolute local path, raw, nothing percent-encoded
 * @param version distinguishes two contents under one path; compared for equality only
 * @param bytes its size, at least 0
 * @param deletesVersion distinguishes two sets of deleted rows of one content, or null where no row is deleted;
 *     compared for equality only
 * @param table what a table's metadata says of it; null in a folder, and where it is not known any more
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SourceFile(String path, String version, long bytes, String deletesVersion, TableFile table)
        implements FileListDiff.Line {
    /** A file none of whose rows is deleted. */
    public SourceFile(String path, String version, long bytes) {
        this(path, version, bytes, null);
    }

    /** A file of which nothing else is known. */
    public SourceFile(String path, String version, long bytes, String deletesVersion) {
        this(path, version, bytes, deletesVersion, null);
    }

    /** Whether it lists as another does, with the same ids of rows as far as both are known. */
    @Override
    public boolean isSame(FileListDiff.Line other) {
        return other instanceof SourceFile file
                && path.equals(file.path)
                && Objects.equals(version, file.version)
                && bytes == file.bytes
                && Objects.equals(deletesVersion, file.deletesVersion)
                && (table == null || file.table == null || table.isNumberedAs(file.table));
    }

    /** A path where no file is any more. */
    public static SourceFile gone(String path) {
        return new SourceFile(path, null, 0);
    }
}
