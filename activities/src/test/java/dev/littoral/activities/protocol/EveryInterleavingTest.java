package dev.littoral.activities.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The real steps in every order their calls can come in. The auditor checks invariants 1 to 13 of
 * {@code docs/protocol.md} after every write and at every answer. {@code -Dlittoral.explore.states=1000000} looks at so
 * many states of each world.
 */
class EveryInterleavingTest {
    private static final int MAX_STATES = Integer.getInteger("littoral.explore.states", 3_000);

    /** Invariants 1 to 13. */
    @Test
    void noInterleavingOfASmallWorldBreaksAnInvariant() throws IOException {
        List<String> table = new ArrayList<>(List.of(
                "| world | states | moves | interleavings | ends | runs of real code | whole |",
                "|---|---|---|---|---|---|---|"));
        long states = InActivity.call(() -> {
            long sum = 0;
            BigInteger orders = BigInteger.ZERO;
            for (Setup setup : Worlds.all(Safeguard.NOTHING)) {
                Explorer.Covered covered = Explorer.all(setup, MAX_STATES);
                assertThat(covered.ends()).as(setup.name()).isPositive();
                sum += covered.states();
                orders = orders.add(covered.interleavings());
                table.add("| " + setup.name() + " | " + covered.states() + " | " + covered.moves() + " | "
                        + covered.interleavings() + " | " + covered.ends() + " | " + covered.runs() + " | "
                        + (covered.whole() ? "yes" : "no") + " |");
            }
            table.add("| all | " + sum + " | | " + orders + " | | | |");
            return sum;
        });
        System.out.println(String.join("\n", table));
        Files.write(Path.of("target", "interleavings.md"), table);
        assertThat(states).isGreaterThan(Math.min(50_000, MAX_STATES));
    }
}
