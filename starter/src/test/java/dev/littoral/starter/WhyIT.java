package dev.littoral.starter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.starter.Cli.Run;
import dev.littoral.starter.cli.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The {@code why} command, and a promise of freshness that is broken and kept again, on a real Temporal server. */
class WhyIT {
    @TempDir
    Path folder;

    private static JsonNode until(Cli cli, Predicate<JsonNode> expected) throws Exception {
        JsonNode answer = null;
        for (int i = 0; i < 300; i++) {
            answer = cli.ok("why", "c", "--json").json();
            if (expected.test(answer)) {
                return answer;
            }
            Thread.sleep(100);
        }
        throw new AssertionError("c still says " + answer);
    }

    private static boolean isBehind(JsonNode answer) {
        return answer.at("/freshness/state").asText().equals("BEHIND");
    }

    @Test
    void aCollectionSaysWhyItIsBehindAndWhatToDo() throws Exception {
        Path file = folder.resolve("lake/a.parquet");
        Lake.write(file, 50, 0);
        try (WorkerFixture fixture = WorkerFixture.start(folder)) {
            Cli cli = fixture.cli();
            assertThat(cli.run("why", "c").endsWith(ExitCode.INPUT).sentence()).contains("has no collection c");
            cli.ok("start", "c", "--source", "lake", "--max-staleness", "PT10S", "--wait");
            JsonNode well = until(cli, answer -> answer.at("/freshness").has("asOf"));
            assertThat(well.has("cause")).isFalse();
            assertThat(well.get("summary").asText()).startsWith("nothing is wrong: fresh as of ");
            assertThat(cli.ok("why", "c").out()).startsWith("c  nothing is wrong: fresh as of ");
            // It is refreshed by itself, and nothing is written for that.
            String first = well.at("/freshness/asOf").asText();
            until(cli, answer -> !answer.at("/freshness/asOf").asText().equals(first));
            assertThat(cli.ok("status", "c", "--json").json().get("version").asLong())
                    .isEqualTo(2);

            Files.delete(file);
            Files.write(file, "no Parquet".getBytes(UTF_8));
            JsonNode behind = until(cli, WhyIT::isBehind);
            assertThat(behind.at("/cause/kind").asText()).isEqualTo("FAILED");
            assertThat(behind.at("/cause/sentence").asText()).contains(" FAILED at ", "a.parquet");
            assertThat(cli.ok("why", "c").out())
                    .startsWith("c  BEHIND since ")
                    .contains("\n  next      mend what it names");
            assertThat(cli.ok("status", "c").out()).contains("\n  BEHIND    since ", "\n  serves    50 rows in ");
            assertThat(listedBehind(cli)).startsWith("c ").contains("BEHIND, FAILED  file://");

            Files.delete(file);
            Lake.write(file, 70, 0);
            until(cli, answer -> !isBehind(answer));
            cli.ok("pause", "c");
            assertThat(until(cli, WhyIT::isBehind).at("/cause/kind").asText()).isEqualTo("PAUSED");
            cli.ok("resume", "c");
            until(cli, answer -> !isBehind(answer));
            fixture.stopWorker();
            assertThat(cli.run("why", "c").endsWith(ExitCode.UNAVAILABLE).sentence())
                    .contains("No worker answers for collection c");
            fixture.terminate("c");
            Run ended = cli.ok("why", "c");
            assertThat(ended.out()).contains("was terminated at ", "littoral start c starts it again");
        }
    }

    /** The server's list lags behind by a moment. */
    private static String listedBehind(Cli cli) throws Exception {
        String listed = "";
        for (int i = 0; i < 100 && listed.isEmpty(); i++) {
            Thread.sleep(100);
            listed = cli.ok("list", "--behind").out();
        }
        return listed;
    }
}
