package dev.littoral.activities.verify;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;

/**
 * A version of the commit log, as its object has it.
 *
 * @param object the key of its object
 * @param source as it is written
 * @param snapshot what it serves, or null
 * @param listedAt when what it serves was listed, as it is written; null where it does not say so
 */
record HeadVersion(
        String object,
        long version,
        String commitId,
        Kind kind,
        JsonNode source,
        long generation,
        long update,
        NamedRoot snapshot,
        long nextSegmentId,
        String listedAt) {

    enum Kind {
        DECLARED,
        COMMITTED,
        ROLLED_BACK,
        RETIRED
    }

    /** How a head version names a root. */
    record NamedRoot(String key, String sha256, SnapshotTotals totals) {}

    /** Reads a version, or returns null where it is too damaged to be compared with others. */
    static HeadVersion read(String object, JsonNode node, Findings findings) {
        CheckedFields fields = new CheckedFields(object, "", node, findings);
        long version = fields.number("version", 1);
        String commitId = fields.text("commitId", false);
        Kind kind = kind(fields);
        JsonNode source = fields.source("source");
        long generation = fields.number("generation", 1);
        long update = fields.number("update", 0);
        long nextSegmentId = fields.number("nextSegmentId", 1);
        NamedRoot snapshot = null;
        String listedAt = null;
        if (fields.has("snapshot")) {
            CheckedFields named = fields.fields("snapshot");
            if (named != null) {
                snapshot = new NamedRoot(named.text("key", false), named.sha256("sha256"), named.counts("totals"));
                // Older builds did not write it.
                listedAt = named.has("listedAt") ? named.instant("listedAt") : null;
                fields.alsoOf(named);
            }
        }
        // Retention depends on it.
        fields.instant("time");
        return fields.whole()
                ? new HeadVersion(
                        object, version, commitId, kind, source, generation, update, snapshot, nextSegmentId, listedAt)
                : null;
    }

    private static Kind kind(CheckedFields fields) {
        String text = fields.text("kind", false);
        for (Kind kind : Kind.values()) {
            if (kind.name().equals(text)) {
                return kind;
            }
        }
        if (!text.isEmpty()) {
            fields.wrong("kind", "one of " + Arrays.toString(Kind.values()));
        }
        return null;
    }
}
