package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.starter.Cli.Run;
import dev.littoral.starter.cli.ExitCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The {@code list} command on a real Temporal server, whose list lags behind by a moment. */
class ListIT {
    @TempDir
    Path folder;

    private static Map<String, String> states(Run run) throws Exception {
        Map<String, String> states = new TreeMap<>();
        for (JsonNode line : run.endsWith(ExitCode.OK).jsonLines()) {
            String before = states.put(
                    line.get("collectionId").asText(), line.get("state").asText());
            assertThat(before).as("%s", line).isNull();
        }
        return states;
    }

    private static void until(Cli cli, Map<String, String> expected, String... words) throws Exception {
        Map<String, String> listed = Map.of();
        for (int i = 0; i < 10 && !listed.equals(expected); i++) {
            listed = states(cli.run(words));
        }
        assertThat(listed).isEqualTo(expected);
    }

    @Test
    void collectionsAreListedByStateWithoutAnySearchAttribute() throws Exception {
        Lake.write(folder.resolve("lake/a.parquet"), 1_234, 0);
        try (WorkerFixture fixture = WorkerFixture.start(folder)) {
            Cli cli = fixture.cli();
            assertThat(cli.ok("list").out()).isEmpty();
            for (String id : List.of("a", "b", "c", "d")) {
                cli.ok("start", id, "--source", "lake", "--wait");
            }
            cli.run("start", "f", "--source", "missing", "--wait").endsWith(ExitCode.INPUT);
            cli.ok("start", "s", "--task-queue", "nobody");
            cli.ok("pause", "b");
            cli.ok("retire", "c");
            fixture.terminate("d");
            cli.ok("start", "d", "--source", "lake", "--wait");
            fixture.terminate("d");
            Map<String, String> running =
                    new TreeMap<>(Map.of("a", "idle", "b", "paused", "f", "failed", "s", "starting"));
            until(cli, running, "list", "--json");
            running.putAll(Map.of("c", "retired", "d", "terminated"));
            until(cli, running, "list", "--all", "--json");
            until(cli, Map.of("b", "paused"), "list", "--state", "paused", "--json");
            until(cli, Map.of("d", "terminated"), "list", "--state", "terminated", "--all", "--json");
            until(cli, Map.of(), "list", "--state", "retired", "--json");
            JsonNode idle = cli.run("list", "--state", "idle", "--json").json();
            assertThat(idle.get("rows").asLong()).isEqualTo(1_234);
            assertThat(idle.get("source").asText()).isEqualTo("file://" + folder + "/lake/");
            assertThat(cli.run("list", "--state", "idle").out())
                    .matches("a +idle +1,234 rows  file://" + folder + "/lake/\n");
            assertThat(cli.run("list", "--state", "starting").out()).matches("s +starting +\\? rows  no source\n");
        }
    }
}
