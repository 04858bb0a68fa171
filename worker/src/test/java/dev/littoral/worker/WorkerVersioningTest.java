package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.s3.S3Stores;
import dev.littoral.activities.testing.FakeS3;
import dev.littoral.activities.testing.LogAudit;
import dev.littoral.activities.testing.S3Server;
import dev.littoral.activities.testing.S3Servers;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.UpdateExternalCollectionWorkflow;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.testing.TemporalServer;
import io.grpc.StatusRuntimeException;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflowservice.v1.SetWorkerDeploymentCurrentVersionRequest;
import io.temporal.client.WorkflowClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;

/** Two builds of a worker on the real server, by Worker Versioning: a rollout, a rollback, and a build that is lost. */
class WorkerVersioningTest {
    private static final String QUEUE = "versioned";
    private static final String DEPLOYMENT = "lake/littoral";
    private static final String ID = "orders";

    @TempDir
    private Path folder;

    private final TemporalServer temporal = TemporalServer.shared();
    private final String namespace = temporal.newNamespace();
    private final WorkflowClient client = temporal.client(namespace);

    /** While it is set, the store keeps whoever reads a file of the source waiting. */
    private volatile boolean isHeld;

    private volatile boolean isWaiting;

    private S3Server s3;
    private FakeS3 store;
    private String bucket;
    private WorkerProcess first;
    private WorkerProcess second;

    @BeforeEach
    void open() throws Exception {
        s3 = S3Servers.start(S3Servers.Kind.S3PROXY);
        bucket = s3.newBucket();
        store = new FakeS3(s3.endpoint(), (number, request) -> {
            while (isHeld && request.startsWith("GET ") && request.contains("/lake/part-")) {
                isWaiting = true;
                Thread.sleep(20);
            }
            return null;
        });
    }

    @AfterEach
    void close() {
        isHeld = false;
        if (first != null) {
            first.kill();
        }
        if (second != null) {
            second.kill();
        }
        store.close();
        s3.close();
    }

    @Test
    void collectionsGoOverToTheCurrentBuildAndUpdatesStayOrBeginAnew() throws Exception {
        first = worker("v1");
        makeCurrent("v1");
        write("part-1");
        Following orders = Following.start(client, ID, QUEUE, "s3://" + bucket + "/lake/", Following.SMALL);
        assertThat(orders.awaitIdle().last().state()).isEqualTo(UpdateState.COMMITTED);
        assertThat(builds(ID)).containsOnly("v1");
        assertThat(builds(update(1))).containsOnly("v1");

        // A rollout in the middle of an update: the collection goes over, the update ends where it began.
        beginUpdate("part-2");
        second = worker("v2");
        makeCurrent("v2");
        orders.insist("a message", ExternalCollectionWorkflow::resume);
        Following.await("the collection to go over", () -> newestBuild().equals("v2"));
        isHeld = false;
        assertThat(orders.awaitIdle().last().state()).isEqualTo(UpdateState.COMMITTED);
        assertThat(builds(update(2))).containsOnly("v1");

        // A rollback.
        makeCurrent("v1");
        beginUpdate("part-3");
        assertThat(newestBuild()).isEqualTo("v1");

        // A build that is gone in the middle of an update.
        first.kill();
        makeCurrent("v2");
        // Each request has the update checked; without one that is done after minutes.
        Following.await("the update to begin anew", () -> {
            orders.send(ExternalCollectionWorkflow::signalRefresh);
            sleep(2_000);
            return job(orders, 3).state().isEnd();
        });
        isHeld = false;
        assertThat(orders.awaitIdle().last().state()).isIn(UpdateState.COMMITTED, UpdateState.UNCHANGED);
        assertThat(job(orders, 3).state()).isEqualTo(UpdateState.SUPERSEDED);
        assertThat(job(orders, 4).state()).isEqualTo(UpdateState.COMMITTED);
        assertThat(builds(update(3))).containsOnly("v1");
        assertThat(builds(update(4))).containsOnly("v2");
        assertThat(client.newUntypedWorkflowStub(update(3)).describe().getStatus())
                .isEqualTo(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED);
        assertThat(orders.workflow().status().snapshot().rows()).isEqualTo(300);
        try (CatalogStore catalog = S3Stores.catalog(s3.client(), catalog())) {
            assertThat(LogAudit.findings(catalog, ID)).isEmpty();
        }
    }

    private static String update(long number) {
        return UpdateExternalCollectionWorkflow.id(ID, number);
    }

    private static Job job(Following orders, long update) {
        return orders.workflow().jobs(null).stream()
                .filter(each -> each.update() == update)
                .findFirst()
                .orElseThrow();
    }

    /** A new file is there, and an update that reads it. */
    private void beginUpdate(String file) {
        isWaiting = false;
        isHeld = true;
        write(file);
        new Following(client, ID).insist("a refresh", ExternalCollectionWorkflow::signalRefresh);
        Following.await("the new file to be read", () -> isWaiting);
    }

    private void write(String file) {
        s3.client()
                .putObject(
                        request -> request.bucket(bucket).key("lake/" + file + ".parquet"),
                        RequestBody.fromBytes(parquet()));
    }

    private static byte[] parquet() {
        try {
            return Parquet.ofRows(100);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private String catalog() {
        return "s3://" + bucket + "/catalog";
    }

    private WorkerProcess worker(String build) throws Exception {
        Map<String, String> environment = Map.of(
                "TEMPORAL_ADDRESS", temporal.target(),
                "TEMPORAL_NAMESPACE", namespace,
                "AWS_ENDPOINT_URL_S3", store.endpoint().toString(),
                "AWS_REGION", "us-east-1",
                "AWS_ACCESS_KEY_ID", s3.accessKey(),
                "AWS_SECRET_ACCESS_KEY", s3.secretKey());
        return WorkerProcess.start(folder, catalog(), QUEUE, environment, DEPLOYMENT, build)
                .awaitReady();
    }

    /** Once the service knows the version, which is a moment after its first poll. */
    private void makeCurrent(String build) {
        Following.await(build + " to be current", () -> {
            try {
                client.getWorkflowServiceStubs()
                        .blockingStub()
                        .setWorkerDeploymentCurrentVersion(SetWorkerDeploymentCurrentVersionRequest.newBuilder()
                                .setNamespace(namespace)
                                .setDeploymentName(DEPLOYMENT)
                                .setBuildId(build)
                                .setIdentity("a test")
                                .build());
                return true;
            } catch (StatusRuntimeException notYet) {
                return false;
            }
        });
    }

    private String newestBuild() {
        return builds(ID).getLast();
    }

    /** The builds that ran a workflow's tasks, in order. */
    private List<String> builds(String workflowId) {
        return client.fetchHistory(workflowId).getEvents().stream()
                .filter(event -> event.getEventType() == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
                .map(event -> event.getWorkflowTaskCompletedEventAttributes()
                        .getDeploymentVersion()
                        .getBuildId())
                .toList();
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
