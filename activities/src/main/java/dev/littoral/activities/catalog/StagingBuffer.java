package dev.littoral.activities.catalog;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.StoreObserver;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A write-behind buffer before a catalog's store: what a collection's update stages stays in memory while it is little,
 * as nobody else may ever need it. All else goes to the store, and so does everything once the buffer was full. Safe
 * for use by many threads.
 */
public final class StagingBuffer implements CatalogStore {
    /** Few enough to be written one after the other. */
    private static final int MAX_OBJECTS = 32;

    private static final int MAX_BYTES = 1 << 20;

    private final CatalogStore store;
    private final Held held;

    /**
     * A buffer.
     *
     * @param holds whether it keeps anything in memory
     */
    public StagingBuffer(CatalogStore store, String collectionId, boolean holds) {
        this(store, new Held(collectionId, holds));
    }

    private StagingBuffer(CatalogStore store, Held held) {
        this.store = store;
        this.held = held;
    }

    /** The objects in memory. */
    private static final class Held {
        private final String collectionId;

        @GuardedBy("this")
        private final Map<String, byte[]> objects = new LinkedHashMap<>();

        @GuardedBy("this")
        private int bytes;

        @GuardedBy("this")
        private boolean holds;

        private volatile boolean hasWritten;

        Held(String collectionId, boolean holds) {
            this.collectionId = collectionId;
            this.holds = holds;
        }

        boolean isStaged(String key) {
            return key.startsWith(CatalogLayout.key(collectionId, CatalogLayout.STAGING));
        }

        synchronized Optional<byte[]> get(String key) {
            return Optional.ofNullable(objects.get(key));
        }

        synchronized boolean add(String key, byte[] body) {
            if (!holds || objects.size() == MAX_OBJECTS || body.length > MAX_BYTES - bytes) {
                return false;
            }
            byte[] before = objects.put(key, body);
            bytes += body.length - (before == null ? 0 : before.length);
            return true;
        }

        synchronized void writeTo(CatalogStore store) throws InterruptedException {
            holds = false;
            for (Iterator<Map.Entry<String, byte[]>> next = objects.entrySet().iterator(); next.hasNext(); ) {
                Map.Entry<String, byte[]> object = next.next();
                hasWritten = true;
                store.put(object.getKey(), object.getValue());
                next.remove();
            }
        }

        synchronized boolean isAtMost(int maxBytes) {
            return holds && bytes <= maxBytes;
        }
    }

    /** Whether all that was staged is in memory, and has no more bytes. */
    public boolean isAtMost(int maxBytes) {
        return held.isAtMost(maxBytes);
    }

    /** Whether a staged object is not in the store, by its key below the collection. */
    public boolean holds(String key) {
        return held.get(CatalogLayout.key(held.collectionId, key)).isPresent();
    }

    /** Whether something may be staged in the store. */
    public boolean hasWritten() {
        return held.hasWritten;
    }

    /** Writes what is in memory, as another step needs it, and keeps nothing from here on. */
    public void flush() throws InterruptedException {
        held.writeTo(store);
    }

    @Override
    public void put(String key, byte[] body) throws InterruptedException {
        if (held.isStaged(key)) {
            if (held.add(key, body)) {
                return;
            }
            flush();
            held.hasWritten = true;
        }
        store.put(key, body);
    }

    @Override
    public Optional<byte[]> get(String key) throws InterruptedException {
        return get(key, Integer.MAX_VALUE);
    }

    @Override
    public Optional<byte[]> get(String key, int maxBytes) throws InterruptedException {
        Optional<byte[]> found = held.get(key);
        return found.isPresent() ? found : store.get(key, maxBytes);
    }

    @Override
    public boolean createIfAbsent(String key, byte[] body) throws InterruptedException {
        return store.createIfAbsent(key, body);
    }

    /** Only what is in the store. */
    @Override
    public List<String> list(String prefix, String startAfter, int limit) throws InterruptedException {
        return store.list(prefix, startAfter, limit);
    }

    /** Only what is in the store. */
    @Override
    public void delete(Collection<String> keys) throws InterruptedException {
        store.delete(keys);
    }

    @Override
    public CatalogStore observed(StoreObserver observer) {
        return new StagingBuffer(store.observed(observer), held);
    }

    @Override
    public String location() {
        return store.location();
    }

    @Override
    public String address(String key) {
        return store.address(key);
    }

    @Override
    public void close() {
        store.close();
    }
}
