package dev.littoral.activities.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.testing.MutableClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SinksTest {
    private static final Event EVENT = new Event("1-x", "c", Instant.EPOCH, "{}");

    private final RecordingSink sink = new RecordingSink();
    private final List<String> tries = new ArrayList<>();
    private final MutableClock clock = new MutableClock(Instant.EPOCH);
    private final Sinks sinks = new Sinks(Map.of("indexer", sink), (name, sent) -> tries.add(name + " " + sent), clock);

    private void send() throws InterruptedException {
        sinks.find("indexer").orElseThrow().send(EVENT);
    }

    @Test
    void whatIsNotKnownIsSaidInASentence() {
        assertThat(sinks.refusal("indexer")).isEmpty();
        assertThat(sinks.refusal("other")).contains("Sink other is not one of this worker's; expected indexer");
        assertThat(new Sinks(Map.of(), EventObserver.NONE, Clock.systemUTC()).refusal("other"))
                .contains("Sink other is not one of this worker's; expected a worker that --sink names one for");
    }

    @Test
    void aSinkThatTakesNothingIsNotAskedAgainForAMoment() throws InterruptedException {
        sink.fail(SinkException.unavailable("answers 503", (Duration) null));
        assertThatThrownBy(this::send).hasMessage("answers 503");
        clock.pass(Duration.ofSeconds(4));
        assertThatThrownBy(this::send).hasMessage("answers 503");
        assertThat(tries).containsExactly("indexer false");
        clock.pass(Duration.ofSeconds(1));
        send();
        send();
        assertThat(tries).containsExactly("indexer false", "indexer true", "indexer true");
    }

    @Test
    void theSinkSaysForHowLongUpToAMinute() throws InterruptedException {
        sink.fail(SinkException.unavailable("answers 503", Duration.ofHours(1)));
        assertThatThrownBy(this::send).hasMessage("answers 503");
        clock.pass(Duration.ofSeconds(59));
        assertThatThrownBy(this::send)
                .isInstanceOfSatisfying(
                        SinkException.class,
                        failure -> assertThat(failure.retryAfter()).contains(Duration.ofSeconds(1)));
        clock.pass(Duration.ofSeconds(1));
        send();
    }

    @Test
    void anEventThatIsRefusedHoldsNoOtherUp() throws InterruptedException {
        sink.fail(SinkException.refused("answers 400", null));
        assertThatThrownBy(this::send).hasMessage("answers 400");
        send();
        assertThat(sink.events()).hasSize(1);
    }
}
