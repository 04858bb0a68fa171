package dev.littoral.starter.catalog;

import dev.littoral.starter.cli.Output;
import dev.littoral.workflows.StatusText;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.Totals;

/** One version of a collection as text, for people. */
public final class HeadText {
    private HeadText() {}

    /** On one line. */
    static String line(Head head) {
        return "%-8d %-11s %-24s generation %d, update %d, %s, %s%s%s: %s"
                .formatted(
                        head.version(),
                        head.kind(),
                        head.time(),
                        head.generation(),
                        head.update(),
                        StatusText.count(head.totals().rows(), "row"),
                        StatusText.count(head.totals().segments(), "segment"),
                        dead(head.totals()),
                        head.listedAt() == null ? "" : ", listed at " + head.listedAt(),
                        Output.path(head.reason()));
    }

    /** On several lines, of which the last one ends. */
    public static String page(String collectionId, Head head) {
        Totals totals = head.totals();
        return String.format(
                "%s  version %d, %s at %s%n"
                        + "  source    %s (generation %d)%n"
                        + "  serves    %s in %s%s, %s, %s%n"
                        + "%s"
                        + "  reason    %s%n",
                collectionId,
                head.version(),
                head.kind(),
                head.time(),
                Output.path(head.source().uri()),
                head.generation(),
                StatusText.count(totals.rows(), "row"),
                StatusText.count(totals.segments(), "segment"),
                dead(totals),
                StatusText.count(totals.fragments(), "fragment"),
                StatusText.count(totals.files(), "file"),
                (head.listedAt() == null ? "" : String.format("  listed    %s%n", head.listedAt()))
                        + (head.table() == null
                                ? ""
                                : String.format("  table     %s%n", head.table().words())),
                Output.path(head.reason()));
    }

    private static String dead(Totals totals) {
        return totals.dead() == 0 ? "" : " with " + StatusText.count(totals.dead(), "dead row");
    }
}
