package dev.littoral.activities.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.ZstdInputStream;
import dev.littoral.activities.testing.CatalogSchemas;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.CommitResult;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.RollbackRequest;
import dev.littoral.workflows.model.UpdateState;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import org.roaringbitmap.longlong.Roaring64NavigableMap;

/**
 * Looks at the raw objects of a catalog after every write and at every answer, with nothing of the code under test, and
 * throws a {@link Violation} of the invariant, by its number in {@code docs/protocol.md}, that does not hold.
 */
final class Auditor {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String HEADS = World.COLLECTION + "/head/";

    /** What was read of a body or a version once. */
    private final Map<Body, JsonNode> heads = new HashMap<>();

    private final Map<Body, Snapshot> snapshots = new HashMap<>();

    /** What it remembers along one schedule. */
    static final class Memory {
        /** Every version there ever was. */
        private final TreeMap<Long, Body> log;

        private final Map<Flow.UpdateName, UpdateState> reports;
        private final Map<Flow.UpdateName, UpdateState> ends;
        private long declared;

        /** What each consumer holds, until when. */
        private final Map<String, Flow.Fact.Holds> holds;

        /** The newest generation when a source was asked for last. */
        private final Map<String, Long> asked;

        /** Versions below this one were said to be about to go. */
        private long below;

        /** The newest version when refreshing was resumed last. */
        private long resumed;

        /** Whether a request arrived after its client had given up: then nobody could know how its step ended. */
        private boolean late;

        Memory() {
            log = new TreeMap<>();
            reports = new TreeMap<>();
            ends = new TreeMap<>();
            holds = new TreeMap<>();
            asked = new TreeMap<>();
        }

        Memory(Memory other) {
            log = new TreeMap<>(other.log);
            reports = new TreeMap<>(other.reports);
            ends = new TreeMap<>(other.ends);
            holds = new TreeMap<>(other.holds);
            asked = new TreeMap<>(other.asked);
            declared = other.declared;
            resumed = other.resumed;
            below = other.below;
            late = other.late;
        }

        void arrivesLate() {
            late = true;
        }

        /** A new world begins, whose updates have other numbers. */
        void forgetUpdates() {
            reports.clear();
            ends.clear();
        }

        void words(List<Integer> words, ToIntFunction<Object> number) {
            log.values().forEach(body -> words.add(body.number()));
            words.add(-6);
            reports.forEach((update, end) -> words.add(number.applyAsInt(List.of(update, end))));
            words.add(-7);
            ends.forEach((update, end) -> words.add(number.applyAsInt(List.of(update, end))));
            words.add((int) declared * 2 + (late ? 1 : 0));
            words.add((int) resumed);
            words.add((int) below);
            words.add(-8);
            asked.forEach((uri, generation) -> words.add(number.applyAsInt(List.of(uri, generation))));
            words.add(-9);
            holds.values().forEach(hold -> words.add(number.applyAsInt(hold)));
        }
    }

    /**
     * A snapshot as its raw objects say.
     *
     * @param needed its objects by their keys
     * @param state the state of the source it lists
     * @param segments the layout of each segment
     * @param dead the dead rows of each segment, by the fragments they are in
     * @param living what the living rows of each segment are, by their numbers in it
     */
    private record Snapshot(
            Map<String, Body> needed,
            String uri,
            int state,
            Map<Long, String> segments,
            Map<Long, Map<String, Set<Long>>> dead,
            Map<Long, Map<Long, String>> living) {}

