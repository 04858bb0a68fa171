package dev.littoral.starter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A picture of the Grafana board as a page of HTML: its panels in their places, drawn from what a Prometheus has. It
 * shows what the queries give; Grafana itself draws finer.
 */
final class BoardPicture {
    static final Path BOARD = Path.of("../charts/littoral/files/board.json");
    private static final int WIDTH = 600;
    private static final int HEIGHT = 140;
    private static final int POINTS = 120;
    private static final int LEGENDS = 6;
    private static final Pattern LABEL = Pattern.compile("\\{\\{(\\w+)}}");
    private static final List<String> COLORS =
            List.of("#73bf69", "#f2cc0c", "#8ab8ff", "#ff780a", "#f2495c", "#5794f2", "#b877d9", "#37872d");

    private static final String STYLE = """
            body { margin: 0; padding: 8px; background: #111217; color: #ccccdc; font: 12px sans-serif; }
            main { display: grid; grid-template-columns: repeat(24, 1fr); grid-auto-rows: 27px; gap: 4px; }
            section { background: #181b1f; border: 1px solid #2c3235; padding: 5px 8px; overflow: hidden; }
            section { display: flex; flex-direction: column; }
            h2 { font-size: 15px; margin: 6px 0; } h3 { font-size: 12px; margin: 0 0 3px; }
            svg { flex: 1; min-height: 0; width: 100%; } p { margin: 2px 0 0; white-space: nowrap; }
            strong { font-size: 34px; margin: auto; } i { font-style: normal; } span { margin-right: 10px; }
            """;

    private final Prometheus prometheus;
    private final Instant from;
    private final Instant to;

    /** A picture of what has been since then. */
    BoardPicture(Prometheus prometheus, Instant from) {
        this.prometheus = prometheus;
        this.from = from;
        this.to = Instant.now();
    }

    /** One line of a panel: its points as seconds and values. */
    private record Series(String name, List<double[]> points) {
        double last() {
            return points.getLast()[1];
        }
    }

    String html() throws IOException, InterruptedException {
        StringBuilder page = new StringBuilder("<!doctype html><meta charset=utf-8><title>Board</title><style>")
                .append(STYLE)
                .append("</style><main>");
        for (JsonNode panel : Json.JSON.readTree(BOARD.toFile()).get("panels")) {
            JsonNode at = panel.get("gridPos");
            String place = "style='grid-column:%d/span %d;grid-row:%d/span %d'"
                    .formatted(
                            at.get("x").asInt() + 1,
                            at.get("w").asInt(),
                            at.get("y").asInt() + 1,
                            at.get("h").asInt());
            String title = escaped(panel.get("title").asText());
            page.append(
                    switch (panel.get("type").asText()) {
                        case "row" -> "<h2 %s>%s</h2>".formatted(place, title);
                        case "stat" -> "<section %s><h3>%s</h3>%s</section>".formatted(place, title, stat(panel));
                        default -> "<section %s><h3>%s</h3>%s</section>".formatted(place, title, lines(panel));
                    });
        }
        return page.append("</main>").toString();
    }

    /** How many rows of the grid the board has. */
    static int rows() throws IOException {
        JsonNode last = Json.JSON
                .readTree(BOARD.toFile())
                .get("panels")
                .findValues("gridPos")
                .getLast();
        return last.get("y").asInt() + last.get("h").asInt();
    }

    /** The query of a panel as Grafana sends it for all workers. */
    static String query(String expression) {
        return expression.replace("$__rate_interval", "1m").replace("$job", ".*");
    }

    private String stat(JsonNode panel) throws IOException, InterruptedException {
        List<Series> series = series(panel);
        if (series.isEmpty()) {
            return "<strong>No data</strong>";
        }
        JsonNode defaults = panel.get("fieldConfig").get("defaults");
        double value = series.getFirst().last();
        String color = "";
        for (JsonNode step : defaults.get("thresholds").get("steps")) {
            if (step.get("value").isNull() || value >= step.get("value").asDouble()) {
                color = step.get("color").asText();
            }
        }
        return "<strong style='color:%s'>%s</strong>"
                .formatted(color.equals("red") ? COLORS.get(4) : COLORS.getFirst(), shown(value, defaults));
    }

