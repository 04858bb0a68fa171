package dev.littoral.activities.s3;

import java.time.Instant;
import java.util.List;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

/**
 * A page of a listing.
 *
 * @param objects what it lists, in the store's order
 * @param prefixes the common prefixes, where a delimiter asked for them
 * @param next where the next page goes on, or null when this is the last one
 * @param exact whether keys are sent in a way that every one of them survives
 */
public record ListPage(List<Listed> objects, List<String> prefixes, String next, boolean exact) {
    /**
     * An object.
     *
     * @param key its key, decoded
     * @param etag its ETag as the store says it, or null
     * @param bytes its size
     * @param modified when it was written; may be null where there is an ETag
     */
    public record Listed(String key, String etag, long bytes, Instant modified) {}

    static ListPage of(ListObjectsV2Response page) {
        return new ListPage(
                page.contents().stream()
                        .map(o -> new Listed(o.key(), o.eTag(), o.size(), o.lastModified()))
                        .toList(),
                page.commonPrefixes().stream().map(CommonPrefix::prefix).toList(),
                page.isTruncated() ? page.nextContinuationToken() : null,
                page.encodingType() == EncodingType.URL);
    }
}
