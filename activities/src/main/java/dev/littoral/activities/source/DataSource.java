package dev.littoral.activities.source;

/**
 * A source of data, opened: which files it has, and what is in one of them. Opening a file is one way to learn that.
 * Safe for use by many threads.
 */
public interface DataSource extends AutoCloseable {
    /** Its files, listed and read. */
    FileSource files();

    /** Reads the rows of one file. */
    FileInspector inspector();

    @Override
    default void close() {
        files().close();
    }
}
