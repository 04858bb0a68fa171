package dev.littoral.activities.storage.s3;

import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.storage.BlobStore;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * A consistency check between LIST and GET of one object: whether they can name the same version, size and existence at
 * all. It looks twice in turn. What is the same both times is the store's own; anything else is a change.
 */
final class ListReadConsistency {
    private final BlobStore store;
    private final S3Bucket bucket;

    /** A check for the objects of a store in a bucket; neither is closed with it. */
    ListReadConsistency(BlobStore store, S3Bucket bucket) {
        this.store = store;
        this.bucket = bucket;
    }

    /**
     * What LIST and GET said of an object, one after the other.
     *
     * @param version the reply's, or null where the object was not returned
     * @param bytes the size of the whole object by the reply
     * @param refusal the status that came instead of the object, or 0
     */
    private record Turn(SourceFile listed, String version, long bytes, int refusal) {}

    /** What they never agree on, in words, or empty. */
    Optional<String> disagreement(String key) throws InterruptedException {
        Optional<Turn> turn = turn(key);
        Optional<String> found = turn.flatMap(ListReadConsistency::difference);
        return found.isPresent() && turn.equals(turn(key)) ? found : Optional.empty();
    }

    private Optional<Turn> turn(String key) throws InterruptedException {
        Optional<BlobStore.Entry> found = store.find(key);
        if (found.isEmpty() || found.get().bytes() == 0) {
            return Optional.empty();
        }
        SourceFile listed = new SourceFile(
                store.address(key), found.get().version(), found.get().bytes());
        try {
            GetObjectResponse reply =
                    bucket.get(1, r -> r.key(key).range("bytes=0-0")).response();
            // By size and time where the listing has no ETags, as a read compares them.
            boolean tagged =
                    reply.eTag() != null && S3Version.etag(listed.version()).isPresent();
            long bytes = S3Version.sizeOf(reply, listed);
            return Optional.of(new Turn(listed, S3Version.of(listed, reply, tagged, bytes), bytes, 0));
        } catch (SdkException e) {
            if (e instanceof S3Exception refusal && isOfTheObject(refusal)) {
                return Optional.of(new Turn(listed, null, 0, refusal.statusCode()));
            }
            throw S3Failures.of("read " + listed.path(), e);
        }
    }

    /** Of an object that is gone, is empty, or has another version than nobody asked for. */
    private static boolean isOfTheObject(S3Exception refusal) {
        return S3Failures.isMissing(refusal) || refusal.statusCode() == 416 || refusal.statusCode() == 412;
    }

    private static Optional<String> difference(Turn turn) {
        SourceFile listed = turn.listed;
        if (turn.refusal != 0) {
            return Optional.of("the store lists " + listed.path() + " with " + listed.bytes()
                    + " bytes and answers reads of it with " + turn.refusal
                    + ", and neither changes; expected the object");
        }
        if (turn.bytes != listed.bytes()) {
            return Optional.of("the store lists " + listed.bytes() + " bytes for " + listed.path()
                    + " and answers reads of it with " + turn.bytes
                    + ", and neither changes; expected the same of both");
        }
        return turn.version.equals(listed.version())
                ? Optional.empty()
                : Optional.of("the store lists " + S3Version.named(listed.version()) + " for " + listed.path()
                        + " and answers reads of it with " + S3Version.named(turn.version)
                        + "; expected the same, by which a version is known");
    }
}
