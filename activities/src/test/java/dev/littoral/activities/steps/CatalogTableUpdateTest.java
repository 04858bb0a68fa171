package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.source.AllowList;
import dev.littoral.activities.source.Sources;
import dev.littoral.activities.source.registry.FormatRegistry;
import dev.littoral.activities.steps.Pipeline.Update;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.activities.tablecatalog.TableCatalogSettings;
import dev.littoral.activities.tablecatalog.TableCatalogs;
import dev.littoral.activities.tablecatalog.registry.TableCatalogRegistry;
import dev.littoral.activities.testing.IcebergLake;
import dev.littoral.activities.testing.IcebergServer;
import dev.littoral.activities.testing.LogAudit;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.OnBadFile;
import dev.littoral.workflows.model.TableAt;
import dev.littoral.workflows.model.TableSpec;
import io.temporal.failure.ApplicationFailure;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Updates from tables of catalogs, whose data files are not even there. */
class CatalogTableUpdateTest {
    private static final String LOAD = "GET namespaces/sales/tables/orders?snapshots=refs";

    @TempDir
    private Path temporary;

    private Path folder;
    private IcebergLake lake;
    private IcebergServer server;
    private TableCatalogs catalogs;
    private Pipeline pipeline;

    @BeforeEach
    void start() throws Exception {
        folder = temporary.toRealPath();
        lake = new IcebergLake(folder);
        server = new IcebergServer(lake.catalog());
        catalogs = TableCatalogRegistry.open(List.of(
                new TableCatalogSettings("rest", server.address().toString(), Map.of()),
                new TableCatalogSettings("jdbc", lake.url(), Map.of("catalog-name", IcebergLake.NAME))));
        pipeline = new Pipeline(new MemoryCatalogStore(), opener(allowed()), 10);
    }

    @AfterEach
    void stop() {
        pipeline.close();
        catalogs.close();
        server.close();
        lake.close();
    }

    private List<String> allowed() {
        return List.of("iceberg:rest/sales", "iceberg:jdbc/", "file://" + folder + "/warehouse/");
    }

    private UpdateActivitiesImpl.Opener opener(List<String> allowed) {
        return new Sources(
                StorageRegistry.addresses(),
                FormatRegistry.formats(),
                new AllowList(allowed, List.of()),
                Optional.empty(),
                catalogs,
                StoreObserver.NONE)::open;
    }

    private Update update(String uri, TableAt at) throws InterruptedException {
        TableSpec spec = new TableSpec(
                TableSpec.ICEBERG, at, List.of(), List.of(), List.of(), OnBadFile.FAIL, null, false, false);
        return pipeline.update(new ExternalSource(uri, spec), PipelineTest.options(1_000));
    }

    private List<String> files() throws InterruptedException {
        return CatalogReader.on(pipeline.store)
                .snapshot("c")
                .files()
                .map(FileEntry::path)
                .map(path -> path.substring(path.lastIndexOf('/') + 1))
                .sorted()
                .toList();
    }

    /** The requests to a source. */
    private static Map<String, Long> ofSource(Update update) {
        Map<String, Long> requests = new TreeMap<>(update.requests());
        requests.keySet().removeIf(name -> !name.startsWith("source."));
        return requests;
    }

    @ParameterizedTest
    @ValueSource(strings = {"rest", "jdbc"})
    void whatTheCatalogSaysIsServedAndATableThatDidNotChangeIsOneRequest(String catalog) throws Exception {
        String uri = "iceberg:" + catalog + "/sales.orders";
        Table table = lake.create("sales", "orders");
        IcebergLake.append(table, "a.parquet", 100);
        Update first = update(uri, null);
        assertThat(first.head().totals().rows()).isEqualTo(100);
        assertThat(first.head().table().table()).isEqualTo(table.uuid().toString());
        assertThat(first.head().table().words())
                .startsWith("Iceberg snapshot " + table.currentSnapshot().snapshotId());
        server.requests();

        Update same = update(uri, null);
        assertThat(same.committed()).isFalse();
        assertThat(ofSource(same)).isEqualTo(Map.of("source.load", 1L));
        assertThat(server.requests()).isEqualTo(catalog.equals("rest") ? List.of(LOAD) : List.of());

        IcebergLake.append(table, "b.parquet", 50);
        Update grown = update(uri, null);
        assertThat(List.of(grown.head().totals().rows(), grown.addedRows())).isEqualTo(List.of(150L, 50L));
        assertThat(ofSource(grown).get("source.load")).isEqualTo(1);
        assertThat(ofSource(grown).get("source.get")).isLessThanOrEqualTo(6);

        long tagged = table.currentSnapshot().snapshotId();
        table.manageSnapshots()
                .createTag("prod", tagged)
                .createBranch("next", tagged)
                .commit();
        IcebergLake.append(table, "c.parquet", 7);
        assertThat(update(uri, new TableAt(null, null, "prod", null, null))
                        .head()
                        .totals()
                        .rows())
                .isEqualTo(150);
        assertThat(update(uri, new TableAt(null, null, null, "main", null))
                        .head()
                        .totals()
                        .rows())
                .isEqualTo(157);
        assertThat(update(uri, new TableAt(Long.toString(tagged), null, null, null, null))
                        .head()
                        .totals()
                        .rows())
                .isEqualTo(150);
        Instant began = Instant.ofEpochMilli(table.history().get(0).timestampMillis());
        assertThat(update(uri, new TableAt(null, null, null, null, began))
                        .head()
                        .totals()
                        .rows())
                .isEqualTo(100);
        assertThat(LogAudit.findings(pipeline.store, "c")).isEmpty();
        assertThat(Verified.withSource(pipeline.store, opener(allowed())).lines())
                .allMatch(line -> line.contains("_littoral/store.json"));
    }

