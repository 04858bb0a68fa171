package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpHandler;
import dev.littoral.starter.Cli.Run;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.workflows.testing.ServerProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands with stores that are unreachable or refuse access. */
class TroubleIT {
    private static final String SECRET = "wJalrXUtnFEMI";

    @TempDir
    Path folder;

    private Cli against(String endpoint) {
        return new Cli(folder)
                .with("AWS_ENDPOINT_URL_S3", endpoint)
                .with("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
                .with("AWS_SECRET_ACCESS_KEY", SECRET);
    }

    @Test
    void aStoreThatIsAwayOrDeniesAccessIsOneSentence() throws Exception {
        String nobody = "http://127.0.0.1:" + ServerProcess.freePort();
        Lake.write(folder.resolve("lake/a.parquet"), 10, 0);
        try (S3Endpoint denying = new S3Endpoint(
                folder, "unused", exchange -> S3Endpoint.reply(exchange, 403, S3Endpoint.error("AccessDenied")))) {
            for (List<String> words : List.of(
                    List.of("sync", "c", "--source", "lake", "--catalog", "s3://bucket/catalog"),
                    List.of("status", "c", "--catalog", "s3://bucket/catalog"))) {
                Run away = against(nobody).run(words.toArray(String[]::new)).endsWith(ExitCode.UNAVAILABLE);
                assertThat(away.sentence()).contains("s3://bucket/catalog");
                Run denied =
                        against(denying.url()).run(words.toArray(String[]::new)).endsWith(ExitCode.ACCESS);
                assertThat(denied.sentence()).contains("s3://bucket/catalog", "AccessDenied");
                for (Run run : List.of(away, denied)) {
                    assertThat(run.out()).isEmpty();
                    assertThat(run.err()).doesNotContain(SECRET).hasLineCount(1);
                }
            }
            Run source = against(denying.url())
                    .run("sync", "c", "--source", "s3://bucket/lake/", "--json")
                    .endsWith(ExitCode.ACCESS);
            assertThat(source.json().get("failure").asText()).isEqualTo("ACCESS");
            assertThat(source.sentence()).contains("s3://bucket/lake/");
        }
    }

    @Test
    void aRetryIsReported() throws Exception {
        // More than the tries within one request.
        int failing = 8;
        AtomicInteger requests = new AtomicInteger();
        HttpHandler slowAtFirst = exchange -> {
            if (requests.incrementAndGet() <= failing) {
                S3Endpoint.reply(exchange, 503, S3Endpoint.error("SlowDown"));
            } else {
                S3Endpoint.reply(
                        exchange,
                        200,
                        "<ListBucketResult><Name>bucket</Name><Prefix>lake/</Prefix><KeyCount>0</KeyCount>"
                                + "<MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>");
            }
        };
        try (S3Endpoint slow = new S3Endpoint(folder, "unused", slowAtFirst)) {
            Run run = against(slow.url()).ok("sync", "c", "--source", "s3://bucket/lake/", "--allow-empty", "--json");
            assertThat(run.json().get("outcome").asText()).isEqualTo("COMMITTED");
            assertThat(run.err()).contains("littoral: trying again: ", "SlowDown");
        }
    }
}
