package dev.littoral.activities.event.http;

import dev.littoral.activities.event.Event;
import dev.littoral.activities.event.Sink;
import dev.littoral.activities.event.SinkException;
import dev.littoral.activities.event.SinkSettings;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.secret.SecretPlace;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A sink that takes events by {@code POST}, each signed as Standard Webhooks says. Redirects are not followed, and of
 * an answer only the status and {@code Retry-After} are read.
 */
public final class WebhookSink implements Sink {
    /** How long a receiver may take: it is to store an event and answer, and to work on it afterwards. */
    static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** The longest that a receiver can ask to be left alone. */
    static final Duration MAX_RETRY_AFTER = Duration.ofHours(1);

    private static final int GONE = 410;
    private static final int TOO_MANY = 429;
    private static final int REQUEST_TIMEOUT = 408;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    private final URI address;
    private final WebhookSecrets secrets;
    private final Clock clock;
    private final Duration timeout;

    WebhookSink(URI address, WebhookSecrets secrets, Clock clock, Duration timeout) {
        this.address = address;
        this.secrets = secrets;
        this.clock = clock;
        this.timeout = timeout;
    }

    /** Whether an address is of this kind. */
    public static boolean isAddress(String address) {
        return address.regionMatches(true, 0, "https://", 0, 8) || address.regionMatches(true, 0, "http://", 0, 7);
    }

    /**
     * A sink. Sends nothing.
     *
     * @throws LittoralException INPUT when its address or its secret is not right; neither is repeated
     */
    public static WebhookSink open(SinkSettings settings) {
        URI address = address(settings);
        if (settings.secret() == null) {
            throw LittoralException.input(
                    "Sink " + settings.name() + " has no secret to sign with; expected --sink-secret " + settings.name()
                            + "=file:/path or " + settings.name() + "=env:NAME");
        }
        WebhookSecrets secrets =
                new WebhookSecrets(SecretPlace.of("The secret of sink " + settings.name(), settings.secret()));
        try {
            secrets.parse();
        } catch (LittoralException e) {
            throw LittoralException.input("Sink " + settings.name() + " has no secret to sign with: " + e.getMessage());
        }
        return new WebhookSink(address, secrets, Clock.systemUTC(), TIMEOUT);
    }

    private static URI address(SinkSettings settings) {
        String expected = "; expected one like https://host/path";
        URI address;
        try {
            address = new URI(settings.address());
        } catch (URISyntaxException e) {
            throw LittoralException.input("The address of sink " + settings.name() + " is no URL" + expected);
        }
        if (address.getHost() == null || address.getRawFragment() != null) {
            throw LittoralException.input("The address of sink " + settings.name()
                    + (address.getHost() == null ? " names no host" : " has a fragment") + expected);
        }
        if (address.getRawUserInfo() != null) {
            throw LittoralException.input(
                    "The address of sink " + settings.name() + " has a user or a secret in it" + expected);
        }
        if (address.getHost().matches("(?i)(sqs|sns)\\..*\\.amazonaws\\.com(\\.cn)?")) {
            throw LittoralException.input("The address of sink " + settings.name()
                    + " is a URL of AWS; expected the ARN of the topic or queue, like"
                    + " arn:aws:sqs:eu-west-1:123456789012:name");
        }
        return address;
    }

    @Override
    public String place() {
        return address.getScheme() + "://" + address.getHost() + (address.getPort() < 0 ? "" : ":" + address.getPort());
    }

    @Override
    public void send(Event event) throws InterruptedException {
        long timestamp = clock.instant().getEpochSecond();
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(timeout)
                .header("Content-Type", Event.MEDIA_TYPE)
                .header("User-Agent", "littoral")
                .header("webhook-id", event.id())
                .header("webhook-timestamp", Long.toString(timestamp))
                .header("webhook-signature", WebhookSignature.of(secrets.read(), event.id(), timestamp, event.json()))
                .POST(HttpRequest.BodyPublishers.ofString(event.json()))
                .build();
        CompletableFuture<HttpResponse<Void>> answer = client.sendAsync(request, BoundedBody.HANDLER);
        try {
            // The request's own timeout ends with the answer's head.
            check(answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            throw late(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof java.net.http.HttpTimeoutException) {
                throw late(e);
            }
            // The client lets what it cannot read through as it is, a length that is no number; it quotes the head.
            if (e.getCause() instanceof ProtocolException || e.getCause() instanceof RuntimeException) {
                throw SinkException.unavailable(
                        "answers with a head that is none of HTTP/1.1; expected a status of 200 to 299", null);
            }
            if (e.getCause() instanceof IOException io) {
                throw SinkException.unreachable(
                        "cannot be reached (" + io.getClass().getSimpleName() + ")", io);
            }
            throw new IllegalStateException("Sending throws nothing else", e.getCause());
        } finally {
            answer.cancel(true);
        }
    }

    private SinkException late(Exception e) {
        return SinkException.unreachable("does not answer within " + timeout.toSeconds() + " seconds", e);
    }

    private void check(HttpResponse<Void> answer) {
        int status = answer.statusCode();
        if (status >= 200 && status < 300) {
            return;
        }
        Duration retryAfter = retryAfter(answer).orElse(null);
        if (status == GONE) {
            throw SinkException.refused(
                    "answers 410 Gone, that it wants no more events; expected a status of 200 to 299, or a collection"
                            + " that does not notify it",
                    MAX_RETRY_AFTER);
        }
        if (status >= 300 && status < 400) {
            throw SinkException.unavailable(
                    "answers " + status + ", which is not followed; expected its own address in the worker's settings",
                    retryAfter);
        }
        String message = "answers " + status + "; expected a status of 200 to 299";
        throw status >= 500 || status == TOO_MANY || status == REQUEST_TIMEOUT
                ? SinkException.unavailable(message, retryAfter)
                : SinkException.refused(message, retryAfter);
    }

    private Optional<Duration> retryAfter(HttpResponse<Void> answer) {
        return answer.headers()
                .firstValue("Retry-After")
                .flatMap(value -> retryAfter(value.strip(), clock.instant()))
                .filter(wait -> wait.compareTo(Duration.ZERO) > 0)
                .map(wait -> wait.compareTo(MAX_RETRY_AFTER) > 0 ? MAX_RETRY_AFTER : wait);
    }

    /** A number of seconds or a date. */
    private static Optional<Duration> retryAfter(String value, Instant now) {
        try {
            return Optional.of(
                    value.matches("[0-9]{1,9}")
                            ? Duration.ofSeconds(Long.parseLong(value))
                            : Duration.between(
                                    now,
                                    ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                                            .toInstant()));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
