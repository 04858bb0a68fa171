package dev.littoral.activities.tablecatalog.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.tablecatalog.TableCatalogSettings;
import dev.littoral.activities.testing.IcebergLake;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.spec.CatalogTable;
import java.io.File;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JdbcTableCatalogTest {
    private static final String MARKER = "hush7f3a";

    @TempDir
    private Path folder;

    private final List<String> observed = new ArrayList<>();
    private final StoreObserver observer = (role, kind, status) -> observed.add(kind + " " + status);

    private static TableCatalogSettings settings(String url, String... properties) {
        Map<String, String> all = new HashMap<>(Map.of("catalog-name", IcebergLake.NAME));
        for (int i = 0; i < properties.length; i += 2) {
            all.put(properties[i], properties[i + 1]);
        }
        return new TableCatalogSettings("prod", url, all);
    }

    private String ask(JdbcTableCatalog catalog, String table) throws InterruptedException {
        return catalog.metadataLocation(CatalogTable.of("iceberg:prod/" + table).orElseThrow(), observer);
    }

    @Test
    void eachLookIsOneQueryForWhatIcebergsOwnCatalogWrote() throws Exception {
        try (IcebergLake lake = new IcebergLake(folder);
                JdbcTableCatalog catalog = JdbcTableCatalog.open(settings(lake.url()))) {
            Table table = lake.create("sales.eu", "orders");
            lake.create("sales", "orders");
            for (int i = 0; i < 3; i++) {
                IcebergLake.append(table, i + ".parquet", 10);
                assertThat(ask(catalog, "sales.eu.orders"))
                        .isEqualTo(((BaseTable) table).operations().current().metadataFileLocation());
            }
            assertThat(observed).containsExactly("LOAD ok", "LOAD ok", "LOAD ok");
            assertThatThrownBy(() -> ask(catalog, "sales.us.orders"))
                    .hasMessage("Table catalog prod has no table orders in namespace sales.us; expected one that is"
                            + " there, of the catalog lake in its database");
        }
    }

    @Test
    void aCatalogOfTheFirstVersionIsReadAndAViewIsNoTable() throws Exception {
        String url = "jdbc:sqlite:" + folder + "/old.db";
        try (Connection database = DriverManager.getConnection(url);
                Statement statement = database.createStatement();
                JdbcTableCatalog catalog = JdbcTableCatalog.open(settings(url))) {
            assertThatThrownBy(() -> ask(catalog, "a.t"))
                    .isInstanceOf(LittoralException.class)
                    .hasMessageStartingWith("Table catalog prod fails with error 1; expected");
            statement.execute("CREATE TABLE iceberg_tables (catalog_name TEXT, table_namespace TEXT, table_name TEXT,"
                    + " metadata_location TEXT)");
            statement.execute(
                    "INSERT INTO iceberg_tables VALUES ('lake', 'a', 't', '/m.json')," + " ('lake', 'a', 'n', NULL)");
            assertThat(ask(catalog, "a.t")).isEqualTo("/m.json");
            assertThatThrownBy(() -> ask(catalog, "a.n"))
                    .hasMessageContaining("says of table a.n no metadata_location");
            for (String wrong : List.of("", "/a" + "b".repeat(8191), "/a\n")) {
                statement.execute(
                        "INSERT INTO iceberg_tables VALUES ('lake', 'a', 'w" + wrong.length() + "', '" + wrong + "')");
                assertThatThrownBy(() -> ask(catalog, "a.w" + wrong.length()))
                        .isInstanceOf(LittoralException.class)
                        .hasMessage("Table catalog prod says of table a.w" + wrong.length()
                                + " a metadata_location of " + wrong.length() + " characters that is none; expected an"
                                + " address, of at most 8192 and none of them a control character");
            }
            statement.execute("ALTER TABLE iceberg_tables ADD iceberg_type TEXT");
            assertThat(ask(catalog, "a.t")).isEqualTo("/m.json");
            statement.execute("UPDATE iceberg_tables SET iceberg_type = 'VIEW'");
            assertThatThrownBy(() -> ask(catalog, "a.t")).hasMessageContaining("has a view a.t; expected a table");
        }
    }

    @Test
    void aDatabaseThatTakesAConnectionAndHangsIsGivenUp() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                JdbcTableCatalog catalog = JdbcTableCatalog.open(
                        settings("jdbc:postgresql://127.0.0.1:" + silent.getLocalPort() + "/lake?sslmode=disable"),
                        Duration.ofMillis(500))) {
            assertThatThrownBy(() -> ask(catalog, "a.t"))
                    .isInstanceOfSatisfying(
                            LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.TRANSIENT))
                    .hasMessageStartingWith("Table catalog prod ");
        }
    }

    @Test
    void aDatabaseThatIsAwayIsTriedAgainAndNoPasswordIsRepeated() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (JdbcTableCatalog catalog = JdbcTableCatalog.open(settings(
                "jdbc:postgresql://127.0.0.1:" + port + "/" + MARKER,
                "jdbc.user",
                MARKER,
                "jdbc.password",
                "env:PATH"))) {
            assertThatThrownBy(() -> ask(catalog, "a.t"))
                    .isInstanceOfSatisfying(
                            LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.TRANSIENT))
                    .hasMessageStartingWith("Table catalog prod fails with SQLSTATE 08001; expected")
                    .hasMessageNotContaining(MARKER)
                    .hasNoCause();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://h/db?password=" + MARKER,
                "jdbc:postgresql://h/db?user=a&sslPassword=" + MARKER,
                "jdbc:mysql://root:" + MARKER + "@h/db"
            })
    void aPasswordInTheAddressIsRefusedAndNotRepeated(String url) {
        assertThatThrownBy(() -> JdbcTableCatalog.open(settings(url)))
                .hasMessageContaining("has what looks like a password; expected it in the property jdbc.password")
                .hasMessageNotContaining(MARKER);
    }

    @Test
    void aDriverComesFromTheJarsThatAreNamed() throws Exception {
        assertThatThrownBy(() -> JdbcTableCatalog.open(settings("jdbc:mysql://h/db")))
                .hasMessageContaining("is of a database whose driver is not here")
                .hasMessageContaining("jdbc.driver-path");
        assertThatThrownBy(() -> JdbcTableCatalog.open(settings("jdbc:mysql://h/db", "jdbc.driver-path", "/no.jar")))
                .hasMessageContaining("names a file that is not there");
        for (String path : List.of(folder + File.pathSeparator, File.pathSeparator + folder)) {
            assertThatThrownBy(() -> JdbcTableCatalog.open(settings("jdbc:sqlite:x", "jdbc.driver-path", path)))
                    .hasMessageContaining("names a file that is not there");
        }
        assertThatThrownBy(() -> JdbcTableCatalog.open(settings("jdbc:sqlite:x", "jdbc.password", MARKER)))
                .hasMessageContaining("in no place that is known")
                .hasMessageNotContaining(MARKER);
    }
}
