package dev.littoral.activities.protocol;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.testing.SealedHead;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Stands between a step's code and the store, and takes a safeguard away by what it shows the one of the other. */
final class MutantStore implements CatalogStore {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Safeguard lost;
    private final CatalogStore store;

    /** The version whose create was not answered with a success, and what it should have been. */
    private String doubtfulKey;

    private byte[] doubtful;

    /** Writes held back. */
    private final List<String> heldDeletes = new ArrayList<>();

    private String heldKey;
    private byte[] held;

    private MutantStore(Safeguard lost, CatalogStore store) {
        this.lost = lost;
        this.store = store;
    }

    /** The store as a step sees it. */
    static CatalogStore of(Safeguard lost, Step step, CatalogStore store) {
        return switch (lost) {
            case OWN_COMMIT_READ_BACK, CONTENT_OF_OWN_COMMIT -> new MutantStore(lost, store);
            case ROOT_BEFORE_HEAD -> step instanceof Step.Commit ? new MutantStore(lost, store) : store;
            case VERSIONS_BEFORE_OBJECTS -> step instanceof Step.Clean ? new MutantStore(lost, store) : store;
            default -> store;
        };
    }

    @Override
    public boolean createIfAbsent(String key, byte[] body) throws InterruptedException {
        try {
            boolean created = store.createIfAbsent(key, body);
            if (!created) {
                doubt(key, body);
            }
            if (held != null) {
                byte[] late = held;
                held = null;
                store.put(heldKey, late);
            }
            return created;
        } catch (LittoralException e) {
            doubt(key, body);
            throw e;
        }
    }

    private void doubt(String key, byte[] body) {
        doubtfulKey = key;
        doubtful = body;
    }

    @Override
    public void put(String key, byte[] body) throws InterruptedException {
        if (lost == Safeguard.ROOT_BEFORE_HEAD && key.endsWith("root.json.zst")) {
            heldKey = key;
            held = body;
            return;
        }
        store.put(key, body);
    }

    @Override
    public Optional<byte[]> get(String key) throws InterruptedException {
        Optional<byte[]> found = store.get(key);
        if (!key.equals(doubtfulKey) || found.isEmpty() || !id(found.get()).equals(id(doubtful))) {
            return found;
        }
        return switch (lost) {
            case OWN_COMMIT_READ_BACK -> Optional.of(withId(found.get(), "somebody else's"));
            case CONTENT_OF_OWN_COMMIT -> Arrays.equals(found.get(), doubtful) ? found : Optional.of(doubtful);
            default -> found;
        };
    }

    private static String id(byte[] head) {
        return read(head).get("commitId").asText();
    }

    private static byte[] withId(byte[] head, String id) {
        return SealedHead.of(read(head).put("commitId", id)).getBytes(StandardCharsets.UTF_8);
    }

    private static ObjectNode read(byte[] head) {
        try {
            return (ObjectNode) JSON.readTree(head);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<String> list(String prefix, String startAfter, int limit) throws InterruptedException {
        return store.list(prefix, startAfter, limit);
    }

    @Override
    public void delete(Collection<String> keys) throws InterruptedException {
        if (lost == Safeguard.VERSIONS_BEFORE_OBJECTS && keys.stream().anyMatch(key -> key.contains("/head/"))) {
            heldDeletes.addAll(keys);
            return;
        }
        store.delete(keys);
        if (!heldDeletes.isEmpty()) {
            store.delete(List.copyOf(heldDeletes));
        }
    }

    @Override
    public String location() {
        return store.location();
    }

    @Override
    public void close() {}
}
