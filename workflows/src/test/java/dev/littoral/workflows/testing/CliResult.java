package dev.littoral.workflows.testing;

/** What a command ended with and printed. */
public record CliResult(int exitCode, String out, String err) {}
