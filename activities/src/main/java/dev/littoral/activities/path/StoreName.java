package dev.littoral.activities.path;

/** The name of the store that a file is in: what is read from one store is slow together. */
public final class StoreName {
    private static final int SLASHES = 3;

    private StoreName() {}

    /**
     * The bucket, {@code s3://bucket}, or of a local path the first two folders, where other file systems are mounted.
     */
    public static String of(SourceFile file) {
        String path = file.path();
        int end = 0;
        int slash = path.indexOf('/');
        for (int found = 0; found < SLASHES && slash >= 0; found++) {
            end = slash;
            slash = path.indexOf('/', end + 1);
        }
        return path.substring(0, end);
    }
}
