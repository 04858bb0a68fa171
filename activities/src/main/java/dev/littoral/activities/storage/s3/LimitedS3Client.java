package dev.littoral.activities.storage.s3;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.services.s3.DelegatingS3Client;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Request;

/**
 * An S3 client behind a concurrency limit. A request waits for its turn before the SDK begins to count its time, and
 * keeps it until it has its answer, however often it is tried.
 */
final class LimitedS3Client extends DelegatingS3Client {
    /** What a request is sent for, when it says so. */
    private static final ExecutionAttribute<String> ADDRESS = new ExecutionAttribute<>("LittoralAddress");

    private final AdaptiveConcurrencyLimit limit;

    /**
     * A client that sends through another.
     *
     * @param client closed with this; it sends through {@link #telling}
     */
    LimitedS3Client(S3Client client, AdaptiveConcurrencyLimit limit) {
        super(client);
        this.limit = limit;
    }

    @Override
    protected <T extends S3Request, R> R invokeOperation(T request, Function<T, R> operation) {
        String address = request.overrideConfiguration()
                .map(marks -> marks.executionAttributes().getAttribute(ADDRESS))
                .orElse("");
        try {
            limit.begin(address);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw AbortedException.create("interrupted before it was sent", e);
        }
        boolean answered = false;
        try {
            R reply = operation.apply(request);
            answered = true;
            return reply;
        } catch (AwsServiceException e) {
            answered = true;
            throw e;
        } finally {
            limit.done(address, answered);
        }
    }

    /** Marks a request as one that is sent for a source or a catalog, which it shares its turns with. */
    static void mark(AwsRequestOverrideConfiguration.Builder configuration, String address) {
        configuration.putExecutionAttribute(ADDRESS, address);
    }

    /**
     * A client that reports to a limit how each try ended.
     *
     * @param http closed with it
     */
    static SdkHttpClient telling(AdaptiveConcurrencyLimit limit, SdkHttpClient http) {
        return new SdkHttpClient() {
            @Override
            public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
                return new TellingRequest(limit, request, http.prepareRequest(request));
            }

            @Override
            public String clientName() {
                return http.clientName();
            }

            @Override
            public void close() {
                http.close();
            }
        };
    }

    private record TellingRequest(
            AdaptiveConcurrencyLimit limit, HttpExecuteRequest request, ExecutableHttpRequest prepared)
            implements ExecutableHttpRequest {
        @Override
        public HttpExecuteResponse call() throws IOException {
            // Listings and writes take their time whatever else goes on; reads of a few bytes are alike.
            boolean alike = request.httpRequest().method() == SdkHttpMethod.GET
                    && request.httpRequest().firstMatchingHeader("Range").isPresent();
            AdaptiveConcurrencyLimit.End end = AdaptiveConcurrencyLimit.End.OTHER;
            long began = System.nanoTime();
            try {
                HttpExecuteResponse response = prepared.call();
                end = AdaptiveConcurrencyLimit.End.of(response.httpResponse().statusCode(), alike);
                return response;
            } catch (CancellationException e) {
                // An interrupt while it waited for a connection, which is none to the SDK.
                throw (IOException) new InterruptedIOException("interrupted before it was sent").initCause(e);
            } finally {
                limit.ended(end, began, System.nanoTime());
            }
        }

        @Override
        public void abort() {
            prepared.abort();
        }
    }
}
