package dev.littoral.starter.server;

import dev.littoral.starter.cli.Output;
import dev.littoral.workflows.ConsumerText;
import dev.littoral.workflows.StatusText;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.Rejection;
import dev.littoral.workflows.model.RunningProgress;
import dev.littoral.workflows.model.UpdateStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The status of a collection as text, for people. Pure. */
final class StatusPage {
    private StatusPage() {}

    /**
     * The whole of it, line by line.
     *
     * @param live what the update that runs has done so far, where that is known better than from the status
     */
    static List<String> lines(CollectionStatus status, CollectionRun run, Optional<ProgressDisplay.Step> live) {
        List<String> page = new ArrayList<>();
        page.add(status.collectionId() + "  " + (run.isRunning() ? status.state() : run.end() + "; it runs no more"));
        add(page, "source", source(status));
        add(page, "serves", serves(status));
        if (status.freshness() != null && !StatusText.asOf(status.freshness()).isEmpty()) {
            add(page, "fresh", StatusText.asOf(status.freshness()));
        }
        if (run.isRunning()) {
            if (status.freshness() != null && status.freshness().behind()) {
                add(page, "BEHIND", StatusText.behind(status.freshness()));
            }
            if (status.warning() != null) {
                add(page, "warning", status.warning());
            }
            if (status.rolledBack() != null) {
                add(page, "paused", status.rolledBack());
            }
            if (status.update() != null) {
                add(page, "running", running(status, live));
            }
            retry(status, live).ifPresent(retry -> add(page, "trouble", retry));
            if (status.pending() != null) {
                add(page, "waiting", StatusText.waiting(status));
            }
            if (status.serving() != null) {
                add(page, "serving", ConsumerText.serving(status.serving()));
            }
        }
        if (status.last() != null) {
            add(page, "last", StatusText.end(status.last()));
        }
        if (status.lastFailure() != null && !status.lastFailure().equals(status.last())) {
            add(page, "failure", StatusText.end(status.lastFailure()));
        }
        if (run.isRunning()
                && (status.options().refreshEvery() != null || status.options().maxStaleness() != null)) {
            add(page, "refresh", refresh(status));
        }
        if (run.isRunning() && status.sinks() != null) {
            status.sinks().forEach(sink -> add(page, "events", StatusText.sink(sink)));
        }
        if (status.note() != null) {
            add(page, "note", status.note());
        }
        for (Rejection rejection : status.rejected()) {
            add(page, "rejected", rejected(rejection));
        }
        return page;
    }

    private static void add(List<String> page, String name, String value) {
        page.add("  %-9s %s".formatted(name, Output.path(value)));
    }

    static String source(CollectionStatus status) {
        if (status.source() == null) {
            return status.state().equals("starting")
                    ? "not known yet"
                    : "none yet; littoral change-source gives it one";
        }
        ExternalSpec spec = status.source().spec();
        return status.source().uri() + " (generation " + status.generation() + ")"
                + (spec.equals(ExternalSpec.parquet()) ? "" : ", spec " + Output.json(spec));
    }

    static String serves(CollectionStatus status) {
        return status.snapshot().rows() == 0 && status.snapshot().segments() == 0
                ? "nothing yet"
                : StatusText.totals(status.snapshot()) + " (version " + status.version()
                        + (status.listedAt() == null ? "" : ", listed at " + StatusText.time(status.listedAt()))
                        + (status.table() == null ? "" : ", " + status.table().words())
                        + ")";
    }

    /** The update that runs, and how far it is. */
    static String running(CollectionStatus status, Optional<ProgressDisplay.Step> live) {
        Job update = status.update();
        RunningProgress said =
                status.progress() != null && status.progress().update() == update.update() ? status.progress() : null;
        String step = live.isPresent() && live.get().step() != null
                ? live.get().step().wireName()
                : said == null ? null : said.step();
        if (step == null) {
            return "update " + update.update() + " begins";
        }
        boolean same = said != null && said.step().equals(step);
        long done = Math.max(
                same ? said.done() : 0,
                live.map(now -> now.done().values().stream()
                                .mapToLong(Long::longValue)
                                .sum())
                        .orElse(0L));
        long of = same && said.of() > 0
                ? said.of()
                : step.equals(UpdateStep.READ.wireName())
                        ? live.map(ProgressDisplay.Step::listed).orElse(0L)
                        : 0;
        return "update " + update.update() + " " + StatusText.step(step, of > 0 ? Math.min(done, of) : done, of);
    }

    /** What is tried again. */
    static Optional<String> retry(CollectionStatus status, Optional<ProgressDisplay.Step> live) {
        return status.retry() != null
                ? Optional.of(StatusText.retry(status.retry()))
                : live.map(ProgressDisplay.Step::retry);
    }

    private static String refresh(CollectionStatus status) {
        List<String> often = new ArrayList<>();
        if (status.options().refreshEvery() != null) {
            often.add("every " + status.options().refreshEvery());
        }
        if (status.options().maxStaleness() != null) {
            often.add("as often as a staleness of at most " + status.options().maxStaleness() + " takes");
        }
        return String.join(", and ", often)
                + (status.nextRefresh() == null
                        ? status.state().equals("paused") ? ", paused" : ""
                        : ", next at " + StatusText.time(status.nextRefresh()));
    }

    static String rejected(Rejection rejection) {
        return rejection.message() + " at " + StatusText.time(rejection.time()) + ": " + rejection.reason();
    }
}
