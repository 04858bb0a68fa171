package dev.littoral.starter;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import dev.littoral.activities.testing.IcebergLake;
import dev.littoral.activities.testing.IcebergServer;
import dev.littoral.starter.Cli.Running;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.workflows.testing.ServerProcess;
import dev.littoral.workflows.testing.TemporalServer;
import io.temporal.client.WorkflowClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.JDBC;

/** The command line with sources that are tables of catalogs, which pyiceberg writes. */
class TableCatalogsIT {
    private static final String MARKER = "hush7f3a";
    private static final String TABLE = "sales.eu.orders";

    private static final String SCRIPT = """
            import sys
            import pyarrow as pa
            from pyiceberg.catalog.sql import SqlCatalog

            folder, step = sys.argv[1:]
            name = ("sales", "eu", "orders")
            catalog = SqlCatalog("lake", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}/warehouse")
            rows = lambda first, end: pa.table({"id": pa.array(range(first, end), pa.int64())})
            if step == "create":
                catalog.create_namespace("sales")
                catalog.create_namespace(("sales", "eu"))
                catalog.create_table(name, rows(0, 0).schema).append(rows(0, 100))
            elif step == "append":
                catalog.load_table(name).append(rows(100, 150))
            else:
                catalog.load_table(name).delete("id < 30")
            """;

    @TempDir
    private Path temporary;

    private Path folder;
    private IcebergLake lake;
    private IcebergServer server;

    @BeforeEach
    void start() throws Exception {
        folder = temporary.toRealPath();
        lake = new IcebergLake(folder);
        server = new IcebergServer(lake.catalog());
        write("create");
    }

    @AfterEach
    void stop() {
        server.close();
        lake.close();
    }

    private void write(String step) throws IOException, InterruptedException {
        Path said = folder.resolve("pyiceberg.log");
        Process python = new ProcessBuilder(
                        ServerProcess.binary("table-python").toString(), "-c", SCRIPT, folder.toString(), step)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertThat(python.waitFor()).as(Files.readString(said)).isZero();
    }

    private static String driver() {
        return Path.of(JDBC.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .toString();
    }

    private static boolean repeatsWhatItGot(HttpExchange exchange) throws IOException {
        IcebergServer.error(
                exchange, 403, "Forbidden", exchange.getRequestHeaders().getFirst("Authorization"));
        return true;
    }

    @Test
    void aWorkerServesATableOfARestCatalogAndNoSecretIsInWhatItSays() throws Exception {
        server.credential = "me:" + MARKER;
        server.overrides = "{\"token\":\"" + MARKER + "\",\"s3.secret-access-key\":\"" + MARKER + "\"}";
        server.vended = Map.of("s3.secret-access-key", MARKER, "token", MARKER);
        Path secret = Files.writeString(folder.resolve("secret"), server.credential);
        TemporalServer temporal = TemporalServer.shared();
        String namespace = temporal.newNamespace();
        Cli cli = new Cli(folder).on(temporal, namespace);
        Running worker = cli.start(
                "worker",
                "--allow-source",
                "iceberg:prod/,warehouse",
                "--table-catalog",
                "prod=" + server.address(),
                "--table-catalog-property",
                "prod.credential=file:" + secret);
        try {
            assertThat(worker.says("Worker ready: ")).as("%s", worker.said()).isTrue();
            cli.ok("start", "c", "--source", "iceberg:prod/" + TABLE, "--wait");
            assertThat(rows(cli)).isEqualTo(100);
            write("append");
            cli.ok("refresh", "c", "--wait");
            write("delete");
            cli.ok("refresh", "c", "--wait");
            JsonNode head = cli.head();
            assertThat(head.get("snapshot").get("totals").get("rows").asLong()).isEqualTo(120);
            assertThat(head.get("snapshot").get("table").get("format").asText()).isEqualTo("iceberg");
            assertThat(cli.run("change-source", "c", "--source", "iceberg:lost/a.t", "--wait")
                            .endsWith(ExitCode.INPUT)
                            .err())
                    .contains("is in the table catalog lost, which this worker does not have; expected one of prod");

            server.fault = TableCatalogsIT::repeatsWhatItGot;
            String denied = cli.run("change-source", "c", "--source", "iceberg:prod/sales.eu.others", "--wait")
                    .endsWith(ExitCode.ACCESS)
                    .err();
            assertThat(denied).contains("Table catalog prod answers 403 for table sales.eu.others");
            WorkflowClient client = temporal.client(namespace);
            StringBuilder everything = new StringBuilder(denied)
                    .append(worker.said())
                    .append(cli.ok("status", "c", "--json").out())
                    .append(client.fetchHistory("c").toJson(true));
            for (int update = 1; update <= 3; update++) {
                everything.append(client.fetchHistory("c/update-" + update).toJson(true));
            }
            assertThat(everything.toString())
                    .contains("iceberg:prod/" + TABLE)
                    .doesNotContain(MARKER, "token-of-tests");
        } finally {
            worker.signal("KILL");
            worker.end();
        }
        try (var files = Files.walk(cli.catalog())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(new String(Files.readAllBytes(file), ISO_8859_1)).doesNotContain(MARKER, "token-of-tests");
            }
        }
    }

    private static long rows(Cli cli) throws IOException, InterruptedException {
        return cli.head().get("snapshot").get("totals").get("rows").asLong();
    }

    @Test
    void syncAndVerifyReadATableOfADatabaseByADriverThatIsNamed() throws Exception {
        Cli cli = new Cli(folder)
                .with("LITTORAL_TABLE_CATALOG", "local=" + lake.url())
                .with("LITTORAL_TABLE_CATALOG_PROPERTY", "local.catalog-name=lake,local.jdbc.driver-path=" + driver())
                .with("LITTORAL_ALLOW_SOURCE", folder + "/warehouse");
        JsonNode first = cli.sync("--source", "iceberg:local/" + TABLE);
        assertThat(first.get("rows").asLong()).isEqualTo(100);
        assertThat(cli.sync().get("outcome").asText()).isEqualTo("UNCHANGED");
        write("append");
        assertThat(cli.sync().get("rows").asLong()).isEqualTo(150);
        cli.ok("verify", "c", "--source");
        cli.with("LITTORAL_ALLOW_SOURCE", "");
        assertThat(cli.run("sync", "c").endsWith(ExitCode.INPUT).err())
                .contains("Source iceberg:local/" + TABLE + " names another place. Source file://" + folder)
                .contains("is not on this worker's list of allowed sources; expected one that starts with");
    }
}
