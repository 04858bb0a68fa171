package dev.littoral.activities.source.delta;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** How many rows a file has by the statistics in the log, or that they do not say. */
class StatsTest {
    /** Read as writers put it, first, and where it is searched for. */
    private static void rows(String number, Long expected) {
        for (String stats : List.of(
                "{\"numRecords\":" + number + "}",
                "{\"numRecords\": " + number + ",\"minValues\":{\"a\":1}}",
                "{\"minValues\":{\"numRecords\":7},\"numRecords\":" + number + "}")) {
            assertThat(Stats.rows(stats)).as(stats).isEqualTo(expected);
        }
    }

    @Test
    void aNumberThatAFileCanHaveIsBelieved() {
        rows("0", 0L);
        rows("5", 5L);
        rows("1099511627776", 1L << 40);
    }

    @Test
    void anyOtherIsLeftToTheFooter() {
        for (String wrong : List.of(
                "1099511627777",
                "9999999999999",
                "99999999999999",
                "9223372036854775807",
                "18446744073709551617",
                "100000000000000000000000000000",
                "-1",
                "5.5",
                "5e3",
                "\"5\"",
                "null",
                "[5]",
                "")) {
            rows(wrong, null);
        }
    }

    @Test
    void statisticsThatAreNoneSayNothing() {
        for (String wrong : List.of("", "[]", "5", "{", "{\"numRecords\":", "{\"a\":[[", "{}")) {
            assertThat(Stats.rows(wrong)).as(wrong).isNull();
        }
    }
}
