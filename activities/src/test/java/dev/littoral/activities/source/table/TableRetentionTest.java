package dev.littoral.activities.source.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How long tables keep what only older versions need. */
class TableRetentionTest {
    @ParameterizedTest
    @CsvSource({
        "interval 1 week, P7D",
        "INTERVAL 168 hours, P7D",
        "interval 2 days 3 hours, P2DT3H",
        "14days, P14D",
        "1209600s, P14D",
        "7d 12h, P7DT12H",
        "0 seconds, PT0S"
    })
    void durationsAreReadAsFormatsWriteThem(String words, Duration duration) {
        assertThat(TableRetention.of(words)).contains(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "interval", "week", "5", "1 month", "-1 day", "1 day x", "9999999999999 days"})
    void whatIsNoDurationIsNone(String words) {
        assertThat(TableRetention.of(words)).isEmpty();
    }

    @Test
    void nothingIsNone() {
        assertThat(TableRetention.of(null)).isEmpty();
    }
}
