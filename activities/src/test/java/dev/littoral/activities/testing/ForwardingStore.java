package dev.littoral.activities.testing;

import dev.littoral.activities.storage.CatalogStore;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** A decorator of an object store that does nothing itself; tests override what they want to happen otherwise. */
public class ForwardingStore implements CatalogStore {
    private final MemoryCatalogStore store;

    public ForwardingStore(MemoryCatalogStore store) {
        this.store = store;
    }

    @Override
    public boolean createIfAbsent(String key, byte[] body) {
        return store.createIfAbsent(key, body);
    }

    @Override
    public void put(String key, byte[] body) {
        store.put(key, body);
    }

    @Override
    public Optional<byte[]> get(String key) {
        return store.get(key);
    }

    @Override
    public List<String> list(String prefix, String startAfter, int limit) {
        return store.list(prefix, startAfter, limit);
    }

    @Override
    public void delete(Collection<String> keys) {
        store.delete(keys);
    }

    @Override
    public String location() {
        return store.location();
    }

    @Override
    public void close() {}
}
