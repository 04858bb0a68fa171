package dev.littoral.workflows;

import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.TableSpec;
import dev.littoral.workflows.model.TableVersion;
import java.time.Duration;

/** The warning that a table deletes files earlier than its collection forgets the versions that name them. Pure. */
final class RetentionWarning {
    private RetentionWarning() {}

    /**
     * The warning, or null where there is nothing to say.
     *
     * @param table what is served; null where the source is no table
     */
    static String of(TableVersion table, CollectionOptions options) {
        if (table == null
                || table.retention() == null
                || options == null
                || table.retention().compareTo(options.keepVersionsFor()) >= 0) {
            return null;
        }
        return "The table may delete files of its older versions after " + words(table.retention())
                + ", and this collection keeps versions that name them for " + words(options.keepVersionsFor())
                + ": readers of an older version may find files gone; let the table keep them longer ("
                + property(table.format()) + "), or set keepVersionsFor to no more";
    }

    private static String property(String format) {
        return switch (format) {
            case TableSpec.ICEBERG -> "history.expire.max-snapshot-age-ms";
            case TableSpec.DELTA -> "delta.deletedFileRetentionDuration";
            case TableSpec.LANCE -> "lance.auto_cleanup.older_than";
            default -> "its retention";
        };
    }

    private static String words(Duration duration) {
        return duration.equals(Duration.ofDays(duration.toDays())) && !duration.isZero()
                ? StatusText.count(duration.toDays(), "day")
                : duration.toString();
    }
}
