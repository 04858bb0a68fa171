package dev.littoral.starter.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.CatalogSourceOverlap;
import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.starter.catalog.CatalogOption;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.ShutdownSignal;
import dev.littoral.starter.cli.SourceAccess;
import dev.littoral.starter.consumer.CatalogBackend;
import dev.littoral.starter.embedded.EmbeddedTemporal;
import dev.littoral.starter.server.CollectionClient;
import dev.littoral.starter.server.CollectionRun;
import dev.littoral.starter.server.InputOptions;
import dev.littoral.starter.server.ProgressDisplay;
import dev.littoral.starter.server.ServedWait;
import dev.littoral.starter.server.TemporalService;
import dev.littoral.starter.server.UpdateFollower;
import dev.littoral.starter.server.UpdateReportPrinter;
import dev.littoral.starter.server.WaitOption;
import dev.littoral.worker.LittoralWorker;
import dev.littoral.worker.TemporalConnection;
import dev.littoral.worker.WorkerSettings;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.SourceRequest;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.spec.CollectionStart;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Updates a collection once. */
@Command(
        name = "sync",
        description = "Brings a collection in step with its source, once: on the Temporal server that is configured,"
                + " else with one in this process, in memory.",
        footer = {
            "",
            "Without --source it follows what the catalog says. The source is declared if it differs from the"
                    + " catalog's, and listed again otherwise.",
            "A collection that runs on the configured server (TEMPORAL_ADDRESS, or a profile of temporal.toml)"
                    + " is asked to do it.",
            "Credentials for S3 come from where AWS tools expect them."
        })
public final class SyncCommand implements Callable<Integer> {
    /** Each sync has a task queue of its own, so that no other worker takes its tasks and it takes nobody's. */
    private static final String QUEUE_PREFIX = "littoral-sync-";

    /** How long a sync may take to answer before another one considers its process dead. */
    private static final Duration LEFT_BEHIND = Duration.ofSeconds(10);

    @Mixin
    private CatalogOption where;

    @Mixin
    private InputOptions options;

    @Mixin
    private WaitOption wait;

    @Mixin
    private SourceAccess access;

