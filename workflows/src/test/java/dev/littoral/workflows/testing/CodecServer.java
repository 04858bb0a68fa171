package dev.littoral.workflows.testing;

import com.google.protobuf.util.JsonFormat;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import io.temporal.payload.codec.PayloadCodec;
import io.temporal.payload.codec.PayloadCodecException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;

/**
 * A codec server on loopback, as Temporal's documentation describes it. It can be made to answer nothing but an error.
 */
public final class CodecServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final String authorization;
    private final Set<String> namespaces = ConcurrentHashMap.newKeySet();
    private volatile int status = 200;

    private CodecServer(HttpServer server, String authorization) {
        this.server = server;
        this.authorization = authorization;
    }

    /**
     * Starts a server.
     *
     * @param authorization the header that has to come along, or null
     */
    public static CodecServer start(PayloadCodec codec, String authorization) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            CodecServer started = new CodecServer(server, authorization);
            server.createContext("/encode", exchange -> started.answer(exchange, codec::encode));
            server.createContext("/decode", exchange -> started.answer(exchange, codec::decode));
            server.setExecutor(started.threads);
            server.start();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answer(HttpExchange exchange, UnaryOperator<List<Payload>> call) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            namespaces.add(String.valueOf(exchange.getRequestHeaders().getFirst("X-Namespace")));
            if (authorization != null
                    && !authorization.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                exchange.sendResponseHeaders(401, -1);
            } else if (status != 200) {
                exchange.sendResponseHeaders(status, -1);
            } else {
                Payloads.Builder payloads = Payloads.newBuilder();
                JsonFormat.parser().merge(body, payloads);
                byte[] answer = coded(payloads.getPayloadsList(), call);
                exchange.sendResponseHeaders(answer == null ? 400 : 200, answer == null ? -1 : answer.length);
                if (answer != null) {
                    exchange.getResponseBody().write(answer);
                }
            }
        }
    }

    /** The answer, or null where the codec refuses the payloads. */
    private static byte[] coded(List<Payload> payloads, UnaryOperator<List<Payload>> call) throws IOException {
        try {
            return JsonFormat.printer()
                    .print(Payloads.newBuilder().addAllPayloads(call.apply(payloads)))
                    .getBytes(StandardCharsets.UTF_8);
        } catch (PayloadCodecException e) {
            return null;
        }
    }

    /** Answers this from now on; 200 for what a codec server answers. */
    public void answerWith(int newStatus) {
        status = newStatus;
    }

    public String endpoint() {
        return "http://" + server.getAddress().getAddress().getHostAddress() + ":"
                + server.getAddress().getPort();
    }

    /** The namespaces that were named. */
    public Set<String> namespaces() {
        return Set.copyOf(namespaces);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
