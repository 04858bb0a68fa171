package dev.littoral.starter.catalog;

import dev.littoral.activities.catalog.Segment;
import dev.littoral.activities.catalog.Segment.FragmentSpan;
import dev.littoral.starter.cli.LineOutput;
import dev.littoral.starter.cli.Output;
import dev.littoral.workflows.StatusText;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists the segments of a snapshot. */
@Command(name = "segments", description = "The segments of a collection's snapshot with their fragments.")
public final class SegmentsCommand implements Callable<Integer> {
    @Mixin
    private SnapshotOption of;

    @Mixin
    private LineOutput output;

    @Override
    public Integer call() {
        return of.readSnapshot(snapshot -> output.printAll(snapshot.segments(), SegmentsCommand::text));
    }

    private static String text(Segment segment) {
        String first = "segment %d: %s in %s%s"
                .formatted(
                        segment.id(),
                        StatusText.count(segment.rows(), "row"),
                        StatusText.count(segment.fragments().size(), "fragment"),
                        segment.dead() == 0 ? "" : "; " + Output.count(segment.dead()) + " dead");
        return Stream.concat(Stream.of(first), segment.fragments().stream().map(SegmentsCommand::text))
                .collect(Collectors.joining(System.lineSeparator()));
    }

    private static String text(FragmentSpan span) {
        return "  from %s: rows %s to %s of %s%s"
                .formatted(
                        Output.count(span.from()),
                        Output.count(span.start()),
                        Output.count(span.end() - 1),
                        Output.path(span.file()),
                        span.deadSince() != null
                                ? "; dead since version " + span.deadSince()
                                : span.dead() == 0 ? "" : "; " + Output.count(span.dead()) + " dead");
    }
}
