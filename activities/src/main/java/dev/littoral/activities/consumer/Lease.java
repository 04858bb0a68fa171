package dev.littoral.activities.consumer;

import dev.littoral.workflows.model.ConsumerEntry;
import dev.littoral.workflows.model.ConsumerState;
import java.time.Duration;
import java.time.Instant;

/** The rules of leases: how long an entry holds its version. */
public final class Lease {
    /** The longest a lease runs. */
    public static final Duration LONGEST = Duration.ofHours(24);

    /** How much the clocks of consumers and of clean-up may differ. */
    public static final Duration CLOCK_MARGIN = Duration.ofMinutes(1);

    private Lease() {}

    /** When the lease of an entry ends, by its consumer's clock. A version that is served is held as by a lease. */
    static Instant end(ConsumerEntry entry) {
        Instant longest = entry.time().plus(LONGEST);
        return entry.state() == ConsumerState.BUILDING && entry.until().isBefore(longest) ? entry.until() : longest;
    }

    /** Whether the lease of an entry runs, as far as another clock can tell. */
    static boolean runs(ConsumerEntry entry, Instant now) {
        return !now.isAfter(end(entry).plus(CLOCK_MARGIN));
    }

    /** Whether the clock of an entry's consumer is ahead by more than it may be. */
    static boolean isAhead(ConsumerEntry entry, Instant now) {
        return entry.time().isAfter(now.plus(CLOCK_MARGIN));
    }
}
