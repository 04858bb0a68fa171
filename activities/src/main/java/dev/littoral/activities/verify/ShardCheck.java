package dev.littoral.activities.verify;

import dev.littoral.activities.verify.SnapshotRootFacts.NamedShard;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks the shards of snapshots: their objects, what the root says of each, and their ranges of paths. */
final class ShardCheck {
    private static final Pattern SHARD = Pattern.compile("snapshots/(\\d{10})-[^/]+/shard-\\d+\\.jsonl\\.zst");

    private final StoredObjects objects;
    private final ReachableObjects reachable;
    private final SegmentLedger segments;
    private final DeletesCheck deletes;
    private final Findings findings;
    /** Shards that cannot be read, by key and digest: each is a finding once. */
    private final Set<String> damaged = new HashSet<>();

    private long shardsRead;
    private long filesRead;

    ShardCheck(
            StoredObjects objects,
            ReachableObjects reachable,
            SegmentLedger segments,
            DeletesCheck deletes,
            Findings findings) {
        this.objects = objects;
        this.reachable = reachable;
        this.segments = segments;
        this.deletes = deletes;
        this.findings = findings;
    }

    /**
     * The shards of one snapshot.
     *
     * @param byKey those that could be read, in the root's order
     * @param whole whether all could be read, and every line of them was right
     * @param largestId the largest segment id, or 0
     */
    record Result(Map<String, CheckedShard> byKey, boolean whole, long largestId) {
        static final Result NONE = new Result(Map.of(), true, 0);
        static final Result UNKNOWN = new Result(Map.of(), false, 0);
    }

    long shardsRead() {
        return shardsRead;
    }

    /** Files in these shards, left out or not. */
    long filesRead() {
        return filesRead;
    }

    /**
     * Checks a snapshot's shards.
     *
     * @param head a version that names it
     * @param before the shards of the snapshot checked before; one that both have is not read again
     */
    Result check(HeadVersion head, SnapshotRootFacts root, Map<String, CheckedShard> before)
            throws InterruptedException {
        String object = objects.name(head.snapshot().key());
        Map<String, CheckedShard> shards = new LinkedHashMap<>();
        boolean whole = true;
        long largestId = 0;
        String lastPath = null;
        for (int i = 0; i < root.shards().size(); i++) {
            NamedShard named = root.shards().get(i);
            String where = "shards[" + i + "]";
            String to = i + 1 < root.shards().size() ? root.shards().get(i + 1).from() : null;
            checkOrder(object, i, named.from(), to);
            CheckedShard shard = null;
            if (shards.containsKey(named.key())) {
                findings.error(object, where + " is the object " + named.key(), "another one than the shards before");
            } else {
                shard = read(head, root, named, before);
            }
            if (shard == null) {
                whole = false;
                continue;
            }
            shards.put(named.key(), shard);
            ShardFacts facts = shard.facts();
            whole &= facts.whole();
            compare(object, where, named, facts, root);
            checkRange(object, where, named.from(), to, facts, root);
            if (lastPath != null && facts.first() != null && Utf8Order.compare(lastPath, facts.first()) >= 0) {
                findings.error(
                        object,
                        where + " starts with " + FindingText.brief(facts.first()),
                        "a path beyond " + FindingText.brief(lastPath) + ", the last of the shards before");
            }
            lastPath = facts.last() == null ? lastPath : facts.last();
            ShardSegments of = facts.segments();
            largestId = of.size() == 0 ? largestId : Math.max(largestId, of.id(of.size() - 1));
        }
        return new Result(shards, whole, largestId);
    }

    /** The first range starts with the empty path, and each next one beyond it. */
    private void checkOrder(String object, int index, String from, String to) {
        if (index == 0 && !from.isEmpty()) {
            findings.error(
                    object, "shards[0].from is " + FindingText.brief(from), "an empty text, for the first shard");
        }
        if (to != null && Utf8Order.compare(from, to) >= 0) {
            findings.error(
                    object,
                    "shards[" + (index + 1) + "].from is " + FindingText.brief(to),
                    "a path beyond " + FindingText.brief(from) + ", where the shard before starts");
        }
    }

    /** A shard, or null when it cannot be read. */
    private CheckedShard read(
            HeadVersion head, SnapshotRootFacts root, NamedShard named, Map<String, CheckedShard> before)
            throws InterruptedException {
        reachable.add(named.key());
        named.deletes().forEach(reachable::add);
        CheckedShard carried = before.get(named.key());
        if (carried != null && carried.facts().sha256().equals(named.sha256())) {
            return carried;
        }
        String id = named.key() + " " + named.sha256();
        if (damaged.contains(id)) {
            return null;
        }
        CheckedShard shard = read(head, root, named);
        if (shard == null) {
            damaged.add(id);
        }
        return shard;
    }

