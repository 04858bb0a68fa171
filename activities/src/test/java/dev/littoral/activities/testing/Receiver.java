package dev.littoral.activities.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.littoral.workflows.model.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A receiver of events. A library that is not Littoral's checks each signature; what it refuses is not taken. A test
 * says how the next ones are answered.
 */
public final class Receiver implements AutoCloseable {
    /** A secret of Standard Webhooks. */
    public static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /** How a request is answered after its signature was checked. */
    @FunctionalInterface
    public interface Answer {
        void to(HttpExchange request) throws IOException;
    }

    /** The event is taken. */
    public static final Answer TAKEN = request -> request.sendResponseHeaders(204, -1);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private final Webhook webhook = new Webhook(SECRET);
    private final List<JsonNode> taken = new ArrayList<>();
    private final List<String> ids = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private volatile Answer answer = TAKEN;
    private volatile boolean takes = true;

    public Receiver() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/hook", this::handle);
        server.start();
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook?key=hidden");
    }

    /** From now on every request is answered so, and its event is taken. */
    public void answer(Answer given) {
        answer = given;
        takes = true;
    }

    /** From now on every request is answered so, and its event is lost. */
    public void lose(Answer given) {
        answer = given;
        takes = false;
    }

    /** The events taken, repeats too. */
    public synchronized List<JsonNode> taken() {
        return List.copyOf(taken);
    }

    /** The {@code webhook-id} of all requests. */
    public synchronized List<String> ids() {
        return List.copyOf(ids);
    }

    /** What was wrong with requests. */
    public synchronized List<String> problems() {
        return List.copyOf(problems);
    }

    private void handle(HttpExchange request) throws IOException {
        try (request) {
            String body = new String(request.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            synchronized (this) {
                String id = request.getRequestHeaders().getFirst("webhook-id");
                ids.add(id);
                try {
                    webhook.verify(body, HttpHeaders.of(request.getRequestHeaders(), (name, value) -> true));
                    JsonNode event = Json.JSON.readTree(body);
                    if (!event.get("id").asText().equals(id)) {
                        problems.add("another id: " + id);
                    }
                    if (takes) {
                        taken.add(event);
                    }
                } catch (WebhookVerificationException e) {
                    problems.add(e.getMessage());
                    request.sendResponseHeaders(401, -1);
                    return;
                }
            }
            answer.to(request);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
