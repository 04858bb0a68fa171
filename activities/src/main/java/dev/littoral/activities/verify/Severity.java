package dev.littoral.activities.verify;

/** How much a finding matters. */
public enum Severity {
    /** A promise is broken, or what is served is damaged. */
    ERROR,
    /** Something is left over, or a safeguard is missing. What is served is right. */
    WARNING,
    /** Nothing is wrong: what could not be told, or was not looked at. */
    INFO
}
