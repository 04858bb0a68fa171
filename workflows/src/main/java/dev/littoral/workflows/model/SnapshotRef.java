package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * A reference to a snapshot's root object.
 *
 * @param key its key in the catalog, below the collection
 * @param sha256 the hex digest of the object's bytes
 * @param totals what the snapshot adds up to
 * @param listedAt when the listing began: what the source had before is in the snapshot; null from older builds
 * @param table which version of the table it serves; null where the source is no table
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SnapshotRef(
        String key,
        String sha256,
        Totals totals,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant listedAt,
        TableVersion table) {

    /** A snapshot of a source that is no table. */
    public SnapshotRef(String key, String sha256, Totals totals, Instant listedAt) {
        this(key, sha256, totals, listedAt, null);
    }

    /** Whether both name the same object; an older build may not say when it was listed. */
    public boolean isSameAs(SnapshotRef other) {
        return other != null && key.equals(other.key) && sha256.equals(other.sha256);
    }
}
