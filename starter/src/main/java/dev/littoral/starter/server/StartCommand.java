package dev.littoral.starter.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.Output;
import dev.littoral.starter.cli.ShutdownSignal;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.spec.CollectionStart;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Starts a collection. */
@Command(
        name = "start",
        description = "Starts a collection on a Temporal server, where workers keep it in step with its source.",
        footer = {"", "Without --source it follows what its catalog says.", CollectionCommand.WHERE})
public final class StartCommand extends CollectionCommand {
    /** How long to wait for a worker to begin with it. */
    private static final Duration BEGIN = Duration.ofSeconds(3);

    @Mixin
    private InputOptions options;

    @Option(
            names = "--refresh-every",
            paramLabel = "<duration>",
            description = "List the source again so long after each update, as PT10M. Default: only when asked.")
    private String refreshEvery;

    @Option(
            names = "--max-staleness",
            paramLabel = "<duration>",
            description = "List the source as often as it takes to serve it as it was at most so long ago, as PT1H;"
                    + " what serves an older state is BEHIND. Default: no promise.")
    private String maxStaleness;

    @Option(
            names = "--keep-versions-for",
            paramLabel = "<duration>",
            description = "How long an older version can still be read, as P7D. Default: P7D.")
    private String keepVersionsFor;

    @Option(
            names = "--forget-consumers-after",
            paramLabel = "<duration>",
            description = "How long consumers can keep a version after a newer one took its place, as P30D; PT0S: not"
                    + " beyond a lease. Default: P30D.")
    private String forgetConsumersAfter;

    @Option(
            names = "--notify",
            paramLabel = "<sink>",
            description = "Send events to this sink of its workers. Can be given again. Default: none.")
    private List<String> sinks;

    @Option(
            names = "--task-queue",
            paramLabel = "<name>",
            defaultValue = ExternalCollectionWorkflow.TASK_QUEUE,
            description = "Where its workers are. Default: ${DEFAULT-VALUE}.")
    private String taskQueue;

    @Mixin
    private WaitOption wait;

    private final ShutdownSignal shutdown;
    private CollectionInput input;

    public StartCommand(ShutdownSignal shutdown) {
        this.shutdown = shutdown;
    }

    /**
     * What has been started.
     *
     * @param state as the collection says, or null where no worker has begun with it
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Started(String collectionId, String runId, String taskQueue, String state) {}

    @Override
    void check() {
        wait.check();
        ObjectNode given = options.input();
        ObjectNode more = (ObjectNode) given.get("options");
        if (refreshEvery != null) {
            more.put("refreshEvery", refreshEvery);
        }
        if (maxStaleness != null) {
            more.put("maxStaleness", maxStaleness);
        }
        if (keepVersionsFor != null) {
            more.put("keepVersionsFor", keepVersionsFor);
        }
        if (forgetConsumersAfter != null) {
            more.put("forgetConsumersAfter", forgetConsumersAfter);
        }
        if (sinks != null) {
            sinks.forEach(more.putArray("notify")::add);
        }
        input = new CollectionInput(given);
        CollectionStart.parse(input);
    }

    @Override
    ExitCode call(CollectionClient collection) throws InterruptedException {
        String run = collection.start(input, taskQueue);
        if (wait.isTyped()) {
            shutdown.endWith(ExitCode.STOPPED, "stopped waiting; collection " + collection.id() + " goes on");
            Optional<Long> first;
            try (ProgressDisplay progress = new ProgressDisplay(err())) {
                first = new UpdateFollower(collection, shutdown, progress).first();
            }
            if (first.isPresent()) {
                return wait.follow(this, collection, first.get(), shutdown);
            }
        }
        print(collection, run);
        return ExitCode.OK;
    }

    private void print(CollectionClient collection, String run) throws InterruptedException {
        // What a worker refuses at once is reported at once.
        Optional<CollectionStatus> status;
        try (ProgressDisplay progress = new ProgressDisplay(err())) {
            status = new UpdateFollower(collection, shutdown, progress).begun(BEGIN);
        }
        if (json()) {
            Output.json(
                    out(),
                    new Started(
                            collection.id(),
                            run,
                            taskQueue,
                            status.map(CollectionStatus::state).orElse(null)));
            return;
        }
        out().println(collection.id() + "  started at " + collection.server().place() + ", task queue "
                + Output.path(taskQueue));
        if (status.isEmpty()) {
            out().println("  No worker has begun with it yet; it waits for a littoral worker on that task queue.");
        } else if (status.get().source() == null) {
            out().println("  It has no source yet; littoral change-source gives it one.");
        } else if (status.get().rolledBack() != null) {
            out().println("  It is " + Output.path(status.get().rolledBack()));
        } else {
            out().println("  littoral status " + collection.id() + " --watch shows how it goes on.");
        }
    }
}
