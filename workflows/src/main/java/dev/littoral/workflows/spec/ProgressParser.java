package dev.littoral.workflows.spec;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.PrintableText;
import dev.littoral.workflows.model.ProgressSignal;
import dev.littoral.workflows.model.RetryInfo;
import java.time.Instant;

/** Parses and validates a worker's progress signal. What the status could not show is refused. */
public final class ProgressParser {
    /** The maximum length of a sentence about a failure. */
    private static final int MAX_CAUSE_CHARS = 1 << 14;

    /** The maximum that a worker may report: the sum over all workers does not overflow. */
    private static final long MAX_DONE = 1L << 50;

    private static final Instant END_OF_TIME = Instant.parse("9999-12-31T00:00:00Z");

    private ProgressParser() {}

    /**
     * Parses a progress signal.
     *
     * @throws InvalidRequestException when no worker sends such a signal
     */
    public static ProgressSignal.Report parse(ProgressSignal signal) {
        try {
            ProgressSignal.Report report =
                    signal == null ? null : Json.JSON.treeToValue(signal.json(), ProgressSignal.Report.class);
            if (report != null && isPresentable(report)) {
                return report;
            }
        } catch (JsonProcessingException e) {
            // Refused below, as one out of bounds is.
        }
        throw new InvalidRequestException("news is not what a worker sends; expected none from anybody else");
    }

    /** Whether all of it can be written and shown: else each workflow task that writes the status would fail. */
    private static boolean isPresentable(ProgressSignal.Report report) {
        RetryInfo retry = report.retry();
        return (report.step() == null || isPresentable(report.step(), JsonFields.MAX_TEXT_CHARS))
                && (report.worker() == null || isPresentable(report.worker(), JsonFields.MAX_TEXT_CHARS))
                && report.done() >= 0
                && report.done() <= MAX_DONE
                && report.of() >= 0
                && (retry == null
                        || (isPresentable(retry.step(), JsonFields.MAX_TEXT_CHARS)
                                && isPresentable(retry.cause(), MAX_CAUSE_CHARS)
                                && isPresentable(retry.time())
                                && (retry.nextTry() == null || isPresentable(retry.nextTry()))));
    }

    private static boolean isPresentable(String text, int maxChars) {
        return text != null && text.length() <= maxChars && PrintableText.isEncodable(text);
    }

    private static boolean isPresentable(Instant time) {
        return time != null && !time.isBefore(Instant.EPOCH) && time.isBefore(END_OF_TIME);
    }
}
