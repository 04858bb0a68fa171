package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.LittoralException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpDoorTest {
    private volatile String hindrance = "the worker starts";

    private final HttpDoor door =
            HttpDoor.open("127.0.0.1", 0, () -> "a_total 1.0\n", () -> Optional.ofNullable(hindrance));

    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        door.close();
        client.close();
    }

    private HttpResponse<String> ask(String method, String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(door.address() + path))
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
    void metricsAreTextAndNothingElseIsThere() throws Exception {
        HttpResponse<String> metrics = ask("GET", "/metrics");
        assertThat(metrics.body()).isEqualTo("a_total 1.0\n");
        assertThat(metrics.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
        assertThat(ask("GET", "/metrics/more").statusCode()).isEqualTo(404);
        assertThat(ask("GET", "/").statusCode()).isEqualTo(404);
        assertThat(ask("POST", "/metrics").statusCode()).isEqualTo(405);
    }

    @Test
    void aPortThatIsTakenIsSaidInASentence() {
        int port = door.address().getPort();
        assertThatThrownBy(() -> HttpDoor.open("127.0.0.1", port, () -> "", Optional::empty))
                .isInstanceOf(LittoralException.class)
                .hasMessageContainingAll("127.0.0.1:" + port, "expected ");
    }
}
