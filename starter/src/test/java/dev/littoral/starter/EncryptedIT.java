package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.starter.Cli.Run;
import dev.littoral.starter.Cli.Running;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.workflows.testing.AesCodec;
import dev.littoral.workflows.testing.CodecServer;
import dev.littoral.workflows.testing.TemporalServer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands and a worker in a namespace whose payloads are encrypted. */
class EncryptedIT {
    @TempDir
    Path folder;

    private final String namespace = TemporalServer.shared().newNamespace();

    private Cli cli() {
        return new Cli(folder).on(TemporalServer.shared(), namespace);
    }

    /** A command line with the codec's class, which is not in the jar. */
    private Cli withClass(String key) throws Exception {
        Path classes = Path.of(AesCodec.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        return cli().with("LITTORAL_CODEC_CLASS", AesCodec.class.getName())
                .with("LITTORAL_CODEC_PATH", classes.toString())
                .with("TEST_CODEC_KEY", key);
    }

    @Test
    void workerCommandsAndSyncSpeakThroughTheCodec() throws Exception {
        Lake.write(folder.resolve("lake/a.parquet"), 10, 0);
        Lake.write(folder.resolve("other/a.parquet"), 7, 0);
        try (CodecServer server = CodecServer.start(new AesCodec("right"), "Bearer 7")) {
            // A worker with the codec server, commands with the class: it is one codec.
            Running worker = cli().with("TEMPORAL_CODEC_ENDPOINT", server.endpoint())
                    .with("TEMPORAL_CODEC_AUTH", "Bearer 7")
                    .start("worker", "--allow-source", folder.toString(), "--catalog", "catalog");
            try {
                assertThat(worker.says("Worker ready")).isTrue();
                Cli cli = withClass("right");
                assertThat(cli.ok("start", "c", "--source", "lake", "--wait", "--json")
                                .json()
                                .get("rows")
                                .asLong())
                        .isEqualTo(10);
                assertThat(cli.ok("change-source", "c", "--source", "other", "--wait")
                                .out())
                        .contains("COMMITTED");
                assertThat(cli.ok("status", "c").out()).contains("/other/");
                assertThat(cli.ok("list").out()).contains("idle", "/other/");
                assertThat(cli.ok("sync", "c", "--source", "lake").out()).contains("COMMITTED");
                assertThat(cli.ok("sync", "d", "--source", "lake").out()).contains("COMMITTED");
                assertThat(cli.ok("change-source", "c", "--source", "gone").out())
                        .contains("update 4");
                assertThat(cli.ok("jobs", "c").out()).contains("/gone: ");

                // Without the codec, and with another key, a sentence says what is missing.
                Run blind = cli().run("status", "c").endsWith(ExitCode.INPUT);
                assertThat(blind.sentence())
                        .contains("payloads there are encoded", "expected", "TEMPORAL_CODEC_ENDPOINT");
                assertThat(cli().ok("list").err()).contains("not all is shown", "expected");
                assertThat(withClass("wrong")
                                .run("status", "c")
                                .endsWith(ExitCode.INPUT)
                                .sentence())
                        .contains("cannot be decoded", "its key");
                assertThat(cli().with("TEMPORAL_CODEC_ENDPOINT", server.endpoint())
                                .run("status", "c")
                                .endsWith(ExitCode.ACCESS)
                                .sentence())
                        .contains("answers 401", "TEMPORAL_CODEC_AUTH");
            } finally {
                worker.signal("TERM");
                worker.end();
            }
        }
    }

    @Test
    void aWorkerWithoutItsCodecServerDoesNotStart() throws Exception {
        Run run = cli().with("TEMPORAL_CODEC_ENDPOINT", "http://127.0.0.1:1")
                .run("worker", "--catalog", "catalog")
                .endsWith(ExitCode.UNAVAILABLE);
        assertThat(run.sentence()).contains("The codec server at http://127.0.0.1:1 does not answer", "expected");
    }
}
