package dev.littoral.workflows;

import dev.littoral.workflows.model.CollectionRequest;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.spec.ParsedRequest;
import io.temporal.workflow.Workflow;

/** Asks for a refresh, then for the update that does it, until that has ended. */
public final class RefreshCollectionWorkflowImpl implements RefreshCollectionWorkflow {
    @Override
    public Job run(CollectionRequest request) {
        ParsedRequest parsed = CollectionRequests.checked(() -> ParsedRequest.refresh(request));
        String id = parsed.collectionId();
        long update = parsed.update() > 0
                ? parsed.update()
                : CollectionRequests.calls("ask for a refresh")
                        .requestRefresh(id, CollectionRequests.id())
                        .update();
        Job job = CollectionRequests.await(
                () -> find(id, update),
                found -> found.ended() != null,
                () -> Workflow.continueAsNew(CollectionRequest.ofUpdate(id, update)));
        if (job.state() == UpdateState.FAILED || job.state() == UpdateState.CANCELED) {
            throw new FailureReason(job.failure() == null ? FailureType.INPUT : job.failure(), StatusText.end(job))
                    .thrown(job);
        }
        return job;
    }

    private static Job find(String id, long update) {
        Job job = CollectionRequests.calls("look for update " + update).findUpdate(id, update);
        if (job == null) {
            throw FailureReason.input("collection " + id + " does not remember update " + update
                            + " any more; expected it among its last hundred")
                    .thrown();
        }
        return job;
    }
}
