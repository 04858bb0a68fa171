package dev.littoral.activities.event.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.event.Event;
import dev.littoral.activities.event.SinkException;
import dev.littoral.activities.event.SinkSettings;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.secret.SecretPlace;
import dev.littoral.activities.testing.Receiver;
import dev.littoral.workflows.testing.RawServer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Events by HTTP, against a receiver that checks signatures with a library of Standard Webhooks. */
@Timeout(600)
class WebhookSinkTest {
    private static final String OTHER_SECRET = "whsec_b3RoZXIgc2VjcmV0IG9mIHR3ZW50eSBmb3VyIGJ5dGVz";

    private static final Event EVENT =
            new Event("3-xab-1", "products", Instant.EPOCH, "{\"id\":\"3-xab-1\",\"subject\":\"größe\"}");

    @TempDir
    private Path folder;

    private final Receiver receiver = new Receiver();

    @AfterEach
    void close() {
        receiver.close();
    }

    private WebhookSink sink(String secrets, Duration timeout) {
        return sink(receiver.address(), secrets, timeout);
    }

    private static WebhookSink sink(URI address, String secrets, Duration timeout) {
        return new WebhookSink(
                address, new WebhookSecrets(new SecretPlace("env:S", name -> secrets)), Clock.systemUTC(), timeout);
    }

    private void send(String secrets) throws InterruptedException {
        try (WebhookSink sink = sink(secrets, Duration.ofMinutes(8))) {
            sink.send(EVENT);
        }
    }

    private SinkException refused(Duration timeout) {
        try (WebhookSink sink = sink(Receiver.SECRET, timeout)) {
            return refused(sink);
        }
    }

