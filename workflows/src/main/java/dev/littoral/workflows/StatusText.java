package dev.littoral.workflows;

import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FreshnessStatus;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.PrintableText;
import dev.littoral.workflows.model.Rejection;
import dev.littoral.workflows.model.RetryInfo;
import dev.littoral.workflows.model.RunningProgress;
import dev.littoral.workflows.model.SinkStatus;
import dev.littoral.workflows.model.Totals;
import dev.littoral.workflows.model.UpdateStep;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The text of statuses and summaries that people read, in Temporal's web UI and elsewhere. Pure. */
public final class StatusText {
    /** Temporal refuses a longer summary, and with it its command. */
    private static final int MAX_SUMMARY_BYTES = 400;

    /** Values in Markdown are cut here; the whole of them is in the status. */
    private static final int MAX_VALUE_CHARS = 500;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private StatusText() {}

    /** One line of at most 400 bytes. */
    public static String summary(String text) {
        String line = shown(text);
        return bytes(line) <= MAX_SUMMARY_BYTES ? line : cut(line, MAX_SUMMARY_BYTES - bytes("…")) + "…";
    }

    private static String shown(String text) {
        return text.codePoints()
                .map(c -> PrintableText.isShown(c) ? c : ' ')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static String cut(String text, int maxBytes) {
        StringBuilder kept = new StringBuilder();
        int size = 0;
        for (int c : text.codePoints().toArray()) {
            size += bytes(Character.toString(c));
            if (size > maxBytes) {
                break;
            }
            kept.appendCodePoint(c);
        }
        return kept.toString();
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** The source of a collection, in one line. */
    public static String follows(ExternalSource source) {
        return source == null ? "Follows what its catalog says" : summary("Follows " + source.uri());
    }

    /** The purpose of an update, in one line. */
    static String update(Job job) {
        return summary("Update " + job.update() + ", asked for by " + job.trigger() + ", of "
                + job.source().uri());
    }

    /** The progress of a step, in words: {@code reads footers, 1,204 of 98,112 files}. */
    public static String step(String step, long done, long of) {
        return switch (UpdateStep.ofWireName(step).orElse(UpdateStep.COMMIT)) {
            case LIST -> "lists files" + (done > 0 ? ", " + count(done) + " so far" : "");
            case READ -> "reads footers" + share(done, of, "files");
            case BALANCE -> "balances segments" + share(done, of, "shards");
            case COMMIT -> "commits";
        };
    }

    private static String share(long done, long of, String what) {
        return of == 0 ? "" : ", " + count(done) + " of " + count(of) + " " + what;
    }

    public static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    /** A number of things, which are named in the singular. */
    public static String count(long n, String thing) {
        return count(n) + " " + thing + (n == 1 ? "" : "s");
    }

    public static String time(Instant time) {
        return TIME.format(time) + " UTC";
    }

    /** What a snapshot holds. */
    public static String totals(Totals totals) {
        return count(totals.rows(), "row") + " in " + count(totals.segments(), "segment")
                + (totals.dead() == 0 ? "" : " with " + count(totals.dead(), "dead row")) + ", of "
                + count(totals.files(), "file");
    }

    /** How an update ended, why, and what became of rows that a table moved. */
    public static String end(Job job) {
        return "update " + job.update() + " " + job.state()
                + (job.ended() == null ? "" : " at " + time(job.ended()))
                + (job.reason() == null ? "" : ": " + job.reason())
                + moved(job);
    }

    private static String moved(Job job) {
        List<String> parts = new ArrayList<>();
        if (job.keptRows() != null) {
            parts.add(count(job.keptRows(), "row") + " kept");
        }
        if (job.movedRows() != null) {
            parts.add(count(job.movedRows(), "row") + " indexed anew");
        }
        return parts.isEmpty() ? "" : "; moved by the table: " + String.join(", ", parts);
    }

    /** A failure and when it is retried. */
    public static String retry(RetryInfo retry) {
        return retry.cause() + " (" + retry.step() + ", attempt " + retry.attempt() + " failed at "
                + time(retry.time())
                + (retry.nextTry() == null ? ", tries are used up)" : ", next try at " + time(retry.nextTry()) + ")");
    }

    /** How far a collection's events are at a sink. */
    public static String sink(SinkStatus sink) {
        return sink.sink() + " "
                + (sink.behind() == 0
                        ? "has got those of every version"
                        : "lacks those of " + count(sink.behind(), "version"))
                + (sink.dropped() == 0 ? "" : ", " + count(sink.dropped(), "event") + " dropped")
                + (sink.failure() == null ? "" : ": " + sink.failure())
                + (sink.nextTry() == null ? "" : ", next try at " + time(sink.nextTry()));
    }

    /** Since when a collection is BEHIND, and why. */
    public static String behind(FreshnessStatus freshness) {
        return "since " + time(freshness.since())
                + (freshness.cause() == null ? "" : ": " + freshness.cause().sentence());
    }

    /** As of when a collection serves its source, and until when that is fresh enough; empty where it is not known. */
    public static String asOf(FreshnessStatus freshness) {
        String asOf = freshness.asOf() == null ? "" : "as of " + time(freshness.asOf());
        return freshness.staleAt() == null || freshness.behind()
                ? asOf
                : (asOf.isEmpty() ? "" : asOf + ", ") + "BEHIND from " + time(freshness.staleAt()) + " on";
    }

    /** The progress of the running update. */
    public static String progress(CollectionStatus status) {
        RunningProgress progress = status.progress();
        if (status.update() == null) {
            return "";
        }
        return "update " + status.update().update()
                + (progress == null
                        ? " runs"
                        : " " + step(progress.step(), progress.done(), progress.of()) + ", as of "
                                + time(progress.time()));
    }

    /** The update that waits, and for whom. */
    public static String waiting(CollectionStatus status) {
        String asked = ", asked for by " + status.pending().trigger();
        return status.serving() == null || status.serving().waits() == null
                ? "update " + status.pending().update() + asked
                : status.serving().waits() + asked;
    }

    /** A collection's page in the web UI, as Markdown. */
    static String details(CollectionStatus status) {
        StringBuilder page = new StringBuilder();
        line(page, "State", status.state());
        if (status.freshness() != null && status.freshness().behind()) {
            line(page, "BEHIND", plain(behind(status.freshness())));
        }
        if (status.rolledBack() != null) {
            line(page, "Paused", plain(status.rolledBack()));
        }
        // The web UI shows a few lines at once: first what a person may have to correct.
        if (status.retry() != null) {
            line(page, "Trying again", plain(retry(status.retry())));
        }
        if (status.lastFailure() != null) {
            line(page, "Last failure", plain(end(status.lastFailure())));
        }
        if (status.source() != null) {
            line(
                    page,
                    "Follows",
                    code(status.source().uri()) + ", " + status.source().spec().format() + ", generation "
                            + status.generation());
        }
        line(
                page,
                "Serves",
                status.snapshot().rows() == 0 && status.snapshot().segments() == 0
                        ? "nothing yet"
                        : totals(status.snapshot()) + ", at version " + status.version()
                                + (status.listedAt() == null ? "" : ", listed at " + time(status.listedAt())));
        if (status.table() != null) {
            line(page, "Table", status.table().words());
        }
        if (status.warning() != null) {
            line(page, "Warning", plain(status.warning()));
        }
        if (status.freshness() != null && !asOf(status.freshness()).isEmpty()) {
            line(page, "Fresh", asOf(status.freshness()));
        }
        if (status.serving() != null) {
            line(page, "Serving", plain(ConsumerText.serving(status.serving())));
        }
        if (status.update() != null) {
            line(page, "Running", progress(status));
        }
        if (status.pending() != null) {
            line(page, "Waiting", waiting(status));
        }
        if (status.last() != null && !status.last().equals(status.lastFailure())) {
            line(page, "Last", plain(end(status.last())));
        }
        if (status.nextRefresh() != null) {
            line(page, "Next refresh", time(status.nextRefresh()));
        }
        if (status.sinks() != null) {
            status.sinks().forEach(sink -> line(page, "Events", plain(sink(sink))));
        }
        if (!status.rejected().isEmpty()) {
            Rejection rejection = status.rejected().getLast();
            line(
                    page,
                    "Rejected",
                    plain(rejection.message() + " at " + time(rejection.time()) + ": " + rejection.reason()));
        }
        return page.toString();
    }

    static void line(StringBuilder page, String name, String value) {
        page.append("**").append(name).append(":** ").append(value).append("\n\n");
    }

    /** A value as inline code. */
    static String code(String value) {
        return "`" + shortened(value).replace('`', '\'') + "`";
    }

    /** Text whose letters mean nothing to Markdown or HTML. */
    static String plain(String text) {
        StringBuilder plain = new StringBuilder();
        shortened(text).codePoints().forEach(c -> {
            if ("\\`*_[]<>&|#~".indexOf(c) >= 0) {
                plain.append('\\');
            }
            plain.appendCodePoint(c);
        });
        return plain.toString();
    }

    private static String shortened(String value) {
        String text = shown(value);
        return text.codePointCount(0, text.length()) <= MAX_VALUE_CHARS
                ? text
                : text.substring(0, text.offsetByCodePoints(0, MAX_VALUE_CHARS)) + "…";
    }
}
