package dev.littoral.starter.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.FailureType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.errordetails.v1.NamespaceNotFoundFailure;
import io.temporal.serviceclient.StatusUtils;
import org.junit.jupiter.api.Test;

/** What a status of Temporal's service means. */
class ServerFailuresTest {
    private static final ServerFailures FAILURES = new ServerFailures("temporal:7233", "shop");

    private static StatusRuntimeException status(Status status, String description) {
        return status.withDescription(description).asRuntimeException();
    }

    @Test
    void aNamespaceThatIsNotThereIsNoWorkflowThatIsNotThere() {
        StatusRuntimeException workflow = status(Status.NOT_FOUND, "workflow not found for ID: orders");
        StatusRuntimeException namespace = StatusUtils.newException(
                Status.NOT_FOUND.withDescription("Namespace shop is not found."),
                NamespaceNotFoundFailure.newBuilder().setNamespace("shop").build(),
                NamespaceNotFoundFailure.getDescriptor());
        assertThat(ServerFailures.isAbsent(new IllegalStateException(workflow))).isTrue();
        assertThat(ServerFailures.isAbsent(namespace)).isFalse();
        assertThat(ServerFailures.isAbsent(status(Status.PERMISSION_DENIED, "no")))
                .isFalse();
        assertThat(FAILURES.of(workflow))
                .hasMessage("Temporal at temporal:7233 (namespace shop) has nothing of that name"
                        + " (workflow not found for ID: orders)");
        assertThat(FAILURES.of(namespace))
                .hasMessage("Temporal at temporal:7233 has no namespace shop; expected one that TEMPORAL_NAMESPACE"
                        + " names and that was created there");
    }

    @Test
    void onlySomeRefusalsSayThatNoWorkerWillAnswerSoon() {
        assertThat(ServerFailures.isUnserved(status(
                        Status.FAILED_PRECONDITION, "no poller seen for task queue recently, worker may be down")))
                .isTrue();
        assertThat(ServerFailures.isUnserved(status(Status.RESOURCE_EXHAUSTED, "query buffer is full")))
                .isTrue();
        assertThat(ServerFailures.isUnserved(status(Status.FAILED_PRECONDITION, "it runs already")))
                .isFalse();
        assertThat(ServerFailures.isUnserved(Status.RESOURCE_EXHAUSTED.asRuntimeException()))
                .isFalse();
        assertThat(ServerFailures.isUnserved(status(Status.UNAVAILABLE, "no poller")))
                .isFalse();
    }

    @Test
    void aStatusSaysWhoHasToDoSomething() {
        assertThat(FAILURES.of(status(Status.PERMISSION_DENIED, "Request unauthorized.")))
                .hasMessage("Temporal at temporal:7233 denies access to namespace shop (Request unauthorized)");
        assertThat(type(Status.PERMISSION_DENIED)).isEqualTo(FailureType.ACCESS);
        assertThat(type(Status.UNAUTHENTICATED)).isEqualTo(FailureType.ACCESS);
        assertThat(type(Status.INVALID_ARGUMENT)).isEqualTo(FailureType.INPUT);
        assertThat(type(Status.UNAVAILABLE)).isEqualTo(FailureType.TRANSIENT);
        assertThat(type(Status.RESOURCE_EXHAUSTED)).isEqualTo(FailureType.TRANSIENT);
        assertThat(type(Status.UNIMPLEMENTED)).isEqualTo(FailureType.TRANSIENT);
    }

    private static FailureType type(Status status) {
        LittoralException failure = FAILURES.of(status.asRuntimeException());
        assertThat(failure.getMessage()).contains("temporal:7233");
        return failure.type();
    }
}
