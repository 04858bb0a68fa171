package dev.littoral.workflows;

import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.Job;
import io.temporal.activity.ActivityInterface;

/**
 * Activities that send messages to a collection's workflow in their own namespace, as a client does. Each is short: who
 * waits for an end asks again. A request that is sent again with the same id is served once.
 */
@ActivityInterface
public interface CollectionRequestActivities {
    /** Has the source listed again. */
    ChangeAnswer requestRefresh(String collectionId, String requestId);

    /** Has another source followed; answers when it is declared in the catalog. */
    ChangeAnswer requestChange(String collectionId, ExternalSource source, String requestId);

    /** An update of the collection, or null where the collection does not remember it any more. */
    Job findUpdate(String collectionId, long update);

    /** What the collection follows, serves and does. */
    CollectionStatus readStatus(String collectionId);
}
