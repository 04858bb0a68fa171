package dev.littoral.workflows.model;

/**
 * The progress of an update, the answer to its query.
 *
 * @param step list, read, balance or commit
 * @param round the round, from 1
 * @param shards shards that are touched, or 0 while that is not known
 * @param listed files listed, or 0 while that is not known
 */
public record UpdateProgress(UpdateStep step, int round, int shards, long listed) {}
