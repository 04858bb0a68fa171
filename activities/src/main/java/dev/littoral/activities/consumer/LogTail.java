package dev.littoral.activities.consumer;

import dev.littoral.activities.catalog.HeadLog;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.SnapshotRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The newest versions of a commit log, read as far back as they are asked for. For one thread. */
final class LogTail {
    private static final int PAGE = 20;

    /** The most versions that are read: a lag beyond them is shown as that many. */
    private static final int MOST = 1_000;

    private final HeadLog heads;
    private final List<Head> newestFirst;
    private final Map<Long, Optional<Head>> others = new HashMap<>();
    private boolean atEnd;

    LogTail(HeadLog heads) throws InterruptedException {
        this.heads = heads;
        this.newestFirst = new ArrayList<>(heads.newest(Long.MAX_VALUE, 1));
        this.atEnd = newestFirst.isEmpty();
    }

    /** The newest version, or {@link Head#NONE}. */
    Head newest() {
        return newestFirst.isEmpty() ? Head.NONE : newestFirst.getFirst();
    }

    /** A version, or empty where it is not there. */
    Optional<Head> at(long version) throws InterruptedException {
        if (version < 1 || version > newest().version()) {
            return Optional.empty();
        }
        for (Head head : newestFirst) {
            if (head.version() == version) {
                return Optional.of(head);
            }
        }
        if (!others.containsKey(version)) {
            others.put(version, heads.at(version));
        }
        return others.get(version);
    }

    /**
     * The snapshot of a version: of one that is cleaned away, if the version after it is there and has the same.
     *
     * @return empty where it is not known, or there is none
     */
    Optional<SnapshotRef> snapshotOf(long version) throws InterruptedException {
        Optional<Head> there = at(version);
        if (there.isEmpty()) {
            there = at(version + 1).filter(next -> next.kind() == HeadKind.DECLARED || next.kind() == HeadKind.RETIRED);
        }
        return there.map(Head::snapshot);
    }

    /**
     * How far somebody is behind.
     *
     * @param versions how many versions with another snapshot came after
     * @param since when the first of these was written, or null
     */
    record Lag(long versions, Instant since) {}

    /**
     * The lag of somebody who serves a snapshot, or nothing.
     *
     * @param served what is served, or null
     * @param version what was served up to here
     */
    Lag behind(SnapshotRef served, long version) throws InterruptedException {
        List<Head> later = new ArrayList<>();
        for (int i = 0; i < MOST && has(i); i++) {
            Head head = newestFirst.get(i);
            boolean reached = served == null ? head.version() <= version : served.isSameAs(head.snapshot());
            if (reached || head.version() < version) {
                break;
            }
            later.add(head);
        }
        long versions = 0;
        Instant since = null;
        SnapshotRef before = served == null ? snapshotOf(version).orElse(null) : served;
        for (Head head : later.reversed()) {
            SnapshotRef now = head.snapshot();
            if (now != null && !now.isSameAs(before)) {
                versions++;
                since = since == null ? head.time() : since;
            }
            before = now;
        }
        return new Lag(versions, since);
    }

    private boolean has(int index) throws InterruptedException {
        while (index >= newestFirst.size() && !atEnd) {
            List<Head> page = heads.newest(newestFirst.getLast().version(), PAGE);
            newestFirst.addAll(page);
            atEnd = page.size() < PAGE;
        }
        return index < newestFirst.size();
    }
}
