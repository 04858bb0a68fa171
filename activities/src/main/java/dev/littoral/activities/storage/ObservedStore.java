package dev.littoral.activities.storage;

import dev.littoral.activities.storage.StoreObserver.Role;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** A catalog store decorated with an observer of its calls, whatever requests each call becomes. */
public record ObservedStore(CatalogStore store, StoreObserver observer) implements CatalogStore {
    private <T> T observe(String kind, StoreObserver.Request<T, RuntimeException> request) throws InterruptedException {
        return observer.observe(Role.CATALOG, kind, request);
    }

    @Override
    public boolean createIfAbsent(String key, byte[] body) throws InterruptedException {
        boolean created = observe("CREATE", () -> store.createIfAbsent(key, body));
        observer.written(Role.CATALOG, created ? body.length : 0);
        return created;
    }

    @Override
    public void put(String key, byte[] body) throws InterruptedException {
        observe("PUT", () -> {
            store.put(key, body);
            return null;
        });
        observer.written(Role.CATALOG, body.length);
    }

    @Override
    public Optional<byte[]> get(String key) throws InterruptedException {
        return read(observe("GET", () -> store.get(key)));
    }

    @Override
    public Optional<byte[]> get(String key, int maxBytes) throws InterruptedException {
        return read(observe("GET", () -> store.get(key, maxBytes)));
    }

    private Optional<byte[]> read(Optional<byte[]> body) {
        body.ifPresent(bytes -> observer.read(Role.CATALOG, bytes.length));
        return body;
    }

    @Override
    public List<String> list(String prefix, String startAfter, int limit) throws InterruptedException {
        return observe("LIST", () -> store.list(prefix, startAfter, limit));
    }

    @Override
    public void delete(Collection<String> keys) throws InterruptedException {
        observe("DELETE", () -> {
            store.delete(keys);
            return null;
        });
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
