package dev.littoral.workflows;

import dev.littoral.workflows.model.AcknowledgeMessage;
import dev.littoral.workflows.model.CarriedInput;
import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.ConsumerStatus;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.JobsRequest;
import dev.littoral.workflows.model.LeaseAnswer;
import dev.littoral.workflows.model.LeaseMessage;
import dev.littoral.workflows.model.ProgressSignal;
import dev.littoral.workflows.model.RollbackAnswer;
import dev.littoral.workflows.model.ServingStatus;
import dev.littoral.workflows.model.SourceRequest;
import dev.littoral.workflows.model.VersionRequest;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.UpdateMethod;
import io.temporal.workflow.UpdateValidatorMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.util.List;

/**
 * The workflow of a collection: it keeps the collection in step with its source until it is retired. Its workflow ID is
 * the collectionId, so Temporal refuses a second one.
 */
@WorkflowInterface
public interface ExternalCollectionWorkflow {
    String TYPE = "ExternalCollection";

    /** The task queue of workers and clients that name no other. */
    String TASK_QUEUE = "littoral";

    /**
     * Runs until the collection is retired.
     *
     * @param input the source and the options
     * @param carried the state of the run before; clients leave it out
     */
    @WorkflowMethod(name = TYPE)
    void run(CollectionInput input, CarriedInput carried);

    /** A new source. One that is not right is recorded under {@code rejected} in the status and changes nothing. */
    @SignalMethod(name = MessageNames.SOURCE_CHANGED, description = "A new source: {\"uri\": …, \"spec\": {…}}")
    void sourceChanged(SourceRequest source);

    /** A new source, refused at once where it is not right; answers when it is declared in the catalog. */
    @UpdateMethod(
            name = MessageNames.CHANGE_SOURCE,
            description = "A new source, refused at once where it is not right")
    ChangeAnswer changeSource(SourceRequest source);

    @UpdateValidatorMethod(updateName = MessageNames.CHANGE_SOURCE)
    void validateChangeSource(SourceRequest source);

    /** Lists the current source again. */
    @SignalMethod(name = MessageNames.REFRESH, description = "List the source again")
    void signalRefresh();

    /** Lists the current source again; answers with the update that does. */
    @UpdateMethod(name = MessageNames.REFRESH, description = "List the source again; answers with the update that does")
    ChangeAnswer updateRefresh();

    /** Stops the update that runs and the one that waits. */
    @SignalMethod(name = MessageNames.CANCEL_UPDATE, description = "Stop the update that runs and the one that waits")
    void cancelUpdate();

    /** Stops periodic refresh. */
    @SignalMethod(name = MessageNames.PAUSE, description = "Stop periodic refresh")
    void pause();

    /** Resumes refreshing, periodic and after a rollback. */
    @SignalMethod(name = MessageNames.RESUME, description = "Take refreshing up again, also after a rollback")
    void resume();

    /** Serves an older snapshot again, and pauses refreshing until it is resumed. */
    @SignalMethod(
            name = MessageNames.ROLLBACK,
            description = "Serve an older version again, until resume: {\"version\": 3, \"reason\": …}")
    void signalRollback(VersionRequest version);

    /** The same, refused at once where it is not right; answers when it is in the catalog. */
    @UpdateMethod(
            name = MessageNames.ROLLBACK,
            description = "Serve an older version again, until resume; answers when it is in the catalog")
    RollbackAnswer updateRollback(VersionRequest version);

    @UpdateValidatorMethod(updateName = MessageNames.ROLLBACK)
    void validateRollback(VersionRequest version);

    /** Holds a version for a consumer, as it could itself in the catalog; a refusal is an answer. */
    @UpdateMethod(
            name = MessageNames.LEASE,
            description = "Hold a version for a consumer: {\"consumer\": …, \"version\": 3, \"duration\": \"PT1H\"}")
    LeaseAnswer lease(LeaseMessage lease);

    @UpdateValidatorMethod(updateName = MessageNames.LEASE)
    void validateLease(LeaseMessage lease);

    /** Says what a consumer serves, as it could itself in the catalog; answers how it stands then. */
    @UpdateMethod(
            name = MessageNames.ACKNOWLEDGE,
            description = "Say what a consumer serves: {\"consumer\": …, \"version\": 3, \"rows\": …,"
                    + " \"segments\": {…}}")
    ConsumerStatus acknowledge(AcknowledgeMessage answer);

    @UpdateValidatorMethod(updateName = MessageNames.ACKNOWLEDGE)
    void validateAcknowledge(AcknowledgeMessage answer);

    /** Ends the collection for good. */
    @SignalMethod(name = MessageNames.RETIRE, description = "End the collection for good")
    void retire();

    /** Sent by workers: their progress with an update, or a failure that is retried. */
    @SignalMethod(
            name = MessageNames.PROGRESS_SIGNAL,
            description = "Sent by workers: how far they are, what they have trouble with")
    void onProgress(ProgressSignal report);

    @QueryMethod(name = MessageNames.STATUS, description = "What it follows, serves and does")
    CollectionStatus status();

    /**
     * Recent updates, newest first.
     *
     * @param page which of them; null for the newest
     */
    @QueryMethod(name = MessageNames.JOBS, description = "Recent updates, newest first: {\"before\": 7, \"limit\": 10}")
    List<Job> jobs(JobsRequest page);

    @QueryMethod(name = MessageNames.CONSUMERS, description = "Who serves it, and what")
    ServingStatus consumers();
}
