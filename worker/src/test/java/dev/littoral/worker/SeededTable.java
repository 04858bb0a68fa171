package dev.littoral.worker;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** A table in a bucket, which one writer changes commit by commit. */
abstract class SeededTable implements ChangingSource {
    private static final int FEW = 4;
    private static final int MANY = 20;
    private static final int MAX_ROWS = 300;

    /** The table's folder, with a slash at its end. */
    final String uri;

    final LakeObjects objects;

    private final List<State> states = new ArrayList<>();
    private int named;

    SeededTable(LakeObjects objects, String uri) {
        this.objects = objects;
        this.uri = uri;
        states.add(new State(Map.of(), 0, 0));
    }

    /** A data file: how many rows it has, and which of them are deleted. */
    record Content(int rows, BitSet deleted) {
        Content(int rows) {
            this(rows, new BitSet());
        }

        long living() {
            return (long) rows - deleted.cardinality();
        }
    }

    /**
     * What the table has, from a moment between two times on.
     *
     * @param begun when its commit began, in milliseconds
     * @param done when it was over
     */
    private record State(Map<String, Content> files, long begun, long done) {
        boolean is(Map<String, Served> snapshot) {
            Map<String, List<Long>> expected = new TreeMap<>();
            files.forEach((path, content) -> {
                if (content.living() > 0) {
                    expected.put(path, List.of((long) content.rows(), (long)
                            content.deleted().cardinality()));
                }
            });
            Map<String, List<Long>> found = new TreeMap<>();
            snapshot.forEach((path, served) -> {
                if (served.rows() > served.deleted()) {
                    found.put(path, List.of(served.rows(), served.deleted()));
                }
            });
            return found.equals(expected);
        }
    }

    /**
     * Commits a file in place of others.
     *
     * @param removed may be none
     * @param added or null
     * @param bytes how large it is
     * @param moves whether it has the rows of the others
     */
    abstract void replace(List<String> removed, String added, int rows, int bytes, boolean moves);

    /** Commits which rows of a file are deleted. */
    abstract void delete(String file, long[] deleted) throws Exception;

    /** Forgets older versions, and removes what only they need. */
    abstract void expire() throws Exception;

    @Override
    public String change(SplittableRandom random) throws Exception {
        Map<String, Content> now = now();
        List<String> files = List.copyOf(now.keySet());
        int dice = files.size() < FEW ? 0 : files.size() >= MANY ? 9 : random.nextInt(13);
        int rows = 1 + random.nextInt(MAX_ROWS);
        String any = files.isEmpty() ? null : files.get(random.nextInt(files.size()));
        if (dice < 3) {
            append(rows);
            return "appends to tables";
        } else if (dice < 7) {
            deleteRows(any, now.get(any), random);
            return "deletes of tables' rows";
        } else if (dice < 8) {
            write(List.of(any), rows, false);
            return "overwrites of tables' files";
        } else if (dice < 9) {
            write(List.of(any), 0, false);
            return "files of tables removed";
        } else if (dice < 11) {
            compact(files.subList(0, 2 + random.nextInt(2)));
            return "compactions of tables";
        }
        expire();
        return "tables' versions expired";
    }

    @Override
    public void append(int rows) throws Exception {
        write(List.of(), rows, false);
    }

    private void compact(List<String> old) throws Exception {
        Map<String, Content> now = now();
        write(old, (int) old.stream().mapToLong(file -> now.get(file).living()).sum(), true);
    }

    /** Writes a file in place of others; none where it has no rows. */
    private void write(List<String> removed, int rows, boolean moves) throws Exception {
        Map<String, Content> next = now();
        removed.forEach(next::remove);
        String added = rows == 0 ? null : uri + "data/part-%05d.parquet".formatted(named++);
        int bytes = 0;
        if (added != null) {
            byte[] parquet = Parquet.ofRows(rows);
            objects.put(added, parquet);
            bytes = parquet.length;
            next.put(added, new Content(rows));
        }
        begin(next);
        replace(removed, added, rows, bytes, moves);
        done();
    }

    private void deleteRows(String file, Content content, SplittableRandom random) throws Exception {
        BitSet deleted = (BitSet) content.deleted().clone();
        for (int i = 0; i <= content.rows() / 10; i++) {
            deleted.set(random.nextInt(content.rows()));
        }
        Map<String, Content> next = now();
        next.put(file, new Content(content.rows(), deleted));
        begin(next);
        delete(file, deleted.stream().asLongStream().toArray());
        done();
    }

    private synchronized void begin(Map<String, Content> next) {
        states.add(new State(next, System.currentTimeMillis(), Long.MAX_VALUE));
    }

    private synchronized void done() {
        State last = states.removeLast();
        states.add(new State(last.files(), last.begun(), System.currentTimeMillis()));
    }

    /** The data files that the table has now, by their addresses. */
    final synchronized Map<String, Content> now() {
        return new TreeMap<>(states.getLast().files());
    }

    @Override
    public Map<String, Long> rows() {
        Map<String, Long> rows = new TreeMap<>();
        now().forEach((path, content) -> rows.put(path, content.living()));
        rows.values().removeIf(living -> living == 0);
        return rows;
    }

    @Override
    public Map<String, List<Long>> deleted() {
        Map<String, List<Long>> deleted = new TreeMap<>();
        now().forEach((path, content) -> {
            if (!content.deleted().isEmpty() && content.living() > 0) {
                deleted.put(
                        path, content.deleted().stream().asLongStream().boxed().toList());
            }
        });
        return deleted;
    }

    @Override
    public synchronized List<String> contradictions(Map<String, Served> snapshot, long from, long to) {
        List<Map<String, Content>> then = new ArrayList<>();
        for (int i = 0; i < states.size(); i++) {
            State state = states.get(i);
            long until = i + 1 < states.size() ? states.get(i + 1).done() : Long.MAX_VALUE;
            if (state.begun() <= to + SLACK_MILLIS && until >= from - SLACK_MILLIS) {
                if (state.is(snapshot)) {
                    return List.of();
                }
                then.add(state.files());
            }
        }
        return List.of(uri + " never was " + snapshot + " between " + from + " and " + to + ", but " + then);
    }
}
