package dev.littoral.worker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.littoral.activities.LittoralException;
import dev.littoral.workflows.model.FailureType;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What machines ask a worker over HTTP: {@code /metrics}, {@code /healthz} (the process is well), {@code /readyz} (it takes work).
 * Answers GET and HEAD, without any secret.
 */
public final class HttpDoor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpDoor.class);

    private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";
    private static final String TEXT_TYPE = "text/plain; charset=utf-8";

    /** Readiness asks the service, which may take seconds; a few may ask at once. */
    private static final int THREADS = 4;

    private final HttpServer server;
    private final ExecutorService threads;

    private HttpDoor(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /**
     * Opens the door.
     *
     * @param port 0 for any that is free
     * @param metrics what {@code /metrics} answers
     * @param hindrance why the worker takes no work now, in a sentence, or empty
     * @throws LittoralException INPUT when the address cannot be listened on
     */
    public static HttpDoor open(String host, int port, Supplier<String> metrics, Supplier<Optional<String>> hindrance) {
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw LittoralException.input(
                    "Metrics host " + host + " is not known; expected a name or address of this machine");
        }
        HttpServer server;
        try {
            server = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new LittoralException(
                    FailureType.INPUT,
                    "Metrics cannot be served at " + host + ":" + port + " (" + e.getMessage()
                            + "); expected an address of this machine and a free port",
                    e);
        }
        server.createContext("/metrics", exchange -> answer(exchange, "/metrics", 200, METRICS_TYPE, metrics));
        server.createContext("/healthz", exchange -> answer(exchange, "/healthz", 200, TEXT_TYPE, () -> "ok\n"));
        server.createContext("/readyz", exchange -> {
            Optional<String> why = hindrance.get();
            answer(exchange, "/readyz", why.isEmpty() ? 200 : 503, TEXT_TYPE, () -> why.orElse("ok") + "\n");
        });
        ExecutorService threads = Executors.newFixedThreadPool(
                THREADS, Thread.ofPlatform().daemon().name("littoral-http-", 0).factory());
        server.setExecutor(threads);
        server.start();
        return new HttpDoor(server, threads);
    }

    /** Where it listens. */
    public URI address() {
        InetSocketAddress address = server.getAddress();
        String host = address.getAddress().getHostAddress();
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort());
    }

    private static void answer(HttpExchange exchange, String path, int status, String type, Supplier<String> text)
            throws IOException {
        try (exchange) {
            boolean head = exchange.getRequestMethod().equals("HEAD");
            if (!exchange.getRequestURI().getPath().equals(path)) {
                exchange.sendResponseHeaders(404, -1);
            } else if (!head && !exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                exchange.sendResponseHeaders(405, -1);
            } else {
                byte[] body = text.get().getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", type);
                exchange.sendResponseHeaders(status, head ? -1 : body.length);
                if (!head) {
                    exchange.getResponseBody().write(body);
                }
            }
        } catch (RuntimeException e) {
            LOG.error("{} could not be answered", path, e);
            throw e;
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
