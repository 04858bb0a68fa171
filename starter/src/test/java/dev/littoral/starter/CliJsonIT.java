package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.source.delta.TrackedTable;
import dev.littoral.starter.Cli.Run;
import dev.littoral.starter.cli.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code --json} prints, as a golden file of keys and types: of each command that has it, in a catalog and on a
 * real Temporal server. {@code -Dlittoral.api.update=true} writes the file anew.
 */
class CliJsonIT {
    private static final Path GOLDEN = Path.of("src", "test", "resources", "cli-json.txt");
    private static final Pattern COMMAND = Pattern.compile("(?m)^  ([a-z-]+) {2,}\\S");
    private static final Set<String> WITHOUT_JSON = Set.of("dev", "help", "worker");
    /** Objects whose keys are data: kinds of requests, and steps. */
    private static final Set<String> MAPS =
            Set.of("bytes", "commit", "least", "most", "requests", "seconds", "unchanged");

    private static final String PRICES = Path.of("..", "docs", "prices", "s3-standard.json")
            .toAbsolutePath()
            .normalize()
            .toString();

    @TempDir
    Path folder;

    private final TreeSet<String> found = new TreeSet<>();

    @Test
    void noKeyOfTheJsonComesGoesOrChangesItsTypeUnnoticed() throws Exception {
        catalogCommands();
        serverCommands();
        if (Boolean.getBoolean("littoral.api.update")) {
            Files.write(GOLDEN, found);
        }
        List<String> golden = Files.readAllLines(GOLDEN);
        assertThat(found)
                .as("keys and types that are API; see docs/compatibility.md")
                .isSubsetOf(golden);
        // How far an update comes before it fails decides what it has asked of stores.
        assertThat(golden.stream().filter(line -> !line.contains(".* ")))
                .as("keys and types that are API, and went; see docs/compatibility.md")
                .isSubsetOf(found);

        Set<String> seen =
                found.stream().map(line -> line.replaceAll("[. ].*", "")).collect(Collectors.toSet());
        seen.addAll(WITHOUT_JSON);
        assertThat(COMMAND.matcher(new Cli(folder).ok("--help").out()).results().map(command -> command.group(1)))
                .hasSizeGreaterThan(20)
                .isSubsetOf(seen);
    }

    private void catalogCommands() throws Exception {
        Cli cli = new Cli(folder);
        Lake.syncTwice(folder.resolve("lake"), cli);
        Files.writeString(folder.resolve("lake/broken.parquet"), "no Parquet");
        tell(cli, ExitCode.INPUT, "sync", "c");
        tell(cli, ExitCode.OK, "sync", "c", "--source", "lake", "--spec", "{\"onBadFile\":\"skip\"}");
        tell(cli, ExitCode.OK, "status", "c", "--catalog", cli.catalog().toString());
        for (String command : List.of("versions", "files", "segments")) {
            tell(cli, ExitCode.OK, command, "c");
        }
        tell(cli, ExitCode.OK, "locate", "c", "1", "0");
        tell(cli, ExitCode.OK, "diff", "c", "2", "3");
        tell(cli, ExitCode.OK, "changes", "c", "--from", "1");
        Files.delete(folder.resolve("lake/b.parquet"));
        tell(cli, ExitCode.DAMAGED, "verify", "c", "--source");
    }

