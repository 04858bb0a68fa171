package dev.littoral.activities.verify;

import dev.littoral.activities.verify.HeadVersion.Kind;
import dev.littoral.activities.verify.HeadVersion.Snapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks snapshots from the newest to the oldest. A shard that two neighbouring snapshots share is read once. In memory are
 * one root, what its shards came to, and two numbers for each segment there ever was in the snapshots.
 */
final class SnapshotCheck {
    private static final Pattern ROOT = Pattern.compile("snapshots/(\\d{10})-([^/]+)/root\\.json\\.zst");
    private static final Pattern SHARD = Pattern.compile("snapshots/(\\d{10})-[^/]+/shard-\\d+\\.jsonl\\.zst");
    private static final Pattern SKIPPED = Pattern.compile("snapshots/(\\d{10})-[^/]+/skipped\\.jsonl\\.zst");
    private static final int MAX_OBJECTS = 1 << 26;

    /** The columns of a segment. */
    private static final int CONTENT = 0;

    private static final int SEEN_IN = 1;
    private static final int OWNER = 2;

    private final StoredObjects objects;
    private final Findings findings;
    private final LongTable segments;
    private final LongTable reached = new LongTable(0, MAX_OBJECTS);
    /** Shards that cannot be read, by key and digest: each is a finding once. */
    private final Set<String> damaged = new HashSet<>();

    private Snapshot snapshot;
    private SnapshotRootFacts root;
    private Map<String, Shard> shards = Map.of();
    /** Whether all of the snapshot could be read. */
    private boolean whole = true;

    private long largestId;
    private SnapshotRootFacts newest;
    private Snapshot newestSnapshot;
    private boolean allReached = true;
    private long notCompared;
    private long shardsRead;
    private long snapshots;
    private long filesRead;
    private long owners;

    /**
     * A check.
     *
     * @param maxSegments how many segments are compared across shards and versions
     */
    SnapshotCheck(StoredObjects objects, int maxSegments, Findings findings) {
        this.objects = objects;
        this.findings = findings;
        this.segments = new LongTable(3, maxSegments);
    }

    /**
     * A shard of the snapshot at hand.
     *
     * @param owner stands for it in the table of segments
     */
    private record Shard(String key, ShardFacts facts, long owner) {}

    /** The root of the newest snapshot, or null where there is none or it cannot be read. */
    SnapshotRootFacts newest() {
        return newest;
    }

    /** The key of that root. */
    String newestKey() {
        return newestSnapshot.key();
    }

    long snapshots() {
        return snapshots;
    }

    long shardsRead() {
        return shardsRead;
    }

    long filesRead() {
        return filesRead;
    }

    int segments() {
        return segments.size();
    }

    /** Whether a version names an object, directly or by its root. */
    boolean reaches(String key) {
        return reached.contains(Hash.of(key));
    }

    /** Whether all is known that versions name. */
    boolean knowsAllReached() {
        return allReached;
    }

    /** A version is not there or cannot be read, so what it names is not known. */
    void lost() {
        allReached = false;
    }

    /**
     * The next older version.
     *
     * @param newer the version after it, or null where it cannot be compared
     */
    void next(HeadVersion head, HeadVersion newer) throws InterruptedException {
        if (!Objects.equals(head.snapshot(), snapshot)) {
            move(head, newer);
        }
        if (root != null) {
            checkHead(head);
        }
    }

    private void checkHead(HeadVersion head) {
        String object = objects.name(snapshot.key());
        if (head.kind() == Kind.COMMITTED) {
            Matcher name = ROOT.matcher(snapshot.key());
            if (root.version() != head.version()) {
                findings.error(
                        object,
                        "its version is " + root.version(),
                        head.version() + ", as that version's commit names it");
            } else if (!name.matches()
                    || Long.parseLong(name.group(1)) != head.version()
                    || !name.group(2).equals(head.commitId())) {
                findings.error(
                        object,
                        "version " + head.version() + " with commitId " + head.commitId() + " names it",
                        "a key of that version and commitId");
            }
            if (!root.source().equals(head.source()) || root.generation() != head.generation()) {
                findings.error(
                        object,
                        "its source or its generation " + root.generation() + " is not that of version "
                                + head.version() + " of the head",
                        "the same ones, of generation " + head.generation());
            }
        } else if (root.version() >= head.version() || root.generation() > head.generation()) {
            findings.error(
                    object,
                    "its version is " + root.version() + " of generation " + root.generation() + ", but version "
                            + head.version() + " of generation " + head.generation() + " serves it already",
                    "an older one");
        }
        if (largestId >= head.nextSegmentId()) {
            findings.error(
                    head.object(),
                    "nextSegmentId is " + head.nextSegmentId() + ", but its snapshot has segment " + largestId,
                    "a number beyond all segments");
        }
    }

