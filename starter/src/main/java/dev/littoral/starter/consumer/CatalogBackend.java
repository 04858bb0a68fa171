package dev.littoral.starter.consumer;

import dev.littoral.activities.catalog.HeadLog;
import dev.littoral.activities.consumer.ConsumerClient;
import dev.littoral.activities.consumer.ServingCheck;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.Storages;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.workflows.model.AcknowledgeMessage;
import dev.littoral.workflows.model.AcknowledgeRequest;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ConsumerStatus;
import dev.littoral.workflows.model.ConsumersRequest;
import dev.littoral.workflows.model.ConsumersSeen;
import dev.littoral.workflows.model.LeaseAnswer;
import dev.littoral.workflows.model.LeaseMessage;
import dev.littoral.workflows.model.LeaseRequest;
import dev.littoral.workflows.model.ServingState;
import dev.littoral.workflows.model.ServingStatus;
import dev.littoral.workflows.spec.AcknowledgeParser;
import dev.littoral.workflows.spec.CollectionId;
import dev.littoral.workflows.spec.LeaseParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** The consumers of a collection as its catalog has them, without any Temporal service. */
public final class CatalogBackend implements ConsumerBackend {
    private final Storages storages;
    private final String location;
    private final CatalogStore store;
    private final String collectionId;
    private final ConsumersRequest request;
    private final Clock clock = Clock.systemUTC();

    private CatalogBackend(
            Storages storages, String location, CatalogStore store, String collectionId, CollectionOptions options) {
        this.storages = storages;
        this.location = location;
        this.store = store;
        this.collectionId = collectionId;
        this.request = new ConsumersRequest(
                collectionId,
                options.consumers() == null ? List.of() : options.consumers(),
                0,
                options.forgetConsumersAfter());
    }

    /**
     * Opens a catalog that is there.
     *
     * @param options those of the collection, as far as they are known
     */
    public static CatalogBackend open(String location, String collectionId, CollectionOptions options) {
        String id = CollectionId.check(collectionId);
        Optional<Path> folder = StorageRegistry.addresses().catalog(location).folder();
        if (folder.isPresent() && !Files.isDirectory(folder.get())) {
            throw LittoralException.input(
                    "Catalog " + folder.get() + " is no folder; expected one that littoral sync has written");
        }
        Storages storages = StorageRegistry.storages();
        try {
            return new CatalogBackend(storages, location, storages.openCatalogForReading(location), id, options);
        } catch (RuntimeException e) {
            storages.close();
            throw e;
        }
    }

    @Override
    public ServingStatus consumers() throws InterruptedException {
        requireCollection();
        ConsumersSeen seen = new ServingCheck(store, collectionId, clock).look(request);
        return new ServingStatus(
                ServingState.of(seen.consumers(), true), seen.version(), seen.consumers(), clock.instant(), null, null);
    }

    @Override
    public LeaseAnswer lease(LeaseMessage lease) throws InterruptedException {
        LeaseRequest checked = LeaseParser.parse(collectionId, lease);
        long newest = requireCollection();
        try (CatalogStore writable = storages.openCatalog(location, StoreObserver.NONE)) {
            return client(writable, checked.consumer())
                    .lease(checked.version() == null ? newest : checked.version(), checked.duration());
        }
    }

    @Override
    public ConsumerStatus acknowledge(AcknowledgeMessage answer) throws InterruptedException {
        AcknowledgeRequest checked = AcknowledgeParser.parse(collectionId, answer);
        requireCollection();
        try (CatalogStore writable = storages.openCatalog(location, StoreObserver.NONE)) {
            client(writable, checked.consumer()).say(checked);
        }
        return new ServingCheck(store, collectionId, clock).look(checked.consumer());
    }

    private ConsumerClient client(CatalogStore writable, String consumer) {
        return new ConsumerClient(writable, collectionId, consumer, clock);
    }

    /** The newest version. */
    private long requireCollection() throws InterruptedException {
        long newest = new HeadLog(store, collectionId).newest().version();
        if (newest == 0) {
            throw LittoralException.input("Catalog " + store.location() + " has no collection " + collectionId);
        }
        return newest;
    }

    @Override
    public void close() {
        store.close();
        storages.close();
    }
}
