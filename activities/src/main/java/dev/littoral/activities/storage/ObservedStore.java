package dev.littoral.activities.storage;

import dev.littoral.activities.storage.StoreObserver.Store;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** A store without HTTP whose requests somebody hears of. */
record ObservedStore(ObjectStore store, StoreObserver requests) implements ObjectStore {

    /** What is asked of the store. */
    private interface Request<T> {
        T send() throws InterruptedException;
    }

    private <T> T tell(String kind, Request<T> request) throws InterruptedException {
        String status = StoreObserver.ERROR;
        try {
            T answer = request.send();
            status = StoreObserver.OK;
            return answer;
        } finally {
            requests.answered(Store.CATALOG, kind, status);
        }
    }

    @Override
    public boolean createIfAbsent(String key, byte[] body) throws InterruptedException {
        return tell("PUT", () -> store.createIfAbsent(key, body));
    }

    @Override
    public void put(String key, byte[] body) throws InterruptedException {
        tell("PUT", () -> {
            store.put(key, body);
            return null;
        });
    }

    @Override
    public Optional<byte[]> get(String key) throws InterruptedException {
        return tell("GET", () -> store.get(key));
    }

    @Override
    public List<String> list(String prefix, String startAfter, int limit) throws InterruptedException {
        return tell("LIST", () -> store.list(prefix, startAfter, limit));
    }

    @Override
    public void delete(Collection<String> keys) throws InterruptedException {
        tell("DELETE", () -> {
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
