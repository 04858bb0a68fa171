package dev.littoral.activities.source.delta;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.parquet.ColumnCursor;
import dev.littoral.activities.parquet.ParquetColumns;
import dev.littoral.activities.source.BadFileException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/** The rows of a row group of a checkpoint, each of which is an action. One thread. */
abstract class CheckpointRows {
    /** Data files, and the sidecars that have them. */
    static final Kind FILES = new Kind(
            path -> path.startsWith("add.path")
                    || path.equals("add.size")
                    || path.equals("add.modificationTime")
                    || path.equals("add.stats")
                    || path.equals("add.stats_parsed.numRecords")
                    || path.equals("add.baseRowId")
                    || path.equals("add.defaultRowCommitVersion")
                    || path.startsWith("add.deletionVector.")
                    || path.startsWith("add.partitionValues.")
                    || path.equals("sidecar.path")
                    || path.equals("sidecar.sizeInBytes"),
            FileRows::new);

    /** Metadata and protocol. */
    static final Kind STATE = new Kind(
            path -> path.equals("metaData.id")
                    || path.equals("metaData.schemaString")
                    || path.equals("metaData.format.provider")
                    || path.startsWith("metaData.partitionColumns.")
                    || path.startsWith("metaData.configuration.")
                    || path.equals("protocol.minReaderVersion")
                    || path.startsWith("protocol.readerFeatures."),
            StateRows::new);

    private static final int MAX_ENTRIES = 10_000;

    /** Characters of all texts of a map or a list. */
    private static final int MAX_TEXTS = 4 << 20;

    /** Bytes of a path or a name. */
    private static final int MAX_PATH = LogPath.MAX_LENGTH;

    private static final int MAX_SCHEMA = 3 * DeltaSchema.MAX_LENGTH;
    private static final int BETWEEN_CHECKS = 4096;

    private final List<String> names;
    private final ParquetColumns.RowGroup group;
    private final List<Column> columns = new ArrayList<>();

    /** What is read of a checkpoint. */
    record Kind(Predicate<String> wanted, BiFunction<List<String>, ParquetColumns.RowGroup, CheckpointRows> opener) {
        boolean isWanted(String path) {
            return wanted.test(path);
        }

        CheckpointRows open(List<String> names, ParquetColumns.RowGroup group) {
            return opener.apply(names, group);
        }
    }

    CheckpointRows(List<String> names, ParquetColumns.RowGroup group) {
        this.names = names;
        this.group = group;
    }

    /** A column, which a checkpoint may not have: then nothing is in it. */
    static final class Column {
        private final ColumnCursor cursor;

        private Column(ColumnCursor cursor) {
            this.cursor = cursor;
        }

        boolean isPresent() {
            return cursor != null && cursor.isPresent();
        }

        /** A text of at most so many bytes. */
        String text(int maxBytes) {
            return isPresent() ? cursor.text(maxBytes) : null;
        }

        Long number() {
            return isPresent() ? (Long) cursor.number() : null;
        }

        boolean nextInRow() throws FileChangedException, InterruptedException {
            return cursor != null && cursor.nextInRow();
        }
    }

    /** The column of a name. */
    final Column column(String name) {
        return column(names.indexOf(name));
    }

    /** The column at a place among those below a group, as writers differ in what they call what is in a list. */
    final Column below(String parent, int place) {
        List<String> found =
                names.stream().filter(name -> name.startsWith(parent + ".")).toList();
        return column(place < found.size() ? names.indexOf(found.get(place)) : -1);
    }

    private Column column(int index) {
        Column column = new Column(index < 0 ? null : group.column(index));
        columns.add(column);
        return column;
    }

    final boolean has(String name) {
        return names.contains(name);
    }

    final void read(ActionVisitor visitor) throws FileChangedException, InterruptedException {
        for (long row = 0; row < group.rows(); row++) {
            if (row % BETWEEN_CHECKS == 0 && Thread.interrupted()) {
                throw new InterruptedException("interrupted while reading a checkpoint");
            }
            for (Column column : columns) {
                if (column.cursor != null) {
                    column.cursor.nextRow();
                }
            }
            visit(visitor);
        }
    }

    /** Visits the action of a row, to which all columns have gone. */
    abstract void visit(ActionVisitor visitor) throws FileChangedException, InterruptedException;

    static Map<String, String> map(Column keys, Column values) throws FileChangedException, InterruptedException {
        if (!keys.isPresent()) {
            return Map.of();
        }
        Texts texts = new Texts();
        String firstKey = texts.of(keys);
        String firstValue = texts.of(values);
        if (!nextInRow(keys, values)) {
            return Collections.singletonMap(firstKey, firstValue);
        }
        Map<String, String> map = new LinkedHashMap<>();
        map.put(firstKey, firstValue);
        do {
            map.put(texts.of(keys), texts.of(values));
            require(map.size() <= MAX_ENTRIES, "a map of more than " + MAX_ENTRIES + " entries", "fewer");
        } while (nextInRow(keys, values));
        return map;
    }

    /** The texts of a map or a list, which have a bound together. */
    private static final class Texts {
        private int left = MAX_TEXTS;

