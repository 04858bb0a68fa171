package dev.littoral.workflows;

import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.CollectionRequest;
import dev.littoral.workflows.spec.ParsedRequest;

/** Sends a collection its new source. */
public final class ChangeCollectionSourceWorkflowImpl implements ChangeCollectionSourceWorkflow {
    @Override
    public ChangeAnswer run(CollectionRequest request) {
        ParsedRequest parsed = CollectionRequests.checked(() -> ParsedRequest.change(request));
        return CollectionRequests.calls("change the source")
                .requestChange(parsed.collectionId(), parsed.source(), CollectionRequests.id());
    }
}
