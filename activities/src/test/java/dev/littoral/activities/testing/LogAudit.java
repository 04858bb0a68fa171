package dev.littoral.activities.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.ZstdInputStream;
import dev.littoral.activities.storage.CatalogStore;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.roaringbitmap.longlong.Roaring64NavigableMap;

/**
 * Reads a collection's catalog as the document on its format says, with nothing of the code under test, and names
 * everything that breaks a promise.
 */
public final class LogAudit {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PAGE = 1_000;

    private final CatalogStore store;
    private final String collectionId;
    private final List<String> findings = new ArrayList<>();

    /** The dead rows of the snapshot before, by segment and fragment. */
    private Map<Long, Map<String, Roaring64NavigableMap>> deadBefore = Map.of();

    private LogAudit(CatalogStore store, String collectionId) {
        this.store = store;
        this.collectionId = collectionId;
    }

    /** What is wrong with a collection; nothing when all is well. */
    public static List<String> findings(CatalogStore store, String collectionId) throws InterruptedException {
        LogAudit audit = new LogAudit(store, collectionId);
        audit.audit();
        return audit.findings;
    }

    /** The rows of each file that the newest version serves, by path. */
    public static Map<String, Long> served(CatalogStore store, String collectionId) throws InterruptedException {
        LogAudit audit = new LogAudit(store, collectionId);
        List<JsonNode> log = audit.log();
        Map<String, Long> served = new TreeMap<>();
        if (!log.isEmpty() && log.getLast().has("snapshot")) {
            for (JsonNode file : audit.files(log.getLast())) {
                if (!file.has("skipped") && !file.has("deadSince")) {
                    served.put(
                            file.get("path").asText(),
                            file.get("rows").asLong()
                                    - file.path("deletes").path("count").asLong());
                }
            }
        }
        return served;
    }

    /** The deleted rows of each file that the newest version serves, by path; nothing of files that have none. */
    public static Map<String, List<Long>> deleted(CatalogStore store, String collectionId) throws InterruptedException {
        LogAudit audit = new LogAudit(store, collectionId);
        Map<String, List<Long>> deleted = new TreeMap<>();
        for (JsonNode file : files(store, collectionId, audit.log().getLast())) {
            if (file.has("deletes")) {
                List<Long> rows = new ArrayList<>();
                audit.deletedRows(file).forEach((long row) -> rows.add(row));
                deleted.put(file.get("path").asText(), rows);
            }
        }
        return deleted;
    }

    /**
     * The files that the snapshot of a version lists, in order.
     *
     * @param head the version, as it is in the store
     */
    public static List<JsonNode> files(CatalogStore store, String collectionId, JsonNode head)
            throws InterruptedException {
        LogAudit audit = new LogAudit(store, collectionId);
        List<JsonNode> files = audit.files(head);
        if (!audit.findings.isEmpty()) {
            throw new AssertionError(audit.findings.toString());
        }
        files.removeIf(file -> file.has("deadSince"));
        return files;
    }

    private List<JsonNode> log() throws InterruptedException {
        List<JsonNode> log = new ArrayList<>();
        for (String key : keys("head/")) {
            JsonNode head = json(store.get(key).orElseThrow());
            findings.addAll(CatalogSchemas.HEAD.faults(head));
            log.add(0, head);
        }
        return log;
    }

    private List<String> keys(String folder) throws InterruptedException {
        List<String> keys = new ArrayList<>();
        List<String> page;
        do {
            page = store.list(collectionId + "/" + folder, keys.isEmpty() ? null : keys.getLast(), PAGE);
            keys.addAll(page);
        } while (page.size() == PAGE);
        return keys;
    }

    private void audit() throws InterruptedException {
        JsonNode before = null;
        List<JsonNode> log = log();
        // What is served again may be of a version that was cleaned away.
        boolean isWhole = !log.isEmpty() && log.getFirst().get("version").asLong() == 1;
        Set<String> commitIds = new HashSet<>();
        Set<JsonNode> served = new HashSet<>();
        Map<Long, String> owners = new HashMap<>();
        for (JsonNode head : log) {
            String at = "version " + head.get("version").asLong();
            check(commitIds.add(head.get("commitId").asText()), at + " repeats a commitId");
            if (before != null) {
                check(head.get("version").asLong() == before.get("version").asLong() + 1, at + " leaves a gap");
                check(!before.get("kind").asText().equals("RETIRED"), at + " follows the end");
                check(
                        head.get("nextSegmentId").asLong()
                                >= before.get("nextSegmentId").asLong(),
                        at + " takes ids back");
                check(head.get("update").asLong() >= before.get("update").asLong(), at + " is an older update's");
                boolean declared = head.get("kind").asText().equals("DECLARED");
                check(
                        head.get("generation").asLong()
                                == before.get("generation").asLong() + (declared ? 1 : 0),
                        at + " has the wrong generation");
                check(declared || head.get("source").equals(before.get("source")), at + " commits another source");
                check(
                        head.get("kind").asText().equals("COMMITTED")
                                || (head.get("kind").asText().equals("ROLLED_BACK")
                                        && (!isWhole || served.contains(head.get("snapshot"))))
                                || java.util.Objects.equals(head.get("snapshot"), before.get("snapshot")),
                        at + " changes the snapshot without a commit");
            }
            if (head.has("snapshot") && head.get("kind").asText().equals("COMMITTED")) {
                snapshot(at, head, owners);
            } else if (head.get("kind").asText().equals("ROLLED_BACK")) {
                // Of the older snapshot that is served again it is not remembered which rows are dead.
                deadBefore = Map.of();
            }
            before = head;
            served.add(head.path("snapshot"));
        }
        for (String key : keys("staging/")) {
            findings.add("left in staging: " + key);
        }
    }

