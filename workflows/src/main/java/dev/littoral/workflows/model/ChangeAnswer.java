package dev.littoral.workflows.model;

/**
 * The answer to {@code changeSource} and {@code refresh}.
 *
 * @param update the number of the update that serves the request
 * @param generation the source's generation; once it is answered, nothing of an older one can commit
 * @param state the state of the update
 * @param reason why, in words
 */
public record ChangeAnswer(long update, long generation, UpdateState state, String reason) {}
