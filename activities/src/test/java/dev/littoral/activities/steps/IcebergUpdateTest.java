package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.ObjectCache;
import dev.littoral.activities.source.iceberg.WrittenTable;
import dev.littoral.activities.source.registry.FormatRegistry;
import dev.littoral.activities.steps.Pipeline.Update;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.testing.LogAudit;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.RollbackRequest;
import dev.littoral.workflows.model.TableAt;
import dev.littoral.workflows.model.TableSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.SnapshotRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Updates from an Iceberg table, whose data files are not even there. */
class IcebergUpdateTest {
    private static final long TARGET = 1_000;
    private static final long REQUESTS = 8;

    /** The root and the shard, which the worker that commits has not read. */
    private static final long REQUESTS_ELSEWHERE = 2;

    @TempDir
    private Path temporary;

    private WrittenTable table;
    private Pipeline pipeline = pipeline(new MemoryCatalogStore(), ObjectCache.NONE, 10);

    private static Pipeline pipeline(CatalogStore store, ObjectCache cache, int maxFilesPerShard) {
        return new Pipeline(store, cache, PipelineTest.local(FormatRegistry.formats()), maxFilesPerShard);
    }

    /** Goes on in a process that remembers nothing. */
    private void restart(CatalogStore store, int maxFilesPerShard) {
        pipeline.close();
        pipeline = pipeline(store, new ObjectCache(16 << 20), maxFilesPerShard);
    }

    @AfterEach
    void close() {
        pipeline.close();
    }

    private void create(int format) throws IOException {
        table = WrittenTable.create(temporary.toRealPath().resolve("t"), format, PartitionSpec.unpartitioned());
    }

    private void assertThatAllIsRight() throws InterruptedException {
        assertThat(LogAudit.findings(pipeline.store, "c")).isEmpty();
        assertThat(Verified.withSource(pipeline.store, PipelineTest.local(FormatRegistry.formats()))
                        .lines())
                .allMatch(line -> line.contains("_littoral/store.json"));
    }

    private Update update() throws InterruptedException {
        ExternalSource source =
                new ExternalSource("file://" + table.folder() + "/", TableSpec.newest(TableSpec.ICEBERG));
        return pipeline.update(source, PipelineTest.options(TARGET));
    }

    private DataFile append(String name) {
        DataFile file = table.file(name, 100, 10_000);
        table.table().newFastAppend().appendFile(file).commit();
        return file;
    }

    /** Writes rows of earlier files anew, each with its id and the sequence number of its last change. */
    private DataFile rewrite(String name, String rows, DataFile... earlier) throws Exception {
        return rewrite(SnapshotRef.MAIN_BRANCH, name, rows, earlier);
    }

