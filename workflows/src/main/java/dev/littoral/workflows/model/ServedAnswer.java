package dev.littoral.workflows.model;

import java.util.List;

/**
 * What the consumers of a collection serve.
 *
 * @param version the version that was waited for
 * @param consumers the consumers that serve it, or a newer one
 */
public record ServedAnswer(long version, List<String> consumers) {}
