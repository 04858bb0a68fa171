package dev.littoral.activities.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.AllowList;
import dev.littoral.activities.source.Found;
import dev.littoral.activities.source.SourceReader;
import dev.littoral.activities.source.Sources;
import dev.littoral.activities.source.delta.DeltaFolder;
import dev.littoral.activities.source.registry.FormatRegistry;
import dev.littoral.activities.storage.local.LocalStorage;
import dev.littoral.activities.storage.memory.MemoryStorage;
import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.activities.storage.s3.TestProfiles;
import dev.littoral.activities.testing.S3Server;
import dev.littoral.activities.testing.S3Servers;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.TableSpec;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What sources and catalogs promise on every kind of store. */
class StorageContractTest {
    /** Kinds of stores, one of which is a test's own. */
    enum Kind {
        MEMORY,
        LOCAL,
        S3
    }

    @TempDir
    private Path folder;

    private Storages storages;
    private String address;

    private void open(Kind kind) {
        MemoryStorage memory = new MemoryStorage();
        switch (kind) {
            case MEMORY -> {
                storages = new Storages(new LocalStorage(), memory);
                address = "memory://lake/";
            }
            case LOCAL -> {
                storages = StorageRegistry.addresses();
                address = "file://" + folder + "/lake/";
            }
            case S3 -> {
                S3Server server = S3Servers.shared(S3Servers.Kind.MINIO);
                storages = StorageRegistry.storages(
                        TestProfiles.clients("[profile a]\nregion=us-east-1\naws_access_key_id="
                                + server.accessKey() + "\naws_secret_access_key=" + server.secretKey()
                                + "\nendpoint_url="
                                + server.endpoint() + "\n[default]\nregion=us-east-1\naws_access_key_id="
                                + server.accessKey() + "\naws_secret_access_key=" + server.secretKey()
                                + "\nendpoint_url="
                                + server.endpoint() + "\n"));
                address = "s3://" + server.newBucket() + "/lake/";
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private SourceReader source(boolean allowEmpty) {
        ExternalSource source = new ExternalSource(address, ExternalSpec.parquet());
        return new Sources(storages, FormatRegistry.formats(), AllowList.of(source)).open(source, allowEmpty);
    }

    /** A catalog's keys are names of files too. */
    private void fill(String... keys) throws InterruptedException {
        try (CatalogStore store = storages.openCatalog(address, StoreObserver.NONE)) {
            for (String key : keys) {
                store.put(key, bytes(key));
            }
        }
    }

    private static List<String> names(Found found) {
        return found.paths().stream()
                .map(path -> path.substring(path.indexOf("lake/") + "lake/".length()))
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void filesAreListedInOrderAndReadAtTheirVersion(Kind kind) throws Exception {
        open(kind);
        fill("a-b", "a/x", "a/y", "b/_hidden", "b/z");
        try (SourceReader source = source(false)) {
            Found found = new Found();
            assertThat(source.files().list(PathRange.ALL, found)).isNull();
            assertThat(names(found)).containsExactly("a-b", "a/x", "a/y", "b/z");
            assertThat(found.skipped).singleElement().asString().endsWith("b/_hidden HIDDEN");
            for (SourceFile file : found.files) {
                assertThat(file.path()).endsWith(new String(source.files().read(file, 0, (int) file.bytes()), UTF_8));
            }
            Found sorted = new Found();
            source.files().listSorted(sorted);
            assertThat(sorted.files).isEqualTo(found.files);

            fill("a/x");
            SourceFile x = found.files.get(1);
            SourceFile other = new SourceFile(x.path(), x.version() + "0", x.bytes());
            assertThatThrownBy(() -> source.files().read(other, 0, 1)).isInstanceOf(FileChangedException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void rangesJoin(Kind kind) throws Exception {
        open(kind);
        fill("a/x", "b/x", "b/y", "c/x");
        try (SourceReader source = source(false)) {
            Found all = new Found();
            source.files().list(PathRange.ALL, all);
            String middle = all.files.get(2).path();
            Found first = new Found();
            Found second = new Found();
            assertThat(source.files().list(new PathRange(null, middle), first)).isEqualTo(middle);
            assertThat(source.files().list(new PathRange(middle, null), second)).isNull();
            assertThat(names(first)).containsExactly("a/x", "b/x");
            assertThat(names(second)).containsExactly("b/y", "c/x");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNotThereIsAFailure(Kind kind) {
        open(kind);
        try (SourceReader source = source(false)) {
            assertThatThrownBy(() -> source.files().list(PathRange.ALL, new Found()))
                    .isInstanceOf(LittoralException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anObjectIsCreatedOnceListedInOrderAndDeleted(Kind kind) throws Exception {
        open(kind);
        try (CatalogStore store = storages.openCatalog(address, StoreObserver.NONE)) {
            assertThat(store.get("c/head/1")).isEmpty();
            assertThat(store.createIfAbsent("c/head/1", bytes("one"))).isTrue();
            assertThat(store.createIfAbsent("c/head/1", bytes("two"))).isFalse();
            assertThat(store.get("c/head/1")).hasValue(bytes("one"));
            store.put("c/head/1", bytes("three"));
            assertThat(store.get("c/head/1")).hasValue(bytes("three"));
            for (String key : List.of("c/head/2", "c/head-", "c/head/3", "d/x")) {
                store.put(key, bytes(key));
            }
            assertThat(store.list("c/", null, 9)).containsExactly("c/head-", "c/head/1", "c/head/2", "c/head/3");
            assertThat(store.list("c/head/", "c/head/1", 1)).containsExactly("c/head/2");
            assertThatThrownBy(() -> store.put("c/Head", bytes("x"))).isInstanceOf(IllegalArgumentException.class);
            store.delete(List.of("c/head/1", "c/head/1", "c/never"));
            assertThat(store.list("c/head/", null, 9)).containsExactly("c/head/2", "c/head/3");
            ConditionalWriteProbe.probe(store);
        }
    }

    /** The data files of a table below the address, each with its rows. */
    private Map<String, Long> rows(String table, String format) throws Exception {
        ExternalSource source = new ExternalSource(address + table, TableSpec.newest(format));
        AllowList allowed = AllowList.of(source, List.of(address + "elsewhere/"));
        Map<String, Long> rows = new TreeMap<>();
        try (SourceReader reader = new Sources(storages, FormatRegistry.formats(), allowed).open(source, false)) {
            Found found = new Found();
            reader.pin(reader.resolve(null));
            reader.files().listSorted(found);
            for (SourceFile file : found.files) {
                rows.put(file.path(), file.table().rows());
            }
        }
        return rows;
    }

    /** A file's path as it stands in snapshots. */
    private String path(String key) {
        return address.replace("file://", "") + key;
    }

    private void put(String key, byte[] body) throws InterruptedException {
        try (BlobStore store = storages.catalog(address).openCatalog(StoreObserver.NONE)) {
            store.put(store.prefix() + key, body);
        }
    }

    @ParameterizedTest
    @EnumSource
    void deltaTablesAreReadWithTheFilesThatTheyNameElsewhere(Kind kind) throws Exception {
        open(kind);
        put(
                "t/_delta_log/00000000000000000000.json",
                bytes(String.join(
                        "\n",
                        DeltaFolder.PROTOCOL,
                        DeltaFolder.METADATA,
                        DeltaFolder.add("a.parquet", 3),
                        DeltaFolder.add(address + "elsewhere/b.parquet", 4))));
        assertThat(rows("t/", TableSpec.DELTA))
                .containsExactly(entry(path("elsewhere/b.parquet"), 4L), entry(path("t/a.parquet"), 3L));

        put("t/_delta_log/00000000000000000001.json", bytes(DeltaFolder.add(address + "secret/c.parquet", 5)));
        assertThatThrownBy(() -> rows("t/", TableSpec.DELTA))
                .isInstanceOf(LittoralException.class)
                .hasMessageContaining("secret/c.parquet is not on this worker's list of allowed sources");
    }

    @ParameterizedTest
    @EnumSource
    void icebergTablesAreReadWhosePathsAreWholeAddresses(Kind kind) throws Exception {
        open(kind);
        try (InMemoryCatalog catalog = new InMemoryCatalog()) {
            catalog.initialize("test", Map.of());
            catalog.createNamespace(Namespace.of("n"));
            Table table = catalog.buildTable(
                            TableIdentifier.of("n", "t"), new Schema(required(1, "id", Types.LongType.get())))
                    .withLocation(address + "t")
                    .create();
            for (String name : List.of("t/data/a.parquet", "elsewhere/b.parquet")) {
                table.newAppend()
                        .appendFile(DataFiles.builder(PartitionSpec.unpartitioned())
                                .withPath(address + name)
                                .withFormat(FileFormat.PARQUET)
                                .withFileSizeInBytes(100)
                                .withRecordCount(name.length())
                                .build())
                        .commit();
            }
            Snapshot snapshot = table.currentSnapshot();
            List<String> files = new ArrayList<>(List.of(
                    ((HasTableOperations) table).operations().current().metadataFileLocation(),
                    snapshot.manifestListLocation()));
            snapshot.allManifests(table.io()).forEach(manifest -> files.add(manifest.path()));
            for (String file : files) {
                try (InputStream in = table.io().newInputFile(file).newStream()) {
                    put(file.substring(address.length()), in.readAllBytes());
                }
            }
        }
        assertThat(rows("t/", TableSpec.ICEBERG))
                .containsExactly(entry(path("elsewhere/b.parquet"), 19L), entry(path("t/data/a.parquet"), 16L));
    }

    @ParameterizedTest
    @EnumSource
    void lanceDatasetsAreRead(Kind kind) throws Exception {
        open(kind);
        Path golden = Path.of(getClass().getResource("/lance/golden.lance").toURI());
        try (Stream<Path> files = Files.walk(golden)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                put("t/" + golden.relativize(file), Files.readAllBytes(file));
            }
        }
        assertThat(rows("t/", TableSpec.LANCE)).hasSize(3).allSatisfy((file, rows) -> {
            assertThat(file).startsWith(path("t/data/"));
            assertThat(rows).isPositive();
        });
    }
}
