package dev.littoral.starter.consumer;

import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.Output;
import dev.littoral.workflows.StatusText;
import dev.littoral.workflows.model.LeaseAnswer;
import dev.littoral.workflows.model.LeaseMessage;
import dev.littoral.workflows.spec.LeaseParser;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Holds a version for a consumer. */
@Command(
        name = "lease",
        description = "Has a consumer hold a version of a collection, so that it can be read while it builds.",
        footer = {"", "Ends with 9 where the lease is refused.", ConsumerCommand.WHERE})
public final class LeaseCommand extends ConsumerCommand {
    @Option(names = "--consumer", paramLabel = "<name>", required = true, description = "Who holds it.")
    private String consumer;

    @Option(names = "--version", paramLabel = "<n>", description = "The version. Default: the newest.")
    private Long version;

    @Option(
            names = "--for",
            paramLabel = "<duration>",
            defaultValue = "PT1H",
            description = "How long, an ISO-8601 duration up to PT24H. Default: ${DEFAULT-VALUE}.")
    private Duration duration;

    private LeaseMessage lease;

    @Override
    void check() {
        lease = LeaseMessage.of(consumer, version, duration);
        LeaseParser.parse("", lease);
    }

    @Override
    ExitCode call(String collectionId, ConsumerBackend backend) throws InterruptedException {
        LeaseAnswer answer = backend.lease(lease);
        if (json()) {
            Output.json(out(), answer);
        } else {
            out().println(collectionId + "  "
                    + (answer.granted()
                            ? consumer + " holds version " + answer.version() + " until "
                                    + StatusText.time(answer.until())
                            : "the lease is refused: " + Output.path(answer.refusal())));
        }
        return answer.granted() ? ExitCode.OK : ExitCode.REFUSED;
    }
}
