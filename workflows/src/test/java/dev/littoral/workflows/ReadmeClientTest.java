package dev.littoral.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.testing.DocumentedCode;
import dev.littoral.workflows.testing.TemporalServer;
import io.temporal.client.WorkflowClient;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The client code that the README shows compiles as it stands, with nothing but this artifact, and does what it says.
 */
class ReadmeClientTest {
    @TempDir
    Path folder;

    @Test
    @Timeout(600)
    void theClientCodeOfTheReadmeRuns() throws Exception {
        DocumentedCode code = DocumentedCode.compile(Path.of("../README.md"), folder);
        TemporalServer server = TemporalServer.shared();
        FakeLake lake = new FakeLake();
        try (Lab lab =
                Lab.onServer(server, TemporalServer.DEFAULT_NAMESPACE, lake, SourcePolicy.NONE, Policies.HISTORY)) {
            ExternalCollectionWorkflow products =
                    lab.client.newWorkflowStub(ExternalCollectionWorkflow.class, Lab.options("products"));
            WorkflowClient.start(
                    products::run, CollectionInput.of(CollectionFixture.A, CollectionOptions.DEFAULTS), null);
            lab.await("the first update", () -> lake.newest("products").version() == 2);
            String said;
            do {
                // A client by itself gives the server ten seconds for its first answer.
                said = code.run(Map.of("TEMPORAL_ADDRESS", server.target()));
            } while (said.contains("DEADLINE_EXCEEDED"));
            assertThat(said).containsPattern("(?m)^(updating|idle)$");
            lab.await("its source", () -> lake.newest("products").source().uri().equals("s3://lake/products/"));
            lab.await("its update", () -> products.status().state().equals("idle"));
            products.retire();
        }
    }
}
