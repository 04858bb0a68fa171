package dev.littoral.workflows.model;

/**
 * The answer to {@code rollback}. Once it is given, no update that ran before can commit.
 *
 * @param version the version that was written
 * @param restored the version whose snapshot it serves
 */
public record RollbackAnswer(long version, long restored) {}
