package dev.littoral.workflows;

import static dev.littoral.workflows.CollectionFixture.A;
import static dev.littoral.workflows.CollectionFixture.B;
import static dev.littoral.workflows.Lab.ID;
import static dev.littoral.workflows.model.UpdateState.CANCELED;
import static dev.littoral.workflows.model.UpdateState.COMMITTED;
import static dev.littoral.workflows.model.UpdateState.UNCHANGED;
import static io.temporal.api.enums.v1.WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED;
import static io.temporal.api.enums.v1.WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED;
import static io.temporal.api.enums.v1.WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.testing.CliResult;
import dev.littoral.workflows.testing.TemporalServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a person types at the Temporal CLI, against the real server. */
@Execution(ExecutionMode.CONCURRENT)
class TemporalCliTest {
    private static final String SOURCE_A = "{\"uri\":\"s3://lake/a/\"}";
    private static final String SOURCE_B = "{\"uri\":\"s3://lake/b/\"}";
    private static final String START_A = "{\"source\":" + SOURCE_A + "}";
    private static final String NOT_ALLOWED = "s3://secret/x/ is not allowed here; expected s3://lake/";

    /** What a worker that serves one bucket refuses. */
    private static final SourcePolicy RULES =
            source -> source.uri().startsWith("s3://lake/") ? Optional.empty() : Optional.of(NOT_ALLOWED);

    @TempDir
    Path folder;

    private final FakeLake lake = new FakeLake();
    private final TemporalServer server = TemporalServer.shared();
    private final String namespace = server.newNamespace();
    private final Lab lab = lab();

    private Lab lab() {
        lake.rules(RULES);
        return Lab.onServer(server, namespace, lake, RULES, Policies.HISTORY);
    }

    @AfterEach
    void historiesAreInOrder() {
        try {
            Histories.areInOrder(lab.client);
        } finally {
            lab.close();
        }
    }

    /** The command line gives up where the machine is slow; what it asked for may have been done all the same. */
    private CliResult cli(String... arguments) {
        CliResult result = server.cliIn(namespace, arguments);
        for (int i = 0; i < 5 && result.err().contains("context deadline exceeded"); i++) {
            result = server.cliIn(namespace, arguments);
            if (result.err().contains("already")) {
                return new CliResult(0, result.out(), "");
            }
        }
        return result;
    }

    /** A command that has to work; returns what it printed. */
    private String types(String... arguments) {
        CliResult result = cli(arguments);
        assertThat(result.exitCode())
                .as("%s: %s", String.join(" ", arguments), result)
                .isZero();
        return result.out();
    }

    private CliResult start(String... more) {
        return cli(with(
                List.of(
                        "workflow",
                        "start",
                        "--type",
                        "ExternalCollection",
                        "--workflow-id",
                        ID,
                        "--task-queue",
                        "littoral",
                        "--fail-existing"),
                more));
    }

    private CliResult signal(String name, String... more) {
        String[] signal = with(List.of("workflow", "signal", "--workflow-id", ID, "--name", name), more);
        CliResult result = cli(signal);
        // A server that is short of time asks for another try.
        for (int i = 0; i < 5 && result.err().contains("Workflow is busy"); i++) {
            result = cli(signal);
        }
        return result;
    }

    private CliResult update(String name, String... more) {
        return cli(with(List.of("workflow", "update", "execute", "--workflow-id", ID, "--name", name), more));
    }

    private CliResult query(String type, String... more) {
        return cli(with(List.of("workflow", "query", "--workflow-id", ID, "--output", "json", "--type", type), more));
    }

