package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.littoral.starter.Cli.Run;
import dev.littoral.starter.Cli.Running;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.testing.TemporalServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Events from a worker that is a process of its own, to a receiver that checks their signatures. */
@Timeout(600)
class EventsIT {
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String PLANTED = "hush7f3a";
    private static final int WAITS = 9_000;

    @TempDir
    Path folder;

    private final List<String> types = new CopyOnWriteArrayList<>();
    private final List<String> problems = new CopyOnWriteArrayList<>();
    private volatile int status = 503;
    private final TemporalServer temporal = TemporalServer.shared();
    private final String namespace = temporal.newNamespace();
    private HttpServer receiver;
    private Running worker;

    @BeforeEach
    void open() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/hook", this::take);
        receiver.start();
    }

    @AfterEach
    void close() throws Exception {
        if (worker != null) {
            worker.signal("KILL");
            worker.end();
        }
        receiver.stop(0);
    }

    private void take(HttpExchange request) throws IOException {
        try (request) {
            String body = new String(request.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            try {
                new Webhook(SECRET).verify(body, HttpHeaders.of(request.getRequestHeaders(), (name, value) -> true));
                if (status == 204) {
                    types.add(Json.JSON.readTree(body).get("type").asText());
                }
            } catch (WebhookVerificationException e) {
                problems.add(e.getMessage());
            }
            request.sendResponseHeaders(status, -1);
        }
    }

    private Cli cli() {
        return new Cli(folder).on(temporal, namespace);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < WAITS && !condition.getAsBoolean(); i++) {
            Thread.sleep(50);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    private String awaitStatus(String words) throws Exception {
        String page = "";
        for (int i = 0; i < 100 && !page.contains(words); i++) {
            page = cli().ok("status", "c").out();
        }
        assertThat(page).contains(words);
        return page;
    }

    @Test
    void aCollectionNotifiesSinksThatItsWorkerNamesAndNothingShowsTheirSecrets() throws Exception {
        Lake.write(folder.resolve("lake/a.parquet"), 100, 0);
        String address = "http://127.0.0.1:" + receiver.getAddress().getPort();
        worker = cli().with("LITTORAL_SINK", "indexer=" + address + "/hook?key=" + PLANTED)
                .with("SINK_KEY", SECRET)
                .with("LITTORAL_LOG", "DEBUG")
                .start("worker", "--allow-source", "lake", "--sink-secret", "indexer=env:SINK_KEY");
        assertThat(worker.says("Worker ready: ")).as("%s", worker.said()).isTrue();

        Run refused = cli().run("start", "d", "--source", "lake", "--notify", "nobody", "--wait");
        assertThat(refused.err()).contains("Sink nobody is not one of this worker's; expected indexer");
        assertThat(refused.exit()).as("%s", refused).isEqualTo(ExitCode.INPUT.code());

        cli().ok("start", "c", "--source", "lake", "--notify", "indexer", "--wait");
        String page = awaitStatus("Sink indexer at " + address + " answers 503; expected a status of 200 to 299");
        assertThat(page).contains("events    indexer lacks those of 2 versions: ", ", next try at ");
        status = 204;
        await(() -> types.size() == 2);
        awaitStatus("events    indexer has got those of every version");
        assertThat(types)
                .containsExactly("dev.littoral.collection.declared.v1", "dev.littoral.collection.committed.v1");
        assertThat(problems).isEmpty();

        worker.signal("TERM");
        Run run = worker.end();
        worker = null;
        assertThat(run.exit()).as("%s", run).isZero();
        assertThat(run.err() + run.out() + page).contains("answers 503").doesNotContain(PLANTED, "whsec_");
    }

    @Test
    void aWorkerWhoseSinkHasNoSecretDoesNotStart() throws Exception {
        Run run = cli().with("LITTORAL_SINK", "indexer=https://host/" + PLANTED).run("worker");
        assertThat(run.exit()).as("%s", run).isEqualTo(ExitCode.INPUT.code());
        assertThat(run.sentence())
                .contains("Sink indexer has no secret to sign with; expected --sink-secret indexer=file:/path");
        assertThat(run.err()).doesNotContain(PLANTED);
    }
}
