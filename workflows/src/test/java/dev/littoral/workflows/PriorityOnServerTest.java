package dev.littoral.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.UpdateState;
import io.temporal.api.common.v1.Priority;
import io.temporal.api.enums.v1.EventType;
import io.temporal.client.WorkflowClient;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The priority and fairness key of a collection's work, as the real server takes them. */
@Timeout(600)
class PriorityOnServerTest {
    @Test
    void workHasTheFairnessKeyOfItsCollectionAndAFirstListingComesFirst() throws Exception {
        String id = "a".repeat(200);
        try (Lab lab = Lab.onServer(new FakeLake(), SourcePolicy.NONE, Policies.HISTORY)) {
            ExternalCollectionWorkflow collection =
                    lab.client.newWorkflowStub(ExternalCollectionWorkflow.class, Lab.options(id));
            WorkflowClient.start(
                    collection::run,
                    CollectionInput.of(
                            new ExternalSource("s3://lake/a/", ExternalSpec.parquet()), CollectionOptions.DEFAULTS),
                    null);
            awaitEnd(collection, 1, UpdateState.COMMITTED);
            collection.signalRefresh();
            awaitEnd(collection, 2, UpdateState.UNCHANGED);
            String key = Policies.priority(id, true).getFairnessKey();
            assertThat(priorities(lab, id, 1)).isNotEmpty().allSatisfy(priority -> {
                assertThat(priority.getFairnessKey()).isEqualTo(key);
                assertThat(priority.getPriorityKey()).isEqualTo(2);
            });
            assertThat(priorities(lab, id, 2)).isNotEmpty().allSatisfy(priority -> {
                assertThat(priority.getFairnessKey()).isEqualTo(key);
                assertThat(priority.getPriorityKey()).isEqualTo(3);
            });
        }
    }

    private static void awaitEnd(ExternalCollectionWorkflow collection, long update, UpdateState end)
            throws InterruptedException {
        while (collection.status().last() == null || collection.status().last().update() < update) {
            Thread.sleep(20);
        }
        assertThat(collection.status().last().state()).isEqualTo(end);
    }

    /** Those of an update's activities. */
    private static List<Priority> priorities(Lab lab, String id, long update) {
        return lab
                .client
                .fetchHistory(UpdateExternalCollectionWorkflow.id(id, update))
                .getHistory()
                .getEventsList()
                .stream()
                .filter(event -> event.getEventType() == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
                .map(event -> event.getActivityTaskScheduledEventAttributes().getPriority())
                .toList();
    }
}