    private void serverCommands() throws Exception {
        try (WorkerFixture fixture = WorkerFixture.start(folder)) {
            Cli cli = fixture.cli();
            tell(cli, ExitCode.OK, "setup");
            started(cli);
            movedRows(cli);
            Lake.write(folder.resolve("shop/a.parquet"), 10, 0);
            tell(
                    cli,
                    ExitCode.OK,
                    "start",
                    "d",
                    "--source",
                    "shop",
                    "--consumer",
                    "search",
                    "--max-staleness",
                    "PT1H",
                    "--max-ahead",
                    "5",
                    "--wait");
            fixture.awaitIdle("d");
            tell(cli, ExitCode.OK, "lease", "d", "--consumer", "search");
            tell(cli, ExitCode.REFUSED, "lease", "d", "--consumer", "search", "--version", "9");
            tell(cli, ExitCode.REFUSED, acknowledged("9"));
            tell(cli, ExitCode.OK, "why", "d");
            tell(cli, ExitCode.OK, "consumers", "d");
            tell(cli, ExitCode.OK, acknowledged("10"));
            tell(cli, ExitCode.OK, "refresh", "d");
            fixture.awaitIdle("d");
            tell(cli, ExitCode.OK, "refresh", "d", "--wait");
            tell(cli, ExitCode.OK, "cost", "d", "--prices", PRICES, "--max-staleness", "PT1M");
            tell(cli, ExitCode.INPUT, "change-source", "d", "--source", "missing", "--wait");
            tell(cli, ExitCode.OK, "why", "d");
            tell(cli, ExitCode.OK, "change-source", "d", "--source", "lake", "--spec", "{\"onBadFile\":\"skip\"}");
            fixture.awaitIdle("d");
            tell(cli, ExitCode.OK, "jobs", "d");
            tell(cli, ExitCode.OK, "status", "d");
            tell(cli, ExitCode.OK, "rollback", "d", "2", "--reason", "a test");
            tell(cli, ExitCode.OK, "status", "d");
            for (String signal : List.of("resume", "pause", "cancel", "retire")) {
                tell(cli, ExitCode.OK, signal, "d");
            }
            closed(cli);
            tell(cli, ExitCode.OK, "status", "d");
            tell(cli, ExitCode.OK, "why", "d");
        }
    }

    /** An update of a table that has moved rows, a fifth of them to other places among each other. */
    private void movedRows(Cli cli) throws Exception {
        try (TrackedTable table = new TrackedTable(Files.createDirectory(folder.resolve("table")))) {
            String kept = table.append(LongStream.range(0, 400).boxed().toList());
            String sorted = table.append(LongStream.range(400, 500).boxed().toList());
            table.commit();
            tell(cli, ExitCode.OK, "start", "t", "--source", "table", "--spec", "{\"format\":\"delta\"}", "--wait");
            table.compact(List.of(kept));
            table.rewrite(List.of(sorted), table.file(sorted).living().reversed());
            table.commit();
            tell(cli, ExitCode.OK, "refresh", "t", "--wait");
            tell(cli, ExitCode.OK, "status", "t");
            tell(cli, ExitCode.OK, "jobs", "t");
        }
    }

    private static String[] acknowledged(String rows) {
        return new String[] {"ack", "d", "--consumer", "search", "--version", "2", "--rows", rows, "--segments", "1/1"};
    }

    /** Starts a collection that its worker begins with before the command has lost its patience. */
    private void started(Cli cli) throws Exception {
        JsonNode said = null;
        for (int i = 0; i < 20 && (said == null || !said.has("state")); i++) {
            said = cli.ok("start", "e" + i, "--source", "lake", "--json").json();
        }
        describe("start", said);
    }

    /** Lists collections until the server's list has caught up. */
    private void closed(Cli cli) throws Exception {
        List<JsonNode> listed = List.of();
        for (int i = 0; i < 100 && listed.stream().noneMatch(line -> line.has("closed")); i++) {
            listed = cli.ok("list", "--all", "--json").jsonLines();
        }
        listed.forEach(line -> describe("list", line));
    }

    private void tell(Cli cli, ExitCode end, String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of(words));
        all.add("--json");
        Run run = cli.run(all.toArray(String[]::new)).endsWith(end);
        assertThat(run.out()).as("%s", run).isNotEmpty();
        for (JsonNode line : run.jsonLines()) {
            describe(words[0], line);
        }
    }

    private void describe(String path, JsonNode node) {
        found.add(path + " " + type(node));
        if (node.isObject()) {
            boolean isMap = MAPS.contains(path.substring(path.lastIndexOf('.') + 1));
            for (Map.Entry<String, JsonNode> field : node.properties()) {
                describe(path + "." + (isMap ? "*" : field.getKey()), field.getValue());
            }
        }
        node.elements().forEachRemaining(element -> {
            if (node.isArray()) {
                describe(path + "[]", element);
            }
        });
    }

    private static String type(JsonNode node) {
        return switch (node.getNodeType()) {
            case NUMBER -> node.isIntegralNumber() ? "integer" : "number";
            case STRING -> type(node.asText());
            default -> node.getNodeType().name().toLowerCase(java.util.Locale.ROOT);
        };
    }

    private static String type(String text) {
        try {
            Instant.parse(text);
            return "time";
        } catch (DateTimeException noTime) {
            try {
                Duration.parse(text);
                return "duration";
            } catch (DateTimeException noDuration) {
                return "string";
            }
        }
    }
}
