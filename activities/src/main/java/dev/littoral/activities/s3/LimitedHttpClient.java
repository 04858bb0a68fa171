package dev.littoral.activities.s3;

import java.io.IOException;
import java.io.InterruptedIOException;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;

/** Sends the requests of a client, each try of them, as its limit lets them in. */
final class LimitedHttpClient implements SdkHttpClient {
    private final SdkHttpClient client;
    private final RequestLimit limit;

    /**
     * A client that sends through another.
     *
     * @param client closed with this
     */
    LimitedHttpClient(SdkHttpClient client, RequestLimit limit) {
        this.client = client;
        this.limit = limit;
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        // Listings and writes take their time whatever else goes on; reads of a few bytes are alike.
        boolean telling = request.httpRequest().method() == SdkHttpMethod.GET
                && request.httpRequest().firstMatchingHeader("Range").isPresent();
        ExecutableHttpRequest prepared = client.prepareRequest(request);
        return new ExecutableHttpRequest() {
            @Override
            public HttpExecuteResponse call() throws IOException {
                try {
                    limit.begin();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("interrupted before it was sent");
                }
                RequestLimit.End end = RequestLimit.End.OTHER;
                long began = System.nanoTime();
                try {
                    HttpExecuteResponse response = prepared.call();
                    end = RequestLimit.End.of(response.httpResponse().statusCode(), telling);
                    return response;
                } finally {
                    limit.end(end, began, System.nanoTime());
                }
            }

            @Override
            public void abort() {
                prepared.abort();
            }
        };
    }

    @Override
    public String clientName() {
        return client.clientName();
    }

    @Override
    public void close() {
        client.close();
    }
}
