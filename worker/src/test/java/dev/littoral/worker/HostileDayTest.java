package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.testing.S3Server;
import dev.littoral.activities.testing.S3Servers;
import dev.littoral.workflows.testing.TemporalServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole updates while everything fails. {@code -Dlittoral.day.seconds} says for how long,
 * {@code -Dlittoral.day.updates} how many updates have to end instead, {@code -Dlittoral.day.s3} on which server:
 * {@code minio}, {@code versitygw} or {@code s3proxy}.
 */
class HostileDayTest {
    private static final long SEED = Long.getLong("littoral.day.seed", System.nanoTime());
    private static final long SECONDS = Long.getLong("littoral.day.seconds", 75);
    private static final int UPDATES = Integer.getInteger("littoral.day.updates", 0);
    private static final int COLLECTIONS = Integer.getInteger("littoral.day.collections", 10);
    private static final S3Servers.Kind SERVER = S3Servers.Kind.valueOf(
            System.getProperty("littoral.day.s3", "minio").toUpperCase(Locale.ROOT));

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    /** Invariants 1 to 8, 10 and 11 of {@code docs/protocol.md}. */
    @Test
    void throughAHostileDayEveryPromiseIsKept() throws Exception {
        try (S3Server s3 = S3Servers.start(SERVER);
                TemporalServer temporal = TemporalServer.startDurable();
                HostileDay day = new HostileDay(SEED, folder, s3, SERVER != S3Servers.Kind.S3PROXY, temporal)) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
            try {
                day.run(COLLECTIONS, ended -> UPDATES > 0 ? ended >= UPDATES : System.nanoTime() > end);
            } finally {
                List<String> summary = day.summary();
                System.out.println(String.join("\n", summary));
                Files.write(Path.of("target", "hostile-day.md"), summary);
                Files.write(folder.resolve("logs"), day.logs());
            }
            assertThat(day.violations())
                    .as(
                            "seed %s; the logs of workers and collections are in %s; again: mvn -pl worker "
                                    + "-am test -Dtest=HostileDayTest"
                                    + " -Dsurefire.failIfNoSpecifiedTests=false -Dlittoral.day.seed=%s",
                            SEED, folder, SEED)
                    .isEmpty();
        }
    }
}
