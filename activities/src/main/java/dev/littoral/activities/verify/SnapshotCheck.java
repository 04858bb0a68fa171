package dev.littoral.activities.verify;

import dev.littoral.activities.verify.HeadVersion.Kind;
import dev.littoral.activities.verify.HeadVersion.NamedRoot;
import dev.littoral.activities.verify.SnapshotRootFacts.NamedShard;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Checks snapshots from the newest to the oldest. A shard that two neighbouring snapshots share is read once. In memory
 * are one root, what its shards came to, and a few numbers for each segment and object that the snapshots ever had.
 */
final class SnapshotCheck {
    private final StoredObjects objects;
    private final Findings findings;
    private final ReachableObjects reachable;
    private final RootCheck roots;
    private final ShardCheck shards;
    private final SegmentLedger segments;
    private final DeletesGrowth growth;

    private NamedRoot snapshot;
    private SnapshotRootFacts root;
    private ShardCheck.Result found = ShardCheck.Result.NONE;

    private SnapshotRootFacts newest;
    private NamedRoot newestSnapshot;
    private long snapshots;

    /**
     * A check.
     *
     * @param maxSegments how many segments are compared across shards and versions
     */
    SnapshotCheck(StoredObjects objects, int maxSegments, Findings findings) {
        this.objects = objects;
        this.findings = findings;
        this.reachable = new ReachableObjects(objects, findings);
        this.roots = new RootCheck(objects, reachable, findings);
        this.segments = new SegmentLedger(objects, maxSegments, findings);
        DeletesCheck deletes = new DeletesCheck(reachable, findings);
        this.growth = new DeletesGrowth(objects, deletes, findings);
        this.shards = new ShardCheck(objects, reachable, segments, deletes, findings);
    }

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
        return shards.shardsRead();
    }

    long filesRead() {
        return shards.filesRead();
    }

    int segments() {
        return segments.size();
    }

    ReachableObjects reachable() {
        return reachable;
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
            roots.checkVersion(head, root, found.largestId());
        }
    }

    /** Goes on to the snapshot of an older version, or to none. */
    private void move(HeadVersion head, HeadVersion newer) throws InterruptedException {
        ShardCheck.Result before = found;
        boolean hadSnapshot = snapshot != null;
        snapshot = head.snapshot();
        root = snapshot == null ? null : roots.read(head);
        if (snapshot != null && snapshots++ == 0) {
            newest = root;
            newestSnapshot = snapshot;
        }
        List<CheckedShard> released = release(before.byKey());
        if (root != null) {
            found = shards.check(head, root, before.byKey());
            roots.checkSkipReport(head, root);
        } else if (snapshot != null) {
            reachable.markIncomplete();
            found = ShardCheck.Result.UNKNOWN;
        } else {
            found = ShardCheck.Result.NONE;
        }
        if (newer != null && newer.kind() == Kind.COMMITTED && found.whole() && before.whole() && hadSnapshot) {
            segments.checkNewIds(released, head, newer);
            checkDeaths(released, before.byKey(), head, newer);
        }
    }

    /**
     * Rows only die: what is dead in a commit's base is dead in the commit, in segments that both have.
     *
     * @param released shards that the commit's snapshot has and its base's has not
     * @param before the shards of the commit's snapshot
     */
    private void checkDeaths(
            List<CheckedShard> released, Map<String, CheckedShard> before, HeadVersion base, HeadVersion commit)
            throws InterruptedException {
        LongTable remaining = new LongTable(0, Integer.MAX_VALUE >> 2);
        DeadFragments later = new DeadFragments();
        for (CheckedShard shard : released) {
            ShardSegments of = shard.facts().segments();
            for (int i = 0; i < of.size(); i++) {
                remaining.place(of.id(i));
            }
            later.addAll(shard.facts().dead());
        }
        for (CheckedShard shard : found.byKey().values()) {
            if (shard.equals(before.get(shard.key()))) {
                continue;
            }
            growth.check(base, shard, commit, released);
            long revived = shard.facts().dead().revivedIn(later, remaining);
            if (revived > 0) {
                findings.error(
                        objects.name(shard.key()),
                        "segment " + revived + " has dead rows that are not dead in version " + commit.version(),
                        "rows that stay dead");
            }
        }
    }

    /** Releases the shards that the root at hand does not have. */
    private List<CheckedShard> release(Map<String, CheckedShard> before) {
        Map<String, String> named = root == null
                ? Map.of()
                : root.shards().stream()
                        .collect(Collectors.toMap(NamedShard::key, NamedShard::sha256, (first, last) -> last));
        List<CheckedShard> released = before.values().stream()
                .filter(shard -> !shard.facts().sha256().equals(named.get(shard.key())))
                .toList();
        released.forEach(segments::release);
        return released;
    }

    /** Ends the check, after the last version. */
    void finish() {
        segments.finish();
    }
}