    private void snapshot(String at, JsonNode head, Map<Long, String> owners) throws InterruptedException {
        Map<Long, StringBuilder> segments = new HashMap<>();
        Map<Long, Map<String, Roaring64NavigableMap>> deadNow = new HashMap<>();
        long rows = 0;
        long dead = 0;
        long files = 0;
        long movedIn = 0;
        JsonNode last = null;
        List<JsonNode> lines = files(head);
        for (JsonNode file : lines) {
            String path = file.get("path").asText();
            check(last == null || follows(file, last), at + " has " + path + " out of order");
            last = file;
            boolean listed = !file.has("deadSince");
            if (file.has("skipped")) {
                continue;
            }
            files += listed ? 1 : 0;
            Roaring64NavigableMap deleted = deletedRows(file);
            long next = 0;
            for (JsonNode fragment : file.get("fragments")) {
                check(!listed || fragment.get("start").asLong() == next, at + " has a gap in " + path);
                next = fragment.get("end").asLong();
                long gone = fragment.path("dead").asLong();
                long start = fragment.get("start").asLong();
                check(
                        gone == (listed || file.has("movedTo") ? count(deleted, start, next) : next - start),
                        at + " has the fragment " + fragment + " of " + path);
                if (!fragment.has("segment")) {
                    check(gone == next - start, at + " has rows of " + path + " in no segment");
                    continue;
                }
                long segment = fragment.get("segment").asLong();
                if (fragment.path("movedIn").asBoolean()) {
                    check(listed, at + " has rows moved into " + path + ", which is gone");
                    movedIn += next - start;
                    continue;
                }
                dead += gone;
                if (gone > 0) {
                    Roaring64NavigableMap positions = new Roaring64NavigableMap();
                    positions.addRange(start, next);
                    if (listed || file.has("movedTo")) {
                        positions.and(deleted);
                    }
                    String content = path + "@" + file.get("version").asText() + "[" + start + "," + next + ")";
                    deadNow.computeIfAbsent(segment, any -> new HashMap<>()).put(content, positions);
                }
                check(segment < head.get("nextSegmentId").asLong(), at + " uses the future id " + segment);
                segments.computeIfAbsent(segment, any -> new StringBuilder())
                        .append(path)
                        .append('@')
                        .append(file.get("version").asText())
                        .append(fragment.get("start"))
                        .append('-')
                        .append(next);
            }
            if (listed) {
                check(next == file.get("rows").asLong(), at + " covers " + next + " rows of " + path);
                rows += next - deleted.getLongCardinality();
            }
        }
        long moved = moved(at, lines);
        check(moved == movedIn, at + " moves " + moved + " rows, and files have " + movedIn);
        JsonNode totals = head.get("snapshot").get("totals");
        check(totals.get("rows").asLong() == rows, at + " has " + rows + " rows and says " + totals);
        check(totals.path("dead").asLong() == dead, at + " has " + dead + " dead rows and says " + totals);
        check(totals.get("files").asLong() == files, at + " has " + files + " files and says " + totals);
        check(
                totals.get("segments").asLong() == segments.size(),
                at + " has " + segments.size() + " segments and says " + totals);
        deadBefore.forEach((id, fragments) -> fragments.forEach((content, then) -> {
            Roaring64NavigableMap now = deadNow.getOrDefault(id, Map.of()).get(content);
            check(
                    !segments.containsKey(id)
                            || (now != null
                                    && Roaring64NavigableMap.andNot(then, now).isEmpty()),
                    at + " brings dead rows of segment " + id + " back to life: " + content);
        }));
        deadBefore = deadNow;
        segments.forEach((id, content) -> {
            String other = owners.putIfAbsent(id, content.toString());
            check(other == null || other.contentEquals(content), at + " gives segment " + id + " another content");
        });
    }

