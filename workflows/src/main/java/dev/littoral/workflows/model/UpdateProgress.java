package dev.littoral.workflows.model;

/**
 * How far an update is.
 *
 * @param step list, read, balance or commit
 * @param round 1, and one more each time it lists again
 * @param shards shards that are touched, or 0 while that is not known
 * @param listed files listed, or 0 while that is not known
 */
public record UpdateProgress(UpdateStep step, int round, int shards, long listed) {}
