package dev.littoral.activities.verify;

import dev.littoral.activities.verify.FileLine.NamedDeletes;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.roaringbitmap.longlong.Roaring64NavigableMap;

/**
 * Checks that rows which are deleted within a file stay deleted from a commit's base to the commit, in segments that
 * both have. In memory are the lines of one shard that name bitmaps, and the bitmaps of one file.
 */
final class DeletesGrowth {
    private final StoredObjects objects;
    private final DeletesCheck deletes;
    private final Findings findings;

    DeletesGrowth(StoredObjects objects, DeletesCheck deletes, Findings findings) {
        this.objects = objects;
        this.deletes = deletes;
        this.findings = findings;
    }

    /** A file of the base with deleted rows: its fragments in segments, by their first row. */
    private record Before(NamedDeletes deletes, Map<Long, Fragment> fragments) {}

    private record Fragment(long end, long segment, long dead) {}

    /**
     * Compares a shard of a commit's base.
     *
     * @param shard one that the commit's snapshot does not have
     * @param later the shards that the commit's snapshot has instead of those of the base
     */
    void check(HeadVersion base, CheckedShard shard, HeadVersion commit, List<CheckedShard> later)
            throws InterruptedException {
        if (shard.facts().deletes().isEmpty()) {
            return;
        }
        Map<String, Before> files = new HashMap<>();
        read(shard, line -> {
            if (line.deletes != null) {
                files.put(key(line), new Before(line.deletes, fragments(line)));
            }
        });
        for (CheckedShard other : later) {
            if (overlap(shard.facts(), other.facts())) {
                read(other, line -> {
                    // All rows of any other file that is gone are dead.
                    Before before = line.listed() || line.movedTo != null ? files.get(key(line)) : null;
                    if (before != null && !before.deletes().equals(line.deletes)) {
                        compare(base, before, commit, line, objects.name(other.key()));
                    }
                });
            }
        }
    }

    /** Shards that are damaged are findings already. */
    private void read(CheckedShard shard, FileLine.Visitor visitor) throws InterruptedException {
        Optional<byte[]> bytes = objects.find(shard.key());
        if (bytes.isPresent() && Digests.hex(bytes.get()).equals(shard.facts().sha256())) {
            try {
                FileLine.readAll(bytes.get(), visitor);
            } catch (IOException e) {
                throw new IllegalStateException("it was read before", e);
            }
        }
    }

    private static String key(FileLine line) {
        return line.path + '\n' + line.version;
    }

    private static boolean overlap(ShardFacts one, ShardFacts other) {
        return one.first() != null
                && other.first() != null
                && Utf8Order.compare(one.first(), other.last()) <= 0
                && Utf8Order.compare(other.first(), one.last()) <= 0;
    }

    private static Map<Long, Fragment> fragments(FileLine line) {
        Map<Long, Fragment> fragments = new HashMap<>();
        for (int i = 0; i < line.fragments; i++) {
            if (line.segment(i) > 0 && line.dead(i) > 0) {
                fragments.put(line.start(i), new Fragment(line.end(i), line.segment(i), line.dead(i)));
            }
        }
        return fragments;
    }

    private void compare(HeadVersion base, Before before, HeadVersion commit, FileLine now, String object)
            throws InterruptedException {
        Roaring64NavigableMap revived;
        try {
            Roaring64NavigableMap then = deletes.read(base, object, before.deletes());
            Roaring64NavigableMap still = now.deletes == null
                    ? new Roaring64NavigableMap(false, false)
                    : deletes.read(commit, object, now.deletes);
            if (then == null || still == null) {
                return;
            }
            revived = Roaring64NavigableMap.andNot(then, still);
        } catch (IOException e) {
            // It is a finding already.
            return;
        }
        for (int i = 0; i < now.fragments && !revived.isEmpty(); i++) {
            Fragment fragment = before.fragments().get(now.start(i));
            // Where there are fewer than before, that is a finding of its own.
            if (fragment != null
                    && fragment.end() == now.end(i)
                    && fragment.segment() == now.segment(i)
                    && fragment.dead() <= now.dead(i)
                    && DeletesCheck.count(revived, now.start(i), now.end(i)) > 0) {
                findings.error(
                        object,
                        "file " + now.path + " has rows in segment " + now.segment(i) + ", row " + revived.first()
                                + " among them, that are deleted in version " + base.version(),
                        "rows that stay deleted");
                return;
            }
        }
    }
}
