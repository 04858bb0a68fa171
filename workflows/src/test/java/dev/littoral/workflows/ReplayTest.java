package dev.littoral.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
    private static final Path FOLDER = Path.of("src", "test", "resources", "histories");

    static List<String> recorded() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void aRecordedHistoryReplays(String file) throws Exception {
        replay(WorkflowExecutionHistory.fromJson(Files.readString(FOLDER.resolve(file)), Lab.ID), history(file));
    }

    @Test
    void everyPathIsRecorded() throws IOException {
        assertThat(recorded())
                .containsAll(RecordedHistories.PATHS.stream()
                        .map(path -> path + ".json")
                        .toList());
    }

    @Test
    void aHistoryOfOtherDecisionsDoesNotReplay() throws Exception {
        String json = Files.readString(FOLDER.resolve("first-update-update.json"));
        assertThat(json).contains("ReadFragments");
        WorkflowExecutionHistory other =
                WorkflowExecutionHistory.fromJson(json.replace("ReadFragments", "WriteFragments"), Lab.ID);
        assertThatThrownBy(() -> replay(other, Policies.HISTORY)).hasMessageContaining("WriteFragments");
    }

    private static Policies.History history(String file) {
        return file.startsWith("continued-as-new") ? RecordedHistories.SHORT : Policies.HISTORY;
    }

    private static void replay(WorkflowExecutionHistory recorded, Policies.History history) throws Exception {
        try (TestWorkflowEnvironment environment = Lab.environment()) {
            Worker worker = Lab.worker(environment);
            Lab.register(worker, history, new FakeLake());
            WorkflowReplayer.replayWorkflowExecution(recorded, worker);
        }
    }
}