    /** How many rows of files that are gone are in others, each in the segment and as dead as where it was. */
    private long moved(String at, List<JsonNode> lines) throws InterruptedException {
        Map<String, JsonNode> listed = new HashMap<>();
        lines.stream()
                .filter(line -> !line.has("deadSince"))
                .forEach(line -> listed.put(line.get("path").asText(), line));
        long rows = 0;
        for (JsonNode line : lines) {
            for (JsonNode to : line.path("movedTo")) {
                JsonNode file = listed.get(to.get("file").asText());
                if (file == null || !file.get("version").equals(to.get("version"))) {
                    findings.add(at + " moves rows to " + to.get("file") + ", which it does not list");
                    continue;
                }
                Roaring64NavigableMap dead = deletedRows(line);
                Roaring64NavigableMap deadThere = deletedRows(file);
                for (JsonNode range : to.get("rows")) {
                    long start = range.get("start").asLong();
                    long end = range.get("end").asLong();
                    long there = range.get("at").asLong();
                    JsonNode here = fragment(line, start, end);
                    JsonNode host = fragment(file, there, there + end - start);
                    check(
                            here != null
                                    && host != null
                                    && host.path("movedIn").asBoolean()
                                    && host.get("segment").equals(here.get("segment")),
                            at + " moves " + range + " of " + line.get("path") + " from " + here + " to " + host);
                    for (long row = start; row < end; row++) {
                        check(
                                dead.contains(row) == deadThere.contains(there + row - start),
                                at + " has row " + row + " of " + line.get("path") + " dead in one place only");
                    }
                    rows += end - start;
                }
            }
        }
        return rows;
    }

    private static JsonNode fragment(JsonNode line, long start, long end) {
        for (JsonNode fragment : line.get("fragments")) {
            if (fragment.get("start").asLong() <= start
                    && end <= fragment.get("end").asLong()) {
                return fragment;
            }
        }
        return null;
    }

    /** The rows that a file's bitmap says are deleted. */
    private Roaring64NavigableMap deletedRows(JsonNode file) throws InterruptedException {
        Roaring64NavigableMap rows = new Roaring64NavigableMap();
        JsonNode ref = file.get("deletes");
        if (ref == null) {
            return rows;
        }
        String key = ref.get("key").asText();
        byte[] object = store.get(collectionId + "/" + key).orElse(null);
        if (object == null) {
            throw new AssertionError(collectionId + "/" + key + " is missing");
        }
        int offset = ref.get("offset").asInt();
        byte[] bitmap =
                Arrays.copyOfRange(object, offset, offset + ref.get("length").asInt());
        check(sha256(bitmap).equals(ref.get("sha256").asText()), ref + " has another digest");
        try {
            rows.deserializePortable(new DataInputStream(new ByteArrayInputStream(bitmap)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        check(rows.getLongCardinality() == ref.get("count").asLong(), ref + " has another count");
        return rows;
    }

    private static long count(Roaring64NavigableMap rows, long from, long to) {
        return rows.rankLong(to - 1) - (from == 0 ? 0 : rows.rankLong(from - 1));
    }

    /** Dead files come before the one that is listed, in the order in which they died. */
    private static boolean follows(JsonNode file, JsonNode last) {
        int order = compare(last.get("path").asText(), file.get("path").asText());
        return order < 0
                || (order == 0
                        && last.has("deadSince")
                        && (!file.has("deadSince")
                                || last.get("deadSince").asLong()
                                        < file.get("deadSince").asLong()));
    }

    private List<JsonNode> files(JsonNode head) throws InterruptedException {
        JsonNode ref = head.get("snapshot");
        List<JsonNode> files = new ArrayList<>();
        JsonNode root = lines(object(ref.get("key").asText(), ref.get("sha256").asText()))
                .get(0);
        findings.addAll(CatalogSchemas.ROOT.faults(root));
        for (JsonNode shard : root.get("shards")) {
            files.addAll(
                    lines(object(shard.get("key").asText(), shard.get("sha256").asText())));
        }
        files.forEach(file -> findings.addAll(CatalogSchemas.SHARD_LINE.faults(file)));
        return files;
    }

    private byte[] object(String key, String sha256) throws InterruptedException {
        byte[] bytes = store.get(collectionId + "/" + key).orElse(null);
        if (bytes == null) {
            throw new AssertionError(collectionId + "/" + key + " is missing");
        }
        check(sha256(bytes).equals(sha256), key + " has another digest");
        return bytes;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<JsonNode> lines(byte[] compressed) {
        try (ZstdInputStream in = new ZstdInputStream(new ByteArrayInputStream(compressed))) {
            List<JsonNode> lines = new ArrayList<>();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
                if (!line.isEmpty()) {
                    lines.add(JSON.readTree(line));
                }
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode json(byte[] bytes) {
        try {
            return JSON.readTree(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int compare(String a, String b) {
        return java.util.Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }

    private void check(boolean holds, String finding) {
        if (!holds) {
            findings.add(finding);
        }
    }
}
