package dev.littoral.activities.path;

/**
 * A data file as a listing of the source found it.
 *
 * @param path where it is, whole: {@code s3://bucket/key} or an absolute local path, raw, nothing percent-encoded
 * @param version distinguishes two contents under one path; compared for equality only
 * @param bytes its size, at least 0
 */
public record SourceFile(String path, String version, long bytes) implements FileListDiff.Line {
    /** A path where no file is any more. */
    public static SourceFile gone(String path) {
        return new SourceFile(path, null, 0);
    }
}
