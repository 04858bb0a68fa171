package dev.littoral.activities.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How slow a body may be. In a window of no time each read is judged by itself. */
class MinimumRateBodyTest {
    private static InputStream body(int bytes, Duration window, int leastBytes) {
        return new MinimumRateBody(
                new ByteArrayInputStream(new byte[bytes]), new MinimumRateBody.Pace(window, leastBytes));
    }

    private static void read(InputStream body, int bytes) throws IOException {
        assertThat(body.read(new byte[100], 0, bytes)).isEqualTo(bytes);
    }

    @Test
    void aBodyThatBringsEnoughInEachWindowIsReadToItsEnd() throws Exception {
        InputStream body = body(9, Duration.ZERO, 3);
        read(body, 3);
        read(body, 4);
        read(body, 2);
        assertThat(body.read()).isNegative();
    }

    @Test
    void oneThatGoesOnAfterTooLittleCrawls() throws Exception {
        InputStream body = body(10, Duration.ZERO, 3);
        read(body, 4);
        read(body, 2);
        assertThatThrownBy(() -> body.read(new byte[100], 0, 4))
                .isInstanceOfSatisfying(
                        UnexpectedReplyException.class,
                        e -> assertThat(e.isSlow()).isTrue())
                .hasMessage("the store sent 2 bytes in 0 seconds; expected 3 at least");
    }

    @Test
    void singleBytesCount() throws Exception {
        InputStream enough = body(2, Duration.ZERO, 1);
        assertThat(enough.read()).isZero();
        assertThat(enough.read()).isZero();
        assertThat(enough.read()).isNegative();
        InputStream tooFew = body(2, Duration.ZERO, 2);
        assertThat(tooFew.read()).isZero();
        assertThatThrownBy(tooFew::read).hasMessageStartingWith("the store sent 1 bytes in");
    }

    @Test
    void nothingIsJudgedBeforeTheWindowHasPassed() throws Exception {
        InputStream body = body(3, Duration.ofHours(1), 100);
        read(body, 1);
        read(body, 1);
        read(body, 1);
        assertThat(body.read()).isNegative();
    }

    @Test
    void nothingIsSkippedUncounted() throws Exception {
        InputStream body = body(3, Duration.ofHours(1), 1);
        assertThat(body.skip(2)).isZero();
        read(body, 3);
    }
}
