package dev.littoral.activities.source.delta;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.SourceChanges;
import dev.littoral.activities.source.StoreOpener;
import dev.littoral.activities.source.table.Table;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.activities.storage.RequestCounts;
import dev.littoral.activities.storage.StorageAccess;
import dev.littoral.activities.storage.Storages;
import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.activities.testing.Openers;
import dev.littoral.workflows.model.TableAt;
import dev.littoral.workflows.model.TableVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A Delta table in a local folder, whose commits tests write by hand. */
public final class DeltaFolder {
    public static final String PROTOCOL = "{\"protocol\":{\"minReaderVersion\":1,\"minWriterVersion\":2}}";
    public static final String METADATA = metadata(
            "t1",
            "",
            "{\\\"name\\\":\\\"id\\\",\\\"type\\\":\\\"long\\\"," + "\\\"nullable\\\":true,\\\"metadata\\\":{}}",
            "");

    final Path folder;
    final Set<String> allowed = new HashSet<>();
    private RequestCounts counts = new RequestCounts();

    public DeltaFolder(Path folder) {
        this.folder = folder;
    }

    public Path folder() {
        return folder;
    }

    /** A metaData action; its parts as they stand in JSON. */
    public static String metadata(String id, String partitionColumns, String fields, String configuration) {
        return "{\"metaData\":{\"id\":\"" + id + "\",\"format\":{\"provider\":\"parquet\",\"options\":{}},"
                + "\"schemaString\":\"{\\\"type\\\":\\\"struct\\\",\\\"fields\\\":[" + fields + "]}\","
                + "\"partitionColumns\":[" + partitionColumns + "],\"configuration\":{" + configuration
                + "},\"createdTime\":1}}";
    }

    public static String features(String... names) {
        String list = "\"" + String.join("\",\"", names) + "\"";
        return "{\"protocol\":{\"minReaderVersion\":3,\"minWriterVersion\":7,\"readerFeatures\":[" + list
                + "],\"writerFeatures\":[" + list + "]}}";
    }

    public static String add(String path, long rows) {
        return add(path, rows, "");
    }

    /** An add action with more fields, which begin with a comma. */
    public static String add(String path, long rows, String more) {
        return "{\"add\":{\"path\":\"" + path + "\",\"partitionValues\":{},\"size\":100,\"modificationTime\":7,"
                + "\"dataChange\":true,\"stats\":\"{\\\"numRecords\\\":" + rows + "}\"" + more + "}}";
    }

    public static String remove(String path) {
        return "{\"remove\":{\"path\":\"" + path + "\",\"deletionTimestamp\":8,\"dataChange\":true}}";
    }

    public DeltaFolder commit(long version, String... actions) {
        return log(LogListing.padded(version) + ".json", String.join("\n", actions) + "\n");
    }

    DeltaFolder log(String name, String content) {
        try {
            Path file = folder.resolve("_delta_log").resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Table open() {
        return open(null);
    }

    Table open(TableAt at) {
        return new DeltaTable(storage(), at);
    }

    TableStorage storage() {
        counts = new RequestCounts();
        Storages storages = StorageRegistry.storages();
        StoreOpener elsewhere = Openers.of(
                address -> {
                    if (allowed.stream().noneMatch(address::startsWith)) {
                        throw Openers.refusal(address);
                    }
                },
                address -> storages.source(address).openSource(StorageAccess.OWN, counts));
        BlobStore store = storages.source("file://" + folder).openSource(StorageAccess.OWN, counts);
        return new TableStorage(store, elsewhere);
    }

    /** Requests since the table was opened last. */
    Map<String, Long> requests() {
        return counts.requests();
    }

    static TableAt version(long version) {
        return new TableAt(null, version, null, null, null);
    }

    /** The files of a version by their paths below the table, or whole where they are elsewhere. */
    Map<String, SourceFile> files(Table table, TableVersion version) throws FileChangedException, InterruptedException {
        Map<String, SourceFile> files = new TreeMap<>();
        table.files(version, file -> {
            if (files.put(name(file), file) != null) {
                throw new AssertionError(file.path() + " is listed twice");
            }
        });
        return files;
    }

    Map<String, SourceFile> newest() throws FileChangedException, InterruptedException {
        Table table = open();
        return files(table, table.resolve(null));
    }

    String name(SourceFile file) {
        String below = folder + "/";
        return file.path().startsWith(below) ? file.path().substring(below.length()) : file.path();
    }

    /** What a later version lists, by the changes since an earlier one; null where the table does not tell. */
    Map<String, SourceFile> changed(Map<String, SourceFile> before, Table table, TableVersion from, TableVersion to)
            throws FileChangedException, InterruptedException {
        List<SourceFile> changes =
                table.changes(from, to).map(SourceChanges::files).orElse(null);
        if (changes == null) {
            return null;
        }
        Map<String, SourceFile> after = new TreeMap<>(before);
        Set<String> seen = new HashSet<>();
        for (SourceFile file : changes) {
            if (!seen.add(file.path())) {
                throw new AssertionError(file.path() + " changes twice");
            }
            if (file.version() == null) {
                after.remove(name(file));
            } else {
                after.put(name(file), file);
            }
        }
        return after;
    }
}
