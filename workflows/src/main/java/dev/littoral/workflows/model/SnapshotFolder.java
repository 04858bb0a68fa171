package dev.littoral.workflows.model;

/** The catalog folder of a snapshot's new objects, of which an update chooses a new one in each round. */
public final class SnapshotFolder {
    private SnapshotFolder() {}

    /**
     * The folder's key below the collection.
     *
     * @param version the version to be committed
     * @param commitId unique to the commit
     */
    public static String key(long version, String commitId) {
        return "snapshots/%010d-%s".formatted(version, commitId);
    }
}
