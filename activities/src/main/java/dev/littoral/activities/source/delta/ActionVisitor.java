package dev.littoral.activities.source.delta;

/** Gets the actions of a log that say what is in a table. */
interface ActionVisitor {
    /** A data file is in the table. */
    default void add(AddFile file) throws InterruptedException {}

    /**
     * A data file is not in the table any more.
     *
     * @param path as the log has it
     */
    default void remove(String path) throws InterruptedException {}

    default void metadata(Metadata metadata) {}

    default void protocol(Protocol protocol) {}

    /** Data files of a checkpoint are in this file. */
    default void sidecar(String path, long bytes) {}

    /** When the commit was made, in milliseconds since 1970, where its table keeps that. */
    default void inCommitTimestamp(long millis) {}
}
