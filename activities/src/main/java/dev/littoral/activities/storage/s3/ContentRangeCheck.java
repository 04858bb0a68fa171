package dev.littoral.activities.storage.s3;

import dev.littoral.workflows.model.PrintableText;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The check of a reply against the range of an object that was asked for. Bytes of another place than that would be
 * taken for what is wrong with the file, so a reply has to say what it holds: a part by its Content-Range, the whole
 * object by its status.
 */
final class ContentRangeCheck {
    private static final Pattern ASKED = Pattern.compile("bytes=(\\d{1,19})-(\\d{1,19})");
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,19})-(\\d{1,19})/(\\d{1,19}|\\*)");
    private static final int OK = 200;
    private static final int SHOWN = 60;

    private final long first;
    private final long last;

    /**
     * A range.
     *
     * @param range as the request's header says it, {@code bytes=0-9}
     */
    ContentRangeCheck(String range) {
        Matcher asked = ASKED.matcher(range);
        if (!asked.matches()) {
            throw new IllegalArgumentException("Range " + range + " is not one from one byte to another");
        }
        first = Long.parseLong(asked.group(1));
        last = Long.parseLong(asked.group(2));
    }

    /**
     * Looks at a reply that is as long as the range.
     *
     * @param contentRange its header, or null
     * @throws UnexpectedReplyException names what it says instead
     */
    void check(int status, String contentRange) {
        boolean isAsked = contentRange == null ? status == OK && first == 0 : isAsked(contentRange);
        if (!isAsked) {
            throw new UnexpectedReplyException(
                    "the store's answer is not the range that was asked for, bytes " + first + " to " + last
                            + ", but " + status
                            + (contentRange == null
                                    ? " without a Content-Range"
                                    : " with the Content-Range '" + PrintableText.name(contentRange, SHOWN) + "'"));
        }
    }

    private boolean isAsked(String contentRange) {
        Matcher range = CONTENT_RANGE.matcher(contentRange);
        try {
            return range.matches()
                    && Long.parseLong(range.group(1)) == first
                    && Long.parseLong(range.group(2)) == last
                    && (range.group(3).equals("*") || Long.parseLong(range.group(3)) > last);
        } catch (NumberFormatException beyondAnySize) {
            return false;
        }
    }
}
