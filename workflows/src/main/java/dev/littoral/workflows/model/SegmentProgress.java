package dev.littoral.workflows.model;

/**
 * How many segments of a version a consumer has built.
 *
 * @param done built, so that readers can search them
 * @param failed could not be built
 * @param total how many the version has, as the consumer sees it
 */
public record SegmentProgress(long done, long failed, long total) {}
