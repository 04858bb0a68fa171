package dev.littoral.workflows;

import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.ExternalSource;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The same on the real server. */
@Execution(ExecutionMode.CONCURRENT)
class CollectionWorkflowOnServerTest extends CollectionWorkflowTest {
    @Override
    Lab newLab(FakeLake lake, SourcePolicy rules, Policies.History history) {
        return Lab.onServer(lake, rules, history);
    }

    @AfterEach
    void historiesAreInOrder() {
        Histories.areInOrder(lab().client);
    }

    /** No answer is lost here. */
    @Override
    CompletableFuture<ChangeAnswer> answerAcrossRuns(ExternalSource source, String updateId) {
        return changeSource(source, updateId).getResultAsync();
    }

    /** Hours do not pass by themselves here, so this is no test on the server. */
    @Override
    void itIsListedAgainByItselfUnlessItIsPaused() {}
}
