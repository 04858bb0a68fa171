package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.testing.S3Server;
import dev.littoral.activities.testing.S3Servers;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.UpdateExternalCollectionWorkflow;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.SourceRequest;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.testing.TemporalServer;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowException;
import io.temporal.client.WorkflowOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Secrets that a worker has, or that somebody tries to hand to a collection, are in nothing that Temporal keeps or that
 * is logged.
 */
class SecretsTest {
    private static final String PLANTED = "hush7f3a";

    private static final long TIMEOUT_MILLIS = 480_000;

    @TempDir
    private Path folder;

    @Test
    void noSecretIsInHistoriesStatusesOrLogs() throws Exception {
        TemporalServer temporal = TemporalServer.shared();
        String namespace = temporal.newNamespace();
        WorkflowClient client = temporal.client(namespace);
        try (S3Server s3 = S3Servers.start(S3Servers.Kind.S3PROXY)) {
            String bucket = s3.newBucket();
            Path profiles = Files.writeString(
                    folder.resolve("credentials"),
                    "[other]\naws_access_key_id = AKIA" + "ABCDEFGHIJKLMNOP\naws_secret_access_key = " + PLANTED
                            + "profile\n");
            Map<String, String> environment = new HashMap<>(Map.of(
                    "TEMPORAL_ADDRESS", temporal.target(),
                    "TEMPORAL_NAMESPACE", namespace,
                    "AWS_ENDPOINT_URL_S3", s3.endpoint().toString(),
                    "AWS_REGION", "us-east-1",
                    "AWS_ACCESS_KEY_ID", s3.accessKey(),
                    "AWS_SECRET_ACCESS_KEY", s3.secretKey(),
                    "AWS_SHARED_CREDENTIALS_FILE", profiles.toString(),
                    "SOME_OTHER_SECRET", PLANTED + "environment"));
            WorkerProcess worker = WorkerProcess.start(folder, "s3://" + bucket + "/catalog", "secrets", environment);
            try {
                worker.awaitReady();
                // Credentials that the store refuses: the failure says so, and not with which.
                start(client, "denied", "{'source':{'uri':'s3://" + bucket + "/lake/','spec':{'profile':'other'}}}");
                ExternalCollectionWorkflow denied = client.newWorkflowStub(ExternalCollectionWorkflow.class, "denied");
                await(() -> denied.status().last() != null);
                assertThat(denied.status().last().state()).isEqualTo(UpdateState.FAILED);
                assertThat(denied.status().last().failure()).hasToString("ACCESS");

                // What a person sends by mistake is refused before it enters the history, and not repeated.
                for (String slip : List.of(
                        "{'uri':'s3://user:" + PLANTED + "info@lake/'}",
                        "{'uri':'https://lake/a?X-Amz-Signature=" + PLANTED + "signed'}",
                        "{'uri':'s3://lake/','spec':{'secretKey':'" + PLANTED + "key'}}")) {
                    try {
                        denied.changeSource(new SourceRequest(Json.JSON.readTree(slip.replace('\'', '"'))));
                        throw new AssertionError(slip + " is taken");
                    } catch (WorkflowException refused) {
                        assertThat(trace(refused)).doesNotContain(PLANTED);
                    }
                }
                String everything = history(client, "denied")
                        + history(client, UpdateExternalCollectionWorkflow.id("denied", 1))
                        + Json.JSON.writeValueAsString(denied.status())
                        + Json.JSON.writeValueAsString(denied.jobs(null))
                        + worker.log();
                assertThat(everything).contains("other").doesNotContain(PLANTED, s3.secretKey(), "AKIA");

                // A signal is in the history before anybody can look at it; what is made of it repeats nothing.
                denied.sourceChanged(
                        new SourceRequest(Json.JSON.readTree("{\"uri\":\"s3://user:" + PLANTED + "signal@lake/\"}")));
                await(() -> denied.status().rejected().size() == 1);
                assertThat(Json.JSON.writeValueAsString(denied.status()) + worker.log())
                        .doesNotContain(PLANTED);
            } finally {
                worker.kill();
            }
        }
    }

    private static String trace(Throwable failure) {
        StringBuilder trace = new StringBuilder();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            trace.append(cause).append('\n');
        }
        return trace.toString();
    }

    private static void start(WorkflowClient client, String id, String json) throws Exception {
        ExternalCollectionWorkflow collection = client.newWorkflowStub(
                ExternalCollectionWorkflow.class,
                WorkflowOptions.newBuilder()
                        .setWorkflowId(id)
                        .setTaskQueue("secrets")
                        .build());
        WorkflowClient.start(collection::run, new CollectionInput(Json.JSON.readTree(json.replace('\'', '"'))), null);
    }

    /** A history as it is kept, with its payloads in plain text. */
    private static String history(WorkflowClient client, String workflowId) {
        return client.fetchHistory(workflowId).toJson(true);
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(Condition condition) throws InterruptedException {
        long deadline = System.currentTimeMillis() + TIMEOUT_MILLIS;
        while (!condition.holds()) {
            assertThat(System.currentTimeMillis()).as("waited too long").isLessThan(deadline);
            Thread.sleep(50);
        }
    }
}