    /** A write was done at that time. Versions whose places others took long ago may be cleaned away. */
    void afterWrite(Map<String, Body> store, Memory memory, Instant time) {
        Instant keepFrom = time.minus(UpdateFlow.OPTIONS.keepVersionsFor());
        boundary(store, memory);
        memory.holds.values().forEach(hold -> held(hold, store, time));
        TreeMap<Long, Body> now = new TreeMap<>();
        store.forEach((key, body) -> {
            if (key.startsWith(HEADS)) {
                now.put(World.versionOf(key), body);
            }
        });
        now.forEach((version, body) -> {
            Body before = memory.log.get(version);
            if (before == null) {
                version(version, body, store, memory);
            } else {
                check(
                        before.equals(body),
                        1,
                        "version " + version + " was " + words(before) + " and is " + words(body));
            }
        });
        memory.log.forEach((version, body) -> {
            if (!now.containsKey(version)) {
                Body next = memory.log.get(version + 1);
                check(next != null, 1, "version " + version + ", the newest, is gone");
                check(
                        Instant.parse(read(next).get("time").asText()).isBefore(keepFrom),
                        11,
                        "version " + version + " is gone, though version " + (version + 1) + " took its place only at "
                                + read(next).get("time").asText() + " and versions can be read until " + keepFrom);
            }
        });
        for (Map.Entry<Long, Body> each : now.entrySet()) {
            for (Map.Entry<String, Body> needed :
                    snapshot(each.getValue(), store).needed().entrySet()) {
                Body found = store.get(needed.getKey());
                check(found != null, 7, "version " + each.getKey() + " needs " + needed.getKey() + ", which is gone");
                check(
                        needed.getValue().equals(found),
                        7,
                        "version " + each.getKey() + " needs " + needed.getKey() + ", which is another now");
            }
        }
    }

    /** The newest entry says which versions are about to go; it never goes back. */
    private void boundary(Map<String, Body> store, Memory memory) {
        for (Map.Entry<String, Body> each : store.entrySet()) {
            if (each.getKey().startsWith(World.COLLECTION + "/consumers/")) {
                follows(CatalogSchemas.CONSUMER_ENTRY, read(each.getValue()), each.getKey());
            }
        }
        Optional<Map.Entry<String, Body>> newest = store.entrySet().stream()
                .filter(each -> each.getKey().startsWith(World.COLLECTION + "/boundary/"))
                .findFirst();
        if (newest.isPresent()) {
            JsonNode entry = read(newest.get().getValue());
            follows(CatalogSchemas.BOUNDARY, entry, newest.get().getKey());
            long below = entry.get("below").asLong();
            check(below >= memory.below, 13, "the boundary goes back from " + memory.below + " to " + below);
            memory.below = below;
        }
    }

    /** A consumer has the version that it holds until its lease ends, by its own clock. */
    private static void held(Flow.Fact.Holds hold, Map<String, Body> store, Instant time) {
        check(
                !Code.consumerTime(time).isBefore(hold.until()) || store.containsKey(World.key(hold.version())),
                13,
                hold + ", and it is gone at " + time);
    }

