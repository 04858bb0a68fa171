package dev.littoral.starter.consumer;

import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.Output;
import dev.littoral.workflows.ConsumerText;
import dev.littoral.workflows.model.ConsumerStatus;
import dev.littoral.workflows.model.ServingStatus;
import java.time.Duration;
import java.time.Instant;
import picocli.CommandLine.Command;

/** Lists the consumers of a collection. */
@Command(
        name = "consumers",
        description = "Who serves a collection and which version, whether that is right, and how far behind.",
        footer = {
            "",
            "Ends with 0 whenever there is an answer, also where a consumer lags or is WRONG; --json tells them apart.",
            ConsumerCommand.WHERE
        })
public final class ConsumersCommand extends ConsumerCommand {
    @Override
    ExitCode call(String collectionId, ConsumerBackend backend) throws InterruptedException {
        ServingStatus serving = backend.consumers();
        if (json()) {
            Output.json(out(), serving);
            return ExitCode.OK;
        }
        out().println(collectionId + "  "
                + (serving.consumers().isEmpty()
                        ? "no consumer is known"
                        : serving.state() == null ? "no consumer goes on" : serving.state()));
        Instant now = Instant.now();
        for (ConsumerStatus consumer : serving.consumers()) {
            out().println("  " + Output.path(ConsumerText.line(consumer)) + seconds(consumer, now));
        }
        if (serving.waits() != null) {
            out().println("  " + serving.waits());
        }
        if (serving.problem() != null) {
            out().println("  they could not be looked at: " + Output.path(serving.problem()));
        }
        return ExitCode.OK;
    }

    private static String seconds(ConsumerStatus consumer, Instant now) {
        return consumer.since() == null
                ? ""
                : " ("
                        + Output.count(Math.max(
                                0, Duration.between(consumer.since(), now).toSeconds())) + " s)";
    }
}
