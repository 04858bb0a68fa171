package dev.littoral.activities.verify;

import java.util.List;

/**
 * The ledger of segments across shards and snapshots: each is in one shard of a snapshot, and has one content for ever.
 * Three numbers a segment are in memory, up to a bound; beyond that segments are not compared, which is a finding. One
 * thread.
 */
final class SegmentLedger {
    private static final int CONTENT = 0;
    private static final int SEEN_IN = 1;
    private static final int OWNER = 2;

    private final StoredObjects objects;
    private final Findings findings;
    private final LongTable segments;
    private long notCompared;

    /**
     * An empty ledger.
     *
     * @param limit the most segments it holds
     */
    SegmentLedger(StoredObjects objects, int limit, Findings findings) {
        this.objects = objects;
        this.findings = findings;
        this.segments = new LongTable(3, limit);
    }

    int size() {
        return segments.size();
    }

    /**
     * Enters a shard's segments, compares them with those entered before, and forgets their contents.
     *
     * @param version the version of the snapshot that has the shard
     */
    void add(CheckedShard shard, long version) {
        String object = objects.name(shard.key());
        ShardSegments of = shard.facts().segments();
        for (int i = 0; i < of.size(); i++) {
            int place = segments.place(of.id(i));
            if (place == LongTable.FULL) {
                notCompared++;
                continue;
            }
            if (segments.get(SEEN_IN, place) == 0) {
                segments.set(SEEN_IN, place, version);
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
                        "segment " + of.id(i) + " lies in another shard of the snapshot of version " + version + " too",
                        "each in one");
            }
            segments.set(OWNER, place, shard.owner());
        }
        of.forgetContents();
    }

    /** The next older snapshot does not have this shard: its segments may be in another one there. */
    void release(CheckedShard shard) {
        ShardSegments of = shard.facts().segments();
        for (int i = 0; i < of.size(); i++) {
            int place = segments.place(of.id(i));
            if (place != LongTable.FULL && segments.get(OWNER, place) == shard.owner()) {
                segments.set(OWNER, place, 0);
            }
        }
    }

    /**
     * Checks that the segments which a commit added have ids that its base had not handed out.
     *
     * @param released shards that the commit's snapshot has and its base's has not
     */
    void checkNewIds(List<CheckedShard> released, HeadVersion base, HeadVersion commit) {
        for (CheckedShard shard : released) {
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

    /** Reports what did not fit in. */
    void finish() {
        if (notCompared > 0) {
            findings.info(
                    objects.name("snapshots/"),
                    "of " + size() + " segments it was compared whether each lies in one shard and keeps its"
                            + " content; for more, met " + notCompared + " times, it was not, for want of memory");
        }
    }
}
