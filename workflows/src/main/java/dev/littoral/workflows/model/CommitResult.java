package dev.littoral.workflows.model;

import java.util.Map;

/**
 * The result of a commit.
 *
 * @param outcome created, moved or refused
 * @param schemas how many distinct schemas the snapshot's files have
 * @param requests requests by store and kind, and bytes, see {@link Traffic#of}
 */
public record CommitResult(CommitOutcome outcome, int schemas, Map<String, Long> requests) {}
