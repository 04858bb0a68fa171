package dev.littoral.workflows.model;

/**
 * The cause for which a collection is not kept as fresh as it could be.
 *
 * @param kind the kind
 * @param sentence why, in one sentence that begins in lower case
 * @param nextStep what a person can do about it, in one sentence that begins in lower case
 */
public record Cause(CauseKind kind, String sentence, String nextStep) {}
