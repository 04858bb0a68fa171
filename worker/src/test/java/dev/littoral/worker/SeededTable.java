package dev.littoral.worker;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A table in a bucket, which one writer changes commit by commit. */
abstract class SeededTable implements ChangingSource {
    private static final int FEW = 4;
    private static final int MANY = 20;
    private static final int MAX_ROWS = 300;

    /** The table's folder, with a slash at its end. */
    final String uri;

    final LakeObjects objects;

    /** Whether rows keep their ids where the table moves them. */
    final boolean keepsIds;

    private final List<State> states = new ArrayList<>();

    /** The values of the rows of each file that there ever was, by address. */
    private final Map<String, List<Long>> values = new HashMap<>();

    private long nextValue;
    private int named;

    SeededTable(LakeObjects objects, String uri, boolean keepsIds) {
        this.objects = objects;
        this.uri = uri;
        this.keepsIds = keepsIds;
        states.add(new State(Map.of(), 0, 0));
    }

    /**
     * A row.
     *
     * @param value what it is: no other row of the table ever has the same, and one that is changed has another
     * @param id null where its file does not say it
     * @param changed the commit that wrote or changed it last, null where its file does not say it
     */
    record Row(long value, Long id, Long changed) {}

    /** What a commit gives the rows that it adds: the id of the first row of its file, and its own number. */
    record Numbered(long firstId, long commit) {
        Row of(Row row, int at) {
            return new Row(
                    row.value(),
                    row.id() == null ? Long.valueOf(firstId + at) : row.id(),
                    row.changed() == null ? Long.valueOf(commit) : row.changed());
        }
    }

    /** A data file: its rows, and which of them are deleted. */
    record Content(List<Row> rows, BitSet deleted) {
        Content(List<Row> rows) {
            this(rows, new BitSet());
        }

        List<Row> living() {
            return IntStream.range(0, rows.size())
                    .filter(row -> !deleted.get(row))
                    .mapToObj(rows::get)
                    .toList();
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
                if (!content.living().isEmpty()) {
                    expected.put(path, List.of((long) content.rows().size(), (long)
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
     * @return how the added file's rows are numbered
     */
    abstract Numbered replace(List<String> removed, String added, int rows, int bytes, boolean moves) throws Exception;

    /** A data file with ids of rows that were written before, as this format keeps them. */
    abstract byte[] fileWithIds(List<Row> rows) throws Exception;

    /** Commits which rows of a file are deleted. */
    abstract void delete(String file, long[] deleted) throws Exception;

    /** Forgets older versions, and removes what only they need. */
    abstract void expire() throws Exception;

    @Override
    public String change(SplittableRandom random) throws Exception {
        Map<String, Content> now = now();
        List<String> files = List.copyOf(now.keySet());
        int dice = files.size() < FEW ? 0 : files.size() >= MANY ? 10 : random.nextInt(14);
        int rows = 1 + random.nextInt(MAX_ROWS);
        String any = files.isEmpty() ? null : files.get(random.nextInt(files.size()));
        if (dice < 3) {
            append(rows);
            return "appends to tables";
        } else if (dice < 7) {
            deleteRows(any, now.get(any), random);
            return "deletes of tables' rows";
        } else if (dice < 8) {
            write(List.of(any), fresh(rows), false);
            return "overwrites of tables' files";
        } else if (dice < 9) {
            write(List.of(any), List.of(), false);
            return "files of tables removed";
        } else if (dice < 10) {
            write(List.of(any), updated(now.get(any).living(), random), false);
            return "updates of tables' rows";
        } else if (dice < 12) {
            List<String> old = files.subList(0, 2 + random.nextInt(2));
            List<Row> moved = old.stream()
                    .flatMap(file -> now.get(file).living().stream())
                    .toList();
            write(old, random.nextInt(5) == 0 ? moved.reversed() : moved, true);
            return "compactions of tables";
        }
        expire();
        return "tables' versions expired";
    }

    @Override
    public void append(int rows) throws Exception {
        write(List.of(), fresh(rows), false);
    }

    private List<Row> fresh(int rows) {
        return Stream.generate(() -> new Row(nextValue++, null, null))
                .limit(rows)
                .toList();
    }

    /** The same rows, of which some are changed. */
    private List<Row> updated(List<Row> rows, SplittableRandom random) {
        return rows.stream()
                .map(row -> random.nextInt(10) > 0 ? row : new Row(nextValue++, row.id(), null))
                .toList();
    }

    /** Writes a file in place of others; none where it has no rows. */
    private void write(List<String> removed, List<Row> rows, boolean moves) throws Exception {
        Map<String, Content> next = now();
        removed.forEach(next::remove);
        String added = rows.isEmpty() ? null : uri + "data/part-%05d.parquet".formatted(named++);
        int bytes = 0;
        if (added != null) {
            boolean withIds = keepsIds && rows.stream().anyMatch(row -> row.id() != null);
            byte[] parquet = withIds ? fileWithIds(rows) : Parquet.ofRows(rows.size());
            objects.put(added, parquet);
            bytes = parquet.length;
            next.put(added, new Content(rows));
            begin(added, rows);
        }
        begin(next);
        Numbered numbered = replace(removed, added, rows.size(), bytes, moves);
        Map<String, Content> done = new TreeMap<>(next);
        if (added != null) {
            List<Row> all = IntStream.range(0, rows.size())
                    .mapToObj(row -> numbered.of(rows.get(row), row))
                    .toList();
            done.put(added, new Content(all));
        }
        done(done);
    }

    private void deleteRows(String file, Content content, SplittableRandom random) throws Exception {
        BitSet deleted = (BitSet) content.deleted().clone();
        int rows = content.rows().size();
        for (int i = 0; i <= rows / 10; i++) {
            deleted.set(random.nextInt(rows));
        }
        Map<String, Content> next = now();
        next.put(file, new Content(content.rows(), deleted));
        begin(next);
        delete(file, deleted.stream().asLongStream().toArray());
        done(next);
    }

    private synchronized void begin(String file, List<Row> rows) {
        values.put(file, rows.stream().map(Row::value).toList());
    }

    /** What a row of a file is. */
    final synchronized long value(String file, long row) {
        return values.get(file).get((int) row);
    }

    private synchronized void begin(Map<String, Content> next) {
        states.add(new State(next, System.currentTimeMillis(), Long.MAX_VALUE));
    }

    private synchronized void done(Map<String, Content> next) {
        State last = states.removeLast();
        states.add(new State(next, last.begun(), System.currentTimeMillis()));
    }

    /** The data files that the table has now, by their addresses. */
    final synchronized Map<String, Content> now() {
        return new TreeMap<>(states.getLast().files());
    }

    @Override
    public Map<String, Long> rows() {
        Map<String, Long> rows = new TreeMap<>();
        now().forEach((path, content) -> rows.put(path, (long) content.living().size()));
        rows.values().removeIf(living -> living == 0);
        return rows;
    }

    @Override
    public Map<String, List<Long>> deleted() {
        Map<String, List<Long>> deleted = new TreeMap<>();
        now().forEach((path, content) -> {
            if (!content.deleted().isEmpty() && !content.living().isEmpty()) {
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
