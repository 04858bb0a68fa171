package dev.littoral.activities.lineage;

import dev.littoral.activities.catalog.MovedRows.Range;
import dev.littoral.activities.source.RowIdRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** An index of files that are gone by the ids of their rows. */
final class RowIdIndex {
    private final NavigableMap<Long, RowOrigin> origins = new TreeMap<>();

    /** Origins that claim the same ids are left out, as none of them can be believed. */
    RowIdIndex(List<RowOrigin> all) {
        List<RowOrigin> sorted = all.stream()
                .filter(RowOrigin::isWanted)
                .sorted(Comparator.comparingLong(RowOrigin::firstId))
                .toList();
        long end = Long.MIN_VALUE;
        for (int i = 0; i < sorted.size(); i++) {
            RowOrigin origin = sorted.get(i);
            boolean overlaps = origin.firstId() < end
                    || (i + 1 < sorted.size() && sorted.get(i + 1).firstId() < origin.endId());
            if (!overlaps) {
                origins.put(origin.firstId(), origin);
            }
            end = Math.max(end, origin.endId());
        }
    }

    /** What is looked for of the rows of a new file. */
    List<FoundRows> find(List<RowIdRange> rows) {
        List<FoundRows> found = new ArrayList<>();
        for (RowIdRange range : rows) {
            long end = range.id() + range.count();
            Map.Entry<Long, RowOrigin> next = origins.floorEntry(range.id());
            if (next == null) {
                next = origins.higherEntry(range.id());
            }
            while (next != null && next.getKey() < end) {
                RowOrigin origin = next.getValue();
                long from = Math.max(range.id(), origin.firstId());
                long to = Math.min(end, origin.endId());
                // Where the first origin ends before the range, it has none of its rows.
                if (origin.commit() == range.commit()) {
                    origin.find(
                            new Range(from - origin.firstId(), to - origin.firstId(), range.at() + from - range.id()),
                            found);
                }
                next = origins.higherEntry(next.getKey());
            }
        }
        return found;
    }
}
