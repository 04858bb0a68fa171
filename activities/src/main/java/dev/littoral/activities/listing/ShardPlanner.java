package dev.littoral.activities.listing;

import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.workflows.model.Totals;
import java.util.ArrayList;
import java.util.List;

/**
 * Plans the boundaries of shards: splits a shard that grew too large, and merges a small one with a neighbour. Pure. A
 * boundary stays where it is while sizes allow, as moving it would dissolve the segments that lie across it.
 */
final class ShardPlanner {
    private final int maxFiles;

    /**
     * A planner for shards of a size.
     *
     * @param maxFiles the most files a shard has, at least 2; staged parts have half of it
     */
    ShardPlanner(int maxFiles) {
        this.maxFiles = maxFiles;
    }

    /** Shards for ranges in order. Ranges of an initial listing, which have no base, are laid end to end. */
    List<PlannedShard> plan(List<RangeListing> ranges) {
        List<PlannedShard> shards = new ArrayList<>();
        boolean first = ranges.stream().allMatch(range -> range.base() == null);
        if (first) {
            List<StagedFiles> parts =
                    ranges.stream().flatMap(range -> range.parts().stream()).toList();
            append(shards, "", parts, List.of(), true);
        } else {
            for (int i = 0; i < ranges.size(); i++) {
                RangeListing range = ranges.get(i);
                if (range.unchanged()) {
                    shards.add(new PlannedShard(range.base().from(), range.base(), range.parts(), null, List.of()));
                } else if (!range.parts().isEmpty()) {
                    append(shards, range.base().from(), range.parts(), List.of(range.base()), i == ranges.size() - 1);
                }
            }
        }
        return fromTheStart(merged(shards));
    }

    /** What shards whose files are all gone added up to. */
    static Totals vanished(List<RangeListing> ranges) {
        Totals vanished = Totals.NONE;
        for (RangeListing range : ranges) {
            if (range.base() != null && !range.unchanged() && range.parts().isEmpty()) {
                vanished = vanished.plus(range.base().totals());
            }
        }
        return vanished;
    }

    /**
     * Splits where there are too many files. At the end of all paths shards are filled, as files that come later in
     * order often come later in time; elsewhere they get equal sizes.
     */
    private void append(
            List<PlannedShard> shards, String from, List<StagedFiles> parts, List<ShardRef> base, boolean atEnd) {
        long files = parts.stream().mapToLong(StagedFiles::files).sum();
        long pieces = Math.max(1, Math.ceilDiv(files, (long) maxFiles));
        long most = atEnd ? maxFiles : Math.ceilDiv(files, pieces);
        String start = from;
        List<StagedFiles> piece = new ArrayList<>();
        long size = 0;
        for (StagedFiles part : parts) {
            if (size > 0 && size + part.files() > most) {
                shards.add(touched(start, piece, base));
                start = part.first();
                piece = new ArrayList<>();
                size = 0;
            }
            piece.add(part);
            size += part.files();
        }
        if (!piece.isEmpty()) {
            shards.add(touched(start, piece, base));
        }
    }

    private static PlannedShard touched(String from, List<StagedFiles> parts, List<ShardRef> base) {
        return new PlannedShard(from, null, List.copyOf(parts), null, base);
    }

    /** Joins small touched shards with the neighbour before or after them. */
    private List<PlannedShard> merged(List<PlannedShard> shards) {
        List<PlannedShard> merged = new ArrayList<>();
        for (PlannedShard shard : shards) {
            PlannedShard before = merged.isEmpty() ? null : merged.get(merged.size() - 1);
            if (before != null
                    && shard.isTouched()
                    && (isSmall(shard) || (before.isTouched() && isSmall(before)))
                    && fit(before, shard)) {
                merged.set(merged.size() - 1, join(before, shard));
            } else {
                merged.add(shard);
            }
        }
        return merged;
    }

    private boolean isSmall(PlannedShard shard) {
        return shard.files() < maxFiles / 4;
    }

    /** Whether both together leave room to grow. */
    private boolean fit(PlannedShard before, PlannedShard shard) {
        return before.files() + shard.files() <= maxFiles * 3L / 4;
    }

    private static PlannedShard join(PlannedShard before, PlannedShard shard) {
        List<StagedFiles> parts = new ArrayList<>(before.parts());
        parts.addAll(shard.parts());
        List<ShardRef> base = new ArrayList<>(before.base());
        ShardRef carriedPrefix = before.carriedPrefix();
        if (before.carried() != null) {
            carriedPrefix = before.parts().isEmpty() ? before.carried() : null;
            base.add(before.carried());
        }
        shard.base().stream().filter(each -> !base.contains(each)).forEach(base::add);
        return new PlannedShard(before.from(), null, parts, carriedPrefix, base);
    }

    /** The first shard's range starts before every path. */
    private static List<PlannedShard> fromTheStart(List<PlannedShard> shards) {
        if (!shards.isEmpty() && !shards.get(0).from().isEmpty()) {
            PlannedShard head = shards.get(0);
            shards.set(0, new PlannedShard("", head.carried(), head.parts(), head.carriedPrefix(), head.base()));
        }
        return shards;
    }
}