    private DataFile rewrite(String branch, String name, String rows, DataFile... earlier) throws Exception {
        Path path = table.folder().resolve("data").resolve(name);
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckDb.createStatement()) {
            statement.execute("COPY (SELECT id, id AS _row_id, changed AS _last_updated_sequence_number FROM (" + rows
                    + ")) TO '" + path + "' (FORMAT parquet)");
            try (ResultSet count = statement.executeQuery("SELECT count(*) FROM '" + path + "'")) {
                count.next();
                DataFile file = table.file(name, count.getLong(1), Files.size(path));
                RewriteFiles rewrite = table.table()
                        .newRewrite()
                        .toBranch(branch)
                        .validateFromSnapshot(table.table().refs().get(branch).snapshotId())
                        .addFile(file);
                List.of(earlier).forEach(rewrite::deleteFile);
                rewrite.commit();
                return file;
            }
        }
    }

    @Test
    void rowsThatMoveWithTheirIdsKeepTheirSegments() throws Exception {
        create(3);
        DataFile a = append("a");
        DataFile b = append("b");
        update();
        DataFile c = rewrite(
                "c.parquet", "SELECT range AS id, 1 + range // 100 AS changed FROM range(200) WHERE range != 7", a, b);
        Update moved = update();
        assertThat(List.of(moved.newRows(), moved.keptRows(), moved.deletedRows()))
                .isEqualTo(List.of(0L, 199L, 1L));

        table.deleteRows(c, 0, 150);
        ExternalSource byMetadata = new ExternalSource(
                "file://" + table.table().operations().current().metadataFileLocation(),
                TableSpec.newest(TableSpec.ICEBERG));
        Update deleted = pipeline.update(byMetadata, PipelineTest.options(TARGET));
        assertThat(List.of(deleted.newRows(), deleted.deletedRows()))
                .as("the same files at another address of the table")
                .isEqualTo(List.of(0L, 2L));
        assertThatAllIsRight();
        update();

        rewrite(
                "d.parquet",
                "SELECT range AS id, if(range < 3, 5, 1 + range // 100) AS changed FROM range(1, 200)"
                        + " WHERE range NOT IN (7, 151)",
                c);
        Update changed = update();
        assertThat(List.of(changed.newRows(), changed.keptRows(), changed.deletedRows()))
                .as("rows 1 and 2 are of the commit that is new")
                .isEqualTo(List.of(2L, 195L, 2L));
        assertThatAllIsRight();
    }

    /** The branch has older commits than the one that is served, and a row that is another there. */
    @Test
    void aRowThatChangedInABranchIsIndexedAnewWhenTheBranchIsServed() throws Exception {
        create(3);
        DataFile a = append("a");
        table.table()
                .manageSnapshots()
                .createBranch("audit", table.table().currentSnapshot().snapshotId())
                .commit();
        DataFile changed =
                rewrite("audit", "b.parquet", "SELECT range AS id, if(range = 7, 2, 1) AS changed FROM range(100)", a);
        rewrite("audit", "c.parquet", "SELECT range AS id, if(range = 7, 2, 1) AS changed FROM range(100)", changed);
        table.table().newFastAppend().appendFile(table.file("d", 10, 1_000)).commit();
        assertThat(update().head().totals().rows()).isEqualTo(110);

        TableSpec audit = TableSpec.newest(TableSpec.ICEBERG);
        ExternalSource branch = new ExternalSource(
                "file://" + table.folder() + "/",
                new TableSpec(
                        audit.format(),
                        new TableAt(null, null, null, "audit", null),
                        List.of(),
                        List.of(),
                        List.of(),
                        audit.onBadFile(),
                        null,
                        false,
                        false));
        Update served = pipeline.update(branch, PipelineTest.options(TARGET));
        assertThat(List.of(served.newRows(), served.keptRows(), served.deletedRows()))
                .isEqualTo(List.of(1L, 99L, 11L));
        assertThatAllIsRight();
    }

    private List<String> files() throws InterruptedException {
        return CatalogReader.on(pipeline.store)
                .snapshot("c")
                .files()
                .map(FileEntry::path)
                .map(path -> path.substring(path.lastIndexOf('/') + 1))
                .toList();
    }

    @Test
    void snapshotsAreServedOneAfterTheOtherWithTheirDeletedRows() throws Exception {
        create(3);
        DataFile first = append("a.parquet");
        DataFile second = append("b.parquet");
        Update began = update();
        assertThat(began.head().totals().rows()).isEqualTo(200);
        assertThat(began.head().table().words())
                .startsWith(
                        "Iceberg snapshot " + table.table().currentSnapshot().snapshotId());
        assertThat(update().committed()).isFalse();

        table.deleteRows(first, 0, 1, 2, 50, 99);
        Update deleted = update();
        assertThat(List.of(deleted.head().totals().rows(), deleted.deletedRows(), deleted.newRows()))
                .isEqualTo(List.of(195L, 5L, 0L));

        append("c.parquet");
        Update grown = update();
        assertThat(List.of(grown.head().totals().rows(), grown.addedRows())).isEqualTo(List.of(295L, 100L));

        long before = table.table().currentSnapshot().snapshotId();
        table.table()
                .newRewrite()
                .validateFromSnapshot(before)
                .deleteFile(second)
                .addFile(table.file("d.parquet", 100, 10_000))
                .commit();
        assertThat(update().head().totals().rows()).isEqualTo(295);
        assertThat(files()).containsExactlyInAnyOrder("a.parquet", "c.parquet", "d.parquet");

        table.table().manageSnapshots().rollbackTo(before).commit();
        assertThat(update().head().totals().rows()).isEqualTo(295);
        assertThat(files()).containsExactlyInAnyOrder("a.parquet", "b.parquet", "c.parquet");

        assertThatAllIsRight();
    }

    @Test
    void aFileThatIsAppendedAgainIsNotServedTwiceNorOnce() throws Exception {
        create(2);
        append("a.parquet");
        append("b.parquet");
        Head served = update().head();

        append("a.parquet");

        assertThatThrownBy(this::update).rootCause().hasMessageContainingAll("/a.parquet twice", "expected each once");
        assertThat(pipeline.head()).isEqualTo(served);
    }

    @Test
    void anUpgradeToRowIdsReachesTheSnapshotAndIndexesNothingAnew() throws Exception {
        create(2);
        append("a.parquet");
        append("b.parquet");
        update();
        assertThat(rowIds()).containsOnly(-1L);

        table.table().updateProperties().set("format-version", "3").commit();
        append("c.parquet");
        Update upgraded = update();

        assertThat(rowIds()).containsExactlyInAnyOrder(0L, 100L, 200L);
        assertThat(List.of(upgraded.files().unchanged(), upgraded.files().added()))
                .isEqualTo(List.of(2L, 1L));
        assertThat(List.of(upgraded.addedRows(), upgraded.removedRows())).isEqualTo(List.of(100L, 0L));
        assertThat(update().committed()).isFalse();
        assertThatAllIsRight();
    }

    private List<Long> rowIds() throws InterruptedException {
        return CatalogReader.on(pipeline.store)
                .snapshot("c")
                .files()
                .map(file -> file.firstRowId() == null ? -1 : file.firstRowId())
                .toList();
    }

    @Test
    void oneFileMoreInALargeTableCostsTheSameFewRequestsOfTheCatalog() throws Exception {
        create(2);
        for (int i = 0; i < 20; i++) {
            var append = table.table().newFastAppend();
            for (int j = 0; j < 1_000; j++) {
                append.appendFile(table.file("%02d-%04d.parquet".formatted(i, j), 10, 1000));
            }
            append.commit();
        }
        MemoryCatalogStore store = new MemoryCatalogStore();
        restart(store, 6_000);
        pipeline.prepares = number -> true;
        assertThat(update().files().added()).isEqualTo(20_000);
        append("20-0000.parquet");
        pipeline.store.forget();
        assertThat(update().addedRows()).isEqualTo(100);
        assertThat(pipeline.store.requests())
                .as("in one process: reads %s, writes %s", pipeline.store.read(), pipeline.store.written())
                .isEqualTo(REQUESTS);
        restart(store, 6_000);
        pipeline.prepares = number -> true;
        pipeline.update = 2;
        append("20-0001.parquet");
        pipeline.store.forget();
        assertThat(update().addedRows()).isEqualTo(100);
        assertThat(pipeline.store.requests())
                .as("in a new process: reads %s, writes %s", pipeline.store.read(), pipeline.store.written())
                .isEqualTo(REQUESTS);
        pipeline.close();
        pipeline = Pipeline.ofTwoWorkers(store, PipelineTest.local(), 6_000);
        pipeline.prepares = number -> true;
        pipeline.update = 3;
        append("20-0002.parquet");
        pipeline.store.forget();
        assertThat(update().addedRows()).isEqualTo(100);
        assertThat(pipeline.store.requests())
                .as("in two processes: reads %s, writes %s", pipeline.store.read(), pipeline.store.written())
                .isEqualTo(REQUESTS + REQUESTS_ELSEWHERE);
        assertThat(LogAudit.findings(store, "c")).isEmpty();
    }

    @Test
    void whatWasDamagedSinceTheUpdateBeforeIsFoundInTheSameProcess() throws Exception {
        create(3);
        MemoryCatalogStore store = new MemoryCatalogStore();
        for (String object : List.of("root.json.zst", "shard-000000.jsonl.zst")) {
            restart(store, 10);
            append(object + "-0.parquet");
            Head head = update().head();
            String key = "c/" + CatalogLayout.folderOf(head.snapshot().key()) + "/" + object;
            byte[] good = store.get(key).orElseThrow();
            store.put(key, new byte[] {1, 2, 3});
            append(object + "-1.parquet");
            assertThatThrownBy(this::update).rootCause().hasMessageContaining(key);
            store.put(key, good);
            assertThat(update().addedRows()).isEqualTo(100);
        }
    }

    @Test
    void aRollbackOfDeletedRowsBringsThemBack() throws Exception {
        create(3);
        DataFile file = append("a.parquet");
        long whole = table.table().currentSnapshot().snapshotId();
        table.deleteRows(file, 3, 4);
        assertThat(update().head().totals().rows()).isEqualTo(98);

        table.table().manageSnapshots().rollbackTo(whole).commit();

        assertThat(update().head().totals().rows()).isEqualTo(100);
        assertThat(files()).containsExactly("a.parquet");
        assertThat(LogAudit.findings(pipeline.store, "c")).isEmpty();
    }

    @Test
    void aVersionWhoseDeletedRowsAreMissingIsNotServedAgain() throws Exception {
        create(3);
        DataFile file = append("a.parquet");
        table.deleteRows(file, 3, 4);
        Head older = update().head();
        String deletes = pipeline.catalog().root(older).orElseThrow().shards().stream()
                .flatMap(shard -> shard.deletes().stream())
                .findFirst()
                .orElseThrow();
        append("b.parquet");
        update();
        pipeline.store.delete(List.of("c/" + deletes));

        assertThat(pipeline.commits.rollBack(new RollbackRequest(
                        "c", pipeline.update, older.version(), pipeline.head(), "rollback-1", "a bad load")))
                .isInstanceOfSatisfying(
                        CommitOutcome.Refused.class,
                        refused -> assertThat(refused.reason()).contains(deletes + " is missing"));
    }
}
