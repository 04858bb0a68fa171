package dev.littoral.activities.source.delta;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.path.TableFile;
import dev.littoral.activities.source.table.TableStorage;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Makes the data files of a version what a listing has. */
final class DataFiles {
    private final TableStorage storage;

    /** The names in the log of the columns that partition the table, by those in the schema. */
    private final Map<String, String> partitionColumns;

    DataFiles(TableStorage storage, DeltaVersionState state) {
        this(storage, Optional.of(state));
    }

    /**
     * Data files of a table.
     *
     * @param state empty for one without partitions
     */
    DataFiles(TableStorage storage, Optional<DeltaVersionState> state) {
        this.storage = storage;
        this.partitionColumns =
                state.map(each -> partitionColumns(storage, each)).orElse(Map.of());
    }

    /** What names a partition value in the log, by the name in the schema. */
    static Map<String, String> partitionColumns(TableStorage storage, DeltaVersionState state) {
        Map<String, String> names = new LinkedHashMap<>();
        DeltaSchema schema = state.mapsColumns() ? new DeltaSchema(storage.root(), state) : null;
        for (String column : state.metadata().partitionColumns()) {
            names.put(column, schema == null ? column : schema.physicalName(column));
        }
        return names;
    }

    /**
     * A data file.
     *
     * @param path whole
     * @throws LittoralException INPUT when the worker may not read it, or the log contradicts itself
     */
    SourceFile file(AddFile file, String path) {
        DeletionVector deletes = file.deletes() == null || file.deletes().cardinality() == 0 ? null : file.deletes();
        if (deletes != null && file.rows() != null && deletes.cardinality() > file.rows()) {
            throw LittoralException.input("The Delta table " + storage.root() + " has a damaged log: found "
                    + deletes.cardinality() + " deleted rows of the file " + path + ", expected at most its "
                    + file.rows() + " rows");
        }
        TableFile table = new TableFile(
                file.rows(),
                partition(file.partition()),
                file.baseRowId(),
                file.rowCommit(),
                !file.dataChange(),
                deletes == null ? null : deletes.text());
        storage.check(path);
        return new SourceFile(
                path,
                "size:" + file.bytes() + ";modified:" + file.modified(),
                file.bytes(),
                deletes == null ? null : deletes.id(),
                table);
    }

    private Map<String, String> partition(Map<String, String> values) {
        if (partitionColumns.isEmpty()) {
            return null;
        }
        Map<String, String> named = new LinkedHashMap<>();
        partitionColumns.forEach((column, inLog) -> {
            String value = values.get(inLog);
            // The protocol's other way to write a null.
            named.put(column, value == null || value.isEmpty() ? null : value);
        });
        return named;
    }
}