    /** Goes on to the snapshot of an older version, or to none. */
    private void move(HeadVersion head, HeadVersion newer) throws InterruptedException {
        Map<String, Shard> before = shards;
        boolean wholeBefore = whole;
        Snapshot snapshotBefore = snapshot;
        boolean isFirst = snapshots == 0;

        snapshot = head.snapshot();
        shards = new LinkedHashMap<>();
        whole = true;
        largestId = 0;
        root = snapshot == null ? null : readRoot(head);
        if (snapshot != null) {
            snapshots++;
            whole = root != null;
            allReached &= whole;
        }
        if (isFirst && root != null) {
            newest = root;
            newestSnapshot = snapshot;
        }
        Map<String, String> named = new LinkedHashMap<>();
        if (root != null) {
            root.shards().forEach(shard -> named.put(shard.key(), shard.sha256()));
        }
        List<Shard> dropped = new ArrayList<>();
        for (Shard shard : before.values()) {
            if (!shard.facts().sha256().equals(named.get(shard.key()))) {
                release(shard);
                dropped.add(shard);
            }
        }
        if (root != null) {
            checkShards(head, before);
            checkSkipReport(head);
        }
        if (newer != null && newer.kind() == Kind.COMMITTED && whole && wholeBefore && snapshotBefore != null) {
            checkNewIds(dropped, head, newer);
        }
    }

    private SnapshotRootFacts readRoot(HeadVersion head) throws InterruptedException {
        String object = objects.name(snapshot.key());
        if (!ROOT.matcher(snapshot.key()).matches() || !StoredObjects.isKey(snapshot.key())) {
            findings.error(
                    head.object(),
                    "it names the snapshot " + FindingText.brief(snapshot.key()),
                    "snapshots/<version>-<commitId>/root.json.zst");
            return null;
        }
        reach(snapshot.key());
        byte[] bytes = intact(head, snapshot.key(), snapshot.sha256(), "version " + head.version() + " of the head");
        if (bytes == null) {
            return null;
        }
        try {
            SnapshotRootFacts read = SnapshotRootFacts.read(object, bytes, findings);
            if (read != null) {
                checkRoot(object, read);
            }
            return read;
        } catch (IOException e) {
            findings.error(object, "it cannot be read: " + FindingText.reason(e), "a root, as one JSON object");
            return null;
        }
    }

    private void checkRoot(String object, SnapshotRootFacts read) {
        if (!objects.name("").equals(read.collectionId() + "/")) {
            findings.error(
                    object,
                    "its collectionId is " + FindingText.brief(read.collectionId()),
                    "that of the folder it is in");
        }
        Counts sum = Counts.NONE;
        for (SnapshotRootFacts.Shard shard : read.shards()) {
            sum = sum.plus(shard.totals());
        }
        if (!read.totals().equals(sum)) {
            findings.error(object, "its totals are " + read.totals(), sum + ", the sum of its shards");
        }
        if (!read.totals().equals(snapshot.totals())) {
            findings.error(object, "its totals are " + read.totals(), snapshot.totals() + ", as the head version says");
        }
    }

    private void checkShards(HeadVersion head, Map<String, Shard> before) throws InterruptedException {
        String object = objects.name(snapshot.key());
        String lastPath = null;
        for (int i = 0; i < root.shards().size(); i++) {
            SnapshotRootFacts.Shard named = root.shards().get(i);
            String where = "shards[" + i + "]";
            String to = i + 1 < root.shards().size() ? root.shards().get(i + 1).from() : null;
            if (i == 0 && !named.from().isEmpty()) {
                findings.error(
                        object,
                        where + ".from is " + FindingText.brief(named.from()),
                        "an empty text, for the first shard");
            }
            if (to != null && FindingText.compare(named.from(), to) >= 0) {
                findings.error(
                        object,
                        "shards[" + (i + 1) + "].from is " + FindingText.brief(to),
                        "a path beyond " + FindingText.brief(named.from()) + ", where the shard before starts");
            }
            Shard shard = shards.containsKey(named.key()) ? null : shard(head, named, before);
            if (shards.containsKey(named.key())) {
                findings.error(object, where + " is the object " + named.key(), "another one than the shards before");
            }
            if (shard == null) {
                whole = false;
                continue;
            }
            shards.put(named.key(), shard);
            ShardFacts facts = shard.facts();
            whole &= facts.whole();
            checkShard(object, where, named, facts);
            checkRange(object, where, named.from(), to, facts);
            if (lastPath != null && facts.first() != null && FindingText.compare(lastPath, facts.first()) >= 0) {
                findings.error(
                        object,
                        where + " starts with " + FindingText.brief(facts.first()),
                        "a path beyond " + FindingText.brief(lastPath) + ", the last of the shards before");
            }
            lastPath = facts.last() == null ? lastPath : facts.last();
            ShardSegments of = facts.segments();
            largestId = of.size() == 0 ? largestId : Math.max(largestId, of.id(of.size() - 1));
        }
    }

