package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.starter.cli.ExitCode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The {@code cost} command, of a collection on a real Temporal server. */
class CostIT {
    private static final String PRICES = Path.of("..", "docs", "prices", "s3-standard.json")
            .toAbsolutePath()
            .normalize()
            .toString();

    @TempDir
    Path folder;

    @Test
    void whatFollowingASourceCostsIsSaidInRequestsAndInMoney() throws Exception {
        Lake.write(folder.resolve("lake/a.parquet"), 10, 0);
        try (WorkerFixture fixture = WorkerFixture.start(folder)) {
            Cli cli = fixture.cli();
            cli.ok("start", "a", "--source", "lake", "--max-staleness", "PT1H", "--wait");
            cli.ok("refresh", "a", "--wait");
            JsonNode job = cli.ok("jobs", "a", "--json").jsonLines().getFirst();
            assertThat(job.at("/traffic/requests/source.list").asLong()).isPositive();
            JsonNode cost = cli.run("cost", "a", "--prices", PRICES, "--max-staleness", "PT1M", "--json")
                    .endsWith(ExitCode.OK)
                    .json();
            assertThat(cost.get("known").asInt()).isEqualTo(2);
            assertThat(cost.get("committed").asInt()).isEqualTo(1);
            assertThat(cost.at("/unchanged/source.list").asDouble())
                    .isEqualTo(job.at("/traffic/requests/source.list").asDouble());
            assertThat(cost.at("/month/maxStaleness").asText()).isEqualTo("PT1H");
            double now = cost.at("/month/mostCost").asDouble();
            assertThat(now).isPositive();
            assertThat(cost.at("/others/0/leastCost").asDouble())
                    .isBetween(now, cost.at("/others/0/mostCost").asDouble());
            assertThat(cli.ok("cost", "a").out())
                    .startsWith("a  as its last 2 updates, 1 of which committed\n")
                    .contains("  with maxStaleness PT6M ");
            assertThat(cli.run("cost", "a", "--prices", "none.json")
                            .endsWith(ExitCode.INPUT)
                            .sentence())
                    .contains("none.json cannot be read");
            assertThat(cli.run("cost", "a", "--max-staleness", "1h")
                            .endsWith(ExitCode.USAGE)
                            .err())
                    .contains("--max-staleness is 1h; expected a duration from PT10S, as PT1M");
        }
    }
}
