package dev.littoral.activities.balance;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * A shard whose files change over time and that a rule keeps in segments; it keeps the books on churn and fill. Files
 * that go stay as dead ones until no segment has them.
 */
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

    private static final class Fragment {
        /** Rows that live. */
        private long rows;
        /** Rows that died since the segment was built. */
        private long dead;

        private long segment = ShardFragments.NONE;

        private Fragment(long rows) {
            this.rows = rows;
        }
    }

    private record File(List<Fragment> fragments) {
        long rows() {
            return fragments.stream().mapToLong(fragment -> fragment.rows).sum();
        }

        boolean lives() {
            return rows() > 0;
        }

        /** Makes one fragment of those side by side that are in one new segment. */
        void joinFrom(long firstNew) {
            for (int i = fragments.size() - 1; i > 0; i--) {
                Fragment before = fragments.get(i - 1);
                if (before.segment >= firstNew && before.segment == fragments.get(i).segment) {
                    before.rows += fragments.remove(i).rows;
                }
            }
        }

        /** Whether nothing of it lives, and no segment has it. */
        boolean isGone() {
            return fragments.stream()
                    .allMatch(fragment -> fragment.rows == 0 && fragment.segment == ShardFragments.NONE);
        }
    }

    private static final class Folder {
        private final int id;
        /** In path order, dead ones among them. */
        private List<File> files = new ArrayList<>();

        private Folder(int id) {
            this.id = id;
        }

        private Stream<Fragment> fragments() {
            return files.stream().flatMap(file -> file.fragments.stream());
        }

        private List<File> living() {
            return files.stream().filter(File::lives).toList();
        }

        private long rows() {
            return files.stream().mapToLong(File::rows).sum();
        }
    }

    private final SplittableRandom random;
    private final Files shape;
    private final double maxDeadShare;
    private final Rule rule;
    private final List<Folder> folders = new ArrayList<>();
    /** Folders of which nothing lives. */
    private final List<Folder> dropped = new ArrayList<>();

    private int nextFolder;
    private long nextId = 1;
    private long added;
    private long removed;

    private int steps;
    private double newRows;
    private double changedRows;
    private double addedAndRemovedRows;
    private double fillSum;
    private double leastFill = Double.MAX_VALUE;
    private int mostSmall;

    /**
     * A shard without files.
     *
     * @param maxDeadShare the share of a segment's rows that may be dead, which decides how files are split
     */
    Lake(long seed, Files shape, double maxDeadShare, Rule rule) {
        this.random = new SplittableRandom(seed);
        this.shape = shape;
        this.maxDeadShare = maxDeadShare;
        this.rule = rule;
    }

    int folders() {
        return folders.size();
    }

    long rows() {
        return folders.stream().mapToLong(Folder::rows).sum();
    }

    void append(double targets) {
        folders.add(new Folder(nextFolder++));
        addFiles(folders.getLast(), targets);
    }

    void drop(int folder) {
        Folder gone = folders.remove(folder);
        gone.files.forEach(this::die);
        dropped.add(gone);
    }

    void overwrite(int folder, double targets) {
        folders.get(folder).files.forEach(this::die);
        addFiles(folders.get(folder), targets);
    }

    /** Replaces a folder's files with as few of at most a quarter of the target. */
    void compact(int folder) {
        compact(folder, (int) Math.ceilDiv(folders.get(folder).rows(), TARGET / 4));
    }

    /** Replaces a folder's files with so many of the same size. */
    void compact(int folder, int files) {
        Folder compacted = folders.get(folder);
        long rows = compacted.rows();
        compacted.files.forEach(this::die);
        for (long left = files; left > 0; left--) {
            add(compacted, rows / left);
            rows -= rows / left;
        }
    }

    /** Overwrites one file anywhere with one of about its size. */
    void overwriteFile() {
        Folder folder = folders.get(random.nextInt(folders.size()));
        List<File> living = folder.living();
        File old = living.get(random.nextInt(living.size()));
        overwrite(folder, old, (long) Math.clamp(old.rows() * (0.9 + 0.2 * random.nextDouble()), 1, TARGET));
    }

    /** Overwrites so large a part of all files, wherever they are, with new ones of about their size. */
    void overwriteFilesInSize(double part) {
        double files = folders.stream().mapToInt(f -> f.living().size()).sum() * part;
        for (int i = 0; i < files; i++) {
            overwriteFile();
        }
    }

    /** Overwrites a part of all files with new ones of any size, nine in ten among the first tenth of each folder. */
    void overwriteHotFiles(double part) {
        overwriteFiles(part, 0.9);
    }

    /** Overwrites so large a part of all files with new ones of any size, wherever they are. */
    void overwriteFiles(double part) {
        overwriteFiles(part, 0);
    }

    private void overwriteFiles(double part, double hot) {
        double files = folders.stream().mapToInt(f -> f.living().size()).sum() * part;
        for (int i = 0; i < files; i++) {
            Folder folder = folders.get(random.nextInt(folders.size()));
            List<File> living = folder.living();
            int among = random.nextDouble() < hot ? Math.ceilDiv(living.size(), 10) : living.size();
            overwrite(folder, living.get(random.nextInt(among)), shape.rows(random));
        }
    }

    /** Deletes so large a part of all rows, a few of every file. */
    void deleteRows(double part) {
        for (Folder folder : folders) {
            folder.fragments().forEach(fragment -> {
                double rows = fragment.rows * part * 2 * random.nextDouble();
                delete(fragment, Math.min(fragment.rows, (long) (rows + random.nextDouble())));
            });
        }
        removeDeadFolders();
    }

    /** Adds one file at the end of a folder. */
    void drip(int folder, double targets) {
        add(folders.get(folder), Math.max(1, (long) (targets * TARGET)));
    }

    /** Balances what changed since the last time and, if it counts, writes it into the books. */
    void commit(boolean counts) {
        List<Folder> all = Stream.concat(dropped.stream(), folders.stream()).toList();
        List<Fragment> fragments = all.stream().flatMap(Folder::fragments).toList();
        long[] rows = fragments.stream().mapToLong(f -> f.rows).toArray();
        long[] dead = fragments.stream().mapToLong(f -> f.dead).toArray();
        long[] segment = fragments.stream().mapToLong(f -> f.segment).toArray();
        int[] folder = all.stream()
                .flatMapToInt(f -> f.fragments().mapToInt(fragment -> f.id))
                .toArray();
        RowDelta change = new RowDelta(added, removed);
        Balance balance = rule.balance(new ShardFragments(rows, dead, folder, segment), change, TARGET, nextId);
        Map<Long, Long> segments = new HashMap<>();
        for (int i = 0; i < rows.length; i++) {
            Fragment fragment = fragments.get(i);
            fragment.segment = balance.segment()[i];
            if (fragment.segment == ShardFragments.NONE || fragment.segment >= nextId) {
                fragment.dead = 0;
            }
            if (fragment.segment != ShardFragments.NONE) {
                segments.merge(fragment.segment, rows[i], Long::sum);
            }
        }
        all.stream().flatMap(f -> f.files.stream()).forEach(file -> file.joinFrom(nextId));
        nextId += balance.newSegments();
        all.forEach(f -> f.files.removeIf(File::isGone));
        dropped.removeIf(f -> f.files.isEmpty());
        added = 0;
        removed = 0;
        if (counts) {
            double total = segments.values().stream().mapToLong(r -> r).sum();
            double fill = total / segments.size() / TARGET;
            int small =
                    (int) segments.values().stream().filter(r -> r < TARGET / 2).count();
            steps++;
            newRows += balance.newRows();
            changedRows += change.rows();
            addedAndRemovedRows += change.addedRows() + change.removedRows();
            fillSum += fill;
            leastFill = Math.min(leastFill, fill);
            mostSmall = Math.max(mostSmall, small);
        }
    }

    /** Begins the books anew, but for the most small segments. */
    void closeBooks() {
        steps = 0;
        newRows = 0;
        changedRows = 0;
        addedAndRemovedRows = 0;
        fillSum = 0;
    }

    double churn() {
        return newRows / changedRows;
    }

    /** As churn, but what is added does not stand for what is removed. */
    double churnOfAddedAndRemoved() {
        return newRows / addedAndRemovedRows;
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

    private void addFiles(Folder folder, double targets) {
        long left = (long) (targets * TARGET);
        while (left > 0) {
            long rows = Math.min(shape.rows(random), left);
            // A crumb at the end goes into the last file.
            if (left - rows < 0.3 * shape.least * TARGET) {
                rows = left;
            }
            add(folder, rows);
            left -= rows;
        }
    }

    private void add(Folder folder, long rows) {
        folder.files.add(file(rows));
        added += rows;
    }

    private void overwrite(Folder folder, File old, long rows) {
        folder.files.add(folder.files.indexOf(old) + 1, file(rows));
        added += rows;
        die(old);
    }

    private File file(long rows) {
        long[] boundaries = FragmentSplitter.split("file", new long[] {rows}, TARGET, maxDeadShare);
        List<Fragment> fragments = new ArrayList<>();
        for (int i = 1; i < boundaries.length; i++) {
            fragments.add(new Fragment(boundaries[i] - boundaries[i - 1]));
        }
        return new File(fragments);
    }

    private void die(File file) {
        file.fragments.forEach(fragment -> delete(fragment, fragment.rows));
    }

    private void delete(Fragment fragment, long rows) {
        removed += rows;
        fragment.rows -= rows;
        fragment.dead += fragment.segment == ShardFragments.NONE ? 0 : rows;
    }

    private void removeDeadFolders() {
        for (Folder folder : List.copyOf(folders)) {
            if (folder.rows() == 0) {
                folders.remove(folder);
                dropped.add(folder);
            }
        }
    }
}
