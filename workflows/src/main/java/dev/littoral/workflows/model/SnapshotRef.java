package dev.littoral.workflows.model;

/**
 * A reference to a snapshot's root object.
 *
 * @param key its key in the catalog, below the collection
 * @param sha256 the hex digest of the object's bytes
 * @param totals what the snapshot adds up to
 */
public record SnapshotRef(String key, String sha256, Totals totals) {}