    @Option(names = "--json", description = "Print the report as one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec command;

    private final ShutdownSignal shutdown;

    public SyncCommand(ShutdownSignal shutdown) {
        this.shutdown = shutdown;
    }

    @Override
    public Integer call() throws InterruptedException {
        wait.check();
        String collectionId = where.collectionId();
        ObjectNode given = options.input();
        CollectionInput input = new CollectionInput(given);
        CollectionStart start = CollectionStart.parse(input);
        PrintWriter err = command.commandLine().getErr();
        UpdateReport report;
        try (ProgressDisplay progress = new ProgressDisplay(err)) {
            shutdown.endWith(ExitCode.STOPPED, "stopped before an update started");
            if (TemporalConnection.isConfigured()) {
                try (TemporalService server = TemporalService.open()) {
                    report = configured(new CollectionClient(server, collectionId), given, start, progress);
                }
            } else {
                EmbeddedTemporal.require("TEMPORAL_ADDRESS to be the host:port of a Temporal server");
                ExternalSource followed = followed(collectionId, start);
                try (EmbeddedTemporal temporal = EmbeddedTemporal.start();
                        TemporalService server = TemporalService.at(temporal.target())) {
                    report = own(
                            new CollectionClient(server, collectionId),
                            ExternalCollectionWorkflow.TASK_QUEUE,
                            input,
                            followed,
                            progress);
                }
            }
        }
        ExitCode end =
                UpdateReportPrinter.end(report, json, command.commandLine().getOut(), err);
        return (end == ExitCode.OK && wait.isServed() ? served(collectionId, start.options(), err) : end).code();
    }

    /** Waits until the consumers serve what the catalog has. */
    private ExitCode served(String collectionId, CollectionOptions given, PrintWriter err) throws InterruptedException {
        command.commandLine().getOut().flush();
        shutdown.endWith(ExitCode.STOPPED, "stopped waiting for the consumers of " + collectionId);
        try (CatalogBackend catalog = CatalogBackend.open(where.catalog(), collectionId, given);
                ProgressDisplay progress = new ProgressDisplay(err)) {
            return new ServedWait(collectionId, shutdown, progress, wait.timeout()).await(catalog::consumers);
        }
    }

    private UpdateReport configured(
            CollectionClient collection, ObjectNode given, CollectionStart start, ProgressDisplay progress)
            throws InterruptedException {
        Optional<CollectionRun> run = collection.run().filter(CollectionRun::isRunning);
        if (run.isPresent() && isLeftBehind(collection, run.get())) {
            collection.terminate("the littoral sync that started it is gone");
            run = Optional.empty();
        }
        if (run.isPresent()) {
            return ask(collection, given, start, progress);
        }
        return own(
                collection,
                QUEUE_PREFIX + UUID.randomUUID(),
                new CollectionInput(given),
                followed(collection.id(), start),
                progress);
    }

    /** Whether the process has died that started the collection and was its only worker. */
    private static boolean isLeftBehind(CollectionClient collection, CollectionRun run) {
        return run.taskQueue().startsWith(QUEUE_PREFIX)
                && collection.statusWithin(LEFT_BEHIND).isEmpty();
    }

    /** Has a collection that runs on the server do what a sync does. */
    private UpdateReport ask(
            CollectionClient collection, ObjectNode given, CollectionStart start, ProgressDisplay progress)
            throws InterruptedException {
        CollectionStatus status = collection.status();
        requireSame(collection, status, given.get("options"), start.options());
        progress.say(collection.id() + " runs at " + collection.server().place() + "; its workers do the update");
        shutdown.expect();
        ChangeAnswer answer = start.source() == null || start.source().equals(status.source())
                ? collection.refresh()
                : collection.changeSource(new SourceRequest(given.get("source")));
        return new UpdateFollower(collection, shutdown, progress).follow(answer.update());
    }

    /** Options are set when a collection starts; one that runs cannot be given others. */
    private static void requireSame(
            CollectionClient collection, CollectionStatus status, JsonNode typed, CollectionOptions requested) {
        JsonNode now = Json.JSON.valueToTree(status.options());
        JsonNode then = Json.JSON.valueToTree(requested);
        for (Map.Entry<String, JsonNode> option : typed.properties()) {
            String name = option.getKey();
            if (!then.get(name).equals(now.get(name))) {
                throw LittoralException.input("Collection " + collection.id() + " runs at "
                        + collection.server().place() + " with " + name + " " + now.get(name) + ", not "
                        + then.get(name) + "; options are set when a collection starts");
            }
        }
    }

    /** Starts the collection with a worker in this process, and ends it with its update. */
    private UpdateReport own(
            CollectionClient collection,
            String taskQueue,
            CollectionInput input,
            ExternalSource followed,
            ProgressDisplay progress)
            throws InterruptedException {
        // A user who names a source on the command line is the worker's operator, and allows it and its profile.
        LittoralWorker worker = LittoralWorker.start(
                collection.server().client(),
                new WorkerSettings(
                        where.catalog(),
                        access.allowList(followed),
                        taskQueue,
                        WorkerSettings.CONCURRENT_ACTIVITIES,
                        0,
                        WorkerSettings.DRAIN,
                        List.of(),
                        access.catalogs(),
                        Optional.empty()),
                collection.server().attributes());
        try (worker) {
            shutdown.expect();
            collection.start(input, taskQueue);
            UpdateFollower follower = new UpdateFollower(collection, shutdown, progress);
            try {
                return follower.followUntilIdle();
            } finally {
                if (!follower.isClosed()) {
                    // The collection has done its work. Without this worker it could not go on; all that lasts is in
                    // the catalog.
                    collection.terminate("littoral sync has ended");
                }
            }
        }
    }

    /** What is going to be followed. */
    private ExternalSource followed(String collectionId, CollectionStart start) {
        ExternalSource followed = start.source() == null ? declared(collectionId) : start.source();
        CatalogSourceOverlap.refusal(StorageRegistry.addresses(), where.catalog(), followed)
                .ifPresent(refusal -> {
                    throw LittoralException.input(refusal);
                });
        return followed;
    }

    /** The catalog's source: what is meant when none is named. */
    private ExternalSource declared(String collectionId) {
        try (CatalogReader catalog = CatalogReader.open(where.catalog())) {
            return catalog.newest(collectionId)
                    .orElseThrow(() -> LittoralException.input("Catalog " + catalog.location() + " has no collection "
                            + collectionId + "; expected --source for a new one"))
                    .source();
        }
    }
}
