package dev.littoral.worker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.FailureType;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP endpoints for monitoring a worker: {@code /metrics}, {@code /healthz} (the process is well), {@code /readyz}
 * (it takes work). Answers GET and HEAD, without any secret. A slow client blocks no other, and is disconnected after a
 * timeout.
 */
public final class MonitoringServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MonitoringServer.class);

    private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";
    private static final String TEXT_TYPE = "text/plain; charset=utf-8";

    /**
     * The timeout of a request, from its first byte to the last one of the answer. Readiness may ask the service for
     * ten seconds.
     */
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(20);

    /**
     * Limits of the JDK's server, which reads them once. A property that is set already, on the command line, stays.
     */
    private static final Map<String, String> BOUNDS = Map.of(
            "jdk.httpserver.maxConnections", "1000",
            "sun.net.httpserver.maxReqHeaderSize", "16384",
            // Seconds in which a connection may be silent between requests, or before its first.
            "sun.net.httpserver.idleInterval", "30");

    static {
        BOUNDS.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
    }

    private final HttpServer server;
    private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("littoral-http-clock").factory());

    private MonitoringServer(HttpServer server) {
        this.server = server;
        clock.setRemoveOnCancelPolicy(true);
    }

    /**
     * Starts the server.
     *
     * @param port 0 for any that is free
     * @param metrics what {@code /metrics} answers
     * @param failure why the process cannot work any more, in a sentence, or empty
     * @param notReady why the worker takes no work now, in a sentence, or empty
     * @throws LittoralException INPUT when the address cannot be listened on
     */
    public static MonitoringServer open(
            String host,
            int port,
            Supplier<String> metrics,
            Supplier<Optional<String>> failure,
            Supplier<Optional<String>> notReady) {
        return open(host, port, metrics, failure, notReady, REQUEST_TIMEOUT);
    }

    /** Starts the server with another timeout of requests. */
    static MonitoringServer open(
            String host,
            int port,
            Supplier<String> metrics,
            Supplier<Optional<String>> failure,
            Supplier<Optional<String>> notReady,
            Duration timeout) {
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
        server.createContext("/healthz", exchange -> answer(exchange, "/healthz", failure));
        server.createContext(
                "/readyz",
                exchange -> answer(exchange, "/readyz", () -> failure.get().or(notReady)));
        MonitoringServer monitoring = new MonitoringServer(server);
        server.setExecutor(monitoring.within(timeout));
        server.start();
        return monitoring;
    }

    /**
     * Gives each request a thread of its own, which is interrupted when its time is up; that closes its connection. No
     * virtual ones: before Java 24, one that waits within a monitor, as the JDK's server does, keeps one of the few
     * threads that carry them.
     */
    private Executor within(Duration timeout) {
        return request -> Thread.ofPlatform().daemon().name("littoral-http").start(() -> {
            ScheduledFuture<?> cut =
                    clock.schedule(Thread.currentThread()::interrupt, timeout.toMillis(), TimeUnit.MILLISECONDS);
            try {
                request.run();
            } finally {
                cut.cancel(false);
            }
        });
    }

    /** Where it listens. */
    public URI address() {
        InetSocketAddress address = server.getAddress();
        String host = address.getAddress().getHostAddress();
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort());
    }

    private static void answer(HttpExchange exchange, String path, Supplier<Optional<String>> wrong)
            throws IOException {
        Optional<String> why = wrong.get();
        answer(exchange, path, why.isEmpty() ? 200 : 503, TEXT_TYPE, () -> why.orElse("ok") + "\n");
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
        clock.shutdownNow();
    }
}
