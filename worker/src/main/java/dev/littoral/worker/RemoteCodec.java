package dev.littoral.worker;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.littoral.workflows.CodecException;
import dev.littoral.workflows.model.FailureType;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import io.temporal.payload.codec.PayloadCodec;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A codec server as Temporal's own tools ask it: {@code POST} of payloads as JSON to {@code <endpoint>/encode} and
 * {@code <endpoint>/decode}. Safe for use by many threads.
 */
final class RemoteCodec implements PayloadCodec {
    /** Longer than that no task of a workflow may take. */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** Temporal takes messages of 4 MB, which as JSON are a third longer; a codec may have compressed some. */
    private static final int MAX_ANSWER_BYTES = 16 << 20;

    /** More than the names and values of what a payload has besides its data. */
    private static final int MAX_TOKENS_OF_A_PAYLOAD = 1_000;

    private static final int OK = 200;

    private static final JsonFactory JSON = new JsonFactory();

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();

    private final String endpoint;
    private final String namespace;
    private final String authorization;
    private final Duration timeout;

    /**
     * A codec server.
     *
     * @param endpoint an address without a slash at its end; {@code {namespace}} in it stands for the namespace
     * @param authorization the header {@code Authorization}, or null
     */
    RemoteCodec(String endpoint, String namespace, String authorization) {
        this(endpoint, namespace, authorization, TIMEOUT);
    }

    /** A codec server that may take so long for a whole answer. */
    RemoteCodec(String endpoint, String namespace, String authorization, Duration timeout) {
        this.endpoint = endpoint.replace("{namespace}", namespace);
        this.namespace = namespace;
        this.authorization = authorization;
        this.timeout = timeout;
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
        HttpResponse<byte[]> answer = await(client.sendAsync(request(verb, payloads), RemoteCodec::body), verb);
        int status = answer.statusCode();
        if (status != OK) {
            throw failure(
                    "answers " + status + " to " + verb,
                    status == 401 || status == 403 ? FailureType.ACCESS : FailureType.TRANSIENT);
        }
        if (answer.body().length > MAX_ANSWER_BYTES) {
            throw failure("answers more than " + MAX_ANSWER_BYTES + " bytes to " + verb, FailureType.TRANSIENT);
        }
        try {
            String json = new String(answer.body(), StandardCharsets.UTF_8);
            requireFewTokens(json, Math.max(1, payloads.size()));
            Payloads.Builder answered = Payloads.newBuilder();
            JsonFormat.parser().ignoringUnknownFields().merge(json, answered);
            return answered.getPayloadsList();
        } catch (IOException e) {
            // Its message quotes what it found.
            throw failure("does not answer payloads to " + verb, FailureType.TRANSIENT);
        }
    }

    private HttpRequest request(String verb, List<Payload> payloads) {
        String body;
        try {
            body = JsonFormat.printer()
                    .omittingInsignificantWhitespace()
                    .print(Payloads.newBuilder().addAllPayloads(payloads));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("Payloads have nothing that JSON does not", e);
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(endpoint + "/" + verb))
                .timeout(timeout)
                .header("Content-Type", "application/json")
                .header("X-Namespace", namespace)
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return request.build();
    }

    /** Of an error the status is enough. */
    private static HttpResponse.BodySubscriber<byte[]> body(HttpResponse.ResponseInfo head) {
        return new BoundedBytes(head.statusCode() == OK ? MAX_ANSWER_BYTES : 0);
    }

    private <T> T await(CompletableFuture<T> answer, String verb) {
        try {
            // The request's own limit ends with the answer's head.
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw late(verb);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof HttpTimeoutException) {
                throw late(verb);
            }
            // The client lets what it cannot read through as it is, a length that is no number.
            if (e.getCause() instanceof ProtocolException || e.getCause() instanceof RuntimeException) {
                throw failure("answers with a head that is none of HTTP/1.1 to " + verb, FailureType.TRANSIENT);
            }
            throw failure("does not answer (" + e.getCause().getClass().getSimpleName() + ")", FailureType.TRANSIENT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure("was not waited for", FailureType.TRANSIENT);
        } finally {
            answer.cancel(true);
        }
    }

    private CodecException late(String verb) {
        return failure(
                "does not answer to " + verb + " within " + timeout.toSeconds() + " seconds", FailureType.TRANSIENT);
    }

    /** Fails before a tree is built of what has far more in it than payloads have. */
    private static void requireFewTokens(String json, int payloads) throws IOException {
        long left = (long) payloads * MAX_TOKENS_OF_A_PAYLOAD;
        try (JsonParser parser = JSON.createParser(json)) {
            while (parser.nextToken() != null) {
                if (--left < 0) {
                    throw new IOException("it has too many values");
                }
            }
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
