package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.testing.TemporalServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The {@code setup} command, and the lists of workflows that are filtered after it. */
class SetupIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final TemporalServer server = TemporalServer.shared();
    private final String namespace = server.newNamespace();

    @TempDir
    Path folder;

    private Cli cli() {
        return new Cli(folder).on(server, namespace);
    }

    private static List<String> outcomes(Cli.Run run) throws Exception {
        return run.jsonLines().stream()
                .map(line -> line.get("attribute").asText() + " "
                        + line.get("outcome").asText())
                .toList();
    }

    @Test
    void whatIsMissingIsRegisteredOnce() throws Exception {
        Cli cli = cli();
        assertThat(outcomes(cli.run("setup", "--json").endsWith(ExitCode.OK)))
                .containsExactly("LittoralBehind REGISTERED", "LittoralSource REGISTERED", "LittoralState REGISTERED");
        assertThat(outcomes(cli.run("setup", "--json").endsWith(ExitCode.OK)))
                .containsExactly("LittoralBehind PRESENT", "LittoralSource PRESENT", "LittoralState PRESENT");
    }

    @Test
    void anAttributeOfAnotherTypeIsNamedAndTheOthersAreRegistered() throws Exception {
        assertThat(server.cliIn(
                                namespace,
                                "operator",
                                "search-attribute",
                                "create",
                                "--name",
                                "LittoralState",
                                "--type",
                                "Text")
                        .exitCode())
                .isZero();
        assertThat(cli().run("setup").endsWith(ExitCode.INPUT).out())
                .contains("LittoralBehind   is registered now, as Keyword")
                .contains("LittoralState    is registered as Text and is not set; expected Keyword");
    }

    @Test
    void aListShowsWhoFails() throws Exception {
        cli().ok("setup");
        Lake.write(folder.resolve("lake/a.parquet"), 10, 0);
        Cli.Running worker = cli().start("worker", "--catalog", "catalog", "--allow-source", folder.toString());
        try {
            assertThat(worker.says("Worker ready")).isTrue();
            cli().ok("start", "good", "--source", "lake", "--wait");
            cli().run("start", "bad", "--source", "missing", "--wait").endsWith(ExitCode.INPUT);
            awaitListed("LittoralState=\"FAILED\"", "bad");
            awaitListed("LittoralState=\"IDLE\" AND LittoralSource STARTS_WITH \"file://\"", "good");
        } finally {
            worker.signal("TERM");
            worker.end();
        }
    }

    private void awaitListed(String query, String collection) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        JsonNode listed;
        do {
            assertThat(Instant.now()).isBefore(end);
            Thread.sleep(100);
            listed =
                    Json.JSON.readTree(server.cliIn(namespace, "workflow", "list", "--query", query, "--output", "json")
                            .out());
        } while (listed.isEmpty());
        assertThat(listed).hasSize(1);
        assertThat(listed.get(0).at("/execution/workflowId").asText()).isEqualTo(collection);
    }
}
