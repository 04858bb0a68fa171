package dev.littoral.worker;

import dev.littoral.activities.catalog.Segment;
import dev.littoral.activities.catalog.Snapshot;
import dev.littoral.activities.deletes.DeletedRows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rows of a collection's segments, as a consumer has them that read each once: in every version in which a row of a
 * segment lives it is the same row of the table, whichever file has it then, and no row is served twice.
 */
final class SegmentRows {
    private final Map<Long, Map<Long, Long>> values = new HashMap<>();

    /** Why a snapshot of a table contradicts itself or those before it; nothing when it does not. */
    List<String> contradictions(Snapshot snapshot, SeededTable table) {
        List<String> contradictions = new ArrayList<>();
        Set<Long> served = new HashSet<>();
        snapshot.segments().forEach(segment -> {
            Map<Long, Long> known = values.computeIfAbsent(segment.id(), id -> new HashMap<>());
            DeletedRows dead = snapshot.deadRows(segment);
            for (Segment.FragmentSpan fragment : segment.fragments()) {
                for (Segment.RowSpan rows : fragment.rows()) {
                    for (long row = rows.start(); row < rows.end(); row++) {
                        long at = rows.from() + row - rows.start();
                        if (dead.contains(at)) {
                            continue;
                        }
                        long value = table.value(rows.file(), row);
                        Long before = known.putIfAbsent(at, value);
                        if (before != null && before != value) {
                            contradictions.add("row " + at + " of segment " + segment.id() + " was row " + before
                                    + " of the table, and is " + value + " by row " + row + " of " + rows.file());
                        }
                        if (!served.add(value)) {
                            contradictions.add(
                                    "row " + value + " of the table is served twice, once in segment " + segment.id());
                        }
                    }
                }
            }
        });
        if (served.size() != snapshot.totals().rows()) {
            contradictions.add(
                    served.size() + " rows are served, but " + snapshot.totals().rows() + " are said to be");
        }
        return contradictions;
    }
}
