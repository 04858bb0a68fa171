package dev.littoral.activities.source.delta;

import dev.littoral.activities.source.table.RowIdColumns;
import dev.littoral.activities.source.table.TableRetention;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a table says of itself.
 *
 * @param id the same for ever
 * @param provider the format of its data files
 * @param schema in JSON, as the log has it; null where it has none, which a later version may mend
 * @param partitionColumns the names in the schema of the columns by which files are partitioned
 * @param configuration the table's properties
 */
record Metadata(
        String id, String provider, String schema, List<String> partitionColumns, Map<String, String> configuration) {
    private static final String MAPPING = "delta.columnMapping.mode";
    private static final String RETENTION = "delta.deletedFileRetentionDuration";
    private static final String ROW_IDS = "delta.rowTracking.materializedRowIdColumnName";
    private static final String ROW_VERSIONS = "delta.rowTracking.materializedRowCommitVersionColumnName";
    private static final String TIMESTAMPS = "delta.enableInCommitTimestamps";
    private static final String TIMESTAMPS_VERSION = "delta.inCommitTimestampEnablementVersion";
    private static final String TIMESTAMPS_SINCE = "delta.inCommitTimestampEnablementTimestamp";

    /** How columns of data files are known: by {@code name} or {@code id}, or {@code none} as they are called. */
    String mappingMode() {
        return configuration.getOrDefault(MAPPING, "none");
    }

    boolean mapsColumns() {
        return !mappingMode().equals("none");
    }

    /** How long files that were removed stay; null where the table says no duration. */
    Duration retention() {
        return TableRetention.of(configuration.getOrDefault(RETENTION, "interval 1 week"))
                .orElse(null);
    }

    /**
     * The columns of data files by which rows are known again.
     *
     * @param last the last version up to which a change of a row is known
     */
    Optional<RowIdColumns> rowIds(long last) {
        String ids = configuration.get(ROW_IDS);
        String versions = configuration.get(ROW_VERSIONS);
        return ids == null || versions == null ? Optional.empty() : Optional.of(new RowIdColumns(ids, versions, last));
    }

    /** Whether each commit says when it was made. */
    boolean hasInCommitTimestamps() {
        return Boolean.parseBoolean(configuration.get(TIMESTAMPS));
    }

    /** The first version that does. */
    long inCommitTimestampsVersion() {
        return number(TIMESTAMPS_VERSION);
    }

    /** When that was; long ago where every version does. */
    Instant inCommitTimestampsSince() {
        return Instant.ofEpochMilli(number(TIMESTAMPS_SINCE));
    }

    private long number(String property) {
        try {
            return Math.max(0, Long.parseLong(configuration.getOrDefault(property, "0")));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
