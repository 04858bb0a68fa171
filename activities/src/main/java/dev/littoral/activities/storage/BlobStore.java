package dev.littoral.activities.storage;

import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.path.SourceFile;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A blob store: bytes at keys, such as a bucket of S3 or a local folder, opened at one address in it. What sources and
 * catalogs have in common on all kinds of stores sits on this once; an implementation holds what is special to its
 * kind. Safe for use by many threads. Every method fails with {@link LittoralException}, classified; an interrupt ends
 * a call early with {@link InterruptedException}. A {@link StoreObserver} is notified of each request.
 */
public interface BlobStore extends AutoCloseable {
    /** For a listing that is read to its end. */
    int NO_LIMIT = Integer.MAX_VALUE;

    /**
     * The key of the address that it was opened at: a folder's where it is empty or ends in a slash, else a blob's or a
     * folder's.
     */
    String prefix();

    /** That address as a person knows it, without secrets: {@code s3://bucket/prefix} or a local path. */
    String location();

    /** The whole path of a key, as it stands in snapshots: {@code s3://bucket/key} or an absolute local path, raw. */
    String address(String key);

    /** The key of a whole path. */
    String key(String address);

    /** The blob of exactly this key, or empty where there is none. */
    Optional<Entry> find(String key) throws InterruptedException;

    /**
     * Lists what is below a prefix. An entry comes as the store gives it: in {@link PathOrder#ORDER} where it lists in
     * order.
     *
     * @param prefix empty, or ends in a slash where a folder is meant
     * @param after only keys beyond this one, or null for all; it need not exist
     * @param limit the caller takes no more entries than this
     */
    Cursor list(String prefix, String after, int limit) throws InterruptedException;

    /**
     * Folders right below a prefix, beyond a key, as many as one request returns; none where listing several ranges at
     * once does not pay off.
     */
    default List<String> folders(String prefix, String after) throws InterruptedException {
        return List.of();
    }

    /**
     * Reads exactly {@code length} bytes at {@code offset} of a blob, at the version that was listed. One request.
     *
     * @param file of a blob that never changes the version may be null; its size is then at least what is read
     * @throws FileChangedException when it is gone or has another version
     * @throws dev.littoral.activities.failure.ArchivedException when the store has it in an archive
     */
    byte[] read(SourceFile file, long offset, int length) throws FileChangedException, InterruptedException;

    /** Reads a whole blob, or empty where there is none. A reply that was cut off is an error. */
    default Optional<byte[]> get(String key) throws InterruptedException {
        return get(key, Integer.MAX_VALUE);
    }

    /**
     * Reads a whole blob, or empty where there is none. A reply that was cut off is an error.
     *
     * @param maxBytes a larger one is not read
     * @throws LittoralException INPUT when it is larger
     */
    Optional<byte[]> get(String key, int maxBytes) throws InterruptedException;

    /** Refuses a blob that is too large. */
    static void checkSize(String address, long bytes, int maxBytes) {
        if (bytes > maxBytes) {
            throw LittoralException.input(
                    "Object " + address + " has " + bytes + " bytes; expected at most " + maxBytes);
        }
    }

    /**
     * Creates a blob unless one of that key exists. Of many racing calls exactly one returns true, and its body is what
     * everyone reads from then on. Durable when it returns. A failure may leave the blob created or not; an answer that
     * was lost and asked for again may say false of a blob that this call created.
     */
    boolean createIfAbsent(String key, byte[] body) throws InterruptedException;

    /** Writes a blob, over one of that key. Readers see the old body or the new, whole. Durable when it returns. */
    void put(String key, byte[] body) throws InterruptedException;

    /** Deletes blobs; keys without one are passed over. */
    void delete(Collection<String> keys) throws InterruptedException;

    /** The same store, of whose requests another observer is notified as well. Closed with this. */
    BlobStore observed(StoreObserver observer);

    /** How many ranges are listed at once; 1 where each of them costs as much as the whole. */
    int parallelListings();

    /** What blobs are read on. */
    ParallelTasks.Threads readers();

    /**
     * Why no read of a blob can ever find the version that is listed, in words, or empty when it may. Asked for one
     * that was found changed again and again; costs a few requests.
     */
    default Optional<String> disagreement(String key) throws InterruptedException {
        return Optional.empty();
    }

    @Override
    void close();

    /** What an entry of a listing is. */
    enum Kind {
        /** A blob; the only kind with a version and a size. */
        FILE,
        /** A folder that exists by itself. It comes before what is in it. */
        FOLDER,
        /** A blob that stands for a folder: its key ends in a slash. */
        DIRECTORY_MARKER,
        /** A symbolic link, which is not followed. */
        SYMBOLIC_LINK,
        /** Neither a file nor a folder, such as a socket. */
        SPECIAL_FILE,
        /** Its name cannot be decoded exactly. */
        UNREADABLE_NAME,
        /** A folder that may not be listed. */
        UNREADABLE_FOLDER
    }

    /**
     * An entry of a listing.
     *
     * @param version distinguishes two contents under one key; null where it is no file
     * @param modified when it was written, in milliseconds since 1970; {@link #UNKNOWN} where the store does not say
     * @param failure why a folder cannot be listed, else null
     */
    record Entry(String key, Kind kind, String version, long bytes, long modified, LittoralException failure) {
        /** No time. */
        public static final long UNKNOWN = Long.MIN_VALUE;

        /** A blob. */
        public static Entry file(String key, String version, long bytes, long modified) {
            return new Entry(key, Kind.FILE, version, bytes, modified, null);
        }

        /** What is no blob. */
        public static Entry of(String key, Kind kind) {
            return new Entry(key, kind, null, 0, UNKNOWN, null);
        }

        /** A folder that may not be listed. */
        public static Entry unreadable(String key, LittoralException failure) {
            return new Entry(key, Kind.UNREADABLE_FOLDER, null, 0, UNKNOWN, failure);
        }
    }

    /** The entries of one listing, read lazily. For one thread. */
    interface Cursor {
        /**
         * The next entries, as many as one request brings; none at the end. A reply that was cut off is an error, never
         * an end.
         */
        List<Entry> next() throws InterruptedException;

        /**
         * The caller has what it wants, at the end or before.
         *
         * @throws LittoralException TRANSIENT when the entries may be of another place than the one that was opened
         */
        default void finish() throws InterruptedException {}
    }
}
