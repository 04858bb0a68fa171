package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * What a consumer of a collection says of itself: an entry of its append-only log in the catalog, as
 * {@code docs/consumer-contract.md} describes it. The newest one counts.
 *
 * @param consumer its name
 * @param n 1, 2, 3 …
 * @param version the version of the collection that this is about
 * @param until when the lease on the version ends; null unless it is {@code BUILDING}
 * @param rows rows that readers can find; null unless it is {@code SERVING}
 * @param segments how many segments are built; null where it does not say
 * @param reason why it failed, or null
 * @param time when it was written, by the consumer's clock
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ConsumerEntry(
        String consumer,
        long n,
        long version,
        ConsumerState state,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant until,
        Long rows,
        SegmentProgress segments,
        String reason,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant time) {}
