package dev.littoral.activities.storage.s3;

import dev.littoral.activities.concurrent.LogContext;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.workflows.model.FailureType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;

/**
 * A bucket whose replies are known to be whole. To the SDK a reply that was cut off after its first line is a success
 * in which everything is null: a listing without keys, an object without bytes. Here it is tried again, then a
 * TRANSIENT failure. Safe for use by many threads; the client stays the caller's.
 */
final class S3Bucket {
    /** Tries of a request whose reply was cut off. */
    private static final int ATTEMPTS = 4;
    /** The wait before the second try, in milliseconds; it doubles, and half of it is random. */
    private static final long BACKOFF_MILLIS = 100;

    /** The most bytes that are read as a whole: objects of a catalog are made for a worker's memory. */
    static final int MAX_OBJECT = 512 << 20;

    private final S3Client client;
    private final S3Uri address;
    private final String name;
    private final S3RequestObserver observer;
    private final DirectS3Reader direct;
    private final AwsRequestOverrideConfiguration configuration;

    /**
     * A bucket.
     *
     * @param address the source or the catalog that is in it: its requests share their turns
     */
    S3Bucket(S3Client client, S3Uri address, S3RequestObserver observer) {
        this(client, address, observer, DirectS3Reader.TIMEOUT);
    }

    S3Bucket(S3Client client, S3Uri address, S3RequestObserver observer, Duration timeout) {
        this(client, address, observer, new DirectS3Reader(address.toString(), observer, timeout));
    }

    private S3Bucket(S3Client client, S3Uri address, S3RequestObserver observer, DirectS3Reader direct) {
        this.client = client;
        this.address = address;
        this.name = address.bucket();
        this.observer = observer;
        this.direct = direct;
        AwsRequestOverrideConfiguration.Builder marks = AwsRequestOverrideConfiguration.builder();
        observer.addTo(marks);
        direct.addTo(marks);
        LimitedS3Client.mark(marks, address.toString());
        this.configuration = marks.build();
    }

    /** The same bucket, of whose requests another observer is notified as well. */
    S3Bucket observed(StoreObserver other) {
        S3RequestObserver both = observer.and(other);
        return new S3Bucket(client, address, both, direct.observed(both));
    }

    String name() {
        return name;
    }

    /** An object of that many bytes was written. */
    void written(long bytes) {
        observer.written(bytes);
    }

    /** The configuration of every request to the bucket, so that it is counted. */
    AwsRequestOverrideConfiguration configuration() {
        return configuration;
    }

    /** The key's address, {@code s3://bucket/key}. */
    String path(String key) {
        return new S3Uri(name, key).toString();
    }

    /**
     * Lists one page.
     *
     * @throws LittoralException also when the store lists what was not asked
     */
    ListPage page(Consumer<ListObjectsV2Request.Builder> options) throws InterruptedException {
        ListObjectsV2Request request = ListObjectsV2Request.builder()
                .bucket(name)
                // Without it a control character in a key makes the reply unreadable.
                .encodingType(EncodingType.URL)
                .overrideConfiguration(configuration())
                .applyMutation(options)
                .build();
        ListPageCheck check = new ListPageCheck(request);
        Optional<ListPage> page = send(s3 -> direct.page(query(request), check));
        if (page.isPresent()) {
            return page.get();
        }
        return whole(
                        "list " + path(request.prefix() == null ? "" : request.prefix()),
                        s3 -> listed(s3, request),
                        reply -> {
                            reply.ifPresent(check::check);
                            return reply.isPresent();
                        })
                .get();
    }

    private static Optional<ListPage> listed(S3Client s3, ListObjectsV2Request request) {
        try {
            return ListPage.of(s3.listObjectsV2(request));
        } catch (IllegalArgumentException e) {
            // The SDK decodes a page's keys where it makes no failure of its own of what it meets.
            throw new UnexpectedReplyException(
                    "the store lists a key in an encoding that cannot be read; expected a reply as S3 gives it");
        }
    }