    private void version(long version, Body body, Map<String, Body> store, Memory memory) {
        JsonNode head = read(body);
        String at = "version " + version + " (" + words(body) + ")";
        follows(CatalogSchemas.HEAD, head, at);
        long newest = memory.log.isEmpty() ? 0 : memory.log.lastKey();
        check(version == newest + 1, 1, at + " is created though the newest is " + newest);
        check(head.get("version").asLong() == version, 1, at + " has the name of another");
        Body last = memory.log.get(newest);
        JsonNode before = last == null ? null : read(last);
        String kind = head.get("kind").asText();
        check(
                before == null || !before.get("kind").asText().equals("RETIRED"),
                9,
                at + " follows the collection's end");
        long generation = before == null ? 0 : before.get("generation").asLong();
        boolean declares = kind.equals("DECLARED");
        check(
                head.get("generation").asLong() == generation + (declares ? 1 : 0),
                2,
                at + " follows generation " + generation);
        if (kind.equals("COMMITTED")) {
            check(
                    before != null && head.get("source").equals(before.get("source")),
                    2,
                    at + " commits " + head.get("source").get("uri") + " where another source is wanted");
            check(
                    head.get("generation").asLong() >= memory.declared,
                    2,
                    at + " is older than generation " + memory.declared + ", whose declaration was answered");
        }
        check(
                kind.equals("COMMITTED")
                        || kind.equals("ROLLED_BACK")
                        || before == null
                        || Objects.equals(head.get("snapshot"), before.get("snapshot")),
                8,
                at + " changes the snapshot");
        check(
                before == null
                        || head.get("nextSegmentId").asLong()
                                >= before.get("nextSegmentId").asLong(),
                6,
                at + " takes segment ids back");
        check(
                !kind.equals("ROLLED_BACK")
                        || memory.log.values().stream()
                                .anyMatch(older -> head.has("snapshot")
                                        && head.get("snapshot")
                                                .equals(read(older).get("snapshot"))),
                8,
                at + " rolls back to a snapshot that no version before it had");
        check(
                !kind.equals("COMMITTED")
                        || !before.get("kind").asText().equals("ROLLED_BACK")
                        || memory.resumed >= newest,
                12,
                at + " is committed on a rollback after which refreshing was not resumed");
        Snapshot snapshot = snapshot(body, store);
        for (Map.Entry<Long, Body> other : memory.log.entrySet()) {
            JsonNode older = read(other.getValue());
            if (!kind.equals("COMMITTED") || !older.get("kind").asText().equals("COMMITTED")) {
                continue;
            }
            check(
                    !older.get("commitId").equals(head.get("commitId")),
                    4,
                    at + " has the commitId of version " + other.getKey());
            check(
                    !older.get("update").equals(head.get("update")),
                    4,
                    at + ": its update has committed version " + other.getKey() + " before");
            Snapshot served = snapshot(other.getValue(), store);
            check(
                    !served.uri().equals(snapshot.uri()) || served.state() <= snapshot.state(),
                    3,
                    at + " lists state " + snapshot.state() + " of " + snapshot.uri() + ", version " + other.getKey()
                            + " before it lists state " + served.state());
            snapshot.segments().forEach((id, content) -> {
                String given = served.segments().get(id);
                check(
                        given == null || given.equals(content),
                        6,
                        at + " gives segment " + id + " to " + content + ", version " + other.getKey() + " gave it to "
                                + given);
            });
            snapshot.living().forEach((id, rows) -> {
                Map<Long, String> then = served.living().getOrDefault(id, Map.of());
                rows.forEach((row, what) -> check(
                        what.equals(then.getOrDefault(row, what)),
                        6,
                        at + " has " + what + " in row " + row + " of segment " + id + ", version " + other.getKey()
                                + " had " + then.get(row)));
            });
        }
        if (kind.equals("COMMITTED") && last != null) {
            Snapshot base = snapshot(last, store);
            base.dead().forEach((id, fragments) -> {
                Map<String, Set<Long>> now = snapshot.dead().getOrDefault(id, Map.of());
                fragments.forEach((fragment, gone) -> check(
                        !snapshot.segments().containsKey(id)
                                || now.getOrDefault(fragment, Set.of()).containsAll(gone),
                        6,
                        at + " brings dead rows of segment " + id + " back to life: " + fragment));
            });
        }
        if (kind.equals("COMMITTED")) {
            for (long id : snapshot.segments().keySet()) {
                check(
                        id < head.get("nextSegmentId").asLong(),
                        6,
                        at + " uses segment id " + id + " and does not count it");
            }
            check(
                    snapshot.uri().equals(head.get("source").get("uri").asText()),
                    8,
                    at + " serves files of " + snapshot.uri());
            for (UpdateState end : List.of(
                    memory.ends.getOrDefault(updateOf(head), UpdateState.RUNNING),
                    memory.reports.getOrDefault(updateOf(head), UpdateState.RUNNING))) {
                boolean unknown = end == UpdateState.FAILED || (end == UpdateState.CANCELED && memory.late);
                check(
                        end == UpdateState.RUNNING || end == UpdateState.COMMITTED || unknown,
                        5,
                        at + ": its update was said to be " + end);
            }
        }
        check(
                before == null
                        || head.get("update").asLong() >= before.get("update").asLong(),
                4,
                at + " is of update " + head.get("update") + ", the version before it of update "
                        + (before == null ? 0 : before.get("update")));
        memory.log.put(version, body);
    }

    private Snapshot snapshot(Body head, Map<String, Body> store) {
        Snapshot known = snapshots.get(head);
        if (known == null) {
            known = audited(read(head), store);
            snapshots.put(head, known);
        }
        return known;
    }

