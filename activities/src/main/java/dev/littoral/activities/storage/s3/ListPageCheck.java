package dev.littoral.activities.storage.s3;

import dev.littoral.workflows.model.PrintableText;
import java.util.Locale;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * The check of a listing's pages against its request. A page that lists anything else is not looked at further. The
 * bucket's name is not compared: access points, gateways and tenants are asked by one name and answer with another.
 */
final class ListPageCheck {
    /** As long as a key of S3 may be, in bytes; a key of more characters has more. */
    private static final int MAX_KEY = 1_024;

    private static final int MAX_ETAG = 256;

    /** A token goes into the address of the next request. */
    private static final int MAX_TOKEN = 8_192;

    /** Twenty times what an object of S3 may have, in bytes. */
    private static final long MAX_BYTES = 1L << 50;

    private static final int SHOWN = 120;

    private final ListObjectsV2Request asked;
    private final String prefix;

    ListPageCheck(ListObjectsV2Request asked) {
        this.asked = asked;
        this.prefix = asked.prefix() == null ? "" : asked.prefix();
    }

    /**
     * Looks at a page.
     *
     * @throws UnexpectedReplyException names what it lists that was not asked for
     */
    void check(ListPage page) {
        if (page.prefix() != null && !page.prefix().isEmpty() && !isSame(page.prefix(), prefix)) {
            throw strange("prefix " + shown(page.prefix()), shown(prefix));
        }
        for (ListPage.Listed o : page.objects()) {
            check("key", o.key());
            if (o.bytes() < 0 || o.bytes() > MAX_BYTES) {
                throw strange("a size of " + o.bytes() + " bytes for " + shown(o.key()), "0 to " + MAX_BYTES);
            }
            if (o.etag() != null && !isEtag(o.etag())) {
                throw strange(
                        "an ETag of " + o.etag().length() + " characters, " + shown(o.etag()) + ", for "
                                + shown(o.key()),
                        "up to " + MAX_ETAG + " that can be seen");
            }
        }
        for (String common : page.prefixes()) {
            check("common prefix", common);
            if (asked.delimiter() == null || !common.endsWith(asked.delimiter())) {
                throw strange(
                        "common prefix " + shown(common),
                        asked.delimiter() == null ? "none" : "one that ends in " + asked.delimiter());
            }
        }
        if (page.next() != null && page.next().length() > MAX_TOKEN) {
            throw strange("a continuation token of " + page.next().length() + " characters", MAX_TOKEN + " at most");
        }
    }

    private void check(String what, String key) {
        if (!key.startsWith(prefix) || key.isEmpty()) {
            throw strange(what + " " + shown(key), "only what starts with " + shown(prefix) + ", as was asked");
        }
        if (key.length() > MAX_KEY) {
            throw strange(
                    String.format(Locale.ROOT, "a %s of %d characters, %s", what, key.length(), shown(key)),
                    "at most " + MAX_KEY);
        }
    }

    /** Each character of it is one that a header may bear as it is. */
    private static boolean isEtag(String etag) {
        boolean seen = !etag.isEmpty() && etag.length() <= MAX_ETAG;
        for (int i = 0; i < etag.length() && seen; i++) {
            seen = etag.charAt(i) > ' ' && etag.charAt(i) < 0x7F;
        }
        return seen;
    }

    /** Stores encode what they say again of a request, or not, and readers decode it, or not. */
    private static boolean isSame(String said, String asked) {
        return said.equals(asked) || decoded(said).equals(asked) || said.equals(decoded(asked));
    }

    private static String decoded(String text) {
        try {
            return SdkHttpUtils.urlDecode(text);
        } catch (IllegalArgumentException notEncoded) {
            return text;
        }
    }

    private static String shown(String name) {
        return "'" + PrintableText.name(name, SHOWN) + "'";
    }

    private static UnexpectedReplyException strange(String found, String expected) {
        return new UnexpectedReplyException("the store lists " + found + "; expected " + expected);
    }
}
