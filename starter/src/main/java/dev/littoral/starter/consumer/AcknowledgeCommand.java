package dev.littoral.starter.consumer;

import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.Output;
import dev.littoral.workflows.ConsumerText;
import dev.littoral.workflows.model.AcknowledgeMessage;
import dev.littoral.workflows.model.ConsumerState;
import dev.littoral.workflows.model.ConsumerStatus;
import dev.littoral.workflows.model.SegmentProgress;
import dev.littoral.workflows.spec.AcknowledgeParser;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Says what a consumer serves. */
@Command(
        name = "ack",
        description =
                "Says for a consumer that readers get a version, that it could not build one, or that it is gone.",
        footer = {"", "Ends with 9 where what it serves is WRONG.", ConsumerCommand.WHERE})
public final class AcknowledgeCommand extends ConsumerCommand {
    private static final Pattern SEGMENTS = Pattern.compile("(\\d{1,18})(?:/(\\d{1,18}))?(?:,failed=(\\d{1,18}))?");

    @Option(names = "--consumer", paramLabel = "<name>", required = true, description = "Who says it.")
    private String consumer;

    @Option(names = "--version", paramLabel = "<n>", required = true, description = "The version that it is about.")
    private long version;

    @Option(names = "--rows", paramLabel = "<n>", description = "How many rows readers can find.")
    private Long rows;

    @Option(
            names = "--segments",
            paramLabel = "<done>[/<total>][,failed=<n>]",
            description = "How many segments readers can search, of how many; and how many could not be built.")
    private String segments;

    @Option(names = "--failed", paramLabel = "<reason>", description = "It could not be built, and why.")
    private String failed;

    @Option(names = "--gone", description = "It serves nothing any more.")
    private boolean gone;

    private AcknowledgeMessage answer;

    @Override
    void check() {
        if (gone && failed != null) {
            throw usage("--gone and --failed are given; expected one of them");
        }
        ConsumerState state = gone ? ConsumerState.GONE : failed == null ? ConsumerState.SERVING : ConsumerState.FAILED;
        if (state == ConsumerState.SERVING && (rows == null || segments == null)) {
            throw usage("--rows or --segments are missing; expected both, or --failed or --gone");
        }
        answer = AcknowledgeMessage.of(consumer, version, state, rows, progress(), failed);
        AcknowledgeParser.parse("", answer);
    }

    private SegmentProgress progress() {
        if (segments == null) {
            return null;
        }
        Matcher parts = SEGMENTS.matcher(segments);
        if (!parts.matches()) {
            throw usage("--segments is no count; expected <done>, <done>/<total> or <done>/<total>,failed=<n>");
        }
        long done = Long.parseLong(parts.group(1));
        long broken = parts.group(3) == null ? 0 : Long.parseLong(parts.group(3));
        return new SegmentProgress(
                done, broken, parts.group(2) == null ? done + broken : Long.parseLong(parts.group(2)));
    }

    @Override
    ExitCode call(String collectionId, ConsumerBackend backend) throws InterruptedException {
        ConsumerStatus status = backend.acknowledge(answer);
        if (json()) {
            Output.json(out(), status);
        } else {
            out().println(collectionId + "  " + Output.path(ConsumerText.line(status)));
        }
        return status.servesWrongly() ? ExitCode.REFUSED : ExitCode.OK;
    }
}
