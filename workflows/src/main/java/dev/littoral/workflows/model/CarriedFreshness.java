package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;

/**
 * What a run knows of its collection's freshness beyond the head.
 *
 * @param countsFrom from when freshness counts while nothing is known to be served, or null
 * @param unchangedAt when the last listing began that found nothing new, or null
 * @param unchangedOf the key of the snapshot that it found to be right, or null
 * @param behindSince since when the collection is BEHIND, or null
 * @param cause why it is BEHIND, or null
 * @param tookMillis how long the last updates took that ended well, oldest first
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CarriedFreshness(
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant countsFrom,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant unchangedAt,
        String unchangedOf,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant behindSince,
        Cause cause,
        List<Long> tookMillis) {}
