package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.starter.Cli.Run;
import dev.littoral.starter.Cli.Running;
import dev.littoral.starter.cli.ExitCode;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Consumers of collections from the shell: on a real Temporal server, and in a catalog. */
class ConsumersIT {
    @TempDir
    static Path folder;

    private static WorkerFixture fixture;
    private static Cli cli;

    @BeforeAll
    static void start() throws Exception {
        Lake.write(folder.resolve("lake/a.parquet"), 100, 0);
        fixture = WorkerFixture.start(folder);
        cli = fixture.cli();
    }

    @AfterAll
    static void stop() {
        if (fixture != null) {
            fixture.close();
        }
    }

    private static Run ack(String collection, String rows) throws Exception {
        return cli.run(
                "ack", collection, "--consumer", "search", "--version", "2", "--rows", rows, "--segments", "1/1");
    }

    @Test
    void aConsumerLeasesAndAnswersRightAndWrong() throws Exception {
        cli.ok("start", "orders", "--source", "lake", "--consumer", "search", "--max-ahead", "5", "--wait");
        assertThat(cli.ok("lease", "orders", "--consumer", "search").out())
                .startsWith("orders  search holds version 2 until ");
        assertThat(cli.run("lease", "orders", "--consumer", "search", "--version", "9")
                        .endsWith(ExitCode.REFUSED)
                        .out())
                .isEqualTo("orders  the lease is refused: version 9 is not in the log; expected the newest one to be"
                        + " taken\n");
        assertThat(ack("orders", "99").endsWith(ExitCode.REFUSED).out())
                .isEqualTo("orders  search serves 2, WRONG: rows is 99; expected 100, as version 2 has\n");
        assertThat(cli.run("refresh", "orders", "--wait", "served")
                        .endsWith(ExitCode.REFUSED)
                        .err())
                .contains("WRONG: search serves 2");
        assertThat(ack("orders", "100").endsWith(ExitCode.OK).out()).isEqualTo("orders  search serves 2\n");
        assertThat(cli.run("refresh", "orders", "--timeout", "PT1S")
                        .endsWith(ExitCode.USAGE)
                        .err())
                .contains("--timeout is how long --wait served waits");
        Run refresh = cli.ok("refresh", "orders", "--wait", "served", "--timeout", "PT5M");
        assertThat(refresh.out()).startsWith("orders  UNCHANGED");
        assertThat(refresh.err()).contains("SERVED: search serves 2");
        assertThat(cli.ok("consumers", "orders").out()).isEqualTo("orders  SERVED\n  search serves 2\n");
        JsonNode serving = cli.ok("status", "orders", "--json").json().get("serving");
        assertThat(serving.get("state").asText()).isEqualTo("SERVED");
        assertThat(serving.get("consumers").get(0).get("verdict").asText()).isEqualTo("RIGHT");
        assertThat(cli.ok("status", "orders").out()).contains("\n  serving   SERVED: search serves 2\n");
        assertThat(cli.ok("ack", "orders", "--consumer", "search", "--version", "2", "--failed", "no space")
                        .out())
                .isEqualTo("orders  search serves 2, FAILED on 2: no space\n");
        assertThat(cli.ok("ack", "orders", "--consumer", "search", "--version", "2", "--gone")
                        .out())
                .isEqualTo("orders  search is GONE\n");
    }

    @Test
    void whatIsNotRightIsUsageOrInput() throws Exception {
        cli.run("ack", "orders", "--consumer", "search", "--version", "2").endsWith(ExitCode.USAGE);
        cli.run("ack", "orders", "--consumer", "search", "--version", "2", "--failed", "x", "--gone")
                .endsWith(ExitCode.USAGE);
        cli.run("ack", "orders", "--consumer", "search", "--version", "2", "--rows", "1", "--segments", "one")
                .endsWith(ExitCode.USAGE);
        cli.run("lease", "orders").endsWith(ExitCode.USAGE);
        assertThat(cli.run("lease", "orders", "--consumer", "Search")
                        .endsWith(ExitCode.INPUT)
                        .sentence())
                .contains("consumer is \"Search\"; expected 1 to 63 characters");
        assertThat(cli.run("consumers", "nobody").endsWith(ExitCode.INPUT).sentence())
                .contains("nobody");
    }

    @Test
    void aCatalogIsEnoughAndSyncWaitsForWhoFollows() throws Exception {
        Cli alone = new Cli(folder);
        String catalog = folder.resolve("alone").toString();
        alone.ok("sync", "items", "--source", "lake", "--catalog", catalog);
        assertThat(alone.ok("consumers", "items", "--catalog", catalog).out())
                .isEqualTo("items  no consumer is known\n");
        assertThat(alone.run("sync", "items", "--catalog", catalog, "--wait", "served")
                        .endsWith(ExitCode.INPUT)
                        .sentence())
                .contains("Collection items has no consumer to wait for");
        assertThat(alone.run(
                                "sync",
                                "items",
                                "--catalog",
                                catalog,
                                "--consumer",
                                "search",
                                "--wait",
                                "served",
                                "--timeout",
                                "PT0.2S")
                        .endsWith(ExitCode.REFUSED)
                        .err())
                .contains("stopped waiting for its consumers after PT0.2S");
        Running waiting =
                alone.start("sync", "items", "--catalog", catalog, "--consumer", "search", "--wait", "served");
        assertThat(waiting.says("LAGGING: search serves nothing yet")).isTrue();
        assertThat(alone.ok("lease", "items", "--catalog", catalog, "--consumer", "search", "--for", "PT5M")
                        .out())
                .startsWith("items  search holds version 2 until ");
        assertThat(alone.ok(
                                "ack",
                                "items",
                                "--catalog",
                                catalog,
                                "--consumer",
                                "search",
                                "--version",
                                "2",
                                "--rows",
                                "100",
                                "--segments",
                                "1")
                        .out())
                .isEqualTo("items  search serves 2\n");
        waiting.end().endsWith(ExitCode.OK);
        assertThat(alone.ok("consumers", "items", "--catalog", catalog, "--json")
                        .json()
                        .get("state")
                        .asText())
                .isEqualTo("SERVED");
    }
}
