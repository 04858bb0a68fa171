package dev.littoral.worker;

import dev.littoral.workflows.CollectionRequestActivities;
import dev.littoral.workflows.MessageNames;
import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.JobsRequest;
import dev.littoral.workflows.model.SourceRequest;
import dev.littoral.workflows.spec.CollectionId;
import io.temporal.activity.Activity;
import io.temporal.client.UpdateOptions;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateException;
import io.temporal.client.WorkflowUpdateStage;
import io.temporal.failure.ApplicationFailure;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Sends messages to a collection's workflow with the worker's own client. Safe for use by many threads. */
final class CollectionRequestActivitiesImpl implements CollectionRequestActivities {
    @Override
    public ChangeAnswer requestRefresh(String collectionId, String requestId) {
        return ask(collectionId, stub -> update(stub, MessageNames.REFRESH, requestId));
    }

    @Override
    public ChangeAnswer requestChange(String collectionId, ExternalSource source, String requestId) {
        return ask(collectionId, stub -> update(stub, MessageNames.CHANGE_SOURCE, requestId, SourceRequest.of(source)));
    }

    private static ChangeAnswer update(WorkflowStub stub, String name, String id, Object... arguments) {
        return stub.startUpdate(
                        UpdateOptions.newBuilder(ChangeAnswer.class)
                                .setUpdateName(name)
                                .setUpdateId(id)
                                .setWaitForStage(WorkflowUpdateStage.COMPLETED)
                                .build(),
                        arguments)
                .getResult();
    }

    @Override
    public Job findUpdate(String collectionId, long update) {
        Job[] jobs =
                ask(collectionId, stub -> stub.query(MessageNames.JOBS, Job[].class, JobsRequest.of(update + 1, 1)));
        return Arrays.stream(jobs)
                .filter(job -> job.update() == update)
                .findFirst()
                .orElse(null);
    }

    @Override
    public CollectionStatus readStatus(String collectionId) {
        return ask(collectionId, stub -> stub.query(MessageNames.STATUS, CollectionStatus.class));
    }

    /** An answer, or a failure that says in one sentence why there is none. */
    private static <T> T ask(String collectionId, Function<WorkflowStub, T> request) {
        try {
            return request.apply(Activity.getExecutionContext()
                    .getWorkflowClient()
                    .newUntypedWorkflowStub(CollectionId.check(collectionId)));
        } catch (InvalidRequestException e) {
            throw failure(FailureType.INPUT.name(), e.getMessage());
        } catch (WorkflowNotFoundException e) {
            throw failure(
                    FailureType.INPUT.name(),
                    "there is no running collection " + collectionId + "; expected one that was started before");
        } catch (WorkflowUpdateException e) {
            throw said(e).map(refusal -> failure(type(refusal), refusal.getOriginalMessage()))
                    .orElseThrow(() -> e);
        }
    }

    /** What the collection said. One that refuses before the request enters the history says no class. */
    private static Optional<ApplicationFailure> said(Throwable failure) {
        Throwable cause = failure;
        while (cause != null && !(cause instanceof ApplicationFailure)) {
            cause = cause.getCause();
        }
        return Optional.ofNullable((ApplicationFailure) cause);
    }

    private static String type(ApplicationFailure refusal) {
        List<String> known =
                Arrays.stream(FailureType.values()).map(FailureType::name).toList();
        return known.contains(refusal.getType()) ? refusal.getType() : FailureType.INPUT.name();
    }

    private static ApplicationFailure failure(String type, String sentence) {
        // One of the class TRANSIENT is tried again, all others are not.
        return ApplicationFailure.newFailure(sentence, type);
    }
}
