package dev.littoral.activities.verify;

/** The segments of a shard by rising id, each with a hash of its content. */
final class ShardSegments {
    private final long[] ids;
    private long[] contents;

    ShardSegments(long[] ids, long[] contents) {
        this.ids = ids;
        this.contents = contents;
    }

    int size() {
        return ids.length;
    }

    long id(int i) {
        return ids[i];
    }

    long content(int i) {
        return contents[i];
    }

    /** Frees the hashes once they were compared. */
    void forgetContents() {
        contents = new long[0];
    }
}
