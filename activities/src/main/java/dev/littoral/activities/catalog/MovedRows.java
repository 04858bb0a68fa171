package dev.littoral.activities.catalog;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.ArrayList;
import java.util.List;

/**
 * A redirect: rows of a file that is gone which a table has moved into another file, unchanged, as a compaction does.
 * Their segment numbers them as before.
 *
 * @param file the path of the other file, which is listed in the same shard
 * @param version its version
 * @param rows which rows are where, by rising rows of the file that is gone
 */
public record MovedRows(String file, String version, List<Range> rows) {
    public MovedRows {
        rows = rows == null ? List.of() : List.copyOf(rows);
    }

    /**
     * Rows side by side that are side by side elsewhere.
     *
     * @param start the first row in the file that is gone, from 0
     * @param end one past the last row there
     * @param at the first row in the other file, from 0
     */
    public record Range(long start, long end, long at) {
        @JsonIgnore
        public long count() {
            return end - start;
        }

        /** The part of it within {@code [from, to)} of the file that is gone, or null where there is none. */
        Range within(long from, long to) {
            long first = Math.max(start, from);
            long last = Math.min(end, to);
            return first >= last ? null : new Range(first, last, at + first - start);
        }

        /** Whether another goes on where it ends, here and there. */
        public boolean isFollowedBy(Range other) {
            return end == other.start && at + count() == other.at;
        }

        /** It and the one that follows it. */
        public Range with(Range next) {
            return new Range(start, next.end, at);
        }
    }

    /** The part of some redirects within {@code [from, to)} of the file that is gone. */
    static List<MovedRows> within(List<MovedRows> all, long from, long to) {
        List<MovedRows> within = new ArrayList<>();
        for (MovedRows each : all) {
            List<Range> rows = each.rows.stream()
                    .map(range -> range.within(from, to))
                    .filter(range -> range != null)
                    .toList();
            if (!rows.isEmpty()) {
                within.add(new MovedRows(each.file, each.version, rows));
            }
        }
        return within;
    }

    /** How many rows redirects have. */
    public static long count(List<MovedRows> all) {
        return all.stream()
                .flatMap(each -> each.rows.stream())
                .mapToLong(Range::count)
                .sum();
    }
}
