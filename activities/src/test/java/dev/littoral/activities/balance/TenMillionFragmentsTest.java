package dev.littoral.activities.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten million fragments in a heap of 1 GiB, in a JVM of its own, by CPU time: it may share the machine. */
class TenMillionFragmentsTest {
    private static final int FRAGMENTS = 10_000_000;
    private static final int IN_FOLDER = 100;
    private static final long TARGET = 1_000_000;

    @TempDir
    private Path folder;

    @Test
    void tenMillionFragmentsAreBalancedInTenSecondsAndOneGibibyte() throws Exception {
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx1g",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        TenMillionFragmentsTest.class.getName(),
                        output.toString()))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("said").toFile())
                .start();
        try {
            assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue())
                .as(Files.readString(folder.resolve("said")))
                .isZero();
        List<String> seconds = Files.readAllLines(output);
        assertThat(seconds)
                .hasSize(2)
                .allSatisfy(each -> assertThat(Double.parseDouble(each)).isLessThan(10));
    }

    /** Writes the seconds of the first balancing, and of one after a fifth of all rows died and some came. */
    public static void main(String[] args) throws Exception {
        SplittableRandom random = new SplittableRandom(1);
        long[] rows = random.longs(FRAGMENTS, TARGET / 50, TARGET / 5).toArray();
        long[] dead = new long[FRAGMENTS];
        int[] folder = new int[FRAGMENTS];
        Arrays.setAll(folder, i -> i / IN_FOLDER);
        long[] segment = new long[FRAGMENTS];
        Arrays.fill(segment, ShardFragments.NONE);
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        Balance first = Balancer.balance(
                new ShardFragments(rows, dead, folder, segment), new RowDelta(FRAGMENTS, 0), TARGET, 0.3, 1);
        long middle = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        segment = first.segment();
        for (int i = 0; i < FRAGMENTS; i++) {
            switch (random.nextInt(20)) {
                case 0 -> segment[i] = ShardFragments.NONE;
                case 1, 2, 3, 4 -> {
                    dead[i] = rows[i];
                    rows[i] = 0;
                }
                default -> {}
            }
        }
        long again = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        Balancer.balance(
                new ShardFragments(rows, dead, folder, segment),
                new RowDelta(FRAGMENTS, FRAGMENTS),
                TARGET,
                0.3,
                FRAGMENTS);
        long end = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        Files.write(Path.of(args[0]), List.of("" + (middle - start) / 1e9, "" + (end - again) / 1e9));
    }
}