        String of(Column column) {
            String text = column.text(MAX_TEXTS);
            left -= text == null ? 0 : text.length();
            require(left >= 0, "texts of more than " + MAX_TEXTS + " characters together", "fewer");
            return text;
        }
    }

    private static boolean nextInRow(Column keys, Column values) throws FileChangedException, InterruptedException {
        boolean more = keys.nextInRow();
        values.nextInRow();
        return more;
    }

    static List<String> list(Column elements) throws FileChangedException, InterruptedException {
        List<String> list = new ArrayList<>();
        Texts texts = new Texts();
        boolean more = elements.isPresent();
        while (more) {
            list.add(texts.of(elements));
            require(list.size() <= MAX_ENTRIES, "a list of more than " + MAX_ENTRIES + " elements", "fewer");
            more = elements.nextInRow() && elements.isPresent();
        }
        return list;
    }

    static void require(boolean isSo, String found, String expected) {
        if (!isSo) {
            throw new BadFileException("found " + found + ", expected " + expected);
        }
    }

    private static final class FileRows extends CheckpointRows {
        private final Column path = column("add.path");
        private final Column size = column("add.size");
        private final Column modified = column("add.modificationTime");
        private final Column rows = column("add.stats_parsed.numRecords");
        private final Column stats = column("add.stats");
        private final Column baseRowId = column("add.baseRowId");
        private final Column rowCommit = column("add.defaultRowCommitVersion");
        private final Column keys = below("add.partitionValues", 0);
        private final Column values = below("add.partitionValues", 1);
        private final Column storage = column("add.deletionVector.storageType");
        private final Column vector = column("add.deletionVector.pathOrInlineDv");
        private final Column offset = column("add.deletionVector.offset");
        private final Column vectorSize = column("add.deletionVector.sizeInBytes");
        private final Column cardinality = column("add.deletionVector.cardinality");
        private final Column sidecar = column("sidecar.path");
        private final Column sidecarSize = column("sidecar.sizeInBytes");

        FileRows(List<String> names, ParquetColumns.RowGroup group) {
            super(names, group);
        }

        @Override
        void visit(ActionVisitor visitor) throws FileChangedException, InterruptedException {
            if (sidecar.isPresent()) {
                require(sidecarSize.isPresent() && sidecarSize.number() > 0, "a sidecar without a size", "one");
                visitor.sidecar(sidecar.text(MAX_PATH), sidecarSize.number());
            }
            if (!path.isPresent()) {
                return;
            }
            require(size.isPresent() && size.number() >= 0, "a file without a size", "one of 0 or more");
            Long known = rows.isPresent() ? Stats.checked(rows.number()) : null;
            if (known == null && stats.isPresent()) {
                known = stats.cursor.read(Stats::rows);
            }
            // Writers say of all files in a checkpoint that they change no data.
            AddFile file = new AddFile(
                    path.text(MAX_PATH),
                    map(keys, values),
                    size.number(),
                    modified.isPresent() ? modified.number() : 0,
                    true,
                    known,
                    deletes(),
                    baseRowId.number(),
                    baseRowId.isPresent() ? rowCommit.number() : null);
            require(
                    file.weight() <= AddFile.MAX_WEIGHT,
                    "a file with texts of " + file.weight() + " characters",
                    "at most " + AddFile.MAX_WEIGHT);
            visitor.add(file);
        }

        private DeletionVector deletes() {
            if (!storage.isPresent()) {
                return null;
            }
            return DeletionVector.of(
                            storage.text(MAX_PATH),
                            vector.text(AddFile.MAX_WEIGHT),
                            offset.number(),
                            vectorSize.number(),
                            cardinality.number())
                    .orElseThrow(() -> new BadFileException(
                            "found a deletion vector that cannot be, expected one with a path, a size and a"
                                    + " cardinality"));
        }
    }

    private static final class StateRows extends CheckpointRows {
        private final Column id = column("metaData.id");
        private final Column schema = column("metaData.schemaString");
        private final Column provider = column("metaData.format.provider");
        private final Column partitionColumns = below("metaData.partitionColumns", 0);
        private final Column keys = below("metaData.configuration", 0);
        private final Column values = below("metaData.configuration", 1);
        private final Column readerVersion = column("protocol.minReaderVersion");
        private final Column readerFeatures = below("protocol.readerFeatures", 0);

        StateRows(List<String> names, ParquetColumns.RowGroup group) {
            super(names, group);
        }

        @Override
        void visit(ActionVisitor visitor) throws FileChangedException, InterruptedException {
            if (id.isPresent()) {
                require(schema.isPresent(), "metadata without a schema", "one");
                visitor.metadata(new Metadata(
                        id.text(MAX_PATH),
                        provider.isPresent() ? provider.text(MAX_PATH) : "parquet",
                        schema.text(MAX_SCHEMA),
                        list(partitionColumns),
                        map(keys, values)));
            }
            if (readerVersion.isPresent()) {
                visitor.protocol(new Protocol(readerVersion.number().intValue(), list(readerFeatures)));
            }
        }
    }
}
