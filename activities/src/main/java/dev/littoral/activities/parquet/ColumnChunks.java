package dev.littoral.activities.parquet;

import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.BadFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Where the chunks of some columns lie in a Parquet file, as a footer that was checked says it. Immutable. */
final class ColumnChunks {
    /** More than any file has that is read for its values. */
    private static final int MAX_CHUNKS = 1 << 20;

    /** Levels are no more than what a byte holds, and in fact ten or so. */
    private static final int MAX_LEVEL = 127;

    /** Longer than any path that is asked for. */
    private static final int MAX_PATH = 1024;

    /** A group on the way to where the schema is read, with the levels of a value in it. */
    private record Group(int pathLength, int definition, int repetition) {}

    /**
     * A column that holds values.
     *
     * @param path its names, joined by dots
     * @param leaf its place among all columns of the file
     * @param physical the number of its physical type
     * @param definition the definition level of a value that is there
     * @param repetition the highest repetition level
     */
    record Column(String path, int leaf, int physical, int definition, int repetition) {}

    /**
     * A column's part in a row group.
     *
     * @param values its values, nulls among them
     * @param codec the number of its compression
     */
    record Chunk(long start, long end, long values, int codec) {}

    private final List<Column> columns;
    private final List<Chunk[]> groups = new ArrayList<>();
    private final List<Long> rows = new ArrayList<>();
    private final SourceFile file;
    private final CompactReader in;

    private ColumnChunks(SourceFile file, CompactReader in, List<Column> columns) {
        this.file = file;
        this.in = in;
        this.columns = columns;
    }

    static ColumnChunks decode(SourceFile file, byte[] bytes, int start, int length, Predicate<String> wanted) {
        CompactReader in = new CompactReader(file, bytes, start, start + length);
        int schemaAt = 0;
        int groupsAt = 0;
        for (int id = in.field(0); id != CompactReader.STOP; id = in.field(id)) {
            if (in.type() == CompactReader.LIST && id == 2) {
                schemaAt = in.position();
            } else if (in.type() == CompactReader.LIST && id == 4) {
                groupsAt = in.position();
            }
            in.skip();
        }
        in.position(schemaAt);
        ColumnChunks chunks = new ColumnChunks(file, in, columns(in, wanted));
        in.position(groupsAt);
        int groups = in.structs();
        for (int group = 0; group < groups; group++) {
            chunks.readRowGroup();
        }
        return chunks;
    }

    private static List<Column> columns(CompactReader in, Predicate<String> wanted) {
        List<Column> columns = new ArrayList<>();
        SchemaCursor cursor = new SchemaCursor(in, in.structs());
        StringBuilder path = new StringBuilder();
        List<Group> open = new ArrayList<>(List.of(new Group(0, 0, 0)));
        int leaf = 0;
        while (cursor.next()) {
            int depth = cursor.depth();
            if (depth == 0) {
                continue;
            }
            while (open.size() > depth) {
                open.removeLast();
            }
            SchemaElement element = cursor.element();
            Group parent = open.getLast();
            path.setLength(parent.pathLength());
            path.append(depth == 1 ? "" : ".").append(element.name());
            int definition = parent.definition() + (element.isRequired() ? 0 : 1);
            int repetition = parent.repetition() + (element.isRepeated() ? 1 : 0);
            if (!element.isLeaf()) {
                open.add(new Group(path.length(), definition, repetition));
                continue;
            }
            if (definition <= MAX_LEVEL && path.length() <= MAX_PATH && wanted.test(path.toString())) {
                columns.add(new Column(path.toString(), leaf, element.physical(), definition, repetition));
            }
            leaf++;
        }
        return columns;
    }

    private void readRowGroup() {
        long groupRows = 0;
        Chunk[] found = new Chunk[columns.size()];
        for (int id = in.field(0); id != CompactReader.STOP; id = in.field(id)) {
            if (id == 1 && in.type() == CompactReader.LIST) {
                readChunks(found);
            } else if (id == 3 && in.type() == CompactReader.I64) {
                groupRows = in.i64();
            } else {
                in.skip();
            }
        }
        if (groupRows > 0) {
            check(found);
            groups.add(found);
            rows.add(groupRows);
        }
        if ((long) groups.size() * columns.size() > MAX_CHUNKS) {
            throw new BadFileException("File " + file.path() + " has too many row groups: found more than "
                    + groups.size() + ", expected at most " + MAX_CHUNKS / columns.size());
        }
    }

    private void readChunks(Chunk[] found) {
        int count = in.structs();
        int next = 0;
        for (int leaf = 0; leaf < count; leaf++) {
            boolean isWanted = next < columns.size() && columns.get(next).leaf() == leaf;
            for (int id = in.field(0); id != CompactReader.STOP; id = in.field(id)) {
                if (isWanted && id == 3 && in.type() == CompactReader.STRUCT) {
                    found[next] = readChunk();
                } else {
                    in.skip();
                }
            }
            next += isWanted ? 1 : 0;
        }
    }

    private Chunk readChunk() {
        long values = 0;
        long compressed = -1;
        long dataPages = -1;
        long dictionary = -1;
        int codec = -1;
        for (int id = in.field(0); id != CompactReader.STOP; id = in.field(id)) {
            if (in.type() == CompactReader.I64 && (id == 5 || id == 7 || id == 9 || id == 11)) {
                long value = in.i64();
                switch (id) {
                    case 5 -> values = value;
                    case 7 -> compressed = value;
                    case 9 -> dataPages = value;
                    default -> dictionary = value;
                }
            } else if (in.type() == CompactReader.I32 && id == 4) {
                codec = in.i32();
            } else {
                in.skip();
            }
        }
        // Some writers say 0 where there is no dictionary.
        long start = dictionary > 0 && dictionary < dataPages ? dictionary : dataPages;
        long end = compressed < 0 || compressed > file.bytes() - start ? -1 : start + compressed;
        return new Chunk(start, end, values, codec);
    }

    private void check(Chunk[] found) {
        for (int column = 0; column < found.length; column++) {
            Chunk chunk = found[column];
            if (chunk == null || chunk.end < chunk.start || chunk.start < 0) {
                throw new BadFileException("File " + file.path() + " has a column chunk that cannot be there: found "
                        + (chunk == null ? "no place" : "byte " + chunk.start + " as its start, and more than the file")
                        + " for column "
                        + columns.get(column).path() + ", expected one within the " + file.bytes() + " bytes");
            }
        }
    }

    List<Column> columns() {
        return columns;
    }

    int rowGroups() {
        return groups.size();
    }

    long rows(int group) {
        return rows.get(group);
    }

    Chunk chunk(int group, int column) {
        return groups.get(group)[column];
    }
}
