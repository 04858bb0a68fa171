package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * Which version of a table is served: exactly one of these is not null. What it names may move, as a branch or a tag
 * does; each update looks again.
 *
 * @param snapshot the id of a snapshot of Iceberg
 * @param version the number of a version of Delta or Lance, at least 0
 * @param tag the name of a tag of Iceberg or Lance
 * @param branch the name of a branch of Iceberg or Lance
 * @param timestamp the newest version that was there at this instant
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TableAt(
        String snapshot,
        Long version,
        String tag,
        String branch,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant timestamp) {}
