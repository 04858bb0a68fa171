package dev.littoral.starter.consumer;

import dev.littoral.starter.server.CollectionClient;
import dev.littoral.starter.server.TemporalService;
import dev.littoral.workflows.model.AcknowledgeMessage;
import dev.littoral.workflows.model.ConsumerStatus;
import dev.littoral.workflows.model.LeaseAnswer;
import dev.littoral.workflows.model.LeaseMessage;
import dev.littoral.workflows.model.ServingStatus;

/** The consumers of a collection that runs on a Temporal server, as its workflow knows them. */
final class ServerBackend implements ConsumerBackend {
    private final TemporalService server;
    private final CollectionClient collection;

    ServerBackend(String collectionId) {
        server = TemporalService.open();
        collection = new CollectionClient(server, collectionId);
    }

    @Override
    public ServingStatus consumers() {
        return collection.consumers();
    }

    @Override
    public LeaseAnswer lease(LeaseMessage lease) {
        return collection.lease(lease);
    }

    @Override
    public ConsumerStatus acknowledge(AcknowledgeMessage answer) {
        return collection.acknowledge(answer);
    }

    @Override
    public void close() {
        server.close();
    }
}
