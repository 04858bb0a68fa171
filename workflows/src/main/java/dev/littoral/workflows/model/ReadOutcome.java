package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;

/** The outcome of reading the fragments of a range of shards. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "outcome")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ReadOutcome.Read.class, name = "READ"),
    @JsonSubTypes.Type(value = ReadOutcome.Changed.class, name = "CHANGED")
})
public sealed interface ReadOutcome {
    /**
     * Everything was read at the version that was listed.
     *
     * @param added files that were not in the base
     * @param changed files with another version than in the base
     * @param removed files of the base that are gone
     * @param unchanged files that were not opened, or whose version is the base's
     * @param skipped files that were left out: no rows, or bad
     * @param skippedFiles the first of these
     * @param fragments fragments of the files served; a bound on the new segments
     * @param addedRows rows of new and changed files
     * @param removedRows rows of the base's files that are gone or changed
     * @param movedRows rows of new and changed files that a table has written anew and unchanged, as a compaction does
     * @param requests requests by store and kind, and bytes, see {@link Traffic#of}
     */
    record Read(
            long added,
            long changed,
            long removed,
            long unchanged,
            long skipped,
            List<SkippedFile> skippedFiles,
            long fragments,
            long addedRows,
            long removedRows,
            long movedRows,
            Map<String, Long> requests)
            implements ReadOutcome {}

    /** A file changed between listing and reading; the update lists again. */
    record Changed(String reason, Map<String, Long> requests) implements ReadOutcome {}
}
