package dev.littoral.starter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.littoral.starter.Cli.Run;
import dev.littoral.starter.cli.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores that are away, or that say no. */
class TroubleIT {
    private static final String SECRET = "wJalrXUtnFEMI";

    @TempDir
    Path folder;

    private Cli against(int port) {
        return new Cli(folder)
                .with("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:" + port)
                .with("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
                .with("AWS_SECRET_ACCESS_KEY", SECRET);
    }

    private interface Reply {
        String of(int request);
    }

    private static HttpServer serve(int status, Reply reply) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        AtomicInteger requests = new AtomicInteger();
        server.createContext("/", exchange -> {
            String body = reply.of(requests.incrementAndGet());
            byte[] bytes = body.getBytes(UTF_8);
            exchange.sendResponseHeaders(body.startsWith("<Error>") ? status : 200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static String error(String code) {
        return "<Error><Code>" + code + "</Code><Message>no</Message></Error>";
    }

    @Test
    void aStoreThatIsAwayOrDeniesAccessIsOneSentence() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        Lake.write(folder.resolve("lake/a.parquet"), 10, 0);
        HttpServer denying = serve(403, request -> error("AccessDenied"));
        try {
            for (List<String> words : List.of(
                    List.of("sync", "c", "--source", "lake", "--catalog", "s3://bucket/catalog"),
                    List.of("status", "c", "--catalog", "s3://bucket/catalog"))) {
                Run away = against(free).run(words.toArray(String[]::new)).endsWith(ExitCode.UNAVAILABLE);
                assertThat(away.sentence()).contains("s3://bucket/catalog");
                Run denied = against(denying.getAddress().getPort())
                        .run(words.toArray(String[]::new))
                        .endsWith(ExitCode.ACCESS);
                assertThat(denied.sentence()).contains("s3://bucket/catalog", "AccessDenied");
                for (Run run : List.of(away, denied)) {
                    assertThat(run.out()).isEmpty();
                    assertThat(run.err()).doesNotContain(SECRET).hasLineCount(1);
                }
            }
            Run source = against(denying.getAddress().getPort())
                    .run("sync", "c", "--source", "s3://bucket/lake/", "--json")
                    .endsWith(ExitCode.ACCESS);
            assertThat(source.json().get("failure").asText()).isEqualTo("ACCESS");
            assertThat(source.sentence()).contains("s3://bucket/lake/");
        } finally {
            denying.stop(0);
        }
    }

    @Test
    void whatIsTriedAgainIsSaid() throws Exception {
        // More than the tries within one request.
        int failing = 8;
        HttpServer slow = serve(
                503,
                request -> request <= failing
                        ? error("SlowDown")
                        : "<ListBucketResult><Name>bucket</Name><Prefix>lake/</Prefix><KeyCount>0</KeyCount>"
                                + "<MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>");
        try {
            Run run = against(slow.getAddress().getPort())
                    .run("sync", "c", "--source", "s3://bucket/lake/", "--allow-empty", "--json")
                    .endsWith(ExitCode.OK);
            assertThat(run.json().get("outcome").asText()).isEqualTo("COMMITTED");
            assertThat(run.err()).contains("littoral: trying again: ", "SlowDown");
        } finally {
            slow.stop(0);
        }
    }
}