    private static Snapshot audited(JsonNode head, Map<String, Body> store) {
        JsonNode ref = head.get("snapshot");
        if (ref == null) {
            return new Snapshot(Map.of(), "", 0, Map.of(), Map.of(), Map.of());
        }
        String at = "version " + head.get("version").asLong();
        Map<String, Body> needed = new TreeMap<>();
        JsonNode root = lines(object(at, ref, store, needed)).get(0);
        follows(CatalogSchemas.ROOT, root, at);
        check(Objects.equals(ref.get("listedAt"), root.get("listedAt")), 8, at + " was listed when its root was not");
        Map<String, String> files = new TreeMap<>();
        Map<Long, StringBuilder> segments = new TreeMap<>();
        Map<Long, Map<String, Set<Long>>> dead = new TreeMap<>();
        Map<Long, Map<Long, String>> rowsOf = new TreeMap<>();
        Map<Long, Long> lengths = new TreeMap<>();
        Set<String> living = new TreeSet<>();
        Set<String> served = new TreeSet<>();
        long rows = 0;
        long deadRows = 0;
        for (JsonNode shard : root.get("shards")) {
            long unread = 0;
            for (JsonNode file : lines(object(at, shard, store, needed))) {
                follows(CatalogSchemas.SHARD_LINE, file, at);
                unread += file.path("unread").asBoolean() ? 1 : 0;
                String path = file.get("path").asText();
                boolean listed = !file.has("deadSince");
                Set<Long> deleted = deletedRows(at, file, shard, store, needed);
                long end = 0;
                for (JsonNode fragment : file.get("fragments")) {
                    long start = fragment.get("start").asLong();
                    check(!listed || start == end, 8, at + " leaves out rows of " + path);
                    end = fragment.get("end").asLong();
                    Set<Long> gone = new TreeSet<>();
                    for (long row = start; row < end; row++) {
                        if (deleted.contains(row) || (!listed && !file.has("movedTo"))) {
                            gone.add(row);
                        } else if (listed) {
                            living.add(Lakes.row(path, row));
                        }
                    }
                    check(
                            fragment.path("dead").asLong() == gone.size(),
                            6,
                            at + " has the fragment " + fragment + " of " + path);
                    if (!fragment.has("segment")) {
                        check(gone.size() == end - start, 8, at + " has rows of " + path + " in no segment");
                        continue;
                    }
                    if (fragment.path("movedIn").asBoolean()) {
                        continue;
                    }
                    long segment = fragment.get("segment").asLong();
                    long first = lengths.merge(segment, end - start, Long::sum) - (end - start);
                    for (long row = start; row < end; row++) {
                        if (!gone.contains(row)) {
                            String what = listed ? Lakes.row(path, row) : moved(at, file, row);
                            check(served.add(what), 8, at + " serves " + what + " twice");
                            rowsOf.computeIfAbsent(segment, any -> new TreeMap<>())
                                    .put(first + row - start, what);
                        }
                    }
                    String content = path + "@" + file.get("version").asText() + "[" + start + "," + end + ")";
                    segments.computeIfAbsent(segment, any -> new StringBuilder())
                            .append(content);
                    if (!gone.isEmpty()) {
                        dead.computeIfAbsent(segment, any -> new TreeMap<>()).put(content, gone);
                    }
                    deadRows += gone.size();
                }
                if (!listed) {
                    check(
                            file.get("deadSince").asLong()
                                    <= head.get("version").asLong(),
                            6,
                            at + " has rows of " + path + " that die later");
                    continue;
                }
                check(end == file.get("rows").asLong(), 8, at + " covers " + end + " rows of " + path);
                check(
                        files.put(path, Lakes.File.content(file.get("version").asText(), end, List.copyOf(deleted)))
                                == null,
                        8,
                        at + " has " + path + " twice");
                rows += end - deleted.size();
            }
            check(
                    shard.get("unread").asLong() == unread,
                    8,
                    at + " forgets files that could not be read: it says " + shard.get("unread") + ", has " + unread);
        }
        check(served.equals(living), 8, at + " serves " + served + ", and its files have " + living);
        check(
                ref.get("totals").get("rows").asLong() == rows,
                8,
                at + " says " + ref.get("totals") + " and has " + rows + " rows");
        check(
                ref.get("totals").get("dead").asLong() == deadRows,
                8,
                at + " says " + ref.get("totals") + " and has " + deadRows + " dead rows");
        String uri = root.get("source").get("uri").asText();
        int state = Lakes.stateOf(uri, files);
        check(state > 0, 8, at + " serves " + files + ", which " + uri + " never listed");
        Map<Long, String> contents = new TreeMap<>();
        segments.forEach((id, content) -> contents.put(id, content.toString()));
        return new Snapshot(needed, uri, state, contents, dead, rowsOf);
    }

