package dev.littoral.starter.consumer;

import dev.littoral.workflows.model.AcknowledgeMessage;
import dev.littoral.workflows.model.ConsumerStatus;
import dev.littoral.workflows.model.LeaseAnswer;
import dev.littoral.workflows.model.LeaseMessage;
import dev.littoral.workflows.model.ServingStatus;

/** The backend of a command about consumers: a collection that runs on a Temporal server, or its catalog. */
interface ConsumerBackend extends AutoCloseable {
    ServingStatus consumers() throws InterruptedException;

    LeaseAnswer lease(LeaseMessage lease) throws InterruptedException;

    ConsumerStatus acknowledge(AcknowledgeMessage answer) throws InterruptedException;

    @Override
    void close();
}
