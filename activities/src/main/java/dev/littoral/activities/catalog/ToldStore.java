package dev.littoral.activities.catalog;

import dev.littoral.activities.RequestListener;
import dev.littoral.activities.RequestListener.Store;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** A store without HTTP whose requests somebody hears of. */
record ToldStore(ObjectStore store, RequestListener requests) implements ObjectStore {

    /** What is asked of the store. */
    private interface Request<T> {
        T send() throws InterruptedException;
    }

    private <T> T tell(String kind, Request<T> request) throws InterruptedException {
        String status = RequestListener.ERROR;
        try {
            T answer = request.send();
            status = RequestListener.OK;
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
