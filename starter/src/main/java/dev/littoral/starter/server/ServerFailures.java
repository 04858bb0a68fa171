package dev.littoral.starter.server;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.starter.cli.Output;
import dev.littoral.workflows.CodecException;
import dev.littoral.workflows.model.FailureType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.errordetails.v1.NamespaceNotFoundFailure;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.client.WorkflowQueryException;
import io.temporal.client.WorkflowUpdateException;
import io.temporal.client.WorkflowUpdateTimeoutOrCancelledException;
import io.temporal.common.converter.DataConverterException;
import io.temporal.failure.ApplicationFailure;
import io.temporal.serviceclient.StatusUtils;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** The translation of a Temporal service's failures into exit codes and sentences. */
public record ServerFailures(String target, String namespace) {

    String place() {
        return target + " (namespace " + namespace + ")";
    }

    /** A failure of Temporal's client as a LittoralException. */
    public LittoralException of(RuntimeException failure) {
        if (failure instanceof LittoralException known) {
            return known;
        }
        Optional<CodecException> codec = find(failure, CodecException.class);
        if (codec.isPresent()) {
            return new LittoralException(
                    codec.get().type(),
                    codec.get().getMessage() + "; what Temporal at " + place() + " keeps goes through it",
                    failure);
        }
        if (find(failure, DataConverterException.class).isPresent()) {
            return unreadable(failure);
        }
        Optional<ApplicationFailure> said = application(failure);
        if (said.isPresent()) {
            // A request that is refused before it enters the history loses its failure's class on the way.
            return find(failure, WorkflowUpdateException.class).isPresent() && !isClassified(said.get())
                    ? LittoralException.input(said.get().getOriginalMessage())
                    : of(said.get());
        }
        if (isStandingStill(failure)) {
            return new LittoralException(
                    FailureType.TRANSIENT,
                    "Workers at " + place() + " cannot carry out the tasks of this workflow (" + description(failure)
                            + "); expected workers that can; a task is tried again within ten minutes;"
                            + " temporal workflow show has the failure",
                    failure);
        }
        if (failure instanceof WorkflowQueryException) {
            return new LittoralException(
                    FailureType.INTERNAL,
                    "A worker at " + place() + " cannot answer: " + description(failure),
                    failure);
        }
        Optional<StatusRuntimeException> status = status(failure);
        if (status.isPresent()) {
            return of(status.get());
        }
        if (isUnanswered(failure)) {
            return unreachable("it takes too long", failure);
        }
        return new LittoralException(
                FailureType.INTERNAL,
                "What Temporal at " + place() + " answered is not understood: " + failure,
                failure);
    }

    /** Payloads that are no JSON, and that no codec has decoded. */
    private LittoralException unreadable(RuntimeException failure) {
        return new LittoralException(
                FailureType.INPUT,
                "What Temporal at " + place()
                        + " keeps cannot be read, as payloads there are encoded, perhaps encrypted;"
                        + " expected their codec in TEMPORAL_CODEC_ENDPOINT or LITTORAL_CODEC_CLASS",
                failure);
    }

    /** A workflow's own failure: its class and its sentence. */
    public static LittoralException of(ApplicationFailure failure) {
        for (FailureType type : FailureType.values()) {
            if (type.name().equals(failure.getType())) {
                return new LittoralException(type, failure.getOriginalMessage());
            }
        }
        return new LittoralException(FailureType.INTERNAL, failure.getOriginalMessage(), failure);
    }

    private static boolean isClassified(ApplicationFailure failure) {
        return Arrays.stream(FailureType.values()).anyMatch(type -> type.name().equals(failure.getType()));
    }

