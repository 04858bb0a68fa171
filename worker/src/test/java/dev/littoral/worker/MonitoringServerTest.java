package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MonitoringServerTest {
    private volatile String hindrance = "the worker starts";

    private volatile String failure;

    private final MonitoringServer server = start("a_total 1.0\n", Duration.ofMinutes(8));

    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        server.close();
        client.close();
    }

    private HttpResponse<String> ask(String method, String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(server.address() + path))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void readinessFollowsTheWorkerAndHealthDoesNot() throws Exception {
        assertThat(ask("GET", "/readyz").statusCode()).isEqualTo(503);
        assertThat(ask("GET", "/readyz").body()).isEqualTo("the worker starts\n");
        assertThat(ask("GET", "/healthz").statusCode()).isEqualTo(200);
        hindrance = null;
        assertThat(ask("GET", "/readyz").statusCode()).isEqualTo(200);
        assertThat(ask("HEAD", "/readyz").statusCode()).isEqualTo(200);
    }

    @Test
    void aProcessThatCannotWorkIsNeitherWellNorReady() throws Exception {
        hindrance = null;
        failure = "the worker ran out of memory";
        for (String path : List.of("/healthz", "/readyz")) {
            HttpResponse<String> answer = ask("GET", path);
            assertThat(answer.statusCode()).as(path).isEqualTo(503);
            assertThat(answer.body()).as(path).isEqualTo("the worker ran out of memory\n");
        }
    }

    @Test
    void metricsAreTextAndNothingElseIsThere() throws Exception {
        HttpResponse<String> metrics = ask("GET", "/metrics");
        assertThat(metrics.body()).isEqualTo("a_total 1.0\n");
        assertThat(metrics.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
        assertThat(ask("GET", "/metrics/more").statusCode()).isEqualTo(404);
        assertThat(ask("GET", "/").statusCode()).isEqualTo(404);
        assertThat(ask("POST", "/metrics").statusCode()).isEqualTo(405);
    }

    /** A connection on which a part of a request was sent. */
    private static Socket half(MonitoringServer server, String sent) throws IOException {
        Socket socket = new Socket(server.address().getHost(), server.address().getPort());
        socket.setSoTimeout(60_000);
        socket.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private MonitoringServer start(String page, Duration timeout) {
        return MonitoringServer.open(
                "127.0.0.1",
                0,
                () -> page,
                () -> Optional.ofNullable(failure),
                () -> Optional.ofNullable(hindrance),
                timeout);
    }

    /** Connections that send half of a request, or do not read what is answered. */
    private static List<Socket> crowd(MonitoringServer server) throws IOException {
        List<Socket> crowd = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            crowd.add(half(server, "GET /healthz HT"));
            crowd.add(half(server, "GET /healthz HTTP/1.1\r\nHost: a\r\nX-More: "));
            crowd.add(half(server, "POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc"));
        }
        for (int i = 0; i < 10; i++) {
            crowd.add(half(server, "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"));
        }
        return crowd;
    }

    private static void close(List<Socket> sockets) throws IOException {
        for (Socket each : sockets) {
            each.close();
        }
    }

    @Test
    void halfSentRequestsAndSlowReadersHoldUpNobody() throws Exception {
        hindrance = null;
        String page = "a_total 1.0\n".repeat(500_000);
        // None of them is cut off while this test runs.
        try (MonitoringServer busy = start(page, Duration.ofHours(1))) {
            List<Socket> crowd = crowd(busy);
            for (String path : List.of("/healthz", "/readyz", "/metrics")) {
                HttpRequest request = HttpRequest.newBuilder(URI.create(busy.address() + path))
                        .timeout(Duration.ofMinutes(8))
                        .build();
                assertThat(client.send(request, HttpResponse.BodyHandlers.ofString())
                                .statusCode())
                        .as(path)
                        .isEqualTo(200);
            }
            close(crowd);
        }
    }

    @Test
    void halfSentRequestsAndSlowReadersAreCutOff() throws Exception {
        String page = "a_total 1.0\n".repeat(500_000);
        try (MonitoringServer busy = start(page, Duration.ofSeconds(1))) {
            List<Socket> crowd = crowd(busy);
            // A slow reader gets what lies in buffers.
            Thread.sleep(Duration.ofSeconds(2));
            for (Socket each : crowd) {
                assertThat(isClosed(each)).isTrue();
            }
            close(crowd);
        }
    }

    /** Reads to the end, which comes when the other side has closed. */
    private static boolean isClosed(Socket socket) throws IOException {
        try {
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            // Reset, as what was sent was not read.
            return true;
        }
    }

    @Test
    void aHeaderThatDoesNotEndIsCutOffBeforeItIsHeld() throws Exception {
        try (Socket socket = half(server, "GET /healthz HTTP/1.1\r\nX-Long: ")) {
            byte[] more = "a".repeat(10_000).getBytes(StandardCharsets.US_ASCII);
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 2_000; i++) {
                            socket.getOutputStream().write(more);
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
        assertThat(ask("GET", "/healthz").statusCode()).isEqualTo(200);
    }

    /** The JDK's server has none unless it is told. */
    @Test
    void connectionsAndTheirSilenceAreBounded() {
        assertThat(System.getProperties())
                .containsEntry("jdk.httpserver.maxConnections", "1000")
                .containsEntry("sun.net.httpserver.idleInterval", "30");
    }

    @Test
    void aPortThatIsTakenIsReportedInOneSentence() {
        int port = server.address().getPort();
        assertThatThrownBy(() -> MonitoringServer.open("127.0.0.1", port, () -> "", Optional::empty, Optional::empty))
                .isInstanceOf(LittoralException.class)
                .hasMessageContainingAll("127.0.0.1:" + port, "expected ");
    }
}
