import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.time.Duration;

/** Starts a collection, waits for its update, and reads what it serves: with an address, a source and a catalog. */
public final class Client {
    public static void main(String[] args) throws InterruptedException {
        // A server that has just begun may need more than the time of one call.
        WorkflowServiceStubs service = WorkflowServiceStubs.newConnectedServiceStubs(
                WorkflowServiceStubsOptions.newBuilder().setTarget(args[0]).build(), Duration.ofMinutes(2));
        ExternalCollectionWorkflow client = WorkflowClient.newInstance(service)
                .newWorkflowStub(
                        ExternalCollectionWorkflow.class,
                        WorkflowOptions.newBuilder()
                                .setWorkflowId("client")
                                .setTaskQueue(ExternalCollectionWorkflow.TASK_QUEUE)
                                .build());
        ExternalSource source = new ExternalSource(args[1], ExternalSpec.parquet());
        WorkflowClient.start(client::run, CollectionInput.of(source, CollectionOptions.DEFAULTS), null);
        while (client.status().last() == null) {
            Thread.sleep(200);
        }
        try (CatalogReader catalog = CatalogReader.open(args[2])) {
            System.out.println("rows " + catalog.snapshot("client").totals().rows());
        }
        service.shutdownNow();
        System.exit(0);
    }
}
