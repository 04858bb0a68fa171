package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** The outcome of a commit on a base version. A conflict is an expected outcome, no failure. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "outcome")
@JsonSubTypes({
    @JsonSubTypes.Type(value = CommitOutcome.Created.class, name = "CREATED"),
    @JsonSubTypes.Type(value = CommitOutcome.Moved.class, name = "MOVED"),
    @JsonSubTypes.Type(value = CommitOutcome.Refused.class, name = "REFUSED")
})
public sealed interface CommitOutcome {
    /** Committed. */
    record Created(Head head) implements CommitOutcome {}

    /** A conflict: another writer created that version; {@code newest} is the head. The workflow decides again. */
    record Moved(Head newest) implements CommitOutcome {}

    /** Nothing was written: the worker may not read the source, or the version cannot be rolled back to. */
    record Refused(String reason) implements CommitOutcome {}
}