    private void checkShard(String object, String where, SnapshotRootFacts.Shard named, ShardFacts facts) {
        if (facts.whole() && !named.totals().equals(facts.totals())) {
            findings.error(
                    object,
                    where + ".totals are " + named.totals(),
                    facts.totals() + ", which " + named.key() + " has");
        }
        if (!named.listing().equals(facts.listing())) {
            findings.error(
                    object,
                    where + ".listing is " + named.listing(),
                    facts.listing() + ", the digest of the files in " + named.key());
        }
        if (!named.schemas().equals(facts.schemas())) {
            findings.error(
                    object,
                    where + ".schemas are " + FindingText.brief(named.schemas().toString()),
                    FindingText.brief(facts.schemas().toString()) + ", which " + named.key() + " has");
        }
        if (facts.whole() && named.unread() != null && named.unread() != facts.unread()) {
            findings.error(
                    object,
                    where + ".unread is " + named.unread(),
                    facts.unread() + ", the files in " + named.key() + " that could not be read");
        }
        if (facts.whole() && facts.mostRows() > root.targetRows()) {
            findings.error(
                    object,
                    "segment " + facts.largest() + " in " + named.key() + " has " + facts.mostRows() + " rows",
                    "at most " + root.targetRows() + ", its targetRowsPerSegment");
        }
    }

    private void checkRange(String object, String where, String from, String to, ShardFacts facts) {
        if (facts.first() == null) {
            return;
        }
        boolean inside = FindingText.compare(facts.first(), from) >= 0
                && (to == null || FindingText.compare(facts.last(), to) < 0);
        if (!inside) {
            findings.error(
                    object,
                    where + " has the paths from " + FindingText.brief(facts.first()) + " to "
                            + FindingText.brief(facts.last()),
                    "those from '" + FindingText.brief(from) + "' to before "
                            + (to == null ? "the end" : FindingText.brief(to)));
        }
        // All paths between two that start alike start so, too.
        for (String path : List.of(facts.first(), facts.last())) {
            if (!isIn(root.source().get("uri").asText(), path)) {
                findings.error(
                        object,
                        where + " has the path " + FindingText.brief(path),
                        "one below its source "
                                + FindingText.brief(root.source().get("uri").asText()));
                return;
            }
        }
    }

    /** Whether a path lies below a source. */
    private static boolean isIn(String uri, String path) {
        String base =
                uri.startsWith("file://") ? uri.substring("file://".length()).replaceAll("/+", "/") : uri;
        return path.startsWith(base.endsWith("/") ? base : base + "/") || path.equals(base);
    }

    /** A shard of the root at hand, or null when it cannot be read. */
    private Shard shard(HeadVersion head, SnapshotRootFacts.Shard named, Map<String, Shard> before)
            throws InterruptedException {
        reach(named.key());
        Shard carried = before.get(named.key());
        if (carried != null && carried.facts().sha256().equals(named.sha256())) {
            return carried;
        }
        String id = named.key() + " " + named.sha256();
        if (damaged.contains(id)) {
            return null;
        }
        Matcher name = SHARD.matcher(named.key());
        if (!name.matches() || !StoredObjects.isKey(named.key()) || Long.parseLong(name.group(1)) > root.version()) {
            findings.error(
                    objects.name(snapshot.key()),
                    "it names the shard " + FindingText.brief(named.key()),
                    "snapshots/<version>-<commitId>/shard-<n>.jsonl.zst of version " + root.version() + " or older");
            damaged.add(id);
            return null;
        }
        byte[] bytes = intact(head, named.key(), named.sha256(), objects.name(snapshot.key()));
        if (bytes == null) {
            damaged.add(id);
            return null;
        }
        String object = objects.name(named.key());
        try {
            shardsRead++;
            ShardFacts facts = ShardFacts.read(object, named.sha256(), bytes, findings);
            filesRead += facts.totals().files() + facts.totals().skipped();
            Shard shard = new Shard(named.key(), facts, ++owners);
            // Where a line is wrong, what follows from it would only be said again.
            if (facts.whole()) {
                compareSegments(object, shard);
            }
            return shard;
        } catch (IOException e) {
            findings.error(object, FindingText.brief(e.getMessage()), "one file a line, as JSON");
            damaged.add(id);
            return null;
        }
    }

