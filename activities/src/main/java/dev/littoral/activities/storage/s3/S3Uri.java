package dev.littoral.activities.storage.s3;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.spec.SourceScheme;

/**
 * An S3 address, {@code s3://bucket/key}.
 *
 * @param key raw: nothing is percent-decoded, {@code ?} and {@code #} are letters like others; empty for the whole
 *     bucket
 */
public record S3Uri(String bucket, String key) {
    private static final String SCHEME = "s3://";

    /**
     * Reads an address.
     *
     * @throws LittoralException INPUT when it is no S3 address; the message repeats no credentials that may be in it
     */
    public static S3Uri parse(String uri) {
        if (!uri.startsWith(SCHEME)) {
            throw LittoralException.input("An S3 address starts with s3://, as in s3://bucket/prefix/");
        }
        int slash = uri.indexOf('/', SCHEME.length());
        String bucket = uri.substring(SCHEME.length(), slash < 0 ? uri.length() : slash);
        if (bucket.contains("@")) {
            throw LittoralException.input("An S3 address holds no credentials: only s3://bucket/prefix/ is understood");
        }
        if (SourceScheme.isArn(bucket)) {
            throw LittoralException.input("An S3 address names a bucket, not an ARN: expected s3://bucket/prefix/; an"
                    + " access point's alias, which ends in -s3alias, is the name of a bucket");
        }
        if (!SourceScheme.isBucket(bucket)) {
            throw LittoralException.input(
                    "'" + bucket + "' in an S3 address is not the name of a bucket: expected letters,"
                            + " digits, dots and hyphens, as in s3://bucket/prefix/");
        }
        return new S3Uri(bucket, slash < 0 ? "" : uri.substring(slash + 1));
    }

    @Override
    public String toString() {
        return SCHEME + bucket + "/" + key;
    }
}
