package dev.littoral.activities.balance;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** A shard whose files change over time and that a rule keeps in segments; it keeps the books on churn and fill. */
final class Lake {
    static final long TARGET = 1_000_000;

    /** A way to balance a shard. */
    interface Rule {
        Balance balance(ShardFragments in, RowDelta change, long targetRows, long firstId);
    }

    /** How large files are, in parts of the target. */
    enum Files {
        TINY(0.001, 0.01),
        MEDIUM(0.01, 0.1),
        TENTH(0.1, 0.1),
        BROAD(0.001, 0.4),
        LARGE(0.3, 0.6);

        private final double least;
        private final double most;

        Files(double least, double most) {
            this.least = least;
            this.most = most;
        }

        long rows(SplittableRandom random) {
            double part = this == BROAD
                    ? least * StrictMath.pow(most / least, random.nextDouble())
                    : least + (most - least) * random.nextDouble();
            return (long) (TARGET * part);
        }
    }

    private static final class File {
        private final long rows;
        private long segment = ShardFragments.NONE;

        private File(long rows) {
            this.rows = rows;
        }
    }

    private static final class Folder {
        private final int id;
        private List<File> files;

        private Folder(int id, List<File> files) {
            this.id = id;
            this.files = files;
        }
    }

    private final SplittableRandom random;
    private final Files shape;
    private final Rule rule;
    private final List<Folder> folders = new ArrayList<>();
    private final Set<Long> dissolved = new HashSet<>();
    private int nextFolder;
    private long nextId = 1;
    private long added;
    private long removed;

    private int steps;
    private double newRows;
    private double changedRows;
    private double fillSum;
    private double leastFill = Double.MAX_VALUE;
    private int mostSmall;

    Lake(long seed, Files shape, Rule rule) {
        this.random = new SplittableRandom(seed);
        this.shape = shape;
        this.rule = rule;
    }

    int folders() {
        return folders.size();
    }

    void append(double targets) {
        folders.add(new Folder(nextFolder++, files(targets)));
    }

    void drop(int folder) {
        folders.remove(folder).files.forEach(this::gone);
    }

    void overwrite(int folder, double targets) {
        folders.get(folder).files.forEach(this::gone);
        folders.get(folder).files = files(targets);
    }

    /** Replaces a folder's files with as few of at most a quarter of the target. */
    void compact(int folder) {
        Folder compacted = folders.get(folder);
        long rows = compacted.files.stream().mapToLong(f -> f.rows).sum();
        compacted.files.forEach(this::gone);
        compacted.files = new ArrayList<>();
        for (long left = Math.ceilDiv(rows, TARGET / 4); left > 0; left--) {
            add(compacted, rows / left);
            rows -= rows / left;
        }
    }

    /** Overwrites one file anywhere with one of about its size. */
    void overwriteFile() {
        Folder folder = folders.get(random.nextInt(folders.size()));
        int i = random.nextInt(folder.files.size());
        File old = folder.files.get(i);
        gone(old);
        long rows = (long) Math.clamp(old.rows * (0.9 + 0.2 * random.nextDouble()), 1, TARGET);
        folder.files.set(i, new File(rows));
        added += rows;
    }

    /** Adds one file at the end of a folder. */
    void drip(int folder, double targets) {
        add(folders.get(folder), Math.max(1, (long) (targets * TARGET)));
    }

    /** Balances what changed since the last time and, if it counts, writes it into the books. */
    void commit(boolean counts) {
        List<File> files = folders.stream().flatMap(f -> f.files.stream()).toList();
        long[] rows = new long[files.size()];
        long[] segment = new long[files.size()];
        for (int i = 0; i < rows.length; i++) {
            File file = files.get(i);
            rows[i] = file.rows;
            segment[i] = dissolved.contains(file.segment) ? ShardFragments.NONE : file.segment;
        }
        int[] folder = folders.stream()
                .flatMapToInt(f -> f.files.stream().mapToInt(file -> f.id))
                .toArray();
        RowDelta change = new RowDelta(added, removed);
        Balance balance = rule.balance(new ShardFragments(rows, folder, segment), change, TARGET, nextId);
        nextId += balance.newSegments();
        dissolved.clear();
        added = 0;
        removed = 0;
        Map<Long, Long> segments = new HashMap<>();
        for (int i = 0; i < rows.length; i++) {
            files.get(i).segment = balance.segment()[i];
            segments.merge(balance.segment()[i], rows[i], Long::sum);
        }
        if (counts) {
            double total = segments.values().stream().mapToLong(r -> r).sum();
            double fill = total / segments.size() / TARGET;
            int small =
                    (int) segments.values().stream().filter(r -> r < TARGET / 2).count();
            steps++;
            newRows += balance.newRows();
            changedRows += change.rows();
            fillSum += fill;
            leastFill = Math.min(leastFill, fill);
            mostSmall = Math.max(mostSmall, small);
        }
    }

    double churn() {
        return newRows / changedRows;
    }

    double fill() {
        return fillSum / steps;
    }

    double leastFill() {
        return leastFill;
    }

    int mostSmall() {
        return mostSmall;
    }

    private List<File> files(double targets) {
        List<File> files = new ArrayList<>();
        long left = (long) (targets * TARGET);
        added += left;
        while (left > 0) {
            long rows = Math.min(shape.rows(random), left);
            // A crumb at the end goes into the last file.
            if (left - rows < 0.3 * shape.least * TARGET) {
                rows = left;
            }
            files.add(new File(rows));
            left -= rows;
        }
        return files;
    }

    private void add(Folder folder, long rows) {
        folder.files.add(new File(rows));
        added += rows;
    }

    private void gone(File file) {
        removed += file.rows;
        if (file.segment != ShardFragments.NONE) {
            dissolved.add(file.segment);
        }
    }
}
