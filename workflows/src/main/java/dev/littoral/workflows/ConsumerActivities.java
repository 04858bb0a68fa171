package dev.littoral.workflows;

import dev.littoral.workflows.model.AcknowledgeRequest;
import dev.littoral.workflows.model.ConsumerStatus;
import dev.littoral.workflows.model.ConsumersRequest;
import dev.littoral.workflows.model.ConsumersSeen;
import dev.littoral.workflows.model.LeaseAnswer;
import dev.littoral.workflows.model.LeaseRequest;
import io.temporal.activity.ActivityInterface;

/** The activities on what consumers of a collection say of themselves in its catalog. */
@ActivityInterface
public interface ConsumerActivities {
    /** Asks for a lease on behalf of a consumer; a try that is repeated asks for it again. */
    LeaseAnswer leaseVersion(LeaseRequest request);

    /** Says on behalf of a consumer what it serves; answers how it stands then. */
    ConsumerStatus acknowledgeVersion(AcknowledgeRequest request);

    /** Compares what all consumers say with the log. One request where there are none. */
    ConsumersSeen lookAtConsumers(ConsumersRequest request);
}
