package dev.littoral.starter.server;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.Output;
import dev.littoral.workflows.StatusText;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.Rejection;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The live view of a collection: a page that is redrawn on a terminal, a line for each change otherwise. */
final class StatusWatcher {
    /** Set by the launcher, which knows whether standard output is a terminal. */
    private static final boolean TERMINAL = Boolean.getBoolean("littoral.terminal.out");

    private static final long EVERY_MILLIS = 500;

    private final CollectionClient collection;
    private final ProgressProbe probe;
    private final PrintWriter out;
    private final boolean json;
    private final ProgressDisplay.Tally tally = new ProgressDisplay.Tally();
    private int drawn;
    private List<String> shown = List.of();
    private CollectionStatus before;
    private String said = "";
    private String retry = "";
    private String written = "";
    private Set<Long> known = Set.of();

    StatusWatcher(CollectionClient collection, PrintWriter out, boolean json) {
        this.collection = collection;
        this.probe = new ProgressProbe(collection);
        this.out = out;
        this.json = json;
    }

    /** Goes on until the collection ends or nobody reads any more. An interrupt ends the process. */
    ExitCode watch() throws InterruptedException {
        while (!out.checkError()) {
            try {
                CollectionRun run = collection.existing();
                CollectionStatus status = collection.status();
                show(run, status, run.isRunning() ? probe.at(status) : Optional.empty());
                if (!run.isRunning()) {
                    return ExitCode.OK;
                }
            } catch (LittoralException e) {
                if (e.type() != FailureType.TRANSIENT) {
                    throw e;
                }
                // A server or a worker that is away comes back.
                unanswered(e.getMessage());
            }
            Thread.sleep(EVERY_MILLIS);
        }
        return ExitCode.OK;
    }

    private void show(CollectionRun run, CollectionStatus status, Optional<ProgressDisplay.Step> step) {
        Optional<ProgressDisplay.Step> summed = step.map(now -> now.with(tally.add(now)));
        if (json) {
            String object = Output.json(StatusCommand.object(status, run));
            if (!object.equals(written)) {
                out.println(object);
                written = object;
            }
        } else if (TERMINAL) {
            draw(StatusPage.lines(status, run, summed));
        } else {
            changes(run, status, summed).forEach(this::line);
        }
        before = status;
        out.flush();
    }

    private void unanswered(String sentence) {
        if (json) {
            return;
        }
        if (TERMINAL) {
            draw(List.of(collection.id() + "  " + Output.path(sentence)));
        } else if (!sentence.equals(said)) {
            line(sentence);
        }
        said = sentence;
        out.flush();
    }

    private void draw(List<String> page) {
        if (page.equals(shown)) {
            return;
        }
        shown = page;
        // Without line wrap a narrow terminal cuts lines instead of scrolling.
        out.print("\u001b[?7l");
        if (drawn > 0) {
            out.print("\u001b[" + drawn + "F\u001b[J");
        }
        page.forEach(out::println);
        out.print("\u001b[?7h");
        drawn = page.size();
        out.flush();
    }

    private void line(String sentence) {
        out.println(StatusText.time(Instant.now()) + "  " + Output.path(sentence));
    }

    /** The updates that ended since the previous poll, oldest first; at the first poll the last one. */
    private List<Job> ended(CollectionStatus status) {
        if (status.last() == null || (before != null && status.last().equals(before.last()))) {
            return List.of();
        }
        List<Job> ended = collection.jobs(Long.MAX_VALUE, CollectionClient.MAX_PAGE).stream()
                .filter(job -> job.state().isEnd())
                .toList();
        List<Job> fresh = before == null
                ? List.of(status.last())
                : ended.stream()
                        .filter(job -> !known.contains(job.update()))
                        .toList()
                        .reversed();
        known = ended.stream().map(Job::update).collect(Collectors.toSet());
        return fresh;
    }

    /** What is new since the previous poll, in the order in which it happened. */
    private List<String> changes(CollectionRun run, CollectionStatus status, Optional<ProgressDisplay.Step> step) {
        List<String> lines = new ArrayList<>();
        if (before == null || !Objects.equals(before.source(), status.source())) {
            lines.add("source " + StatusPage.source(status));
        }
        if (status.rolledBack() != null
                && (before == null || !status.rolledBack().equals(before.rolledBack()))) {
            lines.add(status.rolledBack());
        }
        boolean wasBehind = before != null
                && before.freshness() != null
                && before.freshness().behind();
        boolean isBehind = status.freshness() != null && status.freshness().behind();
        if (isBehind && !wasBehind) {
            lines.add("BEHIND " + StatusText.behind(status.freshness()));
        } else if (wasBehind && !isBehind) {
            lines.add("fresh again " + StatusText.asOf(status.freshness()));
        }
        List<Rejection> rejected = status.rejected();
        if (!rejected.isEmpty() && (before == null || !before.rejected().contains(rejected.getLast()))) {
            lines.add("rejected " + StatusPage.rejected(rejected.getLast()));
        }
        for (Job job : ended(status)) {
            lines.add(StatusText.end(job));
        }
        String found = StatusPage.retry(status, step).orElse("");
        if (!found.isEmpty() && !found.equals(retry)) {
            lines.add("trying again: " + found);
        }
        retry = found;
        String now = !run.isRunning()
                ? run.end()
                : status.update() != null
                        ? StatusPage.running(status, step)
                        : status.state() + ", serves " + StatusPage.serves(status);
        if (!now.equals(said)) {
            lines.add(now);
        }
        said = now;
        return lines;
    }
}