    private LittoralException of(StatusRuntimeException failure) {
        String said = said(failure);
        return switch (failure.getStatus().getCode()) {
            case UNAUTHENTICATED ->
                new LittoralException(
                        FailureType.ACCESS,
                        "Temporal at " + target + " does not know who asks (" + said
                                + "); check TEMPORAL_API_KEY or the TLS client certificate",
                        failure);
            case PERMISSION_DENIED ->
                new LittoralException(
                        FailureType.ACCESS,
                        "Temporal at " + target + " denies access to namespace " + namespace + " (" + said + ")",
                        failure);
            case NOT_FOUND ->
                new LittoralException(
                        FailureType.INPUT,
                        StatusUtils.hasFailure(failure, NamespaceNotFoundFailure.class)
                                ? "Temporal at " + target + " has no namespace " + namespace
                                        + "; expected one that TEMPORAL_NAMESPACE names and that was created there"
                                : "Temporal at " + place() + " has nothing of that name (" + said + ")",
                        failure);
            case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE, ALREADY_EXISTS ->
                new LittoralException(
                        FailureType.INPUT, "Temporal at " + place() + " refuses the request: " + said, failure);
            case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED -> unreachable(said, failure);
            case RESOURCE_EXHAUSTED, ABORTED ->
                new LittoralException(
                        FailureType.TRANSIENT, "Temporal at " + place() + " is too busy (" + said + ")", failure);
            case OK, UNKNOWN, UNIMPLEMENTED, INTERNAL, DATA_LOSS ->
                new LittoralException(
                        FailureType.TRANSIENT,
                        "What answers at " + target + " does not speak as Temporal does: " + said,
                        failure);
        };
    }

    private LittoralException unreachable(String said, Throwable failure) {
        return new LittoralException(
                FailureType.TRANSIENT,
                "Temporal does not answer at " + target + " (" + said
                        + "); expected a server there, or another address in TEMPORAL_ADDRESS",
                failure);
    }

    /** Whether the time for an answer was up. */
    static boolean isUnanswered(Throwable failure) {
        return failure instanceof CancellationException
                || failure instanceof WorkflowUpdateTimeoutOrCancelledException
                || status(failure)
                        .map(status -> status.getStatus().getCode())
                        .filter(code -> code == Status.Code.DEADLINE_EXCEEDED || code == Status.Code.CANCELLED)
                        .isPresent();
    }

    /**
     * Whether the service knows that no worker will answer soon: none was seen on the task queue, or a question asked
     * before waits for one already.
     */
    static boolean isUnserved(Throwable failure) {
        return status(failure)
                .map(StatusRuntimeException::getStatus)
                .filter(status -> switch (status.getCode()) {
                    case FAILED_PRECONDITION ->
                        String.valueOf(status.getDescription()).contains("no poller");
                    case RESOURCE_EXHAUSTED ->
                        String.valueOf(status.getDescription()).contains("query buffer is full");
                    default -> false;
                })
                .isPresent();
    }

    /** Whether the service knows that the workflow's task fails, so that nothing is answered until it succeeds. */
    private static boolean isStandingStill(Throwable failure) {
        return status(failure)
                .map(status -> String.valueOf(status.getStatus().getDescription()))
                .filter(said -> said.contains("Workflow Task in failed state"))
                .isPresent();
    }

    static boolean isRunningAlready(Throwable failure) {
        return failure instanceof WorkflowExecutionAlreadyStarted;
    }

    /** Whether there is no such workflow, or none that runs. The namespace is there. */
    static boolean isAbsent(Throwable failure) {
        return status(failure)
                .filter(status -> status.getStatus().getCode() == Status.Code.NOT_FOUND
                        && !StatusUtils.hasFailure(status, NamespaceNotFoundFailure.class))
                .isPresent();
    }

    static Optional<ApplicationFailure> application(Throwable failure) {
        return find(failure, ApplicationFailure.class);
    }

    private static Optional<StatusRuntimeException> status(Throwable failure) {
        return find(failure, StatusRuntimeException.class);
    }

    private static <T extends Throwable> Optional<T> find(Throwable failure, Class<T> type) {
        Throwable cause = failure;
        while (cause != null && !type.isInstance(cause)) {
            cause = cause.getCause();
        }
        return Optional.ofNullable(type.cast(cause));
    }

    private static String description(RuntimeException failure) {
        return status(failure).map(ServerFailures::said).orElse(String.valueOf(failure.getMessage()));
    }

    /** The message of a failure's first cause, such as a refused connection. */
    private static String said(StatusRuntimeException failure) {
        Throwable first = failure;
        while (first.getCause() != null) {
            first = first.getCause();
        }
        String said = first == failure || first.getMessage() == null
                ? failure.getStatus().getDescription()
                : first.getMessage();
        String line = said == null || said.isBlank()
                ? failure.getStatus().getCode().name()
                : said.lines().findFirst().orElseThrow().replace("finishConnect(..) failed: ", "");
        return Output.path(line.endsWith(".") ? line.substring(0, line.length() - 1) : line);
    }
}
