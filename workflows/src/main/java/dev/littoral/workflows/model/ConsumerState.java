package dev.littoral.workflows.model;

/** What a consumer says of a version. */
public enum ConsumerState {
    /** It builds the version, and holds it by a lease. */
    BUILDING,
    /** Its readers get the version, whole. */
    SERVING,
    /** It could not build the version; its readers get what they got before. */
    FAILED,
    /** It serves nothing any more, and holds nothing. */
    GONE
}
