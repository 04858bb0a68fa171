package dev.littoral.activities.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.rest.responses.LoadTableResponse;
import org.apache.iceberg.rest.responses.LoadTableResponseParser;

/**
 * A REST catalog over another one, on loopback, with a token server. Tests set what it answers instead of what is
 * right.
 */
public final class IcebergServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Catalog catalog;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Set<String> tokens = ConcurrentHashMap.newKeySet();
    private final AtomicInteger issued = new AtomicInteger();

    /** What its configuration overrides. */
    public volatile String overrides = "{}";

    /** The credential that gets a token, {@code id:secret}; null where none is needed. */
    public volatile String credential;

    /** How long a token is valid, in seconds, as it says. */
    public volatile int expiresIn = 3600;

    /** What a table's answer has besides its metadata. */
    public volatile Map<String, String> vended = Map.of();

    /** Answers in place of what is right, where it says that it did. */
    public volatile Fault fault = exchange -> false;

    /** Whether it sends ETags. */
    public volatile boolean hasETags = true;

    /** Answers in place of what is right. */
    public interface Fault {
        /** Whether it has answered. */
        boolean answers(HttpExchange exchange) throws IOException;
    }

    /** A request that came. */
    public record Request(String method, String uri, Headers headers, String body) {}

    public IcebergServer(Catalog catalog) {
        this.catalog = catalog;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                answer(exchange);
            }
        });
        server.start();
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/iceberg");
    }

    /** The requests since the last call, as methods and paths. */
    public List<String> requests() {
        List<String> said = requests.stream()
                .map(each -> each.method() + " " + each.uri().replace("/iceberg/v1/", ""))
                .toList();
        requests.clear();
        return said;
    }

    /** The last request. */
    public Request last() {
        return requests.get(requests.size() - 1);
    }

    /** Takes back all tokens. */
    public void revokeTokens() {
        tokens.clear();
    }

    /** Sends an answer. */
    public static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** Sends an error as the protocol has it. */
    public static void error(HttpExchange exchange, int status, String type, String message) throws IOException {
        send(
                exchange,
                status,
                "{\"error\":{\"message\":\"%s\",\"type\":\"%s\",\"code\":%d}}".formatted(message, type, status));
    }

    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        requests.add(new Request(
                exchange.getRequestMethod(), exchange.getRequestURI().toString(), exchange.getRequestHeaders(), body));
        String path = exchange.getRequestURI().getRawPath();
        if (fault.answers(exchange)) {
            return;
        }
        if (path.endsWith("/oauth/tokens")) {
            token(exchange, body);
        } else if (credential != null
                && !tokens.contains(exchange.getRequestHeaders().getFirst("Authorization"))) {
            error(exchange, 401, "NotAuthorizedException", "who is that");
        } else if (path.endsWith("/v1/config")) {
            send(exchange, 200, "{\"defaults\":{},\"overrides\":" + overrides + "}");
        } else {
            table(exchange, path);
        }
    }

    private void token(HttpExchange exchange, String body) throws IOException {
        String[] parts = credential.split(":", -1);
        if (!body.contains("client_id=" + parts[0] + "&client_secret=" + parts[1])
                || !body.contains("grant_type=client_credentials")
                || !body.contains("scope=catalog")) {
            send(exchange, 401, "{\"error\":\"invalid_client\",\"error_description\":\"" + body + "\"}");
            return;
        }
        String token = "token-of-tests-" + issued.incrementAndGet();
        tokens.add("Bearer " + token);
        send(
                exchange,
                200,
                "{\"access_token\":\"%s\",\"token_type\":\"bearer\",\"expires_in\":%d}".formatted(token, expiresIn));
    }

    private void table(HttpExchange exchange, String path) throws IOException {
        String[] parts = path.substring(path.indexOf("/namespaces/") + 1).split("/", -1);
        Namespace namespace = Namespace.of(URLDecoder.decode(parts[1], UTF_8).split("\u001f", -1));
        BaseTable table;
        try {
            table = (BaseTable) catalog.loadTable(TableIdentifier.of(namespace, URLDecoder.decode(parts[3], UTF_8)));
        } catch (NoSuchTableException e) {
            error(exchange, 404, "NoSuchTableException", "there is none");
            return;
        }
        String etag = "\""
                + Integer.toHexString(
                        table.operations().current().metadataFileLocation().hashCode()) + "\"";
        if (hasETags) {
            exchange.getResponseHeaders().add("ETag", etag);
            if (etag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
                exchange.sendResponseHeaders(304, -1);
                return;
            }
        }
        send(
                exchange,
                200,
                LoadTableResponseParser.toJson(LoadTableResponse.builder()
                        .withTableMetadata(table.operations().current())
                        .addAllConfig(vended)
                        .build()));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
