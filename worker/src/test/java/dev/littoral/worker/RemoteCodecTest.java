package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.littoral.workflows.CodecException;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.testing.AesCodec;
import dev.littoral.workflows.testing.CodecServer;
import dev.littoral.workflows.testing.RawServer;
import io.temporal.api.common.v1.Payload;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A codec server that answers what none should, or not to the end: one sentence, within the time that it has. */
@Timeout(600)
class RemoteCodecTest {
    private static final Duration LONG = Duration.ofMinutes(8);
    private static final int MB = 1 << 20;
    private static final String MARKER = "hush7f3a";
    private static final List<Payload> ONE = List.of(payload(1));

    private final RawServer server = new RawServer(RawServer.text(""));
    private final CountDownLatch end = new CountDownLatch(1);

    @AfterEach
    void close() {
        end.countDown();
        server.close();
    }

    private static Payload payload(int bytes) {
        return Payload.newBuilder()
                .putMetadata("encoding", ByteString.copyFromUtf8("json/plain"))
                .setData(ByteString.copyFrom(new byte[bytes]))
                .build();
    }

    private CodecException failure(Duration timeout) {
        try {
            new RemoteCodec(server.endpoint().toString(), "shop", null, timeout).decode(ONE);
        } catch (CodecException e) {
            assertThat(e).hasNoCause().hasMessageNotContaining(MARKER);
            assertThat(e.getMessage())
                    .startsWith("The codec server at " + server.endpoint() + " ")
                    .contains("; expected one that TEMPORAL_CODEC_ENDPOINT names");
            return e;
        }
        throw new AssertionError("it answered payloads");
    }

    /** Begins to answer, and leaves it at that until the test is over. */
    private RawServer.Answer hanging(String start) {
        return out -> {
            out.write(start.getBytes(StandardCharsets.UTF_8));
            end.await(8, TimeUnit.MINUTES);
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                "HTTP/1.1 200 OK\r\n\r\n{\"payloads\":[",
                "HTTP/1.1 200 OK\r\n",
                ""
            })
    void anAnswerWithoutAnEndIsWaitedForNoLongerThanOneThatDoesNotCome(String start) {
        server.answer(hanging(start));
        CodecException late = failure(Duration.ofSeconds(1));
        assertThat(late).hasMessageContaining(" does not answer to decode within 1 seconds; ");
        assertThat(late.type()).isEqualTo(FailureType.TRANSIENT);
    }

    @Test
    void anAnswerThatComesByteByByteIsGivenUp() throws InterruptedException {
        server.answer(RawServer.dripping("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"));
        assertThat(failure(Duration.ofSeconds(3)))
                .hasMessageContaining(" does not answer to decode within 3 seconds; ");
        assertThat(server.wasHungUp()).isTrue();
    }

    @Test
    void whoWaitsCanBeInterrupted() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        server.answer(out -> {
            asked.countDown();
            hanging("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{").to(out);
        });
        AtomicReference<String> said = new AtomicReference<>();
        Thread waiting = Thread.ofPlatform().start(() -> {
            String message = failure(LONG).getMessage();
            said.set(Thread.currentThread().isInterrupted() ? message : "the interrupt was lost");
        });
        assertThat(asked.await(8, TimeUnit.MINUTES)).isTrue();
        waiting.interrupt();
        waiting.join(LONG);
        assertThat(said.get()).contains("was not waited for");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: " + MARKER + "\r\n\r\n{}",
                "HTTP/1.1 200 OK\r\nContent-Length: 12, 12\r\n\r\nhello, hello",
                "HTTP/1.1 503 Away\r\nContent-Length: 999999999999999999999999999999\r\n\r\n",
                "HTTP/1.1 " + MARKER + " OK\r\n\r\n",
                MARKER + "\r\n\r\n"
            })
    void aHeadThatIsNoneOfHttpIsSaidInASentence(String answer) {
        server.answer(RawServer.text(answer));
        CodecException failure = failure(LONG);
        assertThat(failure).hasMessageContaining(" answers with a head that is none of HTTP/1.1 to decode; ");
        assertThat(failure.type()).isEqualTo(FailureType.TRANSIENT);
    }

    @Test
    void ofAnErrorTheStatusIsEnough() {
        for (String status : List.of("401 No", "403 No")) {
            server.answer(hanging("HTTP/1.1 " + status + "\r\nContent-Length: 100\r\n\r\n" + MARKER));
            CodecException refused = failure(LONG);
            assertThat(refused).hasMessageContaining(" answers " + status.substring(0, 3) + " to decode; ");
            assertThat(refused.type()).isEqualTo(FailureType.ACCESS);
        }
        server.answer(RawServer.endless("HTTP/1.1 500 Oh\r\n\r\n", "x"));
        assertThat(failure(LONG)).hasMessageContaining(" answers 500 to decode; ");
        assertThat(server.taken()).isLessThan(16 * MB);
    }

    @Test
    void ofAnAnswerThatIsTooLongTheRestIsNotRead() {
        server.answer(RawServer.endless("HTTP/1.1 200 OK\r\n\r\n{\"payloads\":[{\"data\":\"", "x"));
        assertThat(failure(LONG)).hasMessageContaining(" answers more than " + 16 * MB + " bytes to decode; ");
        assertThat(server.taken()).isLessThan(64 * MB);
    }

    @Test
    void noTreeIsBuiltOfMoreValuesThanPayloadsHave() {
        for (String body : List.of(
                "{\"x\":[" + "[],".repeat(5_000_000) + "[]]}",
                "{\"payloads\":[" + "{},".repeat(5_000_000) + "{}]}",
                "{\"x\":".repeat(1_000_000),
                "[".repeat(10 * MB),
                "{\"payloads\":[{\"data\":\"" + MARKER)) {
            server.answer(RawServer.text(RawServer.ofLength("200 OK", body)));
            CodecException failure = failure(LONG);
            assertThat(failure).hasMessageContaining(" does not answer payloads to decode; ");
            assertThat(failure.type()).isEqualTo(FailureType.TRANSIENT);
        }
    }

    @Test
    void whatTemporalTakesGoesThereAndBack() {
        try (CodecServer codec = CodecServer.start(new AesCodec("right"), null)) {
            RemoteCodec remote = new RemoteCodec(codec.endpoint(), "shop", null, LONG);
            for (List<Payload> payloads : List.of(
                    List.<Payload>of(),
                    List.of(payload(4 * MB)),
                    IntStream.range(0, 2_000).mapToObj(i -> payload(10)).toList())) {
                assertThat(remote.decode(remote.encode(payloads))).isEqualTo(payloads);
            }
        }
    }
}
