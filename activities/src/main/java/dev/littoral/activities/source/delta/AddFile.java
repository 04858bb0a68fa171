package dev.littoral.activities.source.delta;

import java.util.Map;

/**
 * A data file as the log has it.
 *
 * @param path an address, or relative to the table; percent-encoded
 * @param partition the values of its partition by the columns' physical names
 * @param bytes its size
 * @param modified when it was written, in milliseconds since 1970
 * @param dataChange whether its rows were not in the table before
 * @param rows its rows, deleted ones among them, or null where the log does not say
 * @param deletes its deleted rows, or null
 * @param baseRowId the id of its first row, or null where the table numbers none
 * @param rowCommit the version that wrote its rows, where it numbers them and says it; else null
 */
record AddFile(
        String path,
        Map<String, String> partition,
        long bytes,
        long modified,
        boolean dataChange,
        Long rows,
        DeletionVector deletes,
        Long baseRowId,
        Long rowCommit) {
    /** The most that its texts take: more is no path, partition and deleted rows of any file. */
    static final int MAX_WEIGHT = 1 << 20;

    /** How many characters its texts have. */
    int weight() {
        long weight = path.length();
        weight += deletes == null ? 0 : deletes.path().length();
        for (Map.Entry<String, String> each : partition.entrySet()) {
            weight += each.getKey() == null ? 0 : each.getKey().length();
            weight += each.getValue() == null ? 0 : each.getValue().length();
        }
        return (int) Math.min(weight, Integer.MAX_VALUE);
    }
}
