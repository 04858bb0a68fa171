package dev.littoral.starter.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.workflows.model.Json;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that give the input of a collection's workflow. */
public final class InputOptions {
    @Mixin
    private SourceOptions source;

    @Option(names = "--target-rows", paramLabel = "<n>", description = "The most rows of a segment. Default: 1000000.")
    private Long targetRows;

    @Option(names = "--allow-empty", description = "Let a listing empty the collection.")
    private boolean allowEmpty;

    @Option(
            names = "--max-drop-share",
            paramLabel = "<share>",
            description = "Fail when more than this share of the rows would go, above 0 and up to 1. Default: 1.")
    private Double maxDropShare;

    @Option(
            names = "--max-dead-share",
            paramLabel = "<share>",
            description = "The share of a segment's rows, 0 to 0.9, that may be deleted in place before it is built"
                    + " anew; 0 for consumers that cannot mask rows. Default: 0.3.")
    private Double maxDeadShare;

    @Option(
            names = "--consumer",
            paramLabel = "<name>",
            description = "A consumer whose answers are waited for; may be given up to 20 times.")
    private List<String> consumers;

    @Option(
            names = "--max-ahead",
            paramLabel = "<n>",
            description = "Refreshes wait while a named consumer is so many versions behind, 1 to 1000.")
    private Integer maxAhead;

    /** The input as a message has it, unchecked. What was not typed is not in it. */
    public ObjectNode input() {
        ObjectNode input = Json.JSON.createObjectNode();
        source.source().ifPresent(given -> input.set("source", given));
        ObjectNode options = input.putObject("options");
        if (targetRows != null) {
            options.put("targetRowsPerSegment", targetRows);
        }
        if (allowEmpty) {
            options.put("allowEmpty", true);
        }
        if (maxDropShare != null) {
            options.put("maxDropShare", maxDropShare);
        }
        if (maxDeadShare != null) {
            options.put("maxDeadShare", maxDeadShare);
        }
        if (consumers != null) {
            consumers.forEach(options.putArray("consumers")::add);
        }
        if (maxAhead != null) {
            options.put("maxAhead", maxAhead);
        }
        return input;
    }
}
