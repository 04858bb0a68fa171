package dev.littoral.activities.steps;

import dev.littoral.activities.source.delta.DeltaFolder;
import dev.littoral.activities.source.delta.Vectors;
import dev.littoral.activities.source.iceberg.WrittenTable;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.TableSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;

/** Tables of vectors in the formats whose data files are Parquet. */
final class VectorTables {
    private VectorTables() {}

    /** A table of Iceberg, {@code with} or {@code without ids}, or of Delta, {@code by name} or {@code by id}. */
    static VectorTable of(Path folder, String kind) throws SQLException, IOException {
        return switch (kind) {
            case "iceberg with ids" -> new Iceberg(folder, true);
            case "iceberg without ids" -> new Iceberg(folder, false);
            case "delta by name" -> new Delta(folder, "name");
            default -> new Delta(folder, "id");
        };
    }

    /** A table of Iceberg version 3, whose files have ids, or know columns by the names that they had at first. */
    static final class Iceberg extends VectorTable {
        private final boolean hasIds;
        private final WrittenTable table;
        private final Map<String, DataFile> files = new HashMap<>();

        Iceberg(Path folder, boolean hasIds) throws SQLException, IOException {
            super(folder.resolve("data"));
            this.hasIds = hasIds;
            Schema schema = new Schema(
                    Types.NestedField.optional(1, EMBEDDING, Types.ListType.ofOptional(3, Types.FloatType.get())),
                    Types.NestedField.optional(2, OTHER, Types.ListType.ofOptional(4, Types.FloatType.get())));
            table = WrittenTable.create(folder, 3, schema, PartitionSpec.unpartitioned());
            if (!hasIds) {
                String names = "[{\"field-id\":1,\"names\":[\"was-a\",\"a\"]},{\"field-id\":2,\"names\":[\"b\"]}]";
                table.table()
                        .updateProperties()
                        .set("schema.name-mapping.default", names)
                        .commit();
            }
        }

        @Override
        ExternalSource source() {
            return new ExternalSource("file://" + table.folder() + "/", TableSpec.newest(TableSpec.ICEBERG));
        }

        @Override
        String nameInFiles(int column) {
            if (!hasIds) {
                return column == 0 ? "a" : "b";
            }
            return column == embedding() ? EMBEDDING : OTHER;
        }

        @Override
        String idsInFiles() {
            String ids = "\"%s\": {__duckdb_field_id: %d, element: %d}";
            return hasIds
                    ? ", FIELD_IDS {" + ids.formatted(nameInFiles(0), 1, 3) + ", " + ids.formatted(nameInFiles(1), 2, 4)
                            + "}"
                    : "";
        }

        @Override
        void replace(List<String> removed, String added, long rows) throws IOException {
            DataFile file = table.file(Path.of(added).getFileName().toString(), rows, Files.size(Path.of(added)));
            files.put(added, file);
            if (removed.isEmpty()) {
                table.table().newFastAppend().appendFile(file).commit();
            } else {
                var rewrite = table.table()
                        .newRewrite()
                        .validateFromSnapshot(table.table().currentSnapshot().snapshotId())
                        .addFile(file);
                removed.forEach(each -> {
                    rewrite.deleteFile(files.get(each));
                    table.vector(files.get(each)).ifPresent(rewrite::deleteFile);
                });
                rewrite.commit();
            }
        }

        @Override
        void remove(String file) {
            table.table().newDelete().deleteFile(files.get(file)).commit();
        }

        @Override
        void delete(String file, long rows, long[] deleted) throws IOException {
            table.deleteRows(files.get(file), deleted);
        }

        @Override
        void changeNames() {
            table.table().updateSchema().renameColumn(EMBEDDING, "between").commit();
            table.table().updateSchema().renameColumn(OTHER, EMBEDDING).commit();
            table.table().updateSchema().renameColumn("between", OTHER).commit();
        }
    }

    /** A Delta table whose files know columns by their physical names, or by their ids. */
    static final class Delta extends VectorTable {
        private final String mode;
        private final DeltaFolder delta;
        private final Map<String, String> added = new HashMap<>();
        private long version;

        Delta(Path folder, String mode) throws SQLException, IOException {
            super(folder);
            this.mode = mode;
            delta = new DeltaFolder(folder);
            delta.commit(0, DeltaFolder.features("columnMapping", "deletionVectors"), metadata(0));
        }

        private String metadata(int embedding) {
            String fields = field(EMBEDDING, embedding) + "," + field(OTHER, 1 - embedding);
            return DeltaFolder.metadata(
                    "t1", "", fields.replace("\"", "\\\""), "\"delta.columnMapping.mode\":\"" + mode + "\"");
        }

        private static String field(String name, int column) {
            return "{\"name\":\"" + name + "\",\"nullable\":true,\"type\":{\"type\":\"array\","
                    + "\"elementType\":\"float\",\"containsNull\":true},\"metadata\":{"
                    + "\"delta.columnMapping.id\":" + (column + 1)
                    + ",\"delta.columnMapping.physicalName\":\"col-" + column + "\"}}";
        }

        @Override
        ExternalSource source() {
            return new ExternalSource("file://" + delta.folder() + "/", TableSpec.newest(TableSpec.DELTA));
        }

        @Override
        String nameInFiles(int column) {
            // Files that another writer made have ids and names of their own.
            return mode.equals("id") ? "whatever" + column : "col-" + column;
        }

        @Override
        String idsInFiles() {
            return mode.equals("id") ? ", FIELD_IDS {whatever0: 1, whatever1: 2}" : "";
        }

        @Override
        void replace(List<String> removed, String file, long rows) throws IOException {
            List<String> actions = new ArrayList<>();
            removed.forEach(each -> actions.add(DeltaFolder.remove(name(each))));
            String add = DeltaFolder.add(name(file), rows)
                    .replace("\"size\":100,", "\"size\":" + Files.size(Path.of(file)) + ",");
            added.put(file, add);
            actions.add(removed.isEmpty() ? add : add.replace("\"dataChange\":true", "\"dataChange\":false"));
            delta.commit(++version, actions.toArray(String[]::new));
        }

        private static String name(String file) {
            return Path.of(file).getFileName().toString();
        }

        @Override
        void remove(String file) {
            delta.commit(++version, DeltaFolder.remove(name(file)));
        }

        @Override
        void delete(String file, long rows, long[] deleted) {
            String add = added.get(file);
            String withVector = add.substring(0, add.length() - 2) + Vectors.inline(deleted) + "}}";
            delta.commit(++version, DeltaFolder.remove(name(file)), withVector);
        }

        @Override
        void changeNames() {
            delta.commit(++version, metadata(1 - embedding()));
        }
    }
}
