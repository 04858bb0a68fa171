package dev.littoral.activities.steps;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.ArchivedException;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.path.TableFile;
import dev.littoral.activities.source.AllowList;
import dev.littoral.activities.source.FileInspector.FileContents;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.SourceChanges;
import dev.littoral.activities.source.SourceFormats;
import dev.littoral.activities.source.Sources;
import dev.littoral.activities.source.table.Table;
import dev.littoral.activities.source.table.TableFormat;
import dev.littoral.activities.source.table.TableSourceFormat;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.RequiredColumn;
import dev.littoral.workflows.model.TableSpec;
import dev.littoral.workflows.model.TableVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** A table in memory, whose versions a test makes; it counts what it is asked. */
final class FakeTable implements TableFormat {
    private static final String FORMAT = TableSpec.DELTA;

    private final Path folder;
    private final List<Map<String, SourceFile>> versions = new ArrayList<>();
    private final Map<String, DeletedRows> deleted = new TreeMap<>();
    private final Map<String, SourceFile> now = new TreeMap<>();

    /** What it was asked, in order. */
    final List<String> asked = new ArrayList<>();

    /** Versions before this one are gone. */
    int oldest;

    /** Whether it tells what differs between two versions. */
    boolean tellsChanges = true;

    /** Whether data files are in an archive. */
    boolean archived;

    String id = "t";

    FakeTable(Path folder) {
        this.folder = folder;
    }

    ExternalSource source() {
        return source(TableSpec.newest(FORMAT));
    }

    ExternalSource source(TableSpec spec) {
        return new ExternalSource("file://" + folder + "/", spec);
    }

    UpdateActivitiesImpl.Opener opener() {
        return new Sources(
                StorageRegistry.storages(),
                new SourceFormats(new TableSourceFormat(this, Optional.of(this::inspect))),
                AllowList.of(source()))::open;
    }

    /** Opens a data file, which has 100 rows where the metadata does not know. */
    private FileContents inspect(FileSource source, SourceFile file, List<RequiredColumn> columns) {
        Long known = file.table() == null ? null : file.table().rows();
        long rows = known == null ? 100 : known;
        asked.add("rows of " + file.path().replaceAll(".*/", ""));
        if (archived) {
            throw new ArchivedException(LittoralException.input("Cannot read " + file.path() + ": it is archived"));
        }
        return new FileContents() {
            @Override
            public long rows() {
                return rows;
            }

            @Override
            public long[] rowGroupRows() {
                return new long[] {rows};
            }

            @Override
            public String schemaFingerprint() {
                return "f";
            }
        };
    }

    String path(String name) {
        return folder.resolve(name).toString();
    }

    FakeTable file(String name, long rows) {
        now.put(
                path(name),
                new SourceFile(
                        path(name),
                        "v" + versions.size(),
                        10,
                        null,
                        new TableFile(rows, Map.of("day", name.substring(0, 1)), null, false, null)));
        return this;
    }

    /** A file of 100 rows, as many as the metadata does not say. */
    FakeTable fileOfUnknownRows(String name) {
        return change(name, file -> new TableFile(null, file.partition(), null, false, file.deletes()));
    }

    /** Numbers the rows of a file for ever. */
    FakeTable number(String name, long firstRowId) {
        return change(name, file -> new TableFile(file.rows(), file.partition(), firstRowId, false, file.deletes()));
    }

    /** The rows of a file are those of others, which the same version may lack. */
    FakeTable moved(String name) {
        return change(
                name, file -> new TableFile(file.rows(), file.partition(), file.firstRowId(), true, file.deletes()));
    }

    private FakeTable change(String name, UnaryOperator<TableFile> change) {
        now.computeIfPresent(
                path(name),
                (path, file) -> new SourceFile(
                        path, file.version(), file.bytes(), file.deletesVersion(), change.apply(file.table())));
        return this;
    }

    FakeTable delete(String name, long... rows) {
        SourceFile file = now.get(path(name));
        String key = name + "-" + versions.size();
        deleted.put(key, DeletedRows.of(rows));
        TableFile before = file.table();
        now.put(
                file.path(),
                new SourceFile(
                        file.path(),
                        file.version(),
                        file.bytes(),
                        key,
                        new TableFile(before.rows(), before.partition(), before.firstRowId(), false, key)));
        return this;
    }

    FakeTable remove(String name) {
        now.remove(path(name));
        return this;
    }

    /** The next version has what was put and removed so far. */
    void commit() {
        versions.add(new TreeMap<>(now));
    }

    @Override
    public String name() {
        return FORMAT;
    }

    @Override
    public Table open(TableStorage storage, TableSpec spec) {
        return new Open();
    }

    private final class Open implements Table {
        @Override
        public TableVersion resolve(TableVersion before) {
            asked.add("resolve");
            return new TableVersion(
                    FORMAT, id, String.valueOf(versions.size() - 1), null, Instant.EPOCH.plusSeconds(60), null);
        }

        private Map<String, SourceFile> at(TableVersion version) throws FileChangedException {
            int number = Integer.parseInt(version.version());
            if (number < oldest) {
                throw new FileChangedException(folder + "/log/" + number, "it is gone");
            }
            return versions.get(number);
        }

        @Override
        public JsonNode schema(TableVersion version) {
            return JsonNodeFactory.instance.objectNode().put("type", "struct");
        }

        @Override
        public void checkColumns(TableVersion version, List<RequiredColumn> columns) {
            asked.add("columns");
        }

        @Override
        public void files(TableVersion version, Visitor visitor) throws FileChangedException, InterruptedException {
            asked.add("files of " + version.version());
            List<SourceFile> files = new ArrayList<>(at(version).values());
            // In no order.
            for (SourceFile file : files.reversed()) {
                visitor.file(file);
            }
        }

        @Override
        public Optional<SourceChanges> changes(TableVersion from, TableVersion to) throws FileChangedException {
            asked.add("changes from " + from.version() + " to " + to.version());
            Map<String, SourceFile> after = at(to);
            if (!tellsChanges || Integer.parseInt(from.version()) < oldest) {
                return Optional.empty();
            }
            Map<String, SourceFile> before = at(from);
            List<SourceFile> changes = new ArrayList<>();
            after.forEach((path, file) -> {
                if (!file.equals(before.get(path))) {
                    changes.add(file);
                }
            });
            before.keySet().stream()
                    .filter(path -> !after.containsKey(path))
                    .map(SourceFile::gone)
                    .forEach(changes::add);
            return Optional.of(new SourceChanges(changes.reversed()));
        }

        @Override
        public DeletedRows deletedRows(TableVersion version, SourceFile file) throws FileChangedException, IOException {
            asked.add("deletes of " + file.table().deletes());
            at(version);
            return deleted.get(file.table().deletes());
        }
    }
}
