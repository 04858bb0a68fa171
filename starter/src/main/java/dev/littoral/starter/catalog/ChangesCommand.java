package dev.littoral.starter.catalog;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.DiffTotals;
import dev.littoral.activities.catalog.SnapshotDiff;
import dev.littoral.activities.catalog.VersionFeed;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.LineOutput;
import dev.littoral.starter.cli.Output;
import dev.littoral.starter.cli.ShutdownSignal;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows the versions of a collection after one, each with what it changes. */
@Command(
        name = "changes",
        description = "The versions after one, oldest first, each with the totals of what it changes.")
public final class ChangesCommand implements Callable<Integer> {
    /** Between two looks for the next version. */
    private static final long EVERY_MILLIS = 1_000;

    @Mixin
    private CatalogOption where;

    @Option(
            names = "--from",
            required = true,
            paramLabel = "<version>",
            description = "The version that is served already; 0 for nothing.")
    private long from;

    @Option(
            names = "--follow",
            description = "Go on with versions that are yet to come, until Ctrl-C or the collection's end."
                    + " Looks once a second.")
    private boolean follow;

    @Option(names = "--segments", description = "Print the changes of segments too, before the version they lead to.")
    private boolean segments;

    @Mixin
    private LineOutput output;

    private final ShutdownSignal shutdown;

    public ChangesCommand(ShutdownSignal shutdown) {
        this.shutdown = shutdown;
    }

    /** A version, and what it changes. */
    private record Version(
            long version,
            HeadKind kind,
            @JsonFormat(shape = JsonFormat.Shape.STRING) Instant time,
            ExternalSource source,
            long generation,
            long update,
            String reason,
            boolean older,

            @JsonFormat(shape = JsonFormat.Shape.STRING) @JsonInclude(JsonInclude.Include.NON_NULL)
            Instant listedAt,

            DiffTotals totals) {
        static Version of(SnapshotDiff diff) {
            Head head = diff.to();
            return new Version(
                    head.version(),
                    head.kind(),
                    head.time(),
                    head.source(),
                    head.generation(),
                    head.update(),
                    head.reason(),
                    diff.older(),
                    head.listedAt(),
                    diff.totals());
        }

        String text() {
            return "%-8d %-11s %-24s generation %d, update %d, %s%s: %s"
                    .formatted(
                            version,
                            kind,
                            time,
                            generation,
                            update,
                            DiffText.totals(totals),
                            listedAt == null ? "" : ", listed at " + listedAt,
                            Output.path(reason));
        }
    }

    @Override
    public Integer call() {
        if (follow) {
            // A line is not cut in two.
            shutdown.drain(() -> {});
        }
        return where.read(catalog -> {
            follow(catalog);
            return ExitCode.OK.code();
        });
    }

    private void follow(CatalogReader catalog) {
        VersionFeed feed = catalog.feed(where.collectionId(), from);
        boolean goesOn = true;
        while (goesOn && !feed.ended()) {
            Optional<SnapshotDiff> next = feed.next();
            next.ifPresent(this::print);
            goesOn = next.isPresent() ? output.flush() && !shutdown.isRequested() : follow && !isStoppedWhileWaiting();
        }
    }

    private void print(SnapshotDiff diff) {
        if (segments) {
            output.printAll(diff.changes().takeWhile(change -> !shutdown.isRequested()), DiffText::line);
        }
        if (output.isRead() && !shutdown.isRequested()) {
            output.print(Version.of(diff), Version::text);
        }
    }

    private boolean isStoppedWhileWaiting() {
        try {
            return shutdown.isRequestedWithin(EVERY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
