package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** How an attempt to create the version after a base ended. Every end is expected; none is a failure. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "outcome")
@JsonSubTypes({
    @JsonSubTypes.Type(value = CommitOutcome.Created.class, name = "CREATED"),
    @JsonSubTypes.Type(value = CommitOutcome.Moved.class, name = "MOVED"),
    @JsonSubTypes.Type(value = CommitOutcome.Refused.class, name = "REFUSED")
})
public sealed interface CommitOutcome {
    /** The version is the writer's own. */
    record Created(Head head) implements CommitOutcome {}

    /** Somebody else created that version first; {@code newest} is the head now. The workflow decides again. */
    record Moved(Head newest) implements CommitOutcome {}

    /** The source is not this worker's to read; nothing was written. Only a declaration ends so. */
    record Refused(String reason) implements CommitOutcome {}
}
