package dev.littoral.starter.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.Output;
import dev.littoral.workflows.MessageNames;
import dev.littoral.workflows.model.Json;
import picocli.CommandLine.Command;

/** A command that sends a collection a signal, which no worker has to answer. */
public abstract class SignalCommand extends CollectionCommand {
    private final String signal;
    private final String request;

    private SignalCommand(String signal, String request) {
        this.signal = signal;
        this.request = request;
    }

    @Override
    ExitCode call(CollectionClient collection) {
        collection.running();
        collection.signal(signal);
        if (json()) {
            ObjectNode sent = Json.JSON.createObjectNode();
            Output.json(out(), sent.put("collectionId", collection.id()).put("signal", signal));
        } else {
            out().println(collection.id() + "  asked to " + request);
        }
        return ExitCode.OK;
    }

    @Command(
            name = "cancel",
            description = "Stops a collection's update that runs, and the one that waits.",
            footer = {"", WHERE})
    public static final class Cancel extends SignalCommand {
        Cancel() {
            super(MessageNames.CANCEL_UPDATE, "stop its update");
        }
    }

    @Command(
            name = "pause",
            description = "Stops a collection's periodic refresh.",
            footer = {"", WHERE})
    public static final class Pause extends SignalCommand {
        Pause() {
            super(MessageNames.PAUSE, "refresh no more by itself");
        }
    }

    @Command(
            name = "resume",
            description = "Takes a collection's refreshing up again, periodic and after a rollback.",
            footer = {"", WHERE})
    public static final class Resume extends SignalCommand {
        Resume() {
            super(MessageNames.RESUME, "take its refreshing up again");
        }
    }

    @Command(
            name = "retire",
            description = "Ends a collection for good. Its catalog stays readable.",
            footer = {"", WHERE})
    public static final class Retire extends SignalCommand {
        Retire() {
            super(MessageNames.RETIRE, "end for good");
        }
    }
}
