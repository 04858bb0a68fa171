package dev.littoral.activities.storage.s3;

import dev.littoral.activities.storage.StoreObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * A reader that sends S3 GETs without the SDK's pipeline, which costs more CPU than the rest of a small request. The
 * SDK finds out where a bucket is and how its requests are signed: the last request that it sent successfully is the
 * template. Only a success counts here; after anything else the SDK sends the request, retries it and classifies
 * errors. Safe for use by many threads.
 */
final class DirectS3Reader {
    /** A reply takes milliseconds. A slower one is left to the SDK, which has longer timeouts. */
    static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** The length of a body that may have any, within reason. */
    private static final long ANY = -1;

    private static final int MAX_PAGE = BoundedHttpClient.MAX_XML;

    /** After this many errors in a row the template no longer holds. */
    private static final int MAX_DOUBTS = 8;

    /** Says that the requester pays; it is signed with the request. */
    static final String REQUEST_PAYER = "x-amz-request-payer";

    private static final ExecutionAttribute<DirectS3Reader> LEARNS = new ExecutionAttribute<>("LittoralDirectReads");

    /** The requests that this can send are those signed with Signature Version 4 for S3 itself. */
    private static final Pattern SCOPE =
            Pattern.compile("AWS4-HMAC-SHA256 Credential=.*/\\d{8}/([^/]+)/s3/aws4_request,.*");

    private static final AwsV4HttpSigner SIGNER = AwsV4HttpSigner.create();