    @Test
    void aTableThatIsDroppedAndMadeAnewIsAnotherOne() throws Exception {
        IcebergLake.append(lake.create("sales", "orders"), "a.parquet", 100);
        Update first = update("iceberg:rest/sales.orders", null);
        lake.drop("sales", "orders");
        assertThatThrownBy(() -> update("iceberg:rest/sales.orders", null))
                .hasMessageContaining("Table catalog rest has no table orders in namespace sales");
        assertThat(files()).containsExactly("a.parquet");

        IcebergLake.append(lake.create("sales", "orders"), "b.parquet", 30);
        Update second = update("iceberg:rest/sales.orders", null);
        assertThat(second.head().totals().rows()).isEqualTo(30);
        assertThat(second.head().table().table())
                .isNotEqualTo(first.head().table().table());
        assertThat(files()).containsExactly("b.parquet");
    }

    @Test
    void everyPlaceThatATableNamesHasToBeAllowed() throws Exception {
        lake.create("sales", "away", folder + "/private/away");
        assertThatThrownBy(() -> update("iceberg:rest/sales.away", null))
                .hasMessageContaining("Source iceberg:rest/sales.away names another place. Source file://" + folder
                        + "/private/away/metadata/")
                .hasMessageContaining("is not on this worker's list of allowed sources");

        Table table = lake.create("sales", "mixed");
        IcebergLake.append(table, folder + "/private/secret.parquet", 10);
        assertThatThrownBy(() -> update("iceberg:rest/sales.mixed", null))
                .hasMessageContaining(
                        "names another place. Source file://" + folder + "/private/secret.parquet is not");

        table = lake.create("sales", "climbing");
        IcebergLake.append(table, folder + "/warehouse/../private/secret.parquet", 10);
        assertThatThrownBy(() -> update("iceberg:rest/sales.climbing", null))
                .hasMessageContaining("has .. in it; expected a path without");
    }

    @Test
    void aCatalogIsKnownAndAllowedByItsName() {
        assertThatThrownBy(() -> update("iceberg:prod/sales.orders", null))
                .hasMessageContaining("Source iceberg:prod/sales.orders is in the table catalog prod, which this worker"
                        + " does not have; expected one of jdbc, rest");
        assertThatThrownBy(() -> update("iceberg:rest/hr.people", null))
                .hasMessageContaining("Source iceberg:rest/hr.people is not on this worker's list of allowed sources;"
                        + " expected one that starts with iceberg:rest/sales or iceberg:jdbc/ or file://");
        assertThatThrownBy(() -> update("iceberg:rest/sales2.orders", null))
                .hasMessageContaining("is not on this worker's list");
    }

    @Test
    void metadataThatTheCatalogNamesAndThatIsNotThereIsLookedForAgain() {
        server.fault = exchange -> {
            boolean isTable = exchange.getRequestURI().getPath().contains("/tables/");
            if (isTable) {
                IcebergServer.send(
                        exchange, 200, "{\"metadata-location\":\"" + folder + "/warehouse/x.metadata.json\"}");
            }
            return isTable;
        };
        assertThatThrownBy(() -> update("iceberg:rest/sales.orders", null))
                .hasMessageContaining("which the catalog names for iceberg:rest/sales.orders, is not there")
                .cause()
                .isInstanceOfSatisfying(
                        ApplicationFailure.class, e -> assertThat(e.getType()).isEqualTo("TRANSIENT"));
    }
}
