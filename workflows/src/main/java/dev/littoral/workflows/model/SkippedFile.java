package dev.littoral.workflows.model;

/**
 * A skipped file, a line of the skip report.
 *
 * @param file the path
 * @param reason why it was left out, in words
 */
public record SkippedFile(String file, String reason) {}
