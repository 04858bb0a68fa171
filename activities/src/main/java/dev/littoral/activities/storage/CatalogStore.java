package dev.littoral.activities.storage;

import dev.littoral.activities.failure.LittoralException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The store of a catalog's objects: a flat space of small objects. The only conditional write is {@link
 * #createIfAbsent}; everything the commit protocol promises depends on it. Keys are ASCII, parts joined by {@code /}.
 * Safe for use by many threads. Failures are {@link LittoralException}, classified;
 * TRANSIENT on a write means that nobody knows whether it happened.
 */
public interface CatalogStore extends AutoCloseable {

    /**
     * Creates an object unless one of that key exists. Of many racing calls exactly one returns true, and its body is
     * what everyone reads from then on. Durable when it returns.
     *
     * @return true when this call created it, false when it was there. A false may be a lost answer's own first write:
     *     read it back to find out.
     */
    boolean createIfAbsent(String key, byte[] body) throws InterruptedException;

    /**
     * Writes an object, over one of that key if there is one. Readers see the old body or the new, whole. Durable on
     * return.
     */
    void put(String key, byte[] body) throws InterruptedException;

    /** Reads an object, or empty when there is none. A reply that was cut off is an error. */
    Optional<byte[]> get(String key) throws InterruptedException;

    /**
     * Reads an object that others write, of which nobody knows how large it is, or empty when there is none.
     *
     * @throws LittoralException INPUT when it has more bytes
     */
    default Optional<byte[]> get(String key, int maxBytes) throws InterruptedException {
        Optional<byte[]> body = get(key);
        if (body.isPresent()) {
            BlobStore.checkSize(address(key), body.get().length, maxBytes);
        }
        return body;
    }

    /**
     * Keys that start with a prefix, in ASCII order.
     *
     * @param prefix ends in {@code /}, or is empty for all keys
     * @param startAfter only keys beyond this one, or null
     * @param limit the maximum number of keys, at least 1
     */
    List<String> list(String prefix, String startAfter, int limit) throws InterruptedException;

    /** Deletes objects; those that are not there are passed over. */
    void delete(Collection<String> keys) throws InterruptedException;

    /**
     * The same store, of whose requests another observer is notified as well. Closed with this.
     *
     * @param observer notified of calls where the store does not know what requests they become
     */
    default CatalogStore observed(StoreObserver observer) {
        return new ObservedStore(this, observer);
    }

    /** The store's address as a person knows it, without secrets: {@code s3://bucket/prefix} or a folder's path. */
    String location();

    /** Where the object of a key is, for people. */
    default String address(String key) {
        String location = location();
        return location.endsWith("/") ? location + key : location + "/" + key;
    }

    @Override
    void close();
}
