package dev.littoral.activities.storage.s3;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.workflows.model.PrintableText;
import java.time.Instant;
import java.util.Optional;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** The file version of an S3 object: its ETag, else size and time. */
final class S3Version {
    private static final String ETAG = "etag:";

    private static final String WEAK = "W/";

    private S3Version() {}

    /** The ETag that is a version, without quotes, or empty where it is size and time. */
    static Optional<String> etag(String version) {
        return version.startsWith(ETAG) ? Optional.of(version.substring(ETAG.length())) : Optional.empty();
    }

    /** A version as the store's headers name it, for sentences: a reply's ETag may be any text of any length. */
    static String named(String version) {
        return version.startsWith(ETAG) ? "ETag " + PrintableText.value(version.substring(ETAG.length())) : version;
    }

    static String of(String etag, long bytes, long modified) {
        // Whole seconds: a listing has fractions of them, a read does not.
        return etag == null ? "size:" + bytes + ";mtime:" + Math.floorDiv(modified, 1000) : ETAG + plain(etag);
    }

    /**
     * A weak ETag, {@code W/"x"}, names the same version as {@code "x"}: some stores list the one and answer with the
     * other.
     */
    private static String plain(String etag) {
        return (etag.startsWith(WEAK) ? etag.substring(WEAK.length()) : etag).replace("\"", "");
    }

    /**
     * The version of the object that a reply is a part of.
     *
     * @param size of the whole object
     */
    static String of(SourceFile file, GetObjectResponse reply, boolean hasEtag, long size) {
        if (!hasEtag && reply.lastModified() == null) {
            throw LittoralException.strangeReply(
                    "Cannot read " + file.path()
                            + ": the store's answer names neither an ETag nor when it was written; expected what its"
                            + " listing names",
                    null);
        }
        Instant modified = reply.lastModified();
        return of(hasEtag ? reply.eTag() : null, size, modified == null ? 0 : modified.toEpochMilli());
    }

    /**
     * The size of the whole object that a reply is a part of, which is that of the file where the store does not say.
     */
    static long sizeOf(GetObjectResponse reply, SourceFile file) {
        String range = reply.contentRange();
        if (range == null) {
            return reply.contentLength();
        }
        String total = range.substring(range.indexOf('/') + 1);
        return total.equals("*") ? file.bytes() : Long.parseLong(total);
    }
}
