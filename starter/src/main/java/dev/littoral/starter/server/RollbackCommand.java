package dev.littoral.starter.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.Output;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.RollbackAnswer;
import dev.littoral.workflows.model.VersionRequest;
import dev.littoral.workflows.spec.RollbackTarget;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Rolls a collection back to an older version. */
@Command(
        name = "rollback",
        description =
                "Has a collection that runs on a Temporal server serve an older version again, and list its source"
                        + " no more until it is resumed; stops its update; answers when that is in the catalog.",
        footer = {"", CollectionCommand.WHERE})
public final class RollbackCommand extends CollectionCommand {
    @Parameters(index = "1", paramLabel = "<version>", description = "The version, as littoral versions lists it.")
    private long version;

    @Option(names = "--reason", paramLabel = "<text>", description = "Why, in words; the log and the status say it.")
    private String reason;

    private VersionRequest request;

    @Override
    void check() {
        request = VersionRequest.of(version, reason);
        RollbackTarget.parse(request);
    }

    @Override
    ExitCode call(CollectionClient collection) {
        collection.running();
        RollbackAnswer answer = collection.rollback(request);
        if (json()) {
            ObjectNode object = Json.JSON.createObjectNode().put("collectionId", collection.id());
            object.setAll((ObjectNode) Json.JSON.valueToTree(answer));
            Output.json(out(), object);
        } else {
            out().printf(
                            "%s  serves version %d again, as version %d; refreshing is paused until resume%n",
                            collection.id(), answer.restored(), answer.version());
            out().println("  littoral resume " + collection.id() + " takes it up again.");
        }
        return ExitCode.OK;
    }
}
