package dev.littoral.workflows;

import dev.littoral.workflows.model.CarriedInput;
import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.JobsRequest;
import dev.littoral.workflows.model.SourceRequest;
import dev.littoral.workflows.model.UpdateNews;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.UpdateMethod;
import io.temporal.workflow.UpdateValidatorMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.util.List;

/**
 * Keeps one collection in step with its source, for as long as it is not retired. Its workflow ID is the collectionId, so
 * Temporal refuses a second one.
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
     * @param carried set by a run for the next one; everybody else leaves it out
     */
    @WorkflowMethod(name = TYPE)
    void run(CollectionInput input, CarriedInput carried);

    /** A new source. One that is not right is recorded under {@code rejected} in the status and changes nothing. */
    @SignalMethod
    void sourceChanged(SourceRequest source);

    /** A new source, refused at once where it is not right; answers when it is declared in the catalog. */
    @UpdateMethod
    ChangeAnswer changeSource(SourceRequest source);

    @UpdateValidatorMethod(updateName = "changeSource")
    void validateChangeSource(SourceRequest source);

    /** Lists the current source again. */
    @SignalMethod(name = "refresh")
    void signalRefresh();

    /** Lists the current source again; answers with the update that does. */
    @UpdateMethod(name = "refresh")
    ChangeAnswer updateRefresh();

    /** Stops the update that runs and the one that waits. */
    @SignalMethod
    void cancelUpdate();

    /** Stops periodic refresh. */
    @SignalMethod
    void pause();

    /** Takes periodic refresh up again. */
    @SignalMethod
    void resume();

    /** Ends the collection for good. */
    @SignalMethod
    void retire();

    /** Sent by workers: how far they are with its update, or what they have trouble with. */
    @SignalMethod
    void news(UpdateNews news);

    @QueryMethod
    CollectionStatus status();

    /**
     * Recent updates, newest first.
     *
     * @param page which of them; null for the newest
     */
    @QueryMethod
    List<Job> jobs(JobsRequest page);
}
