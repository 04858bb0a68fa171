package dev.littoral.workflows;

import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.CollectionRequest;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.ServedAnswer;
import io.nexusrpc.Operation;
import io.nexusrpc.Service;

/**
 * The Nexus service by which workflows of other namespaces work with collections. Every operation is a workflow in the
 * collections' namespace, so it may take as long as it takes, and what it is about is seen there.
 */
@Service(name = CollectionsService.NAME)
public interface CollectionsService {
    String NAME = "Collections";

    /**
     * Lists a collection's source again.
     *
     * @param request {@code {"collectionId": "orders"}}
     * @return how the update ended; an update that FAILED or was CANCELED fails the operation
     */
    @Operation
    Job refresh(CollectionRequest request);

    /**
     * Has a collection follow another source.
     *
     * @param request {@code {"collectionId": "orders", "source": {"uri": …, "spec": {…}}}}
     * @return the update that lists it, once the source is declared in the catalog
     */
    @Operation
    ChangeAnswer changeSource(CollectionRequest request);

    /**
     * Waits until the consumers of a collection serve a version.
     *
     * @param request {@code {"collectionId": "orders", "version": 42}}; without a version the newest one is meant that
     *     there is at first
     * @return what is served then
     */
    @Operation
    ServedAnswer awaitServed(CollectionRequest request);
}
