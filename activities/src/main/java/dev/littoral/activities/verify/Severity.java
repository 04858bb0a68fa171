package dev.littoral.activities.verify;

/** The severity of a finding. */
public enum Severity {
    /** A promise is broken, or what is served is damaged. */
    ERROR,
    /** Something is left over, or a safeguard is missing. What is served is right. */
    WARNING,
    /** Nothing is wrong: something could not be determined, or was not checked. */
    INFO
}
