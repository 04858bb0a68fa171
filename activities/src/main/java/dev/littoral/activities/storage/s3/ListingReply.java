package dev.littoral.activities.storage.s3;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The XML of a reply to ListObjectsV2, checked for what the SDK would take for an empty page, or for the last one: it
 * reads whatever is not {@code true} as {@code false}.
 */
final class ListingReply {
    /** The name of the first element, without its prefix. */
    private static final Pattern ROOT = Pattern.compile("<(?:[\\w.-]+:)?(\\w[\\w.-]*)[\\s/>]");

    private static final Pattern TRUNCATED = Pattern.compile("<(?:[\\w.-]+:)?IsTruncated(?:\\s[^>]*)?>([^<]*)<");

    private ListingReply() {}

    /**
     * Checks a whole document.
     *
     * @throws UnexpectedReplyException when it is neither a page of a listing nor an error, or says of itself neither
     *     that it is the last nor that it is not
     */
    static void check(byte[] xml) {
        String text = new String(xml, StandardCharsets.ISO_8859_1);
        Matcher root = ROOT.matcher(text);
        if (!root.find()
                || !(root.group(1).equals("ListBucketResult") || root.group(1).equals("Error"))) {
            throw new UnexpectedReplyException(
                    "the store's reply to a listing is XML of another kind; expected a page as S3 gives it");
        }
        Matcher truncated = TRUNCATED.matcher(text);
        while (truncated.find()) {
            String value = truncated.group(1);
            if (!value.equalsIgnoreCase("true") && !value.equalsIgnoreCase("false")) {
                throw new UnexpectedReplyException(
                        "the store's page of a listing says neither true nor false of whether"
                                + " there are more (IsTruncated); expected an answer to ListObjectsV2");
            }
        }
    }
}
