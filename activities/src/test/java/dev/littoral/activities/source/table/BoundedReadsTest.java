package dev.littoral.activities.source.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.delta.DeltaFolder;
import dev.littoral.activities.source.delta.DeltaFormat;
import dev.littoral.activities.source.iceberg.IcebergFormat;
import dev.littoral.activities.source.iceberg.WrittenTable;
import dev.littoral.activities.source.lance.LanceFormat;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.activities.storage.StorageAccess;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.storage.local.LocalStorage;
import dev.littoral.activities.testing.Openers;
import dev.littoral.workflows.model.OnBadFile;
import dev.littoral.workflows.model.TableAt;
import dev.littoral.workflows.model.TableSpec;
import dev.littoral.workflows.model.TableVersion;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What formats of tables read whole, of which only the store knows how large it is, has a limit. */
class BoundedReadsTest {
    private static final int MANY = 256 << 20;
    private static final int FEW = 16 << 20;

    @TempDir
    private Path temporary;

    /** The limits of whole reads by the names of objects. */
    private final Map<String, Integer> limits = new TreeMap<>();

    private void read(TableFormat format, Path folder, TableAt at) throws Exception {
        BlobStore local =
                new LocalStorage().source("file://" + folder + "/").openSource(StorageAccess.OWN, StoreObserver.NONE);
        BlobStore watched = (BlobStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {BlobStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("get")) {
                        String name =
                                Path.of((String) arguments[0]).getFileName().toString();
                        limits.put(name, arguments.length > 1 ? (Integer) arguments[1] : Integer.MAX_VALUE);
                    }
                    try {
                        return method.invoke(local, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        TableSpec spec =
                new TableSpec(format.name(), at, List.of(), List.of(), List.of(), OnBadFile.FAIL, null, false, false);
        try (Table table = format.open(new TableStorage(watched, Openers.NONE), spec)) {
            TableVersion version = table.resolve(null);
            List<SourceFile> files = new ArrayList<>();
            table.files(version, files::add);
            for (SourceFile file : files) {
                if (file.deletesVersion() != null) {
                    table.deletedRows(version, file);
                }
            }
        }
    }

    @Test
    void thoseOfIceberg() throws Exception {
        Path folder = temporary.toRealPath().resolve("t");
        WrittenTable written = WrittenTable.create(folder, 3, PartitionSpec.unpartitioned());
        DataFile file = written.file("a.parquet", 100, 1000);
        written.table().newFastAppend().appendFile(file).commit();
        written.deleteRows(file, 3);
        Path metadata = folder.resolve("metadata");
        Files.copy(metadata.resolve("v1.metadata.json"), metadata.resolve("00001-x.metadata.json"));
        Files.writeString(metadata.resolve("version-hint.text"), "3");
        read(new IcebergFormat(), folder, null);
        assertThat(limits).hasSize(3).containsKeys("version-hint.text", "v3.metadata.json");
        assertThat(limits.values()).allMatch(limit -> limit <= MANY);
        assertThat(limits.get("version-hint.text")).isLessThanOrEqualTo(FEW);
    }

    @Test
    void thoseOfDelta() throws Exception {
        DeltaFolder delta = new DeltaFolder(temporary.toRealPath().resolve("t"));
        delta.commit(0, DeltaFolder.features("deletionVectors"), DeltaFolder.METADATA, DeltaFolder.add("a", 1));
        read(new DeltaFormat(), delta.folder(), null);
        assertThat(limits).containsOnlyKeys("_last_checkpoint");
        assertThat(limits.get("_last_checkpoint")).isLessThanOrEqualTo(FEW);
    }

    @Test
    void thoseOfLance() throws Exception {
        Path golden = Path.of(getClass().getResource("/lance/golden.lance").toURI());
        read(new LanceFormat(), golden, null);
        assertThat(limits).hasSize(2);
        read(new LanceFormat(), golden, new TableAt(null, null, "prod", null, null));
        assertThat(limits.values()).allMatch(limit -> limit <= MANY);
        assertThat(limits.get("prod.json")).isLessThanOrEqualTo(FEW);
    }
}
