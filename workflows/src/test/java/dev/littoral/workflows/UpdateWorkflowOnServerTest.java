package dev.littoral.workflows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The same on the real server. */
@Execution(ExecutionMode.CONCURRENT)
class UpdateWorkflowOnServerTest extends UpdateWorkflowTest {
    @Override
    Lab newLab(FakeLake lake) {
        return Lab.onServer(lake, SourcePolicy.NONE, Policies.HISTORY);
    }

    @AfterEach
    void historiesAreInOrder() {
        Histories.areInOrder(lab().client);
    }

    /** Minutes of retries do not pass by themselves here, so this is no test on the server. */
    @Override
    void aFailureThatDoesNotPassIsTriedABoundedNumberOfTimes() {}
}
