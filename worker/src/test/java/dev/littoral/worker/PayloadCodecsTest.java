package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.CodecException;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.testing.AesCodec;
import dev.littoral.workflows.testing.CodecServer;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.codec.PayloadCodec;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadCodecsTest {
    private static final List<Payload> PLAIN = List.of(payload("\"a\""), payload("{\"uri\":\"s3://lake/\"}"));

    private static Payload payload(String json) {
        return Payload.newBuilder()
                .putMetadata("encoding", ByteString.copyFromUtf8("json/plain"))
                .setData(ByteString.copyFromUtf8(json))
                .build();
    }

    private static CheckedCodec codec(Map<String, String> environment) {
        return PayloadCodecs.of(environment, "shop").orElseThrow();
    }

    /** A codec that cannot be made. */
    public static final class Keyless implements PayloadCodec {
        public Keyless() {
            throw new IllegalStateException("the key hush7f3a is too short");
        }

        @Override
        public List<Payload> encode(List<Payload> payloads) {
            return payloads;
        }

        @Override
        public List<Payload> decode(List<Payload> payloads) {
            return payloads;
        }
    }

    @Test
    void nothingSetMeansNoCodec() {
        assertThat(PayloadCodecs.of(Map.of("TEMPORAL_CODEC_ENDPOINT", "", "LITTORAL_CODEC_CLASS", ""), "shop"))
                .isEmpty();
    }

    @Test
    void payloadsGoThroughAClass() {
        CheckedCodec codec = codec(Map.of("LITTORAL_CODEC_CLASS", AesCodec.class.getName()));
        codec.requireWorking();
        List<Payload> encoded = codec.encode(PLAIN);
        assertThat(encoded).allSatisfy(each -> assertThat(each.toString()).contains(AesCodec.ENCODING));
        assertThat(encoded.toString()).doesNotContain("s3://lake/");
        assertThat(codec.decode(encoded)).isEqualTo(PLAIN);
    }

    @Test
    void payloadsGoThroughAServerThatLearnsTheNamespaceAndWhoAsks() {
        try (CodecServer server = CodecServer.start(new AesCodec("right"), "Bearer 7")) {
            CheckedCodec codec = codec(
                    Map.of("TEMPORAL_CODEC_ENDPOINT", server.endpoint() + "/", "TEMPORAL_CODEC_AUTH", "Bearer 7"));
            codec.requireWorking();
            assertThat(codec.decode(codec.encode(PLAIN))).isEqualTo(PLAIN);
            assertThat(server.namespaces()).containsExactly("shop");

            CheckedCodec stranger = codec(Map.of("TEMPORAL_CODEC_ENDPOINT", server.endpoint()));
            assertThatThrownBy(() -> stranger.encode(PLAIN))
                    .isInstanceOfSatisfying(
                            CodecException.class,
                            failure -> assertThat(failure.type()).isEqualTo(FailureType.ACCESS))
                    .hasMessageContainingAll("answers 401", "TEMPORAL_CODEC_AUTH");
        }
    }

    @Test
    void aServerThatIsAwayIsDistinguishedFromAPayloadThatCannotBeDecoded() {
        CheckedCodec codec;
        List<Payload> encoded;
        List<Payload> foreign = new AesCodec("other").encode(PLAIN);
        try (CodecServer server = CodecServer.start(new AesCodec("right"), null)) {
            codec = codec(Map.of("TEMPORAL_CODEC_ENDPOINT", server.endpoint()));
            encoded = codec.encode(PLAIN);
            for (int status : new int[] {400, 404, 500, 503}) {
                server.answerWith(status);
                assertThatThrownBy(() -> codec.decode(foreign))
                        .isInstanceOfSatisfying(
                                CodecException.class,
                                failure -> assertThat(failure.type()).isEqualTo(FailureType.TRANSIENT))
                        .hasMessageContaining("answers " + status);
            }
            server.answerWith(200);
            assertThatThrownBy(() -> codec.decode(foreign))
                    .isInstanceOfSatisfying(
                            CodecException.class,
                            failure -> assertThat(failure.type()).isEqualTo(FailureType.INPUT))
                    .hasMessageContaining("cannot be decoded");
        }
        assertThatThrownBy(() -> codec.decode(encoded))
                .isInstanceOfSatisfying(
                        CodecException.class,
                        failure -> assertThat(failure.type()).isEqualTo(FailureType.TRANSIENT))
                .hasMessageContainingAll("does not answer", "TEMPORAL_CODEC_ENDPOINT");
    }

    /** A codec that encodes nothing. */
    private record Decoding(UnaryOperator<List<Payload>> answer) implements PayloadCodec {
        @Override
        public List<Payload> encode(List<Payload> payloads) {
            return payloads;
        }

        @Override
        public List<Payload> decode(List<Payload> payloads) {
            return answer.apply(payloads);
        }
    }

    @Test
    void aCodecThatLosesPayloadsOrAnswersOthersDoesNotWork() {
        for (List<Payload> wrong : List.of(List.<Payload>of(), List.of(payload("1"), payload("2")))) {
            CheckedCodec codec = new CheckedCodec(new Decoding(payloads -> wrong), "the codec");
            assertThatThrownBy(() -> codec.decode(List.of(payload("1"))))
                    .isInstanceOfSatisfying(
                            CodecException.class,
                            failure -> assertThat(failure.type()).isEqualTo(FailureType.TRANSIENT))
                    .hasMessage("the codec answered " + wrong.size() + " payloads; expected 1");
        }
        CheckedCodec other = new CheckedCodec(new Decoding(payloads -> List.of(payload("1"))), "the codec");
        assertThatThrownBy(other::requireWorking)
                .isInstanceOf(CodecException.class)
                .hasMessage("A payload that went through the codec did not come back as it was");
    }

    @Test
    void aPlaceWithoutANameIsNotTheFolderOfTheProcess(@TempDir Path folder) {
        for (String path : List.of(folder + File.pathSeparator, File.pathSeparator + folder)) {
            assertRefused(
                    Map.of("LITTORAL_CODEC_CLASS", AesCodec.class.getName(), "LITTORAL_CODEC_PATH", path),
                    "LITTORAL_CODEC_PATH",
                    "not there");
        }
    }

    @Test
    void whatCannotBeUsedIsRefusedBeforeAnythingStarts() {
        assertRefused(
                Map.of("TEMPORAL_CODEC_ENDPOINT", "http://a", "LITTORAL_CODEC_CLASS", "b"), "both set", "expected one");
        assertRefused(Map.of("LITTORAL_CODEC_CLASS", "com.example.Gone"), "com.example.Gone", "not found", "expected");
        assertRefused(Map.of("LITTORAL_CODEC_CLASS", "java.lang.String"), "no payload codec", "expected");
        assertRefused(Map.of("LITTORAL_CODEC_CLASS", "a b"), "no name of a class", "expected");
        assertRefused(Map.of("LITTORAL_CODEC_CLASS", Keyless.class.getName()), "IllegalStateException", "expected");
        assertRefused(
                Map.of("LITTORAL_CODEC_CLASS", AesCodec.class.getName(), "LITTORAL_CODEC_PATH", "/gone/a.jar"),
                "LITTORAL_CODEC_PATH",
                "not there");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "codec",
                "ftp://a",
                "http://user:hush7f3a@a",
                "http:///encode",
                "http://a?hush7f3a=1",
                "http://a#hush7f3a",
                "http://a b",
                "https://{namespace"
            })
    void anAddressThatIsNoneIsRefusedAndNotRepeated(String endpoint) {
        assertRefused(Map.of("TEMPORAL_CODEC_ENDPOINT", endpoint), "TEMPORAL_CODEC_ENDPOINT", "expected http://");
    }

    @Test
    void aNamespaceThatMakesItNoAddressIsRefusedBeforeAnythingStarts() {
        for (String namespace : List.of("a b", "100%", "a?b")) {
            assertThatThrownBy(() -> PayloadCodecs.of(
                            Map.of("TEMPORAL_CODEC_ENDPOINT", "https://codec.example.com/{namespace}"), namespace))
                    .isInstanceOf(LittoralException.class)
                    .hasMessageStartingWith("TEMPORAL_CODEC_ENDPOINT is no address of a codec server; expected");
        }
    }

    private static void assertRefused(Map<String, String> environment, String... words) {
        assertThatThrownBy(() -> PayloadCodecs.of(environment, "shop"))
                .isInstanceOfSatisfying(LittoralException.class, failure -> {
                    assertThat(failure.type()).isEqualTo(FailureType.INPUT);
                    assertThat(failure.getMessage()).contains(words).doesNotContain("hush7f3a");
                });
    }
}
