package dev.littoral.activities.verify;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * The summary of a verification: what was read, and how many findings there are.
 *
 * @param versions how many versions of the head there are
 * @param oldest the number of the oldest
 * @param newest the number of the newest
 * @param snapshots how many snapshots these name
 * @param shards shard objects that were read
 * @param files lines in these
 * @param segments different ids in these
 * @param sourceFiles files that were compared with the source, or null when that was not asked for
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Summary(
        String collectionId,
        String catalog,
        long versions,
        long oldest,
        long newest,
        long snapshots,
        long shards,
        long files,
        long segments,
        Long sourceFiles,
        long errors,
        long warnings,
        long notes) {

    /** The worst finding, or null when there is none. */
    public Severity worst() {
        return errors > 0 ? Severity.ERROR : warnings > 0 ? Severity.WARNING : notes > 0 ? Severity.INFO : null;
    }
}
