package dev.littoral.activities.storage.s3;

import dev.littoral.activities.storage.BlobStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A page of a listing.
 *
 * @param prefix what its keys start with, as the store says it, encoded or not; null where it says nothing
 * @param objects what it lists, in the store's order
 * @param prefixes the common prefixes, where a delimiter asked for them
 * @param next where the next page goes on, or null when this is the last one
 * @param exact whether keys are sent in a way that every one of them survives
 */
record ListPage(String prefix, List<Listed> objects, List<String> prefixes, String next, boolean exact) {
    /** An ETag without anything in it, which every content would have. */
    private static final Pattern NOTHING = Pattern.compile("(W/)?\"*");

    /**
     * An object.
     *
     * @param key its key, decoded
     * @param etag its ETag as the store says it, or null
     * @param bytes its size
     * @param modified when it was written, in milliseconds since 1970; may be unknown where there is an ETag
     */
    record Listed(String key, String etag, long bytes, long modified) {}

    /** Whether an ETag distinguishes contents. Some stores send one that is empty, or none. */
    static boolean isVersion(String etag) {
        return etag != null && !NOTHING.matcher(etag).matches();
    }

    /**
     * The page that the SDK has read.
     *
     * @return empty where all that makes it a page was cut off
     * @throws UnexpectedReplyException when it is a page, but not one of S3's
     */
    static Optional<ListPage> of(ListObjectsV2Response page) {
        if (page.name() == null && page.isTruncated() == null) {
            return Optional.empty();
        }
        check(page.name() != null, "names no bucket");
        check(page.isTruncated() != null, "does not say whether it is the last (IsTruncated)");
        check(
                !page.isTruncated() || page.nextContinuationToken() != null,
                "says that there are more, but not where they begin (NextContinuationToken)");
        check(
                page.isTruncated()
                        || page.nextContinuationToken() == null
                        || page.nextContinuationToken().isEmpty(),
                "says that it is the last (IsTruncated), and where the next one begins (NextContinuationToken)");
        List<Listed> objects = new ArrayList<>(page.contents().size());
        for (S3Object o : page.contents()) {
            check(o.key() != null, "lists an object without a key");
            check(o.size() != null, "lists an object without a size");
            String etag = isVersion(o.eTag()) ? o.eTag() : null;
            long modified = millis(o.lastModified());
            check(
                    etag != null || modified != BlobStore.Entry.UNKNOWN,
                    "lists an object with neither an ETag nor the time it was written");
            objects.add(new Listed(o.key(), etag, o.size(), modified));
        }
        List<String> prefixes = new ArrayList<>();
        for (CommonPrefix common : page.commonPrefixes()) {
            check(common.prefix() != null, "lists a common prefix without a name");
            prefixes.add(common.prefix());
        }
        return Optional.of(new ListPage(
                page.prefix(),
                objects,
                prefixes,
                page.isTruncated() ? page.nextContinuationToken() : null,
                page.encodingType() == EncodingType.URL));
    }

    /** A time in milliseconds; one that has no number of them is unknown. */
    static long millis(Instant time) {
        try {
            return time == null ? BlobStore.Entry.UNKNOWN : time.toEpochMilli();
        } catch (ArithmeticException tooFar) {
            return BlobStore.Entry.UNKNOWN;
        }
    }

    private static void check(boolean isSo, String otherwise) {
        if (!isSo) {
            throw new UnexpectedReplyException(
                    "the store's page of a listing " + otherwise + "; expected an answer to ListObjectsV2");
        }
    }
}
