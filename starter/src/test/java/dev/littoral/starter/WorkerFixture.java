package dev.littoral.starter;

import dev.littoral.activities.source.AllowList;
import dev.littoral.activities.source.AllowList.AllowedProfile;
import dev.littoral.worker.LittoralWorker;
import dev.littoral.worker.WorkerSettings;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.MessageConverter;
import dev.littoral.workflows.testing.TemporalServer;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import java.nio.file.Path;
import java.util.List;

/**
 * A worker on a real Temporal server, in a namespace of its own. It serves a folder's catalog and may read what lies
 * in the folder.
 */
final class WorkerFixture implements AutoCloseable {
    private static final List<String> AWS_FILES = List.of("aws.configFile", "aws.sharedCredentialsFile");

    private final Path folder;
    private final String namespace;
    private final WorkflowClient client;
    private LittoralWorker worker;
    private Runnable atClose = () -> {};

    private WorkerFixture(Path folder) {
        this.folder = folder;
        this.namespace = TemporalServer.shared().newNamespace();
        this.client = WorkflowClient.newInstance(
                TemporalServer.shared().stubs(),
                WorkflowClientOptions.newBuilder()
                        .setNamespace(namespace)
                        .setDataConverter(new MessageConverter())
                        .build());
    }

    static WorkerFixture start(Path folder) throws InterruptedException {
        WorkerFixture fixture = new WorkerFixture(folder);
        fixture.startWorker();
        return fixture;
    }

    /** Starts a worker that finds AWS profiles in a file. Its tests lock the JVM's properties, which name the file. */
    static WorkerFixture start(Path folder, String awsConfig) throws InterruptedException {
        AWS_FILES.forEach(property -> System.setProperty(property, awsConfig));
        WorkerFixture fixture = start(folder);
        fixture.atClose = () -> AWS_FILES.forEach(System::clearProperty);
        return fixture;
    }

    void startWorker() throws InterruptedException {
        worker = LittoralWorker.start(
                client,
                new WorkerSettings(
                        folder.resolve("catalog").toString(),
                        new AllowList(
                                List.of("file://" + folder + "/", SlowStore.SOURCE, SlowBucket.SOURCE),
                                List.of(
                                        new AllowedProfile(SlowStore.SOURCE, "slow"),
                                        new AllowedProfile(SlowBucket.SOURCE, "lake"))),
                        ExternalCollectionWorkflow.TASK_QUEUE,
                        WorkerSettings.CONCURRENT_ACTIVITIES));
    }

    void stopWorker() {
        worker.close();
        worker = null;
    }

    /** Refreshes a collection and waits for the end of that update. */
    void refresh(String collection) throws InterruptedException {
        ExternalCollectionWorkflow workflow = client.newWorkflowStub(ExternalCollectionWorkflow.class, collection);
        long update = workflow.updateRefresh().update();
        while (workflow.status().last().update() < update) {
            Thread.sleep(5);
        }
    }

    void awaitIdle(String collection) throws InterruptedException {
        ExternalCollectionWorkflow workflow = client.newWorkflowStub(ExternalCollectionWorkflow.class, collection);
        while (!workflow.status().state().equals("idle")) {
            Thread.sleep(20);
        }
    }

    void terminate(String collection) {
        client.newUntypedWorkflowStub(collection).terminate("a test");
    }

    /** A command line that is set to this server and namespace. */
    Cli cli() {
        return new Cli(folder).on(TemporalServer.shared(), namespace);
    }

    String namespace() {
        return namespace;
    }

    WorkflowClient client() {
        return client;
    }

    /** The server and namespace, as commands name them. */
    String place() {
        return TemporalServer.shared().target() + " (namespace " + namespace + ")";
    }

    @Override
    public void close() {
        if (worker != null) {
            worker.close();
        }
        atClose.run();
    }
}
