package dev.littoral.activities.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.path.TableFile;
import dev.littoral.activities.source.RowIdRange;
import dev.littoral.activities.source.SourceChanges;
import dev.littoral.activities.source.SourceReader;
import dev.littoral.activities.source.table.Table;
import dev.littoral.activities.source.table.TableFormat;
import dev.littoral.activities.source.table.TableSourceFormat;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.activities.testing.Openers;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.RequiredColumn;
import dev.littoral.workflows.model.TableSpec;
import dev.littoral.workflows.model.TableVersion;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A table whose versions the world knows: which is the newest, and what is in one that is still there. */
record RecordedTable(RecordedStore world, String uri, Safeguard lost) implements TableFormat, Table {
    /** Of all rows, where nobody looks which commit changed them. */
    private static final long ANY_COMMIT = 0;

    /** A reader of a table, as an update opens it. */
    static SourceReader reader(RecordedStore world, ExternalSource source, Safeguard lost) {
        BlobStore place = (BlobStore) Proxy.newProxyInstance(
                RecordedTable.class.getClassLoader(),
                new Class<?>[] {BlobStore.class},
                (proxy, method, arguments) -> method.getName().equals("location") ? source.uri() : null);
        RecordedTable table = new RecordedTable(world, source.uri(), lost);
        SourceReader reader =
                new TableSourceFormat(table, Optional.empty()).open(place, Openers.NONE, source.spec(), true);
        return (SourceReader) Proxy.newProxyInstance(
                RecordedTable.class.getClassLoader(),
                new Class<?>[] {SourceReader.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("rowsBefore")) {
                        return table.rowsBefore((SourceFile) arguments[0], (TableVersion) arguments[1]);
                    }
                    try {
                        return method.invoke(reader, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** Ids of rows as data files have them, which there are none of. */
    private List<RowIdRange> rowsBefore(SourceFile file, TableVersion since) {
        if (lost != Safeguard.MOVED_BY_ID) {
            return Lakes.rowsBefore(file.path(), Integer.parseInt(since.version()));
        }
        return Lakes.rowsBefore(file.path(), newest()).stream()
                .map(range -> new RowIdRange(range.at(), range.id(), range.count(), ANY_COMMIT))
                .toList();
    }

    private Long rowCommit(String path) {
        return lost == Safeguard.MOVED_BY_ID ? Long.valueOf(ANY_COMMIT) : Lakes.rowCommit(path);
    }

    @Override
    public String name() {
        return TableSpec.DELTA;
    }

    @Override
    public Table open(TableStorage storage, TableSpec spec) {
        return this;
    }

    private int newest() {
        return (Integer) world.ask(Call.resolveTable(uri));
    }

    @Override
    public TableVersion resolve(TableVersion before) {
        return new TableVersion(TableSpec.DELTA, uri, Integer.toString(newest()), null, null, null);
    }

    private Map<String, SourceFile> at(TableVersion version) throws FileChangedException {
        Map<String, SourceFile> files = new LinkedHashMap<>();
        for (Object each : (List<?>) world.ask(Call.listVersion(uri, Integer.parseInt(version.version())))) {
            Lakes.File file = (Lakes.File) each;
            SourceFile listed = file.listed();
            TableFile said = new TableFile(
                    (long) file.rows(),
                    null,
                    Lakes.firstId(file.path()),
                    rowCommit(file.path()),
                    false,
                    listed.deletesVersion());
            files.put(
                    file.path(),
                    new SourceFile(file.path(), file.version(), listed.bytes(), listed.deletesVersion(), said));
        }
        if (files.isEmpty()) {
            throw new FileChangedException(uri, "version " + version.version() + " is gone");
        }
        return files;
    }

    @Override
    public JsonNode schema(TableVersion version) {
        return JsonNodeFactory.instance.objectNode();
    }

    @Override
    public void checkColumns(TableVersion version, List<RequiredColumn> columns) {}

    @Override
    public void files(TableVersion version, Visitor visitor) throws FileChangedException, InterruptedException {
        for (SourceFile file : at(version).values()) {
            visitor.file(file);
        }
    }

    @Override
    public Optional<SourceChanges> changes(TableVersion from, TableVersion to) throws FileChangedException {
        Map<String, SourceFile> after = at(to);
        Map<String, SourceFile> before;
        try {
            before = at(from);
        } catch (FileChangedException e) {
            return Optional.empty();
        }
        List<SourceFile> changes = new ArrayList<>();
        after.values().stream()
                .filter(file -> !file.equals(before.get(file.path())))
                .forEach(changes::add);
        before.keySet().stream()
                .filter(path -> !after.containsKey(path))
                .map(SourceFile::gone)
                .forEach(changes::add);
        return Optional.of(new SourceChanges(changes));
    }

    @Override
    public DeletedRows deletedRows(TableVersion version, SourceFile file) throws FileChangedException {
        TableVersion read = lost == Safeguard.PINNED_VERSION ? resolve(null) : version;
        return Lakes.deletedRows(at(read).get(file.path()).deletesVersion());
    }

    @Override
    public void close() {}
}
