package dev.littoral.activities.tablecatalog.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.workflows.model.FailureType;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Requests to a catalog, each bounded in time and in what is read of its answer. Redirects are not followed, as
 * credentials would go along. No failure repeats what an answer says.
 */
final class CatalogHttp implements AutoCloseable {
    /** Catalogs answer within a second or so; one that has to read a large table may take longer. */
    static final Duration TIMEOUT = Duration.ofSeconds(30);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final int OK = 200;
    private static final int REQUEST_TIMEOUT = 408;
    private static final int TOO_MANY = 429;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    private final String words;
    private final Duration timeout;

    /**
     * Requests to a catalog.
     *
     * @param words how messages begin that are about it
     */
    CatalogHttp(String words, Duration timeout) {
        this.words = words;
        this.timeout = timeout;
    }

    /**
     * An answer.
     *
     * @param text its body, or what was read of it
     * @param location the {@code metadata-location} in it, where that was asked for
     */
    record Reply(int status, Optional<String> etag, String text, Optional<String> location) {
        boolean isOk() {
            return status == OK;
        }
    }

    private record Body(String text, Optional<String> location) {}

    /**
     * Sends a request.
     *
     * @param request without its time limit
     * @param kind of {@link dev.littoral.activities.tablecatalog.TableCatalog}
     * @param isLoad whether it asks for a table
     * @throws LittoralException TRANSIENT when no answer comes, or one that is none of the protocol
     */
    Reply send(HttpRequest.Builder request, String kind, boolean isLoad, StoreObserver requests)
            throws InterruptedException {
        HttpRequest timed = request.timeout(timeout)
                .header("Accept", "application/json")
                .header("User-Agent", "littoral")
                .build();
        String status = StoreObserver.ERROR;
        try {
            HttpResponse<Body> answer = await(client.sendAsync(
                    timed,
                    head -> isLoad && head.statusCode() == OK
                            ? BodySubscribers.mapping(new LocationReader(), found -> new Body("", found))
                            : BodySubscribers.mapping(
                                    new BoundedText(), text -> new Body(new String(text, UTF_8), Optional.empty()))));
            status = Integer.toString(answer.statusCode());
            return new Reply(
                    answer.statusCode(),
                    answer.headers().firstValue("ETag"),
                    answer.body().text(),
                    answer.body().location());
        } finally {
            requests.answered(StoreObserver.Role.SOURCE, kind, status);
        }
    }

    private HttpResponse<Body> await(CompletableFuture<HttpResponse<Body>> answer) throws InterruptedException {
        try {
            // The request's own limit ends with the answer's head.
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new LittoralException(
                    FailureType.TRANSIENT, words + " does not answer within " + timeout.toSeconds() + " seconds", e);
        } catch (ExecutionException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof BadReplyException bad) {
                    throw LittoralException.strangeReply(
                            words + " answers with " + bad.getMessage() + "; expected what Iceberg's protocol says", e);
                }
            }
            Throwable cause = e.getCause() == null ? e : e.getCause();
            // The client lets what it cannot read through as it is, a length that is no number; it quotes the head.
            if (cause instanceof ProtocolException || cause instanceof RuntimeException) {
                throw LittoralException.strangeReply(
                        words + " answers with a head that is none of HTTP/1.1; expected what Iceberg's protocol says",
                        null);
            }
            if (cause instanceof IOException) {
                throw new LittoralException(
                        FailureType.TRANSIENT,
                        words + " cannot be reached (" + cause.getClass().getSimpleName() + ")",
                        e);
            }
            throw new IllegalStateException("The request to a table catalog failed", cause);
        } finally {
            answer.cancel(true);
        }
    }

    /** A request with headers. */
    static HttpRequest.Builder request(URI uri, Map<String, List<String>> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        headers.forEach((name, values) -> values.forEach(value -> request.header(name, value)));
        return request;
    }

    /**
     * The failure that a status means, whatever was asked for.
     *
     * @param asked what was asked for, as in {@code for table a.b}
     * @param expected what was expected
     */
    LittoralException failure(int status, String asked, String expected) {
        boolean passes = status >= 500 || status == TOO_MANY || status == REQUEST_TIMEOUT;
        boolean denied = status == 401 || status == 403 || status == 419;
        FailureType type = passes ? FailureType.TRANSIENT : denied ? FailureType.ACCESS : FailureType.INPUT;
        return new LittoralException(
                type,
                words + " answers " + status + " " + asked + "; expected "
                        + (status >= 300 && status < 400
                                ? "an answer and no redirect, which is not followed, as credentials would go along"
                                : expected));
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
