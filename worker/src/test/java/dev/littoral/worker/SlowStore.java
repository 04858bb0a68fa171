package dev.littoral.worker;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.workflows.model.FailureType;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** A catalog's store as somebody sees it who is held up before and after each request. */
final class SlowStore implements CatalogStore {
    private final CatalogStore store;
    private final LongSupplier millis;
    private final boolean insists;
    private volatile Instant answered = Instant.MIN;

    /**
     * A store.
     *
     * @param millis how long the next hold-up is
     * @param insists whether what fails for now is tried again until it succeeds
     */
    SlowStore(CatalogStore store, LongSupplier millis, boolean insists) {
        this.store = store;
        this.millis = millis;
        this.insists = insists;
    }

    /** When the last request was answered, as far as the one who sent it knows. */
    Instant answered() {
        return answered;
    }

    private interface Request<T> {
        T send() throws InterruptedException;
    }

    private <T> T held(Request<T> request) throws InterruptedException {
        Thread.sleep(millis.getAsLong());
        T answer = null;
        for (boolean done = false; !done; ) {
            try {
                answer = request.send();
                done = true;
            } catch (LittoralException e) {
                if (!insists || e.type() != FailureType.TRANSIENT) {
                    throw e;
                }
                Thread.sleep(100);
            }
        }
        Thread.sleep(millis.getAsLong());
        answered = Instant.now();
        return answer;
    }

    @Override
    public boolean createIfAbsent(String key, byte[] body) throws InterruptedException {
        return held(() -> store.createIfAbsent(key, body));
    }

    @Override
    public void put(String key, byte[] body) throws InterruptedException {
        held(() -> {
            store.put(key, body);
            return true;
        });
    }

    @Override
    public Optional<byte[]> get(String key) throws InterruptedException {
        return held(() -> store.get(key));
    }

    @Override
    public Optional<byte[]> get(String key, int maxBytes) throws InterruptedException {
        return held(() -> store.get(key, maxBytes));
    }

    @Override
    public List<String> list(String prefix, String startAfter, int limit) throws InterruptedException {
        return held(() -> store.list(prefix, startAfter, limit));
    }

    @Override
    public void delete(Collection<String> keys) throws InterruptedException {
        held(() -> {
            store.delete(keys);
            return true;
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
