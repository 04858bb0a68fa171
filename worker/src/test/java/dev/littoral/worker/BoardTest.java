package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.Json;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The board: its panels show what workers serve. */
class BoardTest {
    private static final Path BOARD = Path.of("../charts/littoral/files/board.json");
    private static final int COLUMNS = 24;

    @Test
    void everyQueryNamesMetricsThatWorkersServeAndOnlyThoseOfTheChosenOnes() throws Exception {
        Set<String> served = ServedMetrics.all();
        Set<String> shown = new TreeSet<>();
        List<JsonNode> queries =
                Json.JSON.readTree(BOARD.toFile()).get("panels").findValues("expr");
        for (JsonNode query : queries) {
            Set<String> named = ServedMetrics.of(query.asText());
            assertThat(named).as("%s", query).isNotEmpty().isSubsetOf(served);
            assertThat(query.asText().split("\\{job=~\"\\$job\"", -1))
                    .as("%s", query)
                    .hasSize(1 + (int) ServedMetrics.mentions(query.asText()));
            shown.addAll(named);
        }
        // Whatever a worker counts itself has a place.
        Set<String> own = new TreeSet<>(served);
        own.removeIf(name -> !name.startsWith("littoral_") || name.matches(".*_(bucket|count|sum|max)"));
        assertThat(shown).containsAll(own);
    }

    @Test
    void panelsAreBelowTheirRowsAndBesideEachOther() throws Exception {
        JsonNode panels = Json.JSON.readTree(BOARD.toFile()).get("panels");
        Set<Integer> ids = new HashSet<>();
        Set<List<Integer>> taken = new HashSet<>();
        int bottom = 0;
        for (JsonNode panel : panels) {
            assertThat(ids.add(panel.get("id").asInt())).as("%s", panel).isTrue();
            assertThat(panel.get("title").asText()).isNotBlank();
            JsonNode at = panel.get("gridPos");
            int x = at.get("x").asInt();
            int y = at.get("y").asInt();
            assertThat(x + at.get("w").asInt()).isLessThanOrEqualTo(COLUMNS);
            if (panel.get("type").asText().equals("row")) {
                assertThat(y).isEqualTo(bottom);
            }
            for (int column = x; column < x + at.get("w").asInt(); column++) {
                for (int line = y; line < y + at.get("h").asInt(); line++) {
                    assertThat(taken.add(List.of(column, line))).as("%s", panel).isTrue();
                }
            }
            bottom = Math.max(bottom, y + at.get("h").asInt());
        }
        assertThat(taken).as("no gaps").hasSize(bottom * COLUMNS);
        assertThat(panels.get(0).get("title").asText()).isEqualTo("Freshness");
    }
}
