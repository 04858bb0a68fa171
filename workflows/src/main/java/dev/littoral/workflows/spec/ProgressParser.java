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
    public static ProgressSignal.News parse(ProgressSignal signal) {
        try {
            ProgressSignal.News news =
                    signal == null ? null : Json.JSON.treeToValue(signal.json(), ProgressSignal.News.class);
            if (news != null && isPresentable(news)) {
                return news;
            }
        } catch (JsonProcessingException e) {
            // Refused below, as one out of bounds is.
        }
        throw new InvalidRequestException("news is not what a worker sends; expected none from anybody else");
    }

    /** Whether all of it can be written and shown: else each workflow task that writes the status would fail. */
    private static boolean isPresentable(ProgressSignal.News news) {
        RetryInfo retry = news.trouble();
        return (news.step() == null || isPresentable(news.step(), JsonFields.MAX_TEXT_CHARS))
                && (news.worker() == null || isPresentable(news.worker(), JsonFields.MAX_TEXT_CHARS))
                && news.done() >= 0
                && news.done() <= MAX_DONE
                && news.of() >= 0
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