    private static Map<String, String> query(ListObjectsV2Request request) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("list-type", "2");
        query.put("encoding-type", request.encodingTypeAsString());
        query.put("prefix", request.prefix());
        query.put("delimiter", request.delimiter());
        query.put("start-after", request.startAfter());
        query.put("continuation-token", request.continuationToken());
        query.put(
                "max-keys", request.maxKeys() == null ? null : request.maxKeys().toString());
        query.values().removeIf(Objects::isNull);
        return query;
    }

    /**
     * Reads an object or a range of it, whole.
     *
     * @param bytes the expected number; negative when it is not known
     * @throws SdkException what the store answers otherwise, to be distinguished by the caller; {@link
     *     RetryableException} for a reply that was cut off in every try
     */
    ResponseBytes<GetObjectResponse> get(long bytes, Consumer<GetObjectRequest.Builder> options)
            throws InterruptedException {
        return get(bytes, MAX_OBJECT, options);
    }

    /**
     * Reads an object or a range of it, whole.
     *
     * @param maxBytes more are not read
     * @throws LittoralException as the cause of an SdkException: INPUT when there are more
     */
    ResponseBytes<GetObjectResponse> get(long bytes, int maxBytes, Consumer<GetObjectRequest.Builder> options)
            throws InterruptedException {
        GetObjectRequest request = GetObjectRequest.builder()
                .bucket(name)
                .overrideConfiguration(configuration())
                .applyMutation(options)
                .build();
        Function<S3Client, ResponseBytes<GetObjectResponse>> get =
                s3 -> s3.getObject(request, (reply, in) -> wholeBody(bytes, maxBytes, request, reply, in));
        ResponseBytes<GetObjectResponse> reply;
        try {
            reply = send(s3 -> directly(request, bytes).orElseGet(() -> get.apply(s3)));
        } catch (UnexpectedReplyException e) {
            if (e.isSlow()) {
                throw e;
            }
            reply = send(get);
        }
        observer.read(reply.asByteArrayUnsafe().length);
        return reply;
    }

    /** Without the SDK, where a reply needs no more than these headers. */
    private Optional<ResponseBytes<GetObjectResponse>> directly(GetObjectRequest request, long bytes) {
        if (bytes < 0 || request.range() == null || request.ifMatch() == null) {
            return Optional.empty();
        }
        return direct.object(request.key(), Map.of("Range", request.range(), "If-Match", request.ifMatch()), bytes)
                .filter(reply -> isAsked(request, reply.response()))
                .map(reply -> {
                    SdkHttpResponse head = reply.response();
                    GetObjectResponse response = GetObjectResponse.builder()
                            .eTag(head.firstMatchingHeader("ETag").get())
                            .contentLength(bytes)
                            .contentRange(
                                    head.firstMatchingHeader("Content-Range").orElse(null))
                            .build();
                    return ResponseBytes.fromByteArrayUnsafe(response, reply.asByteArrayUnsafe());
                });
    }

    private static boolean isAsked(GetObjectRequest request, SdkHttpResponse head) {
        try {
            new ContentRangeCheck(request.range())
                    .check(
                            head.statusCode(),
                            head.firstMatchingHeader("Content-Range").orElse(null));
            return head.firstMatchingHeader("ETag").isPresent();
        } catch (UnexpectedReplyException e) {
            return false;
        }
    }

    private static ResponseBytes<GetObjectResponse> wholeBody(
            long expected, int maxBytes, GetObjectRequest request, GetObjectResponse reply, AbortableInputStream in) {
        Long length = reply.contentLength();
        boolean read = false;
        try {
            checkLength(expected, reply);
            BlobStore.checkSize("s3://" + request.bucket() + "/" + request.key(), length, maxBytes);
            if (request.range() != null) {
                new ContentRangeCheck(request.range())
                        .check(reply.sdkHttpResponse().statusCode(), reply.contentRange());
            }
            byte[] body = in.readNBytes(length.intValue());
            if (body.length < length) {
                throw RetryableException.create("the reply ends after " + body.length + " of " + length + " bytes");
            }
            read = true;
            return ResponseBytes.fromByteArrayUnsafe(reply, body);
        } catch (IOException e) {
            throw RetryableException.create("the reply ends early", e);
        } finally {
            if (!read) {
                // Closing would read what is left of a body of any length.
                in.abort();
            }
        }
    }

    private static void checkLength(long expected, GetObjectResponse reply) {
        Long length = reply.contentLength();
        boolean chunked =
                reply.sdkHttpResponse().firstMatchingHeader("Transfer-Encoding").isPresent();
        if (length == null && reply.eTag() == null && !chunked) {
            throw RetryableException.create("the reply has no head");
        }
        if (length == null) {
            throw new UnexpectedReplyException(
                    "the store does not say how long its reply is; expected a reply with a Content-Length");
        }
        if (expected < 0 && reply.eTag() == null && reply.lastModified() == null) {
            throw new UnexpectedReplyException("the store's reply has neither an ETag nor the time when the object was"
                    + " written; expected an object as S3 gives it");
        }
        if (expected >= 0 && length != expected) {
            throw new UnexpectedReplyException(
                    "the store's reply has " + length + " bytes; expected the " + expected + " that were asked for");
        }
    }

    /**
     * Sends a request.
     *
     * @throws SdkException as the client throws it; {@link RetryableException} for a reply that ended early
     */
    <T> T send(Function<S3Client, T> request) throws InterruptedException {
        try {
            return Thread.currentThread().isVirtual() ? request.apply(client) : sendOnVirtualThread(request);
        } catch (SdkClientException e) {
            UnexpectedReplyException strange = S3Failures.find(e, UnexpectedReplyException.class);
            throw strange == null ? e : strange;
        } catch (UncheckedIOException e) {
            // The SDK lets it through when a reply in XML ends early.
            throw RetryableException.create("the reply ends early", e);
        }
    }

    private <T> T sendOnVirtualThread(Function<S3Client, T> request) throws InterruptedException {
        // An interrupt does not reach a platform thread that waits for a socket; a virtual one it does.
        FutureTask<T> task = new FutureTask<>(LogContext.handed(() -> request.apply(client)));
        Thread.ofVirtual().start(task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException failure -> throw failure;
                case Error error -> throw error;
                case Throwable other -> throw new IllegalStateException(other);
            }
        } finally {
            task.cancel(true);
        }
    }

    /**
     * Sends a request until its reply is whole.
     *
     * @param action what it does, for messages: {@code list s3://bucket/prefix/}
     * @param isWhole whether nothing was cut off; throws {@link UnexpectedReplyException} for what no store should say
     */
    <T> T whole(String action, Function<S3Client, T> request, Predicate<T> isWhole) throws InterruptedException {
        boolean strange = false;
        for (int attempt = 1; ; attempt++) {
            try {
                T reply = send(request);
                if (isWhole.test(reply)) {
                    return reply;
                }
            } catch (UnexpectedReplyException e) {
                // Twice the same reply is the store's own.
                if (strange || e.isSlow()) {
                    throw S3Failures.of(action, e);
                }
                strange = true;
            } catch (RetryableException cutOff) {
                if (attempt == ATTEMPTS) {
                    throw S3Failures.of(action, cutOff);
                }
            } catch (SdkException e) {
                throw S3Failures.of(action, e);
            }
            if (attempt == ATTEMPTS) {
                throw new LittoralException(
                        FailureType.TRANSIENT,
                        "Cannot " + action + ": the reply was cut off in each of " + ATTEMPTS + " tries");
            }
            long wait = BACKOFF_MILLIS << (attempt - 1);
            Thread.sleep(wait / 2 + ThreadLocalRandom.current().nextLong(wait / 2));
        }
    }
}
