package dev.littoral.starter;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.activities.LittoralException;
import dev.littoral.activities.catalog.Catalogs;
import dev.littoral.activities.catalog.HeadLog;
import dev.littoral.activities.catalog.ObjectStore;
import dev.littoral.activities.s3.S3Clients;
import dev.littoral.worker.EmbeddedTemporal;
import dev.littoral.worker.LittoralWorker;
import dev.littoral.worker.WorkerSettings;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.Requests;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.model.Wire;
import io.temporal.client.WorkflowClient;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "sync",
        description =
                "Brings a collection in step with its source, once: with a Temporal service in this process, in memory.",
        footer = {
            "",
            "The source is declared if it differs from the catalog's, and listed again otherwise.",
            "Credentials for S3 come from where AWS tools expect them."
        })
final class SyncCommand implements Callable<Integer> {
    private static final Pattern URI = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*", Pattern.DOTALL);

    /** One value and nothing after it. A key that is named twice is a mistake. */
    private static final ObjectReader STRICT = Wire.JSON
            .reader()
            .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            // What cannot be read may hold a secret.
            .without(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION);

    @Mixin
    private CatalogOption where;

    @Option(
            names = "--source",
            paramLabel = "<uri or path>",
            description =
                    "What to follow: s3://bucket/prefix/, file:///dir/ or a path. Default: what the catalog says.")
    private String source;

    @Option(names = "--spec", paramLabel = "<json>", description = "How to read it, as a JSON object.")
    private String spec;

    @Option(names = "--target-rows", paramLabel = "<n>", description = "The most rows of a segment. Default: 1000000.")
    private Long targetRows;

    @Option(names = "--allow-empty", description = "Let a listing empty the collection.")
    private boolean allowEmpty;

    @Option(
            names = "--max-drop-share",
            paramLabel = "<share>",
            description = "Fail when more than this share of the rows would go, above 0 and up to 1. Default: 1.")
    private Double maxDropShare;

    @Option(names = "--json", description = "Print the report as one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec command;

    private final Interrupt interrupt;

    SyncCommand(Interrupt interrupt) {
        this.interrupt = interrupt;
    }

    @Override
    public Integer call() throws InterruptedException {
        String collectionId = where.collectionId();
        CollectionInput input = new CollectionInput(input());
        ExternalSource given = Requests.start(input).source();
        ExternalSource followed = given == null ? declared(collectionId) : given;
        CatalogInSource.refuse(where.catalog(), collectionId, followed);
        interrupt.install();
        PrintWriter err = command.commandLine().getErr();
        try (Progress progress = new Progress(err)) {
            UpdateReport report = run(collectionId, input, followed.uri(), progress);
            progress.clear();
            print(report, command.commandLine().getOut(), err);
            return ExitCode.of(report.outcome(), report.failure()).code();
        }
    }

    private UpdateReport run(String collectionId, CollectionInput input, String allowed, Progress progress)
            throws InterruptedException {
        try (EmbeddedTemporal temporal = EmbeddedTemporal.start()) {
            WorkflowServiceStubs service = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                    .setTarget(temporal.target())
                    .build());
            try {
                WorkflowClient client = WorkflowClient.newInstance(service);
                // A person who names a source on the command line allows it.
                LittoralWorker worker =
                        LittoralWorker.start(client, WorkerSettings.of(where.catalog(), List.of(allowed)));
                try {
                    return new Follower(client, worker, collectionId, interrupt, progress).follow(input);
                } finally {
                    worker.close();
                }
            } finally {
                service.shutdownNow();
                service.awaitTermination(5, TimeUnit.SECONDS);
            }
        }
    }

    /** The report on one stream; what a person has to know of an end that was not wished for on the other. */
    private void print(UpdateReport report, PrintWriter out, PrintWriter err) {
        if (json) {
            Output.json(out, report);
        } else {
            Reports.print(report, out);
        }
        out.flush();
        switch (report.outcome()) {
            case COMMITTED, UNCHANGED -> {}
            case SUPERSEDED, CANCELED, FAILED, PENDING, RUNNING ->
                err.println("littoral: update " + report.update() + " of " + report.collectionId() + " "
                        + report.outcome() + ": " + sentence(report.reason()) + "; "
                        + (report.rows() == 0 && report.segments().total() == 0
                                ? "nothing is served"
                                : "what is served is as it was"));
        }
    }

    /** A reason without the full stop that it may end with. */
    private static String sentence(String reason) {
        return Output.path(reason.endsWith(".") ? reason.substring(0, reason.length() - 1) : reason);
    }

    /** What a person would send to start the collection. */
    private ObjectNode input() {
        ObjectNode input = Wire.JSON.createObjectNode();
        if (source != null) {
            ObjectNode external = input.putObject("source");
            external.put("uri", uri(source));
            if (spec != null) {
                external.set("spec", json(spec));
            }
        } else if (spec != null) {
            throw new ParameterException(
                    command.commandLine(), "--spec says how to read a source; expected --source with it");
        }
        ObjectNode options = input.putObject("options");
        options.put("targetRowsPerSegment", targetRows);
        options.put("allowEmpty", allowEmpty);
        options.put("maxDropShare", maxDropShare);
        return input;
    }

    private JsonNode json(String text) {
        String problem;
        try {
            JsonNode json = STRICT.readTree(text);
            if (!json.isMissingNode()) {
                return json;
            }
            problem = "it is empty";
        } catch (JsonProcessingException e) {
            problem = e.getOriginalMessage();
        }
        throw new ParameterException(
                command.commandLine(),
                "--spec is not JSON: " + problem + "; expected an object like {\"format\":\"parquet\"}");
    }

    /** A path is made a URI; a URI stays as it is. */
    private String uri(String given) {
        if (given.isEmpty()) {
            throw new ParameterException(command.commandLine(), "--source is empty; expected a URI or a path");
        }
        if (URI.matcher(given).matches()) {
            return given;
        }
        try {
            Path path = Path.of(given).toAbsolutePath().normalize();
            boolean folder = given.endsWith("/") || Files.isDirectory(path);
            return "file://" + path + (folder && !path.toString().endsWith("/") ? "/" : "");
        } catch (InvalidPathException e) {
            throw new ParameterException(command.commandLine(), "--source is no path: " + e.getReason());
        }
    }

    /** The catalog's source: what is meant when none is named. */
    private ExternalSource declared(String collectionId) throws InterruptedException {
        try (S3Clients clients = new S3Clients();
                ObjectStore store = Catalogs.openForReading(where.catalog(), clients)) {
            Head head = new HeadLog(store, collectionId).newest();
            if (!head.exists()) {
                throw LittoralException.input("Catalog " + store.location() + " has no collection " + collectionId
                        + "; expected --source for a new one");
            }
            return head.source();
        }
    }
}