    /** Keeps books on segments: each lies in one shard of a snapshot, and has one content for ever. */
    private void compareSegments(String object, Shard shard) {
        ShardSegments of = shard.facts().segments();
        for (int i = 0; i < of.size(); i++) {
            int place = segments.place(of.id(i));
            if (place == LongTable.FULL) {
                notCompared++;
                continue;
            }
            if (segments.get(SEEN_IN, place) == 0) {
                segments.set(SEEN_IN, place, root.version());
                segments.set(CONTENT, place, of.content(i));
            } else if (segments.get(CONTENT, place) != of.content(i)) {
                findings.error(
                        object,
                        "segment " + of.id(i) + " has other fragments than in the snapshot of version "
                                + segments.get(SEEN_IN, place),
                        "the same ones, as an id is never used again");
            }
            if (segments.get(OWNER, place) != 0) {
                findings.error(
                        object,
                        "segment " + of.id(i) + " lies in another shard of the snapshot of version " + root.version()
                                + " too",
                        "each in one");
            }
            segments.set(OWNER, place, shard.owner());
        }
        of.forgetContents();
    }

    private void release(Shard shard) {
        ShardSegments of = shard.facts().segments();
        for (int i = 0; i < of.size(); i++) {
            int place = segments.place(of.id(i));
            if (place != LongTable.FULL && segments.get(OWNER, place) == shard.owner()) {
                segments.set(OWNER, place, 0);
            }
        }
    }

    /** Segments that a commit made have ids that its base had not handed out. */
    private void checkNewIds(List<Shard> dropped, HeadVersion base, HeadVersion commit) {
        for (Shard shard : dropped) {
            ShardSegments of = shard.facts().segments();
            for (int i = 0; i < of.size() && of.id(i) < base.nextSegmentId(); i++) {
                int place = segments.place(of.id(i));
                if (place != LongTable.FULL && segments.get(OWNER, place) == 0) {
                    findings.error(
                            objects.name(shard.key()),
                            "segment " + of.id(i) + " is new in version " + commit.version(),
                            "new ids from " + base.nextSegmentId() + " on, the nextSegmentId of version "
                                    + base.version());
                }
            }
        }
    }

    private void checkSkipReport(HeadVersion head) throws InterruptedException {
        String key = root.skipReport();
        if (key == null) {
            if (root.skipped() > 0) {
                findings.error(
                        objects.name(snapshot.key()),
                        "it has no skip report, but counts " + root.skipped() + " files in it",
                        "the key of one");
            }
            return;
        }
        Matcher name = SKIPPED.matcher(key);
        if (!name.matches() || !StoredObjects.isKey(key)) {
            findings.error(
                    objects.name(snapshot.key()),
                    "it names the skip report " + FindingText.brief(key),
                    "snapshots/<version>-<commitId>/skipped.jsonl.zst");
            return;
        }
        reach(key);
        byte[] bytes = intact(head, key, root.skipReportSha256(), objects.name(snapshot.key()));
        if (bytes == null) {
            return;
        }
        try {
            long lines = SkipReport.count(bytes);
            if (lines != root.skipped()) {
                findings.error(
                        objects.name(key), "it has " + lines + " lines", root.skipped() + ", as the root counts");
            }
        } catch (IOException e) {
            findings.error(objects.name(key), FindingText.brief(e.getMessage()), "one file a line, as JSON");
        }
    }

    /** An object's bytes when they are those that were written, or null. */
    private byte[] intact(HeadVersion head, String key, String sha256, String namedBy) throws InterruptedException {
        Optional<byte[]> bytes = objects.find(key);
        if (bytes.isEmpty()) {
            missing(head, key, namedBy);
            return null;
        }
        String found = Hash.hex(bytes.get());
        if (!found.equals(sha256)) {
            findings.error(objects.name(key), "its SHA-256 is " + found, sha256 + ", as " + namedBy + " says");
            return null;
        }
        return bytes.get();
    }

    private void missing(HeadVersion head, String key, String namedBy) throws InterruptedException {
        if (objects.find(LogCheck.key(head.version())).isEmpty()) {
            findings.info(objects.name(key), "it was removed while it was verified, as clean-up does");
        } else {
            findings.error(objects.name(key), "it is missing", "it to be there, as " + namedBy + " names it");
        }
    }

    private void reach(String key) {
        allReached &= reached.place(Hash.of(key)) != LongTable.FULL;
    }

    /** All versions came. */
    void finish() {
        if (notCompared > 0) {
            findings.info(
                    objects.name("snapshots/"),
                    "of " + segments.size() + " segments it was compared whether each lies in one shard and keeps its"
                            + " content; for more, met " + notCompared + " times, it was not, for want of memory");
        }
    }
}