    private static SinkException refused(WebhookSink sink) {
        try {
            sink.send(EVENT);
        } catch (SinkException e) {
            assertThat(e.getMessage()).doesNotContain("hidden", "whsec_");
            return e;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("it was taken");
    }

    @Test
    void anEventIsSignedAsALibraryExpects() throws InterruptedException {
        send(Receiver.SECRET);
        assertThat(receiver.problems()).isEmpty();
        assertThat(receiver.taken()).hasSize(1);
        assertThat(receiver.taken().get(0).get("subject").asText()).isEqualTo("größe");
    }

    @Test
    void whileASecretIsReplacedEitherIsRight() throws InterruptedException {
        send(OTHER_SECRET + " " + Receiver.SECRET);
        send(Receiver.SECRET + "\n" + OTHER_SECRET + "\n");
        assertThat(receiver.problems()).isEmpty();
        assertThat(receiver.taken()).hasSize(2);
    }

    @Test
    void anotherSecretIsRefused() {
        try (WebhookSink sink = sink(OTHER_SECRET, Duration.ofMinutes(8))) {
            assertThat(refused(sink)).hasMessage("answers 401; expected a status of 200 to 299");
        }
        assertThat(receiver.problems()).hasSize(1);
    }

    @Test
    void aSecretInAFileIsReplacedWhileTheSinkIsOpen() throws Exception {
        Path file = Files.writeString(folder.resolve("secret"), OTHER_SECRET);
        SinkSettings settings = new SinkSettings("s", receiver.address().toString(), "file:" + file);
        try (WebhookSink sink = WebhookSink.open(settings)) {
            assertThatThrownBy(() -> sink.send(EVENT)).hasMessageContaining("401");
            Files.writeString(file, Receiver.SECRET + "\n");
            sink.send(EVENT);
            Files.delete(file);
            assertThatThrownBy(() -> sink.send(EVENT))
                    .hasMessageContaining("has no secret to sign with: file:" + file + " cannot be read");
        }
        assertThat(receiver.taken()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"200", "201", "202", "204", "299"})
    void aStatusOfSuccessIsSuccess(int status) {
        receiver.answer(request -> request.sendResponseHeaders(status, -1));
        assertThatCode(() -> send(Receiver.SECRET)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "500,,,answers 500",
        "503,7,PT7S,answers 503",
        "429,100000,PT1H,answers 429",
        "404,,,answers 404",
        "410,,PT1H,answers 410 Gone",
        "503,'Fri, 01 Jan 2100 00:00:00 GMT',PT1H,answers 503",
        "503,soon,,answers 503",
        "503,0,,answers 503"
    })
    void anyOtherStatusIsAFailureThatSaysItself(int status, String retryAfter, Duration wait, String words) {
        receiver.lose(request -> {
            if (retryAfter != null) {
                request.getResponseHeaders().add("Retry-After", retryAfter);
            }
            request.sendResponseHeaders(status, -1);
        });
        SinkException failure = refused(Duration.ofMinutes(8));
        assertThat(failure.getMessage()).startsWith(words).contains("; expected");
        assertThat(failure.retryAfter().orElse(null)).isEqualTo(wait);
    }

    @Test
    void aRedirectIsNotFollowed() {
        receiver.lose(request -> {
            request.getResponseHeaders().add("Location", "http://127.0.0.1:1/elsewhere");
            request.sendResponseHeaders(307, -1);
        });
        assertThat(refused(Duration.ofMinutes(8))).hasMessageStartingWith("answers 307, which is not followed");
        assertThat(receiver.ids()).hasSize(1);
    }

    @Test
    void aReceiverThatHangsIsNotWaitedForLong() {
        CountDownLatch end = new CountDownLatch(1);
        receiver.lose(request -> await(end));
        assertThat(refused(Duration.ofMillis(300))).hasMessageStartingWith("does not answer within");
        end.countDown();
    }

    @Test
    void aBodyThatComesDropByDropIsNotWaitedForEither() throws InterruptedException {
        String head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n";
        try (RawServer server = new RawServer(RawServer.dripping(head));
                WebhookSink sink = sink(server.endpoint(), Receiver.SECRET, Duration.ofSeconds(3))) {
            assertThat(refused(sink)).hasMessageStartingWith("does not answer within");
            assertThat(server.wasHungUp()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: hidden\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 12, 12\r\n\r\nhello, hello",
                "HTTP/1.1 503 Away\r\nContent-Length: 999999999999999999999999999999\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n",
                "HTTP/1.1 hidden OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nhidden place: x\r\n\r\n",
                "hidden\r\n\r\n"
            })
    void aHeadThatIsNoneOfHttpIsAFailureThatPasses(String answer) {
        try (RawServer server = new RawServer(RawServer.text(answer));
                WebhookSink sink = sink(server.endpoint(), Receiver.SECRET, Duration.ofMinutes(8))) {
            SinkException failure = refused(sink);
            assertThat(failure)
                    .hasMessage("answers with a head that is none of HTTP/1.1; expected a status of 200 to 299")
                    .hasNoCause();
            assertThat(failure.isUnavailable()).isTrue();
        }
    }

    @Test
    void ofALongBodyTheRestIsNotRead() {
        receiver.answer(request -> {
            request.sendResponseHeaders(200, 0);
            byte[] much = new byte[1 << 16];
            for (int i = 0; i < 1_000_000; i++) {
                request.getResponseBody().write(much);
            }
        });
        assertThatCode(() -> send(Receiver.SECRET)).doesNotThrowAnyException();
    }

    private static void await(CountDownLatch end) {
        try {
            assertThat(end.await(8, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whereNobodyListensThatIsSaid() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        try (WebhookSink sink =
                sink(URI.create("http://127.0.0.1:" + free + "/x"), Receiver.SECRET, Duration.ofMinutes(8))) {
            assertThat(refused(sink)).hasMessage("cannot be reached (ConnectException)");
            assertThat(sink.place()).isEqualTo("http://127.0.0.1:" + free);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "whsec_c2hvcnQ=",
                "whsec_",
                "not-a-secret-not-a-secret-not-a-secret",
                "whsec_!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!",
                "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
            })
    void whatIsNoSecretIsRefusedWithoutBeingRepeated(String text) throws Exception {
        Path file = Files.writeString(folder.resolve("secret"), text);
        assertThatThrownBy(() -> WebhookSink.open(new SinkSettings("s", "https://host/x", "file:" + file)))
                .isInstanceOf(LittoralException.class)
                .hasMessageStartingWith("Sink s has no secret to sign with")
                .hasMessageContaining("expected whsec_ and the base64 of 24 to 64 bytes")
                .hasMessageNotContaining(text + "!");
    }

    @Test
    void moreThanSecretsInAFileAreRefused() throws Exception {
        Path file = folder.resolve("secret");
        SinkSettings settings = new SinkSettings("s", "https://host/x", "file:" + file);
        Files.writeString(file, (Receiver.SECRET + " ").repeat(4));
        WebhookSink.open(settings).close();
        Files.writeString(file, (Receiver.SECRET + " ").repeat(5));
        assertThatThrownBy(() -> WebhookSink.open(settings))
                .hasMessageContaining("file:" + file + " has 5 secrets; expected at most 4");
        Files.writeString(file, "x".repeat((1 << 16) + 1));
        assertThatThrownBy(() -> WebhookSink.open(settings))
                .hasMessageContaining("file:" + file + " has more than 65536 bytes; expected secrets alone");
    }
}