    /** What a living row of a file is that is gone: it is in another file. */
    private static String moved(String at, JsonNode file, long row) {
        for (JsonNode to : file.get("movedTo")) {
            for (JsonNode range : to.get("rows")) {
                long start = range.get("start").asLong();
                if (start <= row && row < range.get("end").asLong()) {
                    return Lakes.row(to.get("file").asText(), range.get("at").asLong() + row - start);
                }
            }
        }
        throw new Violation(
                8, at + " loses row " + row + " of " + file.get("path").asText());
    }

    private static void follows(CatalogSchemas schema, JsonNode object, String at) {
        List<String> faults = schema.faults(object);
        check(faults.isEmpty(), 8, at + " does not follow its schema: " + faults);
    }

    /** The rows that a file's bitmap says are deleted, in order. */
    private static Set<Long> deletedRows(
            String at, JsonNode file, JsonNode shard, Map<String, Body> store, Map<String, Body> needed) {
        Set<Long> deleted = new TreeSet<>();
        JsonNode ref = file.get("deletes");
        if (ref == null) {
            return deleted;
        }
        String key = World.COLLECTION + "/" + ref.get("key").asText();
        boolean named = false;
        for (JsonNode each : shard.path("deletes")) {
            named |= each.equals(ref.get("key"));
        }
        check(named, 7, at + " does not name " + key + " in its root");
        Body body = store.get(key);
        check(body != null, 7, at + " needs " + key + ", which is not there");
        int offset = ref.get("offset").asInt();
        Body bitmap = Body.of(Arrays.copyOfRange(
                body.bytes(), offset, offset + ref.get("length").asInt()));
        check(
                sha256(bitmap).equals(ref.get("sha256").asText()),
                7,
                at + " needs a part of " + key + " that is another");
        needed.put(key, body);
        Roaring64NavigableMap rows = new Roaring64NavigableMap();
        try {
            rows.deserializePortable(new DataInputStream(new ByteArrayInputStream(bitmap.bytes())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        rows.forEach(deleted::add);
        check(deleted.size() == ref.get("count").asLong(), 8, at + " says " + ref + ", which has " + deleted);
        return deleted;
    }

    private static Body object(String at, JsonNode ref, Map<String, Body> store, Map<String, Body> needed) {
        String key = World.COLLECTION + "/" + ref.get("key").asText();
        Body body = store.get(key);
        check(body != null, 7, at + " needs " + key + ", which is not there");
        check(sha256(body).equals(ref.get("sha256").asText()), 7, at + " needs " + key + ", which has another digest");
        needed.put(key, body);
        return body;
    }

    private static String sha256(Body body) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body.bytes()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<JsonNode> lines(Body compressed) {
        try (ZstdInputStream in = new ZstdInputStream(new ByteArrayInputStream(compressed.bytes()))) {
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

    private JsonNode read(Body body) {
        return heads.computeIfAbsent(body, any -> {
            try {
                return JSON.readTree(body.bytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private String words(Body body) {
        JsonNode head = read(body);
        return head.get("kind").asText() + " " + head.get("source").get("uri").asText() + " generation "
                + head.get("generation") + " by " + head.get("commitId").asText();
    }

    // ------------------------------------------------------------------ answers

    /** A step answered, whether anybody listens or not. */
    void answered(Step step, Object result, Memory memory) {
        CommitOutcome outcome = result instanceof CommitResult commit
                ? commit.outcome()
                : result instanceof CommitOutcome other ? other : null;
        if (result instanceof Head head && (step instanceof Step.ReadHead || step instanceof Step.Open)) {
            check(head.equals(Head.NONE) || is(head, memory), 5, "the head is said to be " + inWords(head));
        }
        if (result instanceof Code.Failed failed) {
            check(failed.type() != FailureType.INTERNAL, 5, step.word() + " failed with a bug: " + failed.message());
        }
        if (outcome == null) {
            return;
        }
        Wish wish = Wish.of(step);
        Body there = memory.log.get(wish.base().version() + 1);
        boolean own = there != null && wish.isMetBy(read(there));
        switch (outcome) {
            case CommitOutcome.Created created -> {
                check(
                        own,
                        5,
                        step.word() + ": the answer is CREATED, and version "
                                + (wish.base().version() + 1) + " is " + (there == null ? "not there" : words(there)));
                check(
                        created.head().version() == wish.base().version() + 1 && is(created.head(), memory),
                        5,
                        step.word() + ": the answer CREATED names " + inWords(created.head()));
            }
            case CommitOutcome.Moved moved -> {
                check(
                        there != null && !own,
                        5,
                        step.word() + ": the answer is MOVED, and version "
                                + (wish.base().version() + 1) + " is " + (there == null ? "not there" : "its own"));
                check(
                        moved.newest().version() > wish.base().version() && is(moved.newest(), memory),
                        5,
                        step.word() + ": the answer MOVED names " + inWords(moved.newest()));
            }
            case CommitOutcome.Refused refused ->
                check(
                        step instanceof Step.RollBack back && isRefusable(back.request(), memory),
                        5,
                        step.word() + ": " + refused.reason());
        }
    }

    /** Whether an older version is about to go, or serves nothing that the base does not serve. */
    private boolean isRefusable(RollbackRequest request, Memory memory) {
        Body older = memory.log.get(request.version());
        return older == null
                || request.version() < memory.below
                || !read(older).has("snapshot")
                || read(older)
                        .get("snapshot")
                        .equals(read(memory.log.get(request.base().version())).get("snapshot"));
    }

    /** What a step wants the version after its base to be. */
    private record Wish(Head base, String commitId, String kind, String uri, long update) {
        static Wish of(Step step) {
            return switch (step) {
                case Step.Declare d ->
                    new Wish(
                            d.request().base(),
                            d.request().commitId(),
                            "DECLARED",
                            d.request().source().uri(),
                            d.request().update());
                case Step.Commit c ->
                    new Wish(
                            c.request().base(),
                            c.request().commitId(),
                            "COMMITTED",
                            c.request().source().uri(),
                            c.request().update());
                case Step.Retire r ->
                    new Wish(
                            r.request().base(),
                            r.request().commitId(),
                            "RETIRED",
                            r.request().base().source().uri(),
                            r.request().update());
                case Step.RollBack r ->
                    new Wish(
                            r.request().base(),
                            r.request().commitId(),
                            "ROLLED_BACK",
                            r.request().base().source().uri(),
                            r.request().update());
                default -> throw new IllegalArgumentException(step.toString());
            };
        }

        boolean isMetBy(JsonNode head) {
            return head.get("commitId").asText().equals(commitId)
                    && head.get("kind").asText().equals(kind)
                    && head.get("source").get("uri").asText().equals(uri)
                    && head.get("update").asLong() == update;
        }
    }

    private boolean is(Head head, Memory memory) {
        Body body = memory.log.get(head.version());
        if (body == null) {
            return false;
        }
        JsonNode raw = read(body);
        return raw.get("commitId").asText().equals(head.commitId())
                && raw.get("kind").asText().equals(head.kind().name())
                && raw.get("generation").asLong() == head.generation()
                && raw.get("update").asLong() == head.update()
                && raw.get("nextSegmentId").asLong() == head.nextSegmentId()
                && raw.get("source").get("uri").asText().equals(head.source().uri())
                && Objects.equals(
                        raw.has("snapshot") ? raw.get("snapshot").get("key").asText() : null,
                        head.snapshot() == null ? null : head.snapshot().key());
    }

    /** An update's workflow closed with this. */
    void reported(Flow.Fact.Ended ended, Memory memory) {
        checkNobodysMistake(ended);
        if (ended.state() != UpdateState.CANCELED) {
            memory.reports.put(ended.update(), ended.state());
        }
        boolean committed = hasCommitted(ended.update(), memory);
        switch (ended.state()) {
            case COMMITTED ->
                check(committed, 5, "update " + ended.update() + " reports a commit that is not in the log");
            case UNCHANGED, SUPERSEDED ->
                check(!committed, 5, "update " + ended.update() + " reports " + ended.state() + " and has committed");
            case FAILED, CANCELED, PENDING, RUNNING -> {
                // Its collection reads the head before it says so.
            }
        }
    }

    /** The update that committed a version, as its commitId says. */
    private static Flow.UpdateName updateOf(JsonNode head) {
        String[] parts = head.get("commitId").asText().split("-", 3);
        return new Flow.UpdateName(Long.parseLong(parts[0]), parts[1]);
    }

    private boolean hasCommitted(Flow.UpdateName update, Memory memory) {
        return memory.log.values().stream()
                .map(this::read)
                .anyMatch(head -> head.get("kind").asText().equals("COMMITTED")
                        && updateOf(head).equals(update));
    }

    /** Whoever acts here asks for what is right: no update fails for its input. */
    private static void checkNobodysMistake(Flow.Fact.Ended ended) {
        check(ended.failure() != FailureType.INPUT, 5, ended + ", and nobody asked for anything wrong");
    }

    /** Somebody sends a message. */
    void asked(Flow.Letter letter, Memory memory) {
        if (letter instanceof Flow.Letter.Change change) {
            long newest = memory.log.isEmpty()
                    ? 0
                    : read(memory.log.lastEntry().getValue()).get("generation").asLong();
            memory.asked.put(change.source().uri(), newest);
        }
    }

    /** Somebody was told that a source was declared. */
    private void declared(long generation, Memory memory) {
        check(
                memory.log.values().stream()
                        .anyMatch(body -> read(body).get("generation").asLong() == generation),
                5,
                "generation " + generation + " is said to be declared");
        memory.declared = Math.max(memory.declared, generation);
    }

    /** Somebody was told this. */
    void told(Flow.Fact fact, Memory memory, Map<String, Body> store, Instant time) {
        switch (fact) {
            case Flow.Fact.Holds hold -> {
                check(
                        Code.consumerTime(time).isBefore(hold.until()),
                        13,
                        hold + ", which is over at " + Code.consumerTime(time));
                held(hold, store, time);
                memory.holds.put(hold.consumer(), hold);
            }
            case Flow.Fact.Declared declared -> declared(declared.generation(), memory);
            case Flow.Fact.Answered answered -> {
                declared(answered.generation(), memory);
                check(
                        answered.generation() >= memory.asked.get(answered.uri()),
                        5,
                        answered + ", and generation " + memory.asked.get(answered.uri())
                                + " was declared before it was asked for");
            }
            case Flow.Fact.Resumed ignored -> memory.resumed = memory.log.isEmpty() ? 0 : memory.log.lastKey();
            case Flow.Fact.Ended ended -> {
                checkNobodysMistake(ended);
                check(
                        memory.ends.put(ended.update(), ended.state()) == null,
                        10,
                        "update " + ended.update() + " ends twice");
                boolean committed = hasCommitted(ended.update(), memory);
                boolean said = ended.state() == UpdateState.COMMITTED;
                check(
                        said == committed
                                || (memory.late
                                        && (ended.state() == UpdateState.FAILED
                                                || ended.state() == UpdateState.CANCELED)),
                        5,
                        "update " + ended.update() + " is said to be " + ended.state() + " and has "
                                + (committed ? "" : "not ") + "committed");
            }
        }
    }

    /** Nothing can happen any more. */
    void quiet(Memory memory, String wish) {
        UpdateState last = memory.ends.isEmpty()
                ? null
                : new TreeMap<>(memory.ends).lastEntry().getValue();
        if (last == UpdateState.COMMITTED || last == UpdateState.UNCHANGED) {
            Body newest = memory.log.lastEntry().getValue();
            check(
                    read(newest).get("source").get("uri").asText().equals(wish),
                    10,
                    "all is quiet and well, " + wish + " was wanted last, and the head is " + words(newest));
            check(
                    snapshots.get(newest).uri().equals(wish)
                            || read(newest).get("kind").asText().equals("ROLLED_BACK"),
                    10,
                    "all is quiet and well, " + wish + " was wanted last, and the snapshot is of "
                            + snapshots.get(newest).uri());
        }
    }

    /** An answer as a story tells it. */
    static String inWords(Object result) {
        return switch (result) {
            case CommitResult commit -> inWords(commit.outcome());
            case CommitOutcome.Created created -> "CREATED " + inWords(created.head());
            case CommitOutcome.Moved moved -> "MOVED, the newest is " + inWords(moved.newest());
            case Head head ->
                head.version() == 0
                        ? "no version"
                        : "version " + head.version() + " (" + head.kind() + " "
                                + head.source().uri() + ", generation " + head.generation() + ")";
            case Code.Failed failed -> failed.type() + ", " + failed.message();
            default ->
                result.getClass().getSimpleName().equals("Boolean")
                        ? "done"
                        : result.getClass().getSimpleName();
        };
    }

    private static void check(boolean holds, int invariant, String finding) {
        if (!holds) {
            throw new Violation(invariant, finding);
        }
    }
}
