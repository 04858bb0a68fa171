package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * One version of a collection's commit log. The newest one, the head, is the state of the collection.
 *
 * @param version grows by one; 0 stands for a collection that has none yet
 * @param commitId unique to the write, so that its writer recognizes it after a lost answer
 * @param kind the kind of change
 * @param source the external source from this version on
 * @param generation grows by one each time the source changes; the first is 1
 * @param update the number of the update that wrote this version
 * @param snapshot what is served, or null while nothing was committed
 * @param nextSegmentId segment ids from here on were never assigned
 * @param time when it was written, by the writer's clock; for people and for retention, no decision depends on it
 * @param reason why, in words
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Head(
        long version,
        String commitId,
        HeadKind kind,
        ExternalSource source,
        long generation,
        long update,
        SnapshotRef snapshot,
        long nextSegmentId,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant time,
        String reason) {

    /** The base of a collection's first version. */
    public static final Head NONE = new Head(0, null, null, null, 0, 0, null, 1, null, null);

    public boolean exists() {
        return version > 0;
    }

    public boolean retired() {
        return kind == HeadKind.RETIRED;
    }

    /**
     * Whether an update of this number writes no more: a later one has written, or it has committed itself. Numbers
     * never go back from one version to the next.
     */
    public boolean isPast(long number) {
        return update > number || (update == number && kind == HeadKind.COMMITTED);
    }

    /**
     * Whether an update has committed this version. Its number alone does not say so: another service can give that to
     * an update of its own.
     *
     * @param launchId the id of the update's launch, see {@link CommitId}; null where there is none
     */
    public boolean isCommitOf(long number, String launchId) {
        return kind == HeadKind.COMMITTED && update == number && CommitId.canBeOf(commitId, launchId);
    }

    /** When the listing of what is served began; null while nothing is, and from older builds. */
    public Instant listedAt() {
        return snapshot == null ? null : snapshot.listedAt();
    }

    /** Which version of a table is served; null where nothing is, or the source is no table. */
    public TableVersion table() {
        return snapshot == null ? null : snapshot.table();
    }

    public Totals totals() {
        return snapshot == null ? Totals.NONE : snapshot.totals();
    }
}
