package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.time.Instant;

/**
 * The progress of the running update, added up over its workers.
 *
 * @param update its number
 * @param step list, read, balance or commit
 * @param done files listed, files opened, or shards balanced so far
 * @param of how many there are in all, or 0 while that is not known
 * @param time when that was
 */
public record RunningProgress(
        long update,
        String step,
        long done,
        long of,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant time) {}
