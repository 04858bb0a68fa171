package dev.littoral.workflows;

import dev.littoral.workflows.model.CleanRequest;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.CommitRequest;
import dev.littoral.workflows.model.CommitResult;
import dev.littoral.workflows.model.DeclareRequest;
import dev.littoral.workflows.model.DiscardRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.RetireRequest;
import dev.littoral.workflows.model.RollbackRequest;
import io.temporal.activity.ActivityInterface;
import java.util.Map;

/**
 * The activities on a collection's commit log. Every write names its base version and creates exactly the next; it is
 * idempotent by its commitId.
 */
@ActivityInterface
public interface CatalogActivities {
    /**
     * The newest head, or {@link Head#NONE}; also removes what dead updates left in staging. For a collection that
     * starts.
     *
     * @param source the source to follow, or null for that of the catalog; fails with INPUT where the worker may not
     *     read it
     */
    Head openCollection(String collectionId, ExternalSource source);

    /** The newest head, or {@link Head#NONE}. */
    Head readHead(String collectionId);

    /** The version that an update committed, or {@link Head#NONE}. It costs a request for each version since. */
    Head findCommit(String collectionId, long update);

    /** Declares a source. Once it answers, no update of an older source can commit. */
    CommitOutcome declareSource(DeclareRequest request);

    /**
     * Serves an older version's snapshot again. Refused where the version is not there, serves nothing or what the base
     * serves, or has lost objects.
     */
    CommitOutcome rollBack(RollbackRequest request);

    /** Ends the collection for good. */
    CommitOutcome retireCollection(RetireRequest request);

    /**
     * Writes a snapshot's root and creates the head version that names it: the final source check and the commit in
     * one.
     */
    CommitResult commitSnapshot(CommitRequest request);

    /**
     * Removes versions that are past their retention, and what only they reach.
     *
     * @return its requests and bytes, see {@link dev.littoral.workflows.model.Traffic#of}; null from older builds
     */
    Map<String, Long> cleanCatalog(CleanRequest request);

    /**
     * Removes what an ended update and those before it have staged.
     *
     * @return its requests and bytes, as above
     */
    Map<String, Long> discardStaging(DiscardRequest request);
}
