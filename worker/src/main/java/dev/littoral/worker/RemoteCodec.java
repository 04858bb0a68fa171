package dev.littoral.worker;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.littoral.workflows.CodecException;
import dev.littoral.workflows.model.FailureType;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import io.temporal.payload.codec.PayloadCodec;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * A codec server as Temporal's own tools ask it: {@code POST} of payloads as JSON to {@code <endpoint>/encode} and
 * {@code <endpoint>/decode}. Safe for use by many threads.
 */
final class RemoteCodec implements PayloadCodec {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** More than any payloads that Temporal takes have as JSON. */
    private static final int MAX_ANSWER_BYTES = 64 << 20;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();

    private final String endpoint;
    private final String namespace;
    private final String authorization;

    /**
     * A codec server.
     *
     * @param endpoint an address without a slash at its end; {@code {namespace}} in it stands for the namespace
     * @param authorization the header {@code Authorization}, or null
     */
    RemoteCodec(String endpoint, String namespace, String authorization) {
        this.endpoint = endpoint.replace("{namespace}", namespace);
        this.namespace = namespace;
        this.authorization = authorization;
    }

    @Override
    public List<Payload> encode(List<Payload> payloads) {
        return ask("encode", payloads);
    }

    @Override
    public List<Payload> decode(List<Payload> payloads) {
        return ask("decode", payloads);
    }

    private List<Payload> ask(String verb, List<Payload> payloads) {
        try {
            String body = JsonFormat.printer()
                    .omittingInsignificantWhitespace()
                    .print(Payloads.newBuilder().addAllPayloads(payloads));
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(endpoint + "/" + verb))
                    .timeout(TIMEOUT)
                    .header("Content-Type", "application/json")
                    .header("X-Namespace", namespace)
                    .POST(HttpRequest.BodyPublishers.ofString(body));
            if (authorization != null) {
                request.header("Authorization", authorization);
            }
            return answer(client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream()), verb);
        } catch (IOException e) {
            throw failure("does not answer (" + e.getClass().getSimpleName() + ")", FailureType.TRANSIENT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure("was not waited for", FailureType.TRANSIENT);
        }
    }

    private List<Payload> answer(HttpResponse<InputStream> response, String verb) throws IOException {
        try (InputStream body = response.body()) {
            int status = response.statusCode();
            if (status != 200) {
                throw failure(
                        "answers " + status + " to " + verb,
                        status == 401 || status == 403 ? FailureType.ACCESS : FailureType.TRANSIENT);
            }
            byte[] bytes = body.readNBytes(MAX_ANSWER_BYTES + 1);
            if (bytes.length > MAX_ANSWER_BYTES) {
                throw failure("answers more than " + MAX_ANSWER_BYTES + " bytes to " + verb, FailureType.TRANSIENT);
            }
            Payloads.Builder payloads = Payloads.newBuilder();
            JsonFormat.parser().ignoringUnknownFields().merge(new String(bytes, StandardCharsets.UTF_8), payloads);
            return payloads.getPayloadsList();
        } catch (InvalidProtocolBufferException e) {
            throw failure("does not answer payloads to " + verb, FailureType.TRANSIENT);
        }
    }

    private CodecException failure(String what, FailureType type) {
        return new CodecException(
                type,
                "The codec server at " + endpoint + " " + what + "; expected one that TEMPORAL_CODEC_ENDPOINT names and"
                        + (type == FailureType.ACCESS
                                ? " that takes the authorization in TEMPORAL_CODEC_AUTH"
                                : " that encodes and decodes payloads"));
    }
}