    private static final ScheduledThreadPoolExecutor TIMER = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("s3-timeouts").factory());

    static {
        TIMER.setRemoveOnCancelPolicy(true);
    }

    private final String address;
    private final S3RequestObserver observer;
    private final Duration timeout;
    private final Learned learned;

    /** What was learned of the bucket. */
    private static final class Learned {
        private final AtomicInteger doubts = new AtomicInteger();
        private volatile RequestTemplate template;

        /** False from the first page on that is not as others. */
        private volatile boolean readsPages = true;
    }

    /**
     * Requests to one bucket.
     *
     * @param address what they are sent for, a source or a catalog
     * @param observer notified of each
     * @param timeout how long a request may take, once it has its turn
     */
    DirectS3Reader(String address, S3RequestObserver observer, Duration timeout) {
        this(address, observer, timeout, new Learned());
    }

    private DirectS3Reader(String address, S3RequestObserver observer, Duration timeout, Learned learned) {
        this.address = address;
        this.observer = observer;
        this.timeout = timeout;
        this.learned = learned;
    }

    /** The same reader with another observer; both learn from the requests of each. */
    DirectS3Reader observed(S3RequestObserver other) {
        return new DirectS3Reader(address, other, timeout, learned);
    }

    /**
     * What requests to the bucket are made after.
     *
     * @param bucket a request to it, without a key
     */
    private record RequestTemplate(Interceptor client, SdkHttpRequest bucket, String region) {}

    /** Makes a request the template if it succeeds, when its client was built by {@link S3Clients}. */
    void addTo(AwsRequestOverrideConfiguration.Builder configuration) {
        if (isOn()) {
            configuration.putExecutionAttribute(LEARNS, this);
        }
    }

    /** Without it every request is the SDK's, as nothing is ever learned. */
    private static boolean isOn() {
        String set = System.getProperty("littoral.s3.direct", System.getenv("LITTORAL_S3_DIRECT"));
        return !"false".equalsIgnoreCase(set);
    }

    /**
     * Sends a GET of an object or a range of it.
     *
     * @param headers the headers of the request
     * @param bytes how long the body has to be, at least 0
     * @return empty when there was no such reply, or when there is no template
     */
    Optional<ResponseBytes<SdkHttpResponse>> object(String key, Map<String, String> headers, long bytes) {
        RequestTemplate known = learned.template;
        return observer.routed(
                known == null
                        ? Optional.empty()
                        : get("GET", known, known.bucket.encodedPath() + "/" + encoded(key), Map.of(), headers, bytes));
    }

    /**
     * Lists a page, where it is one that {@link ListObjectsParser} reads.
     *
     * @param check what has to be on it; another one is the SDK's to ask for again
     */
    Optional<ListPage> page(Map<String, String> query, ListPageCheck check) {
        return observer.routed(readPage(query, check));
    }

    private Optional<ListPage> readPage(Map<String, String> query, ListPageCheck check) {
        RequestTemplate known = learned.template;
        if (known == null || !learned.readsPages) {
            return Optional.empty();
        }
        String path = known.bucket.encodedPath();
        return get("LIST", known, path.isEmpty() ? "/" : path, query, Map.of(), ANY)
                .flatMap(reply -> {
                    Optional<ListPage> page = ListObjectsParser.read(reply.asByteArrayUnsafe());
                    learned.readsPages = page.isPresent();
                    try {
                        page.ifPresent(check::check);
                    } catch (UnexpectedReplyException e) {
                        return Optional.empty();
                    }
                    return page;
                });
    }

    private Optional<ResponseBytes<SdkHttpResponse>> get(
            String kind,
            RequestTemplate to,
            String path,
            Map<String, String> query,
            Map<String, String> headers,
            long bytes) {
        if (learned.doubts.get() >= MAX_DOUBTS) {
            return Optional.empty();
        }
        SdkHttpRequest.Builder request = to.bucket.toBuilder().encodedPath(path);
        query.forEach(request::putRawQueryParameter);
        headers.forEach(request::putHeader);
        try {
            AwsCredentials identity = to.client.credentials.resolveCredentials();
            SdkHttpRequest signed = SIGNER.sign(r -> r.identity(identity)
                            .request(request.build())
                            .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
                            .putProperty(AwsV4HttpSigner.REGION_NAME, to.region)
                            .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
                            .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false)
                            .putProperty(AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, false))
                    .request();
            return send(kind, to.client, signed, bytes);
        } catch (RuntimeException e) {
            // No credentials, or a client that is closed: the SDK says so.
            return Optional.empty();
        } catch (InterruptedException e) {
            // The SDK ends its calls as soon as it sees the flag.
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private Optional<ResponseBytes<SdkHttpResponse>> send(
            String kind, Interceptor client, SdkHttpRequest request, long bytes) throws InterruptedException {
        ExecutableHttpRequest prepared = client.http.prepareRequest(
                HttpExecuteRequest.builder().request(request).build());
        client.limit.begin(address);
        String status = StoreObserver.ERROR;
        AdaptiveConcurrencyLimit.End end = AdaptiveConcurrencyLimit.End.OTHER;
        boolean answered = false;
        long began = System.nanoTime();
        ScheduledFuture<?> late = TIMER.schedule(prepared::abort, timeout.toNanos(), TimeUnit.NANOSECONDS);
        try {
            HttpExecuteResponse response = prepared.call();
            int code = response.httpResponse().statusCode();
            status = Integer.toString(code);
            AdaptiveConcurrencyLimit.End outcome = AdaptiveConcurrencyLimit.End.of(code, bytes != ANY);
            end = outcome == AdaptiveConcurrencyLimit.End.THROTTLED ? outcome : end;
            Optional<ResponseBytes<SdkHttpResponse>> reply = whole(response, bytes);
            answered = true;
            // The time of one that was not whole, which may have crawled until it was given up, is not a busy store's.
            end = reply.isPresent() ? outcome : end;
            return reply;
        } catch (IOException e) {
            return Optional.empty();
        } finally {
            late.cancel(false);
            client.limit.ended(end, began, System.nanoTime());
            client.limit.done(address, answered);
            observer.answered(kind, status);
        }
    }

    private Optional<ResponseBytes<SdkHttpResponse>> whole(HttpExecuteResponse response, long bytes)
            throws IOException {
        SdkHttpResponse head = response.httpResponse();
        AbortableInputStream body = response.responseBody().orElse(null);
        boolean read = false;
        try {
            long length = head.firstMatchingHeader("Content-Length")
                    .map(Long::parseLong)
                    .orElse(ANY);
            boolean expected = bytes == ANY ? length <= MAX_PAGE : length == bytes;
            if (body == null || !head.isSuccessful() || !expected) {
                if (head.statusCode() < 500 && head.statusCode() != 429) {
                    learned.doubts.incrementAndGet();
                }
                return Optional.empty();
            }
            byte[] bytesRead = body.readNBytes(length == ANY ? MAX_PAGE : (int) length);
            if (length != ANY ? bytesRead.length < length : bytesRead.length == MAX_PAGE) {
                return Optional.empty();
            }
            read = true;
            learned.doubts.set(0);
            return Optional.of(ResponseBytes.fromByteArrayUnsafe(head, bytesRead));
        } finally {
            if (body != null && read) {
                body.close();
            } else if (body != null) {
                // Closing would read what is left of a body of any length.
                body.abort();
            }
        }
    }

    private static String encoded(String key) {
        return SdkHttpUtils.urlEncodeIgnoreSlashes(key);
    }

    private void learn(Interceptor client, SdkRequest what, SdkHttpRequest sent) {
        Matcher scope = SCOPE.matcher(sent.firstMatchingHeader("Authorization").orElse(""));
        String path = sent.encodedPath();
        String key = what instanceof GetObjectRequest get ? "/" + encoded(get.key()) : path.endsWith("/") ? "/" : "";
        if (scope.matches() && path.endsWith(key)) {
            SdkHttpRequest.Builder bucket = SdkHttpRequest.builder()
                    .method(SdkHttpMethod.GET)
                    .protocol(sent.protocol())
                    .host(sent.host())
                    .port(sent.port())
                    .encodedPath(path.substring(0, path.length() - key.length()))
                    .putHeader(
                            "User-Agent", sent.firstMatchingHeader("User-Agent").orElse("littoral"));
            sent.firstMatchingHeader(REQUEST_PAYER).ifPresent(payer -> bucket.putHeader(REQUEST_PAYER, payer));
            learned.template = new RequestTemplate(client, bucket.build(), scope.group(1));
        }
    }

    /** An interceptor of a client that passes what it sent, and how, to the readers that learn from it. */
    static final class Interceptor implements ExecutionInterceptor {
        private final SdkHttpClient http;
        private final AdaptiveConcurrencyLimit limit;
        private final AwsCredentialsProvider credentials;

        /**
         * An interceptor of a client.
         *
         * @param http what the client sends through; not closed with this
         * @param limit how many requests it sends at once
         * @param credentials what it signs with
         */
        Interceptor(SdkHttpClient http, AdaptiveConcurrencyLimit limit, AwsCredentialsProvider credentials) {
            this.http = http;
            this.limit = limit;
            this.credentials = credentials;
        }

        @Override
        public void afterTransmission(Context.AfterTransmission context, ExecutionAttributes attributes) {
            DirectS3Reader direct = attributes.getAttribute(LEARNS);
            boolean shows =
                    context.request() instanceof GetObjectRequest || context.request() instanceof ListObjectsV2Request;
            if (direct != null && shows && context.httpResponse().isSuccessful()) {
                direct.learn(this, context.request(), context.httpRequest());
            }
        }
    }
}
