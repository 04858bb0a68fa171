package dev.littoral.activities.storage;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts the calls to a store. Safe for use by many threads. */
public final class CountingStore implements ObjectStore {
    private final ObjectStore store;
    private final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();

    public CountingStore(ObjectStore store) {
        this.store = store;
    }

    /** Calls so far, by kind, as {@code catalog.get}: a new map, which the caller may add to. */
    public Map<String, Long> requests() {
        Map<String, Long> requests = new TreeMap<>();
        counts.forEach((kind, count) -> requests.put("catalog." + kind, count.sum()));
        return requests;
    }

    @Override
    public boolean createIfAbsent(String key, byte[] body) throws InterruptedException {
        count("create");
        return store.createIfAbsent(key, body);
    }

    @Override
    public void put(String key, byte[] body) throws InterruptedException {
        count("put");
        store.put(key, body);
    }

    @Override
    public Optional<byte[]> get(String key) throws InterruptedException {
        count("get");
        return store.get(key);
    }

    @Override
    public List<String> list(String prefix, String startAfter, int limit) throws InterruptedException {
        count("list");
        return store.list(prefix, startAfter, limit);
    }

    @Override
    public void delete(Collection<String> keys) throws InterruptedException {
        count("delete");
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

    private void count(String kind) {
        counts.computeIfAbsent(kind, k -> new LongAdder()).increment();
    }
}
