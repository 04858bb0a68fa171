package dev.littoral.activities.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStream;
import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.testing.SealedHead;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    /** What was seen at a first look. */
    private final Map<String, Optional<byte[]>> seen = new HashMap<>();

    private final Map<String, List<String>> listed = new HashMap<>();

    /** The version that the shards that are balanced come from. */
    private final long baseVersion;

    private MutantStore(Safeguard lost, CatalogStore store) {
        this(lost, store, 0);
    }

    private MutantStore(Safeguard lost, CatalogStore store, long baseVersion) {
        this.baseVersion = baseVersion;
        this.lost = lost;
        this.store = store;
    }

    /** The store as a step sees it. */
    static CatalogStore of(Safeguard lost, Step step, CatalogStore store) {
        return switch (lost) {
            case OWN_COMMIT_READ_BACK, CONTENT_OF_OWN_COMMIT -> new MutantStore(lost, store);
            case DELETES_THAT_SHRINK, DELETES_THAT_DIFFER ->
                step instanceof Step.Balance balance
                        ? new MutantStore(
                                lost,
                                store,
                                CatalogLayout.versionOfFolder(balance.request().objects()) - 1)
                        : store;
            case BOUNDARY, BOUNDARY_BEFORE_SECOND_LOOK, SECOND_LOOK ->
                step instanceof Step.Clean ? new MutantStore(lost, store) : store;
            case LEASE_OF_ROLLBACK -> step instanceof Step.RollBack ? new MutantStore(lost, store) : store;
            case LEASE_BEFORE_LOOK -> step instanceof Step.Lease ? new MutantStore(lost, store) : store;
            case ROOT_BEFORE_HEAD -> step instanceof Step.Commit ? new MutantStore(lost, store) : store;
            case VERSIONS_BEFORE_OBJECTS -> step instanceof Step.Clean ? new MutantStore(lost, store) : store;
            default -> store;
        };
    }

    @Override
    public boolean createIfAbsent(String key, byte[] body) throws InterruptedException {
        boolean holdsBack = switch (lost) {
            case BOUNDARY, BOUNDARY_BEFORE_SECOND_LOOK -> key.contains("/boundary/");
            case LEASE_BEFORE_LOOK, LEASE_OF_ROLLBACK -> key.contains("/consumers/");
            default -> false;
        };
        if (holdsBack) {
            heldKey = key;
            held = body;
            return true;
        }
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
        if (!key.contains("/head/")) {
            return;
        }
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
        if (key.equals(heldKey)) {
            return Optional.of(held);
        }
        if (lost == Safeguard.LEASE_BEFORE_LOOK && key.contains("/boundary/")) {
            Optional<byte[]> boundary = store.get(key);
            store.createIfAbsent(heldKey, held);
            return boundary;
        }
        if (lost == Safeguard.SECOND_LOOK && key.contains("/consumers/")) {
            if (!seen.containsKey(key)) {
                seen.put(key, store.get(key));
            }
            return seen.get(key);
        }
        Optional<byte[]> found = store.get(key);
        if (found.isPresent() && key.contains("/changes-")) {
            return Optional.of(withSegmentsOfBase(found.get()));
        }
        if (!key.equals(doubtfulKey) || found.isEmpty() || !id(found.get()).equals(id(doubtful))) {
            return found;
        }
        return switch (lost) {
            case OWN_COMMIT_READ_BACK -> Optional.of(withId(found.get(), "somebody else's"));
            case CONTENT_OF_OWN_COMMIT -> Arrays.equals(found.get(), doubtful) ? found : Optional.of(doubtful);
            default -> found;
        };
    }

    /** Files of the base that are to get new segments keep those that they have there. */
    private byte[] withSegmentsOfBase(byte[] changes) throws InterruptedException {
        ObjectNode head = read(store.get(World.key(baseVersion)).orElseThrow());
        if (!head.has("snapshot")) {
            return changes;
        }
        Map<String, ObjectNode> base = new HashMap<>();
        for (JsonNode shard : lines(object(head.get("snapshot"))).getFirst().get("shards")) {
            for (ObjectNode line : lines(object(shard))) {
                base.put(line.get("path") + " " + line.get("version"), line);
            }
        }
        StringBuilder text = new StringBuilder();
        for (ObjectNode line : lines(changes)) {
            ObjectNode before = base.get(line.get("path") + " " + line.get("version"));
            if (before != null && !before.has("deadSince")) {
                for (int i = 0; i < line.get("fragments").size(); i++) {
                    ObjectNode fragment = (ObjectNode) line.get("fragments").get(i);
                    JsonNode kept = before.get("fragments").get(i);
                    fragment.set("segment", kept.get("segment"));
                    fragment.put(
                            "bornDead",
                            Math.min(
                                    kept.path("bornDead").asLong(),
                                    fragment.path("dead").asLong()));
                }
            }
            text.append(line).append('\n');
        }
        return Zstd.compress(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private byte[] object(JsonNode ref) throws InterruptedException {
        return store.get(World.COLLECTION + "/" + ref.get("key").asText()).orElseThrow();
    }

    private static List<ObjectNode> lines(byte[] compressed) {
        try (ZstdInputStream in = new ZstdInputStream(new ByteArrayInputStream(compressed))) {
            List<ObjectNode> lines = new ArrayList<>();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
                if (!line.isEmpty()) {
                    lines.add((ObjectNode) JSON.readTree(line));
                }
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        if (lost == Safeguard.SECOND_LOOK && prefix.contains("/consumers/")) {
            String listing = prefix + " " + startAfter;
            if (!listed.containsKey(listing)) {
                listed.put(listing, store.list(prefix, startAfter, limit));
            }
            return listed.get(listing);
        }
        if (heldKey != null && heldKey.startsWith(prefix)) {
            return List.of(heldKey);
        }
        List<String> keys = store.list(prefix, startAfter, limit);
        if (lost == Safeguard.LEASE_BEFORE_LOOK && prefix.contains("/boundary/") && keys.isEmpty()) {
            store.createIfAbsent(heldKey, held);
        }
        return keys;
    }

    @Override
    public void delete(Collection<String> keys) throws InterruptedException {
        if (lost == Safeguard.BOUNDARY_BEFORE_SECOND_LOOK && held != null) {
            store.createIfAbsent(heldKey, held);
            held = null;
        }
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
