package dev.littoral.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.temporal.api.enums.v1.EventType;
import io.temporal.api.history.v1.History;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.testing.WorkflowReplayer;
import io.temporal.worker.Worker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What an older build began, this one goes on with. */
class ReplayTest {
    /** A folder for each build that changed what histories hold; see docs/adr/0014-workflow-versioning.md. */
    private static final Path FOLDER = Path.of("src", "test", "resources", "histories");

    private static final List<String> BUILDS = List.of(
            "build-0", "build-1", "build-2", "build-3", "build-4", "build-5", "build-6", "build-7", "build-8",
            "build-9");

    static List<String> recorded() throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> FOLDER.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void aRecordedHistoryReplays(String file) throws Exception {
        replay(WorkflowExecutionHistory.fromJson(Files.readString(FOLDER.resolve(file)), Lab.ID), history(file));
    }

    @Test
    void everyPathIsRecordedForEveryBuild() throws IOException {
        assertThat(BUILDS).hasSize(WorkflowVersions.NEWEST + 1);
        for (String build : BUILDS) {
            assertThat(recorded())
                    .containsAll(RecordedHistories.PATHS.stream()
                            .map(path -> build + "/" + path + ".json")
                            .toList());
        }
        assertThat(recorded())
                .containsAll(RecordedHistories.ROLLBACK_PATHS.stream()
                        .map(path -> "build-5/" + path + ".json")
                        .toList())
                .containsAll(RecordedHistories.EVENT_PATHS.stream()
                        .map(path -> "build-6/" + path + ".json")
                        .toList())
                .containsAll(RecordedHistories.PREPARED_PATHS.stream()
                        .map(path -> "build-8/" + path + ".json")
                        .toList())
                .containsAll(RecordedHistories.CHANGE_PATHS.stream()
                        .map(path -> "build-9/" + path + ".json")
                        .toList());
    }

    @Test
    void aRunOfAnOlderBuildKeepsToWhatItBeganWith() throws Exception {
        String older = Files.readString(FOLDER.resolve("build-0/superseded.json"));
        String newer = Files.readString(FOLDER.resolve("build-1/superseded.json"));
        assertThat(older).contains("DeclareSource").doesNotContain("EVENT_TYPE_MARKER_RECORDED");
        assertThat(newer).contains("EVENT_TYPE_MARKER_RECORDED", "EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED");
    }

    @Test
    void aHistoryOfOtherDecisionsDoesNotReplay() throws Exception {
        String json = Files.readString(FOLDER.resolve("build-1/first-update-update.json"));
        assertThat(json).contains("ReadFragments");
        WorkflowExecutionHistory other =
                WorkflowExecutionHistory.fromJson(json.replace("ReadFragments", "WriteFragments"), Lab.ID);
        assertThatThrownBy(() -> replay(other, Policies.HISTORY)).hasMessageContaining("WriteFragments");
    }

    /** However short its history is. */
    @Test
    void aRunEndsWhereTheServerSuggestsIt() throws Exception {
        History.Builder suggested = WorkflowExecutionHistory.fromJson(
                Files.readString(FOLDER.resolve("build-2/continued-as-new.json")), Lab.ID)
                .getHistory()
                .toBuilder();
        assertThat(suggested.getEvents(suggested.getEventsCount() - 1).getEventType())
                .isEqualTo(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW);
        assertThatThrownBy(() -> replay(new WorkflowExecutionHistory(suggested.build(), Lab.ID), Policies.HISTORY))
                .hasMessageContaining("CONTINUED_AS_NEW");
        suggested.getEventsBuilderList().reversed().stream()
                .filter(HistoryEvent.Builder::hasWorkflowTaskStartedEventAttributes)
                .findFirst()
                .orElseThrow()
                .getWorkflowTaskStartedEventAttributesBuilder()
                .setSuggestContinueAsNew(true);
        replay(new WorkflowExecutionHistory(suggested.build(), Lab.ID), Policies.HISTORY);
    }

    private static Policies.History history(String file) {
        return file.contains("continued-as-new") ? RecordedHistories.SHORT : Policies.HISTORY;
    }

    static void replay(WorkflowExecutionHistory recorded, Policies.History history) throws Exception {
        try (TestWorkflowEnvironment environment = Lab.environment()) {
            Worker worker = Lab.worker(environment);
            Lab.register(worker, SourcePolicy.NONE, history, new FakeLake());
            WorkflowReplayer.replayWorkflowExecution(recorded, worker);
        }
    }
}