    private String lines(JsonNode panel) throws IOException, InterruptedException {
        List<Series> series = series(panel);
        JsonNode defaults = panel.get("fieldConfig").get("defaults");
        double top = series.stream()
                .flatMap(each -> each.points().stream())
                .mapToDouble(point -> point[1])
                .max()
                .orElse(0);
        double scale = top > 0 ? top * 1.05 : 1;
        String lines = IntStream.range(0, series.size())
                .mapToObj(i -> series.get(i).points().stream()
                        .map(point -> "%.1f,%.1f".formatted(x(point[0]), HEIGHT * (1 - point[1] / scale)))
                        .collect(Collectors.joining(
                                " ",
                                "<polyline points='",
                                "' fill='none' stroke-width='1.5' stroke='" + color(i) + "'/>")))
                .collect(Collectors.joining());
        String legend = IntStream.range(0, Math.min(series.size(), LEGENDS))
                .mapToObj(i -> "<span><i style='color:" + color(i) + "'>&#9644;</i> "
                        + escaped(series.get(i).name()) + "</span>")
                .collect(Collectors.joining("", "<p>", "</p>"));
        String most = series.isEmpty() ? "No data" : shown(top, defaults);
        return "<svg viewBox='0 0 %d %d' preserveAspectRatio='none'>%s</svg><p>%s</p>%s"
                .formatted(WIDTH, HEIGHT, lines, series.isEmpty() ? most : "at most " + most, legend);
    }

    private double x(double seconds) {
        double share = (seconds - from.getEpochSecond()) / from.until(to, ChronoUnit.SECONDS);
        return WIDTH * share;
    }

    private List<Series> series(JsonNode panel) throws IOException, InterruptedException {
        List<Series> series = new ArrayList<>();
        long step = Math.max(1, from.until(to, ChronoUnit.SECONDS) / POINTS);
        for (JsonNode target : panel.get("targets")) {
            String format = target.path("legendFormat").asText();
            for (JsonNode each : prometheus.range(query(target.get("expr").asText()), from, to, step)) {
                List<double[]> points = new ArrayList<>();
                for (JsonNode point : each.get("values")) {
                    double value = Double.parseDouble(point.get(1).asText().replace("+Inf", "Infinity"));
                    if (Double.isFinite(value)) {
                        points.add(new double[] {point.get(0).asDouble(), value});
                    }
                }
                if (!points.isEmpty()) {
                    String name = LABEL.matcher(format)
                            .replaceAll(label -> Matcher.quoteReplacement(
                                    each.get("metric").path(label.group(1)).asText()));
                    series.add(new Series(name, points));
                }
            }
        }
        return series;
    }

    private static String color(int series) {
        return COLORS.get(series % COLORS.size());
    }

    private static String shown(double value, JsonNode defaults) {
        return switch (defaults.path("unit").asText()) {
            case "s" -> "%.3g s".formatted(value);
            case "bytes" -> "%.0f MiB".formatted(value / (1 << 20));
            case "percentunit" -> "%.1f %%".formatted(value * 100);
            case "reqps", "ops", "cps" -> "%.3g/s".formatted(value);
            default -> value == Math.rint(value) ? "%.0f".formatted(value) : "%.3g".formatted(value);
        };
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }

    /** Takes the picture, into the folder of the pictures of tests. */
    static void take(Prometheus prometheus, Instant from) throws Exception {
        Path page =
                Files.writeString(Files.createTempFile("board-", ".html"), new BoardPicture(prometheus, from).html());
        try (Browser browser = new Browser()) {
            browser.resize(1400, rows() * 31 + 180);
            browser.open(page.toUri());
            browser.screenshot("board");
        } finally {
            Files.delete(page);
        }
    }
}
