package dev.littoral.starter.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.Output;
import dev.littoral.starter.cli.ShutdownSignal;
import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.UpdateState;

/** Prints the answer to a change of source or a refresh. */
final class ChangeAnswerPrinter {
    private ChangeAnswerPrinter() {}

    /** Prints the answer or, where that is asked for, what comes of it. */
    static ExitCode end(
            CollectionCommand command,
            CollectionClient collection,
            ChangeAnswer answer,
            WaitOption wait,
            ShutdownSignal shutdown)
            throws InterruptedException {
        if (wait.isTyped()) {
            return wait.follow(command, collection, answer.update(), shutdown);
        }
        print(command, collection, answer);
        return switch (answer.state()) {
            case PENDING, RUNNING -> ExitCode.OK;
            case COMMITTED, UNCHANGED, SUPERSEDED, CANCELED -> ExitCode.of(answer.state(), null);
            case FAILED -> ExitCode.of(UpdateState.FAILED, failure(collection, answer.update()));
        };
    }

    private static void print(CollectionCommand command, CollectionClient collection, ChangeAnswer answer) {
        if (command.json()) {
            ObjectNode object = Json.JSON.createObjectNode().put("collectionId", collection.id());
            object.setAll((ObjectNode) Json.JSON.valueToTree(answer));
            Output.json(command.out(), object);
            return;
        }
        command.out()
                .printf(
                        "%s  update %d is %s, generation %d%s%n",
                        collection.id(),
                        answer.update(),
                        answer.state(),
                        answer.generation(),
                        answer.reason() == null ? "" : ": " + Output.path(answer.reason()));
        if (!answer.state().isEnd()) {
            command.out().println("  littoral status " + collection.id() + " --watch shows how it goes on.");
        }
    }

    private static FailureType failure(CollectionClient collection, long update) {
        return collection.jobs(update + 1, CollectionClient.MAX_PAGE).stream()
                .filter(job -> job.update() == update)
                .map(Job::failure)
                .findFirst()
                .orElse(null);
    }
}
