package dev.littoral.starter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.workflows.MessageNames;
import dev.littoral.workflows.model.Json;
import picocli.CommandLine.Command;

/** A command that sends a collection a signal, which no worker has to answer. */
abstract class SignalCommand extends CollectionCommand {
    private final String signal;
    private final String words;

    private SignalCommand(String signal, String words) {
        this.signal = signal;
        this.words = words;
    }

    @Override
    ExitCode call(CollectionClient collection) {
        collection.running();
        collection.signal(signal);
        if (json()) {
            ObjectNode sent = Json.JSON.createObjectNode();
            Output.json(out(), sent.put("collectionId", collection.id()).put("signal", signal));
        } else {
            out().println(collection.id() + "  asked to " + words);
        }
        return ExitCode.OK;
    }

    @Command(
            name = "cancel",
            description = "Stops a collection's update that runs, and the one that waits.",
            footer = {"", WHERE})
    static final class Cancel extends SignalCommand {
        Cancel() {
            super(MessageNames.CANCEL_UPDATE, "stop its update");
        }
    }

    @Command(
            name = "pause",
            description = "Stops a collection's periodic refresh.",
            footer = {"", WHERE})
    static final class Pause extends SignalCommand {
        Pause() {
            super(MessageNames.PAUSE, "refresh no more by itself");
        }
    }

    @Command(
            name = "resume",
            description = "Takes a collection's periodic refresh up again.",
            footer = {"", WHERE})
    static final class Resume extends SignalCommand {
        Resume() {
            super(MessageNames.RESUME, "refresh by itself again");
        }
    }

    @Command(
            name = "retire",
            description = "Ends a collection for good. Its catalog stays readable.",
            footer = {"", WHERE})
    static final class Retire extends SignalCommand {
        Retire() {
            super(MessageNames.RETIRE, "end for good");
        }
    }
}
