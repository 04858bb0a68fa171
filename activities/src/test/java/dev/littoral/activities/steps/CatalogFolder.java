package dev.littoral.activities.steps;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStream;
import dev.littoral.activities.testing.SealedHead;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A catalog's folder in the hands of somebody who edits it. Forging keeps the digests above what is edited right, as
 * somebody would who knows the format.
 */
final class CatalogFolder {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long LAST = 9_999_999_999L;

    private final Path collection;

    CatalogFolder(Path catalog) {
        this.collection = catalog.resolve("c");
    }

    /** A copy that may be spoilt. */
    static CatalogFolder copy(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                if (!Files.exists(copy)) {
                    Files.copy(file, copy);
                }
            }
            Path marker = to.resolve("_littoral/store.json");
            Files.createDirectories(marker.getParent());
            Files.writeString(
                    marker, "{\"format\":1,\"location\":\"" + to + "\",\"probedAt\":\"2026-01-01T00:00:00Z\"}");
            return new CatalogFolder(to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path path(String key) {
        return collection.resolve(key);
    }

    Path marker() {
        return collection.resolveSibling("_littoral").resolve("store.json");
    }

    Path headPath(long version) {
        return path("head/%010d.json".formatted(LAST - version));
    }

    ObjectNode head(long version) {
        return json(read(headPath(version))).without("sha256");
    }

    String rootKey(long version) {
        return head(version).get("snapshot").get("key").asText();
    }

    ObjectNode root(long version) {
        return json(expand(read(path(rootKey(version)))));
    }

    String shardKey(long version, int shard) {
        return root(version).get("shards").get(shard).get("key").asText();
    }

    String skipKey(long version) {
        return root(version).get("skipped").get("key").asText();
    }

    List<ObjectNode> lines(String key) {
        return new String(expand(read(path(key))), UTF_8)
                .lines()
                .map(line -> json(line.getBytes(UTF_8)))
                .toList();
    }

    void editHead(long version, Consumer<ObjectNode> edit) {
        ObjectNode head = head(version);
        edit.accept(head);
        write(headPath(version), SealedHead.of(head));
    }

    /** Gives a snapshot another skip report. */
    void forgeSkipReport(long version, String text) {
        byte[] compressed = compress(text);
        write(path(skipKey(version)), compressed);
        forgeRoot(version, root -> ((ObjectNode) root.get("skipped")).put("sha256", hex(compressed)));
    }

    /** Edits a root, and every head version that names it. */
    void forgeRoot(long version, Consumer<ObjectNode> edit) {
        String key = rootKey(version);
        ObjectNode root = root(version);
        edit.accept(root);
        replaceRoot(key, root);
    }

    private void replaceRoot(String key, ObjectNode root) {
        byte[] compressed = Zstd.compress(bytes(root));
        write(path(key), compressed);
        for (long version : versions()) {
            editHead(version, head -> {
                if (head.path("snapshot").path("key").asText().equals(key)) {
                    ((ObjectNode) head.get("snapshot"))
                            .put("sha256", hex(compressed))
                            .set("totals", root.get("totals"));
                }
            });
        }
    }

    /** Edits the files of a shard, and every root and head version above it: digests, totals, listings and schemas. */
    void forgeShard(String key, Consumer<List<ObjectNode>> edit) {
        List<ObjectNode> lines = new ArrayList<>(lines(key));
        edit.accept(lines);
        forgeText(key, lines, text(lines));
    }

    /** Gives a shard another text, which need not be what its lines are. */
    void forgeText(String key, List<ObjectNode> lines, String text) {
        byte[] compressed = Zstd.compress(text.getBytes(UTF_8));
        write(path(key), compressed);
        Set<String> done = new HashSet<>();
        for (long version : versions()) {
            if (!head(version).has("snapshot") || !done.add(rootKey(version))) {
                continue;
            }
            ObjectNode root = root(version);
            boolean names = false;
            for (JsonNode shard : root.get("shards")) {
                if (shard.get("key").asText().equals(key)) {
                    names = true;
                    ObjectNode named = (ObjectNode) shard;
                    named.put("sha256", hex(compressed)).put("listing", listing(lines));
                    named.set("totals", totals(lines));
                    named.set("schemas", schemas(lines));
                    named.remove("unread");
                }
            }
            if (names) {
                root.set("totals", sum(root.get("shards")));
                replaceRoot(rootKey(version), root);
            }
        }
    }

    static String text(List<ObjectNode> lines) {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    private static ObjectNode sum(JsonNode shards) {
        ObjectNode sum = JSON.createObjectNode();
        for (String name : List.of("files", "bytes", "fragments", "rows", "segments", "skipped", "dead")) {
            long all = 0;
            for (JsonNode shard : shards) {
                all += shard.get("totals").path(name).asLong();
            }
            sum.put(name, all);
        }
        return sum;
    }

    private static ObjectNode totals(List<ObjectNode> lines) {
        ObjectNode totals = JSON.createObjectNode();
        Set<Long> segments = new HashSet<>();
        long files = 0;
        long bytes = 0;
        long fragments = 0;
        long rows = 0;
        long skipped = 0;
        long dead = 0;
        for (ObjectNode line : lines) {
            if (line.has("skipped")) {
                skipped++;
                continue;
            }
            for (JsonNode fragment : line.path("fragments")) {
                dead += fragment.path("dead").asLong();
                segments.add(fragment.path("segment").asLong());
            }
            if (line.has("deadSince")) {
                continue;
            }
            files++;
            bytes += line.path("bytes").asLong();
            rows += line.path("rows").asLong();
            fragments += line.path("fragments").size();
        }
        return totals.put("files", files)
                .put("bytes", bytes)
                .put("fragments", fragments)
                .put("rows", rows)
                .put("segments", segments.size())
                .put("skipped", skipped)
                .put("dead", dead);
    }

    private static ArrayNode schemas(List<ObjectNode> lines) {
        Set<String> schemas = new TreeSet<>();
        for (ObjectNode line : lines) {
            if (line.has("schema") && !line.has("deadSince")) {
                schemas.add(line.get("schema").asText());
            }
        }
        ArrayNode list = JSON.createArrayNode();
        schemas.forEach(list::add);
        return list;
    }

    private static String listing(List<ObjectNode> lines) {
        MessageDigest digest = sha256();
        for (ObjectNode line : lines) {
            if (line.has("deadSince")) {
                continue;
            }
            for (String field : List.of("path", "version")) {
                byte[] text = line.path(field).asText().getBytes(UTF_8);
                digest.update(ByteBuffer.allocate(4).putInt(text.length).flip());
                digest.update(text);
            }
            digest.update(
                    ByteBuffer.allocate(8).putLong(line.path("bytes").asLong()).flip());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    List<Long> versions() {
        try (Stream<Path> files = Files.list(path("head"))) {
            return files.map(file ->
                            LAST - Long.parseLong(file.getFileName().toString().substring(0, 10)))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void truncate(Path file) {
        byte[] bytes = read(file);
        write(file, java.util.Arrays.copyOf(bytes, bytes.length - 10));
    }

    void flip(Path file) {
        byte[] bytes = read(file);
        bytes[bytes.length / 2] ^= 1;
        write(file, bytes);
    }

    void swap(Path a, Path b) {
        byte[] bytes = read(a);
        write(a, read(b));
        write(b, bytes);
    }

    void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void write(Path file, String text) {
        write(file, text.getBytes(UTF_8));
    }

    void write(Path file, byte[] bytes) {
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] compress(String text) {
        return Zstd.compress(text.getBytes(UTF_8));
    }

    private static byte[] expand(byte[] compressed) {
        try (ZstdInputStream in = new ZstdInputStream(new ByteArrayInputStream(compressed))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(ObjectNode node) {
        return node.toString().getBytes(UTF_8);
    }

    private static ObjectNode json(byte[] bytes) {
        try {
            return (ObjectNode) JSON.readTree(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(sha256().digest(bytes));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
