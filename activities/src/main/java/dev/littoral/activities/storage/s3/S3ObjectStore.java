package dev.littoral.activities.storage.s3;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.ObjectStore;
import dev.littoral.workflows.model.FailureType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** A catalog below a prefix of an S3 bucket. It is as safe as the store's {@code If-None-Match} is. */
public final class S3ObjectStore implements ObjectStore {
    /** What one request may list or delete. */
    private static final int BATCH = 1000;

    private final S3Bucket bucket;
    /** Empty, or ends in a slash. */
    private final String prefix;

    /**
     * Opens a catalog.
     *
     * @param client stays the caller's
     * @param uri a bucket, or a folder in it with or without a closing slash
     */
    public S3ObjectStore(S3Client client, S3Uri uri, RequestCounter counter) {
        this.bucket = new S3Bucket(client, uri, counter);
        this.prefix = uri.key().isEmpty() || uri.key().endsWith("/") ? uri.key() : uri.key() + "/";
    }

    @Override
    public boolean createIfAbsent(String key, byte[] body) throws InterruptedException {
        try {
            // An answer that was lost makes the SDK try again, and then this call's own object is in its way: a false.
            write(key, body, PutObjectRequest.builder().ifNoneMatch("*"));
            return true;
        } catch (S3Exception e) {
            if (e.statusCode() == 412) {
                return false;
            }
            throw S3Failures.of(writing(key), e);
        } catch (SdkException e) {
            throw S3Failures.of(writing(key), e);
        }
    }

    @Override
    public void put(String key, byte[] body) throws InterruptedException {
        try {
            write(key, body, PutObjectRequest.builder());
        } catch (SdkException e) {
            throw S3Failures.of(writing(key), e);
        }
    }

    private void write(String key, byte[] body, PutObjectRequest.Builder builder) throws InterruptedException {
        PutObjectRequest request = builder.bucket(bucket.name())
                .key(prefix + key)
                .overrideConfiguration(bucket.configuration())
                .build();
        PutObjectResponse reply = bucket.send(s3 -> s3.putObject(request, RequestBody.fromBytes(body)));
        if (reply.eTag() == null) {
            throw new LittoralException(
                    FailureType.TRANSIENT,
                    "Cannot " + writing(key)
                            + " for certain: the reply was cut off or names no ETag, so it may have been written or"
                            + " not");
        }
    }

    private String writing(String key) {
        return "write " + bucket.path(prefix + key);
    }

    @Override
    public Optional<byte[]> get(String key) throws InterruptedException {
        String action = "read " + bucket.path(prefix + key);
        try {
            return Optional.of(bucket.get(-1, r -> r.key(prefix + key)).asByteArrayUnsafe());
        } catch (S3Exception e) {
            if (S3Failures.isMissing(e)) {
                return Optional.empty();
            }
            throw S3Failures.of(action, e);
        } catch (SdkException e) {
            throw S3Failures.of(action, e);
        }
    }

    @Override
    public List<String> list(String keyPrefix, String startAfter, int limit) throws InterruptedException {
        List<String> keys = new ArrayList<>();
        ListObjectsPages pages = bucket.pages(r -> r.prefix(prefix + keyPrefix)
                .startAfter(startAfter == null ? null : prefix + startAfter)
                .maxKeys(Math.min(BATCH, limit - keys.size())));
        while (pages.hasNext() && keys.size() < limit) {
            for (ListPage.Listed o : pages.next().objects()) {
                String key = o.key().substring(prefix.length());
                if (!keys.isEmpty() && keys.getLast().compareTo(key) >= 0) {
                    throw LittoralException.input("The store lists " + keys.getLast() + " before " + key + " below "
                            + location() + "; a catalog needs one that lists in ASCII order");
                }
                if (startAfter != null && startAfter.compareTo(key) >= 0) {
                    throw LittoralException.input(
                            "The store lists " + key + " below " + location() + " where keys after " + startAfter
                                    + " were asked for; a catalog needs one that heeds start-after");
                }
                keys.add(key);
            }
        }
        if (keys.size() > limit) {
            throw LittoralException.input("The store lists " + keys.size() + " keys below " + location() + " where "
                    + limit + " at most were asked for; a catalog needs one that heeds max-keys");
        }
        return keys;
    }

    @Override
    public void delete(Collection<String> keys) throws InterruptedException {
        List<ObjectIdentifier> objects = keys.stream()
                .distinct()
                .map(key -> ObjectIdentifier.builder().key(prefix + key).build())
                .toList();
        for (int from = 0; from < objects.size(); from += BATCH) {
            List<ObjectIdentifier> batch = objects.subList(from, Math.min(from + BATCH, objects.size()));
            String action = "delete objects of " + location();
            DeleteObjectsResponse reply = bucket.whole(
                    action,
                    s3 -> s3.deleteObjects(r -> r.bucket(bucket.name())
                            .delete(d -> d.objects(batch))
                            .overrideConfiguration(bucket.configuration())),
                    answer -> answer.deleted().size() + answer.errors().size() >= batch.size());
            if (!reply.errors().isEmpty()) {
                throw S3Failures.ofCode(action, reply.errors().getFirst().code());
            }
        }
    }

    @Override
    public String location() {
        return bucket.path(prefix);
    }

    /** Nothing to close: the client is the caller's. */
    @Override
    public void close() {}
}
