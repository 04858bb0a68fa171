package dev.littoral.activities.catalog;

import dev.littoral.activities.deletes.RowRange;
import dev.littoral.activities.path.PathOrder;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** The pairing of two snapshots' segments by their ids. Both lie at the same paths, as a layout never changes. */
final class SegmentPairing implements ShardSweep.Pairing<SegmentChange> {
    private final BiFunction<String, Long, RuntimeException> otherLayout;
    private final DeadRows deadRows;
    private final Map<Long, ShardSegment> before = new LinkedHashMap<>();
    private final Map<Long, ShardSegment> after = new LinkedHashMap<>();

    /**
     * Pairs segments.
     *
     * @param deadRows tells which rows are dead
     * @param otherLayout the failure where a segment, which has a path and an id, has one layout before and another one
     *     after
     */
    SegmentPairing(DeadRows deadRows, BiFunction<String, Long, RuntimeException> otherLayout) {
        this.deadRows = deadRows;
        this.otherLayout = otherLayout;
    }

    @Override
    public void before(List<FileEntry> lines) {
        before.putAll(ShardSegment.of(lines));
    }

    @Override
    public void after(List<FileEntry> lines) {
        after.putAll(ShardSegment.of(lines));
    }

    @Override
    public void settle(String startBefore, String startAfter, Consumer<SegmentChange> found) {
        for (Iterator<ShardSegment> each = before.values().iterator(); each.hasNext(); ) {
            ShardSegment segment = each.next();
            ShardSegment now = after.remove(segment.id());
            if (now != null) {
                compare(segment, now, found);
                each.remove();
            } else if (isRead(segment, startAfter)) {
                found.accept(new SegmentChange.Drop(segment.id(), segment.living()));
                each.remove();
            }
        }
        for (Iterator<ShardSegment> each = after.values().iterator(); each.hasNext(); ) {
            ShardSegment segment = each.next();
            if (isRead(segment, startBefore)) {
                found.accept(new SegmentChange.Build(segment.segment(), segment.bytesToRead(), segment.dead(deadRows)));
                each.remove();
            }
        }
    }

    /** Whether the snapshot that has shards from {@code start} on unread would have shown the segment by now. */
    private static boolean isRead(ShardSegment segment, String start) {
        return start == null || PathOrder.compare(segment.firstPath(), start) < 0;
    }

    private void compare(ShardSegment segment, ShardSegment now, Consumer<SegmentChange> found) {
        if (!segment.sameLayout(now)) {
            throw otherLayout.apply(segment.firstPath(), segment.id());
        }
        long moved = now.movedSince(segment);
        if (moved > 0) {
            found.accept(new SegmentChange.Move(now.segment(), moved));
        }
        List<RowRange> deleted = now.deadBeyond(segment, deadRows);
        if (!deleted.isEmpty()) {
            found.accept(new SegmentChange.Delete(segment.id(), deleted));
        }
        List<RowRange> restored = segment.deadBeyond(now, deadRows);
        if (!restored.isEmpty()) {
            found.accept(new SegmentChange.Restore(segment.id(), restored));
        }
    }

    /** How many segments wait for the other snapshot. */
    int pending() {
        return before.size() + after.size();
    }
}
