package dev.littoral.activities.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.consumer.Boundary.Closed;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.model.ConsumerEntry;
import dev.littoral.workflows.model.ConsumerState;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The boundary log, and the rules by which its entries and those of consumers hold versions. */
class BoundaryLogTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    /** When no lease runs any more that was granted before the start, whatever the clocks. */
    private static final Instant OVER = START.plus(Lease.LONGEST).plus(Duration.ofMinutes(2));

    private final MemoryCatalogStore store = new MemoryCatalogStore();
    private final BoundaryLog log = new BoundaryLog(store, "orders");

    private static Boundary boundary(long n, long below, Closed closed) {
        return new Boundary(n, below, closed, START);
    }

    @Test
    void whatIsClosedIsOverOnceNoLeaseCanRun() {
        Boundary boundary = boundary(3, 9, new Closed(5, START));
        assertThat(boundary.isOver(4, OVER)).isFalse();
        assertThat(boundary.isOver(4, OVER.plusNanos(1))).isTrue();
        assertThat(boundary.isOver(5, OVER.plusNanos(1))).isFalse();
        assertThat(boundary(3, 9, null).isOver(4, OVER.plusNanos(1))).isFalse();
    }

    @Test
    void theNextEntryClosesWhatWasBelowUnlessAnEarlierOneStillRuns() {
        Instant later = OVER.plusNanos(1);
        assertThat(Boundary.NONE.next(5, later)).isEqualTo(new Boundary(1, 5, null, later));
        Boundary first = boundary(1, 5, null);
        assertThat(first.next(7, later)).isEqualTo(new Boundary(2, 7, new Closed(5, later), later));
        Closed closed = new Closed(5, START);
        assertThat(boundary(2, 7, closed).next(9, OVER)).isEqualTo(new Boundary(3, 9, closed, OVER));
        assertThat(boundary(2, 7, closed).next(9, later)).isEqualTo(new Boundary(3, 9, new Closed(7, later), later));
        assertThat(boundary(2, 5, closed).next(3, later)).isEqualTo(new Boundary(3, 5, closed, later));
    }

    @Test
    void anEntryOfAnotherCleanUpIsFollowedByOneThatCoversBoth() throws InterruptedException {
        new BoundaryLog(store, "orders").advance(Boundary.NONE, boundary(1, 5, null));
        Boundary both = log.advance(Boundary.NONE, boundary(1, 8, null));
        assertThat(both).isEqualTo(boundary(2, 8, null));
        assertThat(new BoundaryLog(store, "orders").newest()).isEqualTo(both);
        assertThat(log.advance(both, boundary(3, 7, null))).isEqualTo(both);
    }

    @Test
    void anEntryOfAnotherNumberOrOfNoVersionIsDamaged() throws InterruptedException {
        EntryLog<Boundary> entries = new EntryLog<>(store, "orders", "boundary/", Boundary.class);
        entries.create(1, boundary(1, 1, null));
        assertThat(log.newest().below()).isEqualTo(1);
        entries.create(2, boundary(1, 2, null));
        assertThatThrownBy(log::newest).hasMessageContaining("it is no boundary of this name");
        entries.create(3, boundary(3, 0, null));
        assertThatThrownBy(log::newest).hasMessageContaining("it is no boundary of this name");
    }

    @Test
    void whatIsServedIsHeldForADayAndWantedForEver() {
        ConsumerEntry serving = new ConsumerEntry("search", 1, 4, ConsumerState.SERVING, null, 10L, null, null, START);
        KnownConsumer consumer = new KnownConsumer("search", serving, serving, null);
        Instant end = START.plus(Lease.LONGEST).plus(Lease.CLOCK_MARGIN);
        assertThat(consumer.held(end)).containsExactly(4L);
        assertThat(consumer.held(end.plusNanos(1))).isEmpty();
        assertThat(consumer.wanted(end.plusNanos(1))).containsExactly(4L);
    }
}