    private CheckedShard read(HeadVersion head, SnapshotRootFacts root, NamedShard named) throws InterruptedException {
        String rootObject = objects.name(head.snapshot().key());
        Matcher name = SHARD.matcher(named.key());
        if (!name.matches() || !StoredObjects.isKey(named.key()) || Long.parseLong(name.group(1)) > root.version()) {
            findings.error(
                    rootObject,
                    "it names the shard " + FindingText.brief(named.key()),
                    "snapshots/<version>-<commitId>/shard-<n>.jsonl.zst of version " + root.version() + " or older");
            return null;
        }
        byte[] bytes = reachable.read(head, named.key(), named.sha256(), rootObject);
        if (bytes == null) {
            return null;
        }
        String object = objects.name(named.key());
        try {
            shardsRead++;
            ShardFacts facts = ShardFacts.read(object, named.sha256(), bytes, head, deletes, findings);
            filesRead += facts.totals().files() + facts.totals().skipped();
            CheckedShard shard = new CheckedShard(named.key(), facts, shardsRead);
            // Where a line is wrong, what follows from it would only be said again.
            if (facts.whole()) {
                segments.add(shard, root.version());
            }
            return shard;
        } catch (IOException e) {
            findings.error(object, FindingText.brief(e.getMessage()), "one file a line, as JSON");
            return null;
        }
    }

    /** Compares what a root says of a shard with what the shard's object holds. */
    private void compare(String object, String where, NamedShard named, ShardFacts facts, SnapshotRootFacts root) {
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
        if (facts.whole() && named.movedIn() != facts.movedIn()) {
            findings.error(
                    object,
                    where + ".movedIn is " + named.movedIn(),
                    facts.movedIn() + ", the moved rows that files in " + named.key() + " have");
        }
        if (!named.deletes().equals(facts.deletes())) {
            findings.error(
                    object,
                    where + ".deletes are " + FindingText.brief(named.deletes().toString()),
                    FindingText.brief(facts.deletes().toString()) + ", which " + named.key() + " names");
        }
        if (facts.whole() && facts.mostRows() > root.targetRows()) {
            findings.error(
                    object,
                    "segment " + facts.largest() + " in " + named.key() + " has " + facts.mostRows() + " rows",
                    "at most " + root.targetRows() + ", its targetRowsPerSegment");
        }
        if (facts.whole() && facts.deadShare() > root.maxDeadShare()) {
            findings.error(
                    object,
                    "of segment " + facts.deadest() + " in " + named.key() + " a share of " + facts.deadShare()
                            + " is dead",
                    "at most " + root.maxDeadShare() + ", its maxDeadShare");
        }
    }

    private void checkRange(
            String object, String where, String from, String to, ShardFacts facts, SnapshotRootFacts root) {
        if (facts.first() == null) {
            return;
        }
        boolean inside =
                Utf8Order.compare(facts.first(), from) >= 0 && (to == null || Utf8Order.compare(facts.last(), to) < 0);
        if (!inside) {
            findings.error(
                    object,
                    where + " has the paths from " + FindingText.brief(facts.first()) + " to "
                            + FindingText.brief(facts.last()),
                    "those from '" + FindingText.brief(from) + "' to before "
                            + (to == null ? "the end" : FindingText.brief(to)));
        }
        // The data files of a table lie where its metadata says.
        if (facts.firstListed() == null || root.table() != null) {
            return;
        }
        String uri = root.source().get("uri").asText();
        // The first and the last are enough: all paths between two with one prefix have that prefix. Dead files may be
        // of a source before.
        for (String path : List.of(facts.firstListed(), facts.lastListed())) {
            if (!isIn(uri, path)) {
                findings.error(
                        object,
                        where + " has the path " + FindingText.brief(path),
                        "one below its source " + FindingText.brief(uri));
                return;
            }
        }
    }

    /** Whether a path is below a source. */
    private static boolean isIn(String uri, String path) {
        // A path of a file of this machine has no scheme, and no empty part.
        String base = path.contains("://")
                ? uri
                : uri.substring(uri.indexOf("://") + 3).replaceAll("/+", "/");
        return path.startsWith(base.endsWith("/") ? base : base + "/") || path.equals(base);
    }
}