    private static String[] with(List<String> arguments, String... more) {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private static JsonNode tree(String json) {
        try {
            return Json.JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError(json, e);
        }
    }

    private JsonNode answer(String query, String... more) {
        CliResult result = query(query, more);
        assertThat(result.exitCode()).as("%s", result).isZero();
        return tree(result.out()).at("/queryResult/0");
    }

    private static void isFine(CliResult result) {
        assertThat(result.exitCode()).as("%s", result).isZero();
    }

    private void startA() throws InterruptedException {
        isFine(start("--input", START_A));
        lab.awaitEnd(1, COMMITTED);
    }

    // ------------------------------------------------------------------ what works

    @Test
    void aCollectionIsStartedChangedAskedAndStoppedByHand() throws Exception {
        startA();
        isFine(signal("sourceChanged", "--input", SOURCE_B));
        lab.awaitEnd(2, COMMITTED);
        CliResult change = update("changeSource", "--input", SOURCE_A, "--output", "json");
        isFine(change);
        assertThat(tree(change.out()).at("/result/update").asLong()).isEqualTo(3);
        assertThat(tree(change.out()).at("/result/generation").asLong()).isEqualTo(3);
        lab.awaitEnd(3, COMMITTED);
        isFine(update("refresh"));
        lab.awaitEnd(4, UNCHANGED);
        isFine(signal("refresh"));
        lab.awaitEnd(5, UNCHANGED);

        JsonNode status = answer("status");
        assertThat(status.at("/state").asText()).isEqualTo("idle");
        assertThat(status.at("/source/uri").asText()).isEqualTo("s3://lake/a/");
        assertThat(status.at("/options/keepVersionsFor").asText()).isEqualTo("PT168H");
        assertThat(status.at("/last/ended").asText()).matches("\\d{4}-\\d\\d-\\d\\dT.*Z");
        assertThat(answer("jobs")).hasSize(5);
        JsonNode page = answer("jobs", "--input", "{\"before\":4,\"limit\":2}");
        assertThat(page).hasSize(2);
        assertThat(page.at("/0/update").asLong()).isEqualTo(3);

        assertThat(types("workflow", "describe", "--workflow-id", ID))
                .contains("ExternalCollection", "s3://lake/a/", "idle");
        lab.await(
                "the list to show its state",
                () -> tree(types(
                                "workflow",
                                "list",
                                "--query",
                                "WorkflowType = 'ExternalCollection'",
                                "--output",
                                "json"))
                        .at("/0/memo/fields/state")
                        .asText()
                        .equals("idle"));
        isFine(cli("workflow", "cancel", "--workflow-id", ID));
        lab.awaitClosed(lab.untyped(), WORKFLOW_EXECUTION_STATUS_CANCELED);
        isFine(start());
        // Numbers go on from the catalog, in which refreshes that found nothing new leave no trace.
        lab.awaitEnd(4, UNCHANGED);
        isFine(cli("workflow", "terminate", "--workflow-id", ID));
        lab.awaitClosed(lab.untyped(), WORKFLOW_EXECUTION_STATUS_TERMINATED);
        isFine(start("--input", "{\"source\":" + SOURCE_B + "}"));
        lab.awaitEnd(4, COMMITTED);
        assertThat(lake.newest(ID).generation()).isEqualTo(4);
        isFine(signal("retire"));
        lab.awaitClosed(lab.untyped(), WORKFLOW_EXECUTION_STATUS_COMPLETED);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aSecondStartIsRefused() throws InterruptedException {
        startA();
        String run = lab.untyped().describe().getExecution().getRunId();
        CliResult second = start("--input", "{\"source\":" + SOURCE_B + "}");

        assertThat(second.exitCode()).isNotZero();
        assertThat(second.err()).containsIgnoringCase("already");
        // Without --fail-existing the CLI says which run there is, and starts none.
        CliResult quiet = cli(
                "workflow",
                "start",
                "--type",
                "ExternalCollection",
                "--workflow-id",
                ID,
                "--task-queue",
                "littoral",
                "--input",
                "{\"source\":" + SOURCE_B + "}");
        assertThat(quiet.out() + quiet.err()).contains(run);
        assertThat(answer("status").at("/source/uri").asText()).isEqualTo("s3://lake/a/");
    }

    @Test
    void signalWithStartStartsACollectionOrSignalsTheOneThatRuns() throws InterruptedException {
        isFine(signalWithStart(SOURCE_A));
        lab.awaitEnd(1, COMMITTED);
        isFine(signalWithStart(SOURCE_B));
        lab.awaitEnd(2, COMMITTED);

        assertThat(lake.log(ID))
                .extracting(head -> head.source().uri())
                .containsExactly(A.uri(), A.uri(), B.uri(), B.uri());
        assertThat(lab.runs()).isEqualTo(1);
    }

    private CliResult signalWithStart(String source) {
        return cli(
                "workflow",
                "signal-with-start",
                "--signal-name",
                "sourceChanged",
                "--signal-input",
                source,
                "--type",
                "ExternalCollection",
                "--workflow-id",
                ID,
                "--task-queue",
                "littoral");
    }

    @Test
    void updateWithStartStartsACollectionOrUpdatesTheOneThatRuns() throws InterruptedException {
        assertThat(tree(updateWithStart(SOURCE_A).out())
                        .at("/updateResult/update")
                        .asLong())
                .isEqualTo(1);
        lab.awaitEnd(1, COMMITTED);
        assertThat(tree(updateWithStart(SOURCE_B).out())
                        .at("/updateResult/update")
                        .asLong())
                .isEqualTo(2);
        lab.awaitEnd(2, COMMITTED);
        CliResult refused = updateWithStart("{\"url\":\"s3://lake/c/\"}");

        assertThat(refused.exitCode()).isNotZero();
        assertSays(refused, "source has the unknown key \"url\"; expected");
        assertThat(lab.runs()).isEqualTo(1);
    }

    private CliResult updateWithStart(String source) {
        return cli(
                "workflow",
                "execute-update-with-start",
                "--update-name",
                "changeSource",
                "--update-input",
                source,
                "--type",
                "ExternalCollection",
                "--workflow-id",
                ID,
                "--task-queue",
                "littoral",
                "--id-conflict-policy",
                "UseExisting",
                "--output",
                "json");
    }

    @Test
    void anUpdateIsStoppedAndRefreshingIsPausedByHand() throws InterruptedException {
        FakeLake.Hold list = lake.hold("listFiles");
        isFine(start("--input", START_A));
        list.awaitReached();
        assertThat(answer("status").at("/state").asText()).isEqualTo("updating");
        isFine(signal("cancelUpdate"));
        lab.awaitEnd(1, CANCELED);
        isFine(signal("pause"));
        lab.awaitStatus(status -> status.state().equals("paused"));
        isFine(signal("resume"));
        lab.awaitStatus(status -> status.state().equals("idle"));
    }

    // ------------------------------------------------------------------ what is refused

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'url':'s3://lake/'} | source has the unknown key \"url\"; expected",
                "{'uri':7} | source.uri is a number; expected",
                "{'uri':'lake'} | source.uri",
                "{'uri':'ftp://lake/'} | source.uri has the scheme \"ftp\"; expected",
                "{'uri':'s3://lake/','spec':{'format':'parket'}} | source.spec.format is \"parket\"; expected",
                "{'uri':'s3://lake/','spec':{'colums':['id']}} | source.spec has the unknown key \"colums\"; expected",
                "{'uri':'s3://lake/','spec':{'columns':'id'}} | source.spec.columns is a text; expected",
                "{'uri':'s3://lake/','spec':{'onBadFile':'ignore'}} | source.spec.onBadFile is \"ignore\"; expected",
                "{'uri':'s3://lake/','spec':{'secretKey':'hush'}} | source.spec.secretKey looks like a secret",
                "{'uri':'s3://me:hush@lake/'} | source.uri",
                "{'uri':'s3://secret/x/'} | s3://secret/x/ is not allowed here",
                "{} | source.uri is missing; expected",
                "[] | source is a list; expected",
                "null | source is missing; expected",
                "true | source is true or false; expected",
                "'s3://lake/' | source is a text; expected"
            })
    void aSourceThatIsNotRightIsRefusedInOneSentence(String json, String sentence) throws InterruptedException {
        String input = json.replace('\'', '"');
        CliResult refusedStart = start("--input", "{\"source\":" + input + "}");
        isFine(refusedStart);
        boolean fails = !json.equals("null");
        if (fails) {
            CliResult result = cli("workflow", "result", "--workflow-id", ID);
            assertThat(result.exitCode()).isNotZero();
            assertSays(result, sentence);
            assertSays(new CliResult(0, types("workflow", "describe", "--workflow-id", ID), ""), sentence);
            startA();
        } else {
            isFine(signal("sourceChanged", "--input", SOURCE_A));
            lab.awaitEnd(1, COMMITTED);
        }
        CliResult refusedUpdate = update("changeSource", "--input", input);
        assertThat(refusedUpdate.exitCode()).isNotZero();
        assertSays(refusedUpdate, sentence);
        isFine(signal("sourceChanged", "--input", input));
        lab.awaitStatus(status -> !status.rejected().isEmpty());

        JsonNode rejected = answer("status").at("/rejected");
        assertThat(rejected).hasSize(1);
        assertThat(rejected.at("/0/reason").asText()).contains(sentence);
        assertThat(rejected.toString()).doesNotContain("hush");
        assertGoesOn();
    }

    /** The sentence stands in what was printed, and neither a secret nor a Java class does. */
    private static void assertSays(CliResult result, String sentence) {
        // The CLI's log lines escape quotes.
        String printed = (result.out() + result.err()).replace("\\\"", "\"");
        assertThat(printed).contains(sentence);
        assertThat(printed).doesNotContain("hush").doesNotContainPattern("\\b(java|dev|com|io)\\.[a-z.]+\\.[A-Z]\\w+");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'sorce':{'uri':'s3://lake/'}} | input has the unknown key \"sorce\"; expected options, source",
                "{'options':{'refreshEvry':'PT1H'}} | input.options has the unknown key \"refreshEvry\"; expected",
                "{'options':{'refreshEvery':'1h'}} | options.refreshEvery is \"1h\"; expected",
                "{'options':{'allowEmpty':'yes'}} | options.allowEmpty is \"yes\"; expected true or false",
                "{'options':{'targetRowsPerSegment':0}} | options.targetRowsPerSegment is 0; expected",
                "7 | input is a number; expected an object with the keys options, source"
            })
    void aStartThatIsNotRightFailsInOneSentence(String json, String sentence) {
        isFine(start("--input", json.replace('\'', '"')));
        CliResult result = cli("workflow", "result", "--workflow-id", ID);

        assertThat(result.exitCode()).isNotZero();
        assertSays(result, sentence.replace("input.options has", "options has"));
        assertThat(lake.log(ID)).isEmpty();
    }

    // ------------------------------------------------------------------ what wedges nothing

    static Stream<Arguments> nonsense() {
        String truncated = base64("{\"uri\":\"s3://la");
        return Stream.of(
                // not JSON, under every encoding under which the CLI sends what it cannot read
                Arguments.of(List.of("--input-base64", "--input", truncated, "--input-meta", "encoding=binary/plain")),
                Arguments.of(
                        List.of("--input-base64", "--input", truncated, "--input-meta", "encoding=binary/protobuf")),
                Arguments.of(List.of("--input-base64", "--input", truncated, "--input-meta", "encoding=nobody/knows")),
                Arguments.of(List.of("--input-base64", "--input", truncated, "--input-meta", "encoding=binary/null")),
                Arguments.of(
                        List.of("--input-base64", "--input", truncated, "--input-meta", "encoding=binary/encrypted")),
                Arguments.of(List.of("--input", "{\"x\":1}", "--input-meta", "encoding=json/protobuf")),
                Arguments.of(List.of(
                        "--input",
                        "{\"x\":1}",
                        "--input-meta",
                        "encoding=json/protobuf",
                        "--input-meta",
                        "messageType=temporal.api.common.v1.Payload")),
                // empty, missing, more than one
                Arguments.of(List.of("--input-base64", "--input", "", "--input-meta", "encoding=binary/plain")),
                Arguments.of(List.of("--input", "null")),
                Arguments.of(List.of()),
                Arguments.of(List.of("--input", "{\"x\":1}", "--input", "{\"y\":2}")),
                // JSON that is hard to read
                Arguments.of(List.of("--input", "{\"uri\":\"s3://a/\",\"uri\":\"s3://b/\"}")),
                Arguments.of(List.of("--input", "[".repeat(5_000) + "]".repeat(5_000))),
                Arguments.of(List.of("--input", "{\"uri\":".repeat(3_000) + "1" + "}".repeat(3_000))),
                Arguments.of(List.of("--input", "{\"uri\":" + "9".repeat(2_000) + "}")),
                Arguments.of(List.of("--input", "{\"uri\":1e999999999}")),
                Arguments.of(List.of("--input", "\"\\ud800\"")),
                Arguments.of(List.of("--input", "{\"" + "k".repeat(60_000) + "\":1}")));
    }

    @ParameterizedTest
    @MethodSource("nonsense")
    void whateverIsTypedAsAnInputWedgesNothing(List<String> typed) throws InterruptedException {
        String[] input = typed.toArray(String[]::new);
        isFine(start(input));
        lab.await("the start to be answered", () -> {
            var status = lab.untyped().describe().getStatus();
            return status != io.temporal.api.enums.v1.WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING
                    || lab.collection().status().state().equals("idle");
        });
        if (start("--input", START_A).exitCode() != 0) {
            // Nothing was typed that says what to follow, so it runs.
            isFine(signal("sourceChanged", "--input", SOURCE_A));
        }
        lab.awaitEnd(1, COMMITTED);

        isFine(signal("sourceChanged", input));
        isFine(signal("refresh", input));
        isFine(signal("nobody", input));
        assertThat(update("changeSource", input).exitCode()).isNotZero();
        query("jobs", input);
        assertGoesOn();
    }

    @Test
    void whateverIsSentToAnyNameWedgesNothing() throws InterruptedException {
        startA();
        String[] input = {"--input-base64", "--input", base64("{\"uri"), "--input-meta", "encoding=binary/plain"};
        for (String name : List.of("pause", "resume", "news", "cancelUpdate", "nobody")) {
            isFine(signal(name, input));
        }
        isFine(update("refresh", input));
        assertThat(update("nobody", input).exitCode()).isNotZero();
        isFine(query("status", input));
        assertThat(query("nobody", input).exitCode()).isNotZero();
        assertGoesOn();
    }

    @Test
    void aHugeInputWedgesNothing() throws Exception {
        startA();
        Path huge = folder.resolve("huge.json");
        Files.writeString(huge, "{\"uri\":\"s3://lake/" + "x".repeat(1_500_000) + "/\"}");
        isFine(signal("sourceChanged", "--input-file", huge.toString()));
        JsonNode rejected = awaitRejected();
        assertThat(rejected.at("/0/reason").asText())
                .startsWith("source is too long, ")
                .hasSizeLessThan(1_000);
        CliResult refused = update("changeSource", "--input-file", huge.toString());
        assertThat(refused.exitCode()).isNotZero();
        assertThat(refused.err()).contains("source is too long, ").hasSizeLessThan(2_000);
        // Texts and keys that a careless search for secrets would take minutes to read.
        Files.writeString(huge, "{\"uri\":\"s3://lake/?" + "secret".repeat(250_000) + "\"}");
        isFine(signal("sourceChanged", "--input-file", huge.toString()));
        lab.awaitStatus(status -> status.rejected().size() == 2);
        Files.writeString(huge, "{\"&" + "secret".repeat(250_000) + "\":1}");
        isFine(signal("sourceChanged", "--input-file", huge.toString()));
        lab.awaitStatus(status -> status.rejected().size() == 3);
        Files.writeString(huge, manyGlobs(100_000));
        isFine(signal("sourceChanged", "--input-file", huge.toString()));
        lab.awaitStatus(status -> status.rejected().size() == 4);
        assertGoesOn();
    }

    private static String manyGlobs(int count) {
        return "{\"uri\":\"s3://lake/a/\",\"spec\":{\"exclude\":[\"x\"" + ",\"x\"".repeat(count) + "]}}";
    }

    private JsonNode awaitRejected() throws InterruptedException {
        lab.awaitStatus(status -> !status.rejected().isEmpty());
        return answer("status").at("/rejected");
    }

    @Test
    void misspeltNamesAreReported() throws InterruptedException {
        startA();
        isFine(signal("sourceChange", "--input", SOURCE_B));
        assertThat(awaitRejected().at("/0/reason").asText())
                .startsWith("there is no such signal; expected sourceChanged");
        CliResult update = update("chnageSource", "--input", SOURCE_B);
        assertThat(update.exitCode()).isNotZero();
        assertThat(update.err()).contains("chnageSource", "changeSource");
        CliResult query = query("stauts");
        assertThat(query.exitCode()).isNotZero();
        assertThat(query.err()).contains("stauts", "status");
        assertGoesOn();
    }

    @Test
    void aSecondInputToStartIsReported() {
        isFine(start("--input", START_A, "--input", "{\"refreshEvery\":\"PT1H\"}"));

        assertSays(
                cli("workflow", "result", "--workflow-id", ID),
                "input has a second value; expected one object with the keys options, source");
    }

    @Test
    void aMisspeltWorkflowTypeIsReported() {
        isFine(cli(
                "workflow",
                "start",
                "--type",
                "ExternalColection",
                "--workflow-id",
                ID,
                "--task-queue",
                "littoral",
                "--input",
                START_A));
        assertSays(
                cli("workflow", "result", "--workflow-id", ID),
                "there is no workflow type \"ExternalColection\"; expected ExternalCollection or RefreshCollection");
    }

    /** The status still answers, and a change is still carried out. */
    private void assertGoesOn() throws InterruptedException {
        assertThat(answer("status").at("/collectionId").asText()).isEqualTo(ID);
        CliResult change = update("changeSource", "--input", "{\"uri\":\"s3://lake/on/\"}", "--output", "json");
        isFine(change);
        lab.awaitEnd(tree(change.out()).at("/result/update").asLong(), COMMITTED);
    }
}
