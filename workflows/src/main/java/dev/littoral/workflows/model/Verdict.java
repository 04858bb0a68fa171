package dev.littoral.workflows.model;

/** Whether a consumer serves what the version that it names has. */
public enum Verdict {
    /** Its counts are those of the version. */
    RIGHT,
    /** Its counts are others: it serves something else than it says. */
    WRONG,
    /** The version is cleaned away, so its counts cannot be checked. */
    UNKNOWN
}
