package dev.littoral.activities.steps;

import dev.littoral.activities.storage.CatalogStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * Notes the key of every call to a store, and what is written, and lets a test step in. Safe for use by many threads.
 */
final class WatchedStore implements CatalogStore {
    /** Steps in before a write. */
    interface Step {
        void before(String key) throws InterruptedException;
    }

    private final CatalogStore store;
    private final List<String> read = new ArrayList<>();
    private final List<String> written = new ArrayList<>();
    private long bytesWritten;
    private final LongAdder requests = new LongAdder();
    private volatile Step step = key -> {};

    WatchedStore(CatalogStore store) {
        this.store = store;
    }

    void beforeEachWrite(Step newStep) {
        step = newStep;
    }

    /** Forgets what was noted. */
    synchronized void forget() {
        read.clear();
        written.clear();
        bytesWritten = 0;
        requests.reset();
    }

    synchronized List<String> read() {
        return List.copyOf(read);
    }

    synchronized List<String> written() {
        return List.copyOf(written);
    }

    /** Every request, as a store bills it: a call is one, whatever it deletes. */
    long requests() {
        return requests.sum();
    }

    synchronized long bytesWritten() {
        return bytesWritten;
    }

    private synchronized void noteRead(String key) {
        read.add(key);
    }

    private synchronized void noteWritten(String key, long bytes) {
        written.add(key);
        bytesWritten += bytes;
    }

    @Override
    public boolean createIfAbsent(String key, byte[] body) throws InterruptedException {
        step.before(key);
        noteWritten(key, body.length);
        requests.increment();
        return store.createIfAbsent(key, body);
    }

    @Override
    public void put(String key, byte[] body) throws InterruptedException {
        step.before(key);
        noteWritten(key, body.length);
        requests.increment();
        store.put(key, body);
    }

    @Override
    public Optional<byte[]> get(String key) throws InterruptedException {
        noteRead(key);
        requests.increment();
        return store.get(key);
    }

    @Override
    public List<String> list(String prefix, String startAfter, int limit) throws InterruptedException {
        requests.increment();
        return store.list(prefix, startAfter, limit);
    }

    @Override
    public void delete(Collection<String> keys) throws InterruptedException {
        keys.forEach(key -> noteWritten(key, 0));
        requests.increment();
        store.delete(keys);
    }

    @Override
    public String location() {
        return store.location();
    }

    @Override
    public void close() {
        store.close();
    }
}
