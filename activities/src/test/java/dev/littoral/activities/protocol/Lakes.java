package dev.littoral.activities.protocol;

import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.RowIdRange;
import dev.littoral.activities.steps.RealSteps;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.TableSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The sources of a small world. Each source has states, the first of which is 1; files that are kept as they are, and
 * one that is overwritten in place by each change and has its own number of rows in each state, so that a snapshot
 * tells what it lists. Sources with deletes have one file, of which other rows are deleted in each state; tables with
 * versions have another one beside it that is new in each state, which is a version. A table that moves rows writes all
 * of them to a new file in each state, but one that goes; another one changes, and one is new.
 */
final class Lakes {
    static final ExternalSource A = new ExternalSource("s3://lake/a/", ExternalSpec.parquet());
    static final ExternalSource B = new ExternalSource("s3://lake/b/", ExternalSpec.parquet());
    static final ExternalSource C = new ExternalSource("s3://lake/c/", ExternalSpec.parquet());
    static final ExternalSource D = new ExternalSource("s3://lake/d/", ExternalSpec.parquet());

    /** A table that deletes more rows. */
    static final ExternalSource GROWING_DELETES = new ExternalSource("s3://lake/e/", ExternalSpec.parquet());

    /** A table that restores a row. */
    static final ExternalSource SHRINKING_DELETES = new ExternalSource("s3://lake/f/", ExternalSpec.parquet());

    /** A table that restores a row and deletes another one. */
    static final ExternalSource OTHER_DELETES = new ExternalSource("s3://lake/g/", ExternalSpec.parquet());

    /** A table whose versions all stay. */
    static final ExternalSource VERSIONS = new ExternalSource("s3://lake/h/", TableSpec.newest(TableSpec.DELTA));

    /** A table that keeps no version but the newest. */
    static final ExternalSource VACUUMED = new ExternalSource("s3://lake/i/", TableSpec.newest(TableSpec.DELTA));

    /** A table that numbers its rows, and moves them into another file each time. All its versions stay. */
    static final ExternalSource MOVING = new ExternalSource("s3://lake/j/", TableSpec.newest(TableSpec.DELTA));

    private static final int MAX_STATES = 6;

    /** Ids of rows that the table of moving rows wrote first begin there, those of its later states beyond. */
    private static final int FIRST_IDS = 1_000;

    private static final Map<String, Integer> FIRST_ROWS = Map.of(
            A.uri(),
            10,
            B.uri(),
            50,
            C.uri(),
            80,
            D.uri(),
            120,
            GROWING_DELETES.uri(),
            160,
            SHRINKING_DELETES.uri(),
            200,
            OTHER_DELETES.uri(),
            240,
            VERSIONS.uri(),
            280,
            VACUUMED.uri(),
            320,
            MOVING.uri(),
            40);
    private static final Map<String, IntFunction<List<Long>>> DELETES = Map.of(
            GROWING_DELETES.uri(),
            state -> LongStream.range(0, state).boxed().toList(),
            SHRINKING_DELETES.uri(),
            state -> LongStream.range(state, MAX_STATES + 1L).boxed().toList(),
            OTHER_DELETES.uri(),
            state -> List.of(state + 0L, state + 1L),
            VERSIONS.uri(),
            state -> List.of(state + 0L, state + 1L),
            VACUUMED.uri(),
            state -> LongStream.range(0, state).boxed().toList());
    private static final int SIZE = 4_000;

    private Lakes() {}

    /**
     * A file in one state of its source.
     *
     * @param deleted its deleted rows, in order
     */
    record File(String path, String version, int rows, List<Long> deleted) {
        File(String path, String version, int rows) {
            this(path, version, rows, List.of());
        }

        /** What of it is served. */
        String content() {
            return content(version, rows, deleted);
        }

        static String content(String version, long rows, List<Long> deleted) {
            return version + " " + rows + (deleted.isEmpty() ? "" : " without " + deleted);
        }

        /**
         * A Parquet file, filled up before its footer, so that all have one size and only their version tells them
         * apart.
         */
        byte[] bytes() {
            byte[] file = RealSteps.parquet(rows);
            int footer =
                    8 + ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(file.length - 8);
            byte[] filled = new byte[SIZE];
            System.arraycopy(file, 0, filled, 0, file.length - footer);
            System.arraycopy(file, file.length - footer, filled, SIZE - footer, footer);
            return filled;
        }

        SourceFile listed() {
            String deletes = deleted.stream().map(Object::toString).collect(Collectors.joining(" "));
            return new SourceFile(path, version, bytes().length, deletes.isEmpty() ? null : deletes);
        }
    }

    /** A row of a table that numbers them: its id, and the state in which it was written or changed last. */
    record Row(long id, int changed) {}

