package dev.littoral.activities.consumer;

import dev.littoral.workflows.model.ConsumerEntry;
import dev.littoral.workflows.model.ConsumerState;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * What is known of a consumer from its log.
 *
 * @param name its name
 * @param newest its newest whole entry, or null where it has none
 * @param serving its newest answer, where it has not gone since; else null
 * @param problem what is wrong with an entry that was passed over, or null
 */
public record KnownConsumer(String name, ConsumerEntry newest, ConsumerEntry serving, String problem) {

    /** The versions that it wants kept: the one that it builds while its lease runs, and the one that it serves. */
    public List<Long> wanted(Instant now) {
        return Stream.concat(leased(now), Stream.ofNullable(serving))
                .map(ConsumerEntry::version)
                .toList();
    }

    /** The versions that it holds by its newest entry and its newest answer, as by a lease. */
    public List<Long> held(Instant now) {
        return Stream.concat(leased(now), Stream.ofNullable(serving).filter(entry -> Lease.runs(entry, now)))
                .map(ConsumerEntry::version)
                .toList();
    }

    private Stream<ConsumerEntry> leased(Instant now) {
        return Stream.ofNullable(newest)
                .filter(entry -> entry.state() == ConsumerState.BUILDING && Lease.runs(entry, now));
    }
}
