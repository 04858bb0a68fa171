package dev.littoral.activities.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EveryInterleavingTest {
    @Test
    void smoke() {
        Setup setup = Setup.of("two refreshes", 1)
                .with("first", new Programs.Client(11, Lakes.A, false, Safeguard.NOTHING))
                .with("second", new Programs.Client(12, Lakes.A, false, Safeguard.NOTHING))
                .changes(Lakes.A, 1);
        long start = System.currentTimeMillis();
        Explorer.Covered covered = InActivity.call(() -> Explorer.all(setup, 1_000_000));
        System.out.println(covered + " " + (System.currentTimeMillis() - start) + " ms");
        assertThat(covered.whole()).isTrue();
    }
}