    /** The rows of a file of the table of moving rows, in order. */
    static List<Row> rows(String path) {
        int state = Integer.parseInt(path.substring(path.lastIndexOf('-') + 1, path.lastIndexOf('.')));
        List<Row> rows = new ArrayList<>();
        if (state == 1) {
            for (int i = 0; i < FIRST_ROWS.get(MOVING.uri()); i++) {
                rows.add(new Row(firstId(state) + i, state));
            }
            return rows;
        }
        for (Row row : rows(fileOf(state - 1))) {
            if (row.id() != firstId(1) + state) {
                rows.add(row.id() == firstId(1) + 20 + state ? new Row(row.id(), state) : row);
            }
        }
        rows.add(new Row(firstId(state) + rows.size(), state));
        return rows;
    }

    private static String fileOf(int state) {
        return MOVING.uri() + "of-" + state + ".parquet";
    }

    /** The id of the first row of the file that a state has. */
    private static long firstId(int state) {
        return (long) FIRST_IDS * state;
    }

    /** The id of a file's first row, or null where its table does not number rows. */
    static Long firstId(String path) {
        return path.startsWith(MOVING.uri())
                ? Long.valueOf(firstId(rows(path).getLast().changed()))
                : null;
    }

    /** The state that wrote the rows of a file's ids, or null where its table does not number rows. */
    static Long rowCommit(String path) {
        return path.startsWith(MOVING.uri()) ? Long.valueOf(rows(path).getLast().changed()) : null;
    }

    /** The rows of a file of the table of moving rows that are unchanged since a state. */
    static List<RowIdRange> rowsBefore(String path, int since) {
        List<RowIdRange> ranges = new ArrayList<>();
        int at = 0;
        for (Row row : rows(path)) {
            RowIdRange last = ranges.isEmpty() ? null : ranges.getLast();
            if (row.changed() <= since) {
                boolean joins = last != null
                        && last.at() + last.count() == at
                        && last.id() + last.count() == row.id()
                        && last.commit() == row.changed();
                if (joins) {
                    ranges.removeLast();
                }
                ranges.add(
                        joins
                                ? new RowIdRange(last.at(), last.id(), last.count() + 1, row.changed())
                                : new RowIdRange(at, row.id(), 1, row.changed()));
            }
            at++;
        }
        return ranges;
    }

    /** What a row is, wherever its table moves it: who has read it once need not read it again. */
    static String row(String path, long row) {
        return path.startsWith(MOVING.uri()) ? rows(path).get((int) row).toString() : path + " " + row;
    }

    /** The files of a source in one of its states, in order. */
    static List<File> files(String uri, int state) {
        int rows = FIRST_ROWS.get(uri);
        List<File> files = new ArrayList<>();
        if (uri.equals(MOVING.uri())) {
            return List.of(new File(fileOf(state), "v1", rows(fileOf(state)).size()));
        }
        if (uri.equals(A.uri())) {
            files.add(new File(uri + "kept-1.parquet", "v1", rows));
            files.add(new File(uri + "kept-2.parquet", "v1", rows));
        }
        if (uri.equals(D.uri())) {
            files.add(new File(uri + "also-overwritten.parquet", "v" + state, rows + 10 + state));
            files.add(new File(uri + "kept.parquet", "v1", rows));
        }
        if (DELETES.containsKey(uri)) {
            files.add(
                    new File(uri + "kept.parquet", "v1", rows, DELETES.get(uri).apply(state)));
            if (isTable(uri)) {
                files.add(new File(uri + "of-" + state + ".parquet", "v1", rows + state));
            }
            return files;
        }
        files.add(new File(uri + "overwritten.parquet", "v" + state, rows + state));
        return files;
    }

    static boolean isTable(String uri) {
        return uri.equals(VERSIONS.uri()) || uri.equals(VACUUMED.uri()) || uri.equals(MOVING.uri());
    }

    /**
     * The files of a version of a table, in order; none where it is gone.
     *
     * @param newest the newest version
     */
    static List<File> version(String uri, int version, int newest) {
        return uri.equals(VACUUMED.uri()) && version < newest ? List.of() : files(uri, version);
    }

    /** The file of a path in one state of its source. */
    static File file(String path, int state) {
        String uri = path.substring(0, path.lastIndexOf('/') + 1);
        return files(uri, state).stream()
                .filter(file -> file.path().equals(path))
                .findFirst()
                .orElseThrow();
    }

    /** The state of a source in which it has exactly these rows at these versions, or 0 when it never had. */
    static int stateOf(String uri, Map<String, String> content) {
        for (int state = 1; state <= MAX_STATES; state++) {
            Map<String, String> expected = new TreeMap<>();
            for (File file : files(uri, state)) {
                expected.put(file.path(), file.content());
            }
            if (expected.equals(content)) {
                return state;
            }
        }
        return 0;
    }

    /** The deleted rows that a version of them in a listing stands for. */
    static DeletedRows deletedRows(String deletesVersion) {
        return DeletedRows.of(Stream.of(deletesVersion.split(" ", -1))
                .mapToLong(Long::parseLong)
                .toArray());
    }

    /** The states of all sources at first. */
    static Map<String, Integer> first() {
        Map<String, Integer> states = new HashMap<>();
        FIRST_ROWS.keySet().forEach(uri -> states.put(uri, 1));
        return states;
    }
}
