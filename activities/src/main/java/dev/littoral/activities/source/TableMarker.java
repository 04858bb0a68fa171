package dev.littoral.activities.source;

import dev.littoral.workflows.model.TableSpec;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A table format whose tables are folders of files. Only the table's own log says which files count: reading all of
 * them yields removed rows, and others twice.
 */
enum TableMarker {
    DELTA("a Delta table", TableSpec.DELTA),
    ICEBERG("an Iceberg table", TableSpec.ICEBERG),
    LANCE("a Lance dataset", TableSpec.LANCE),
    HUDI("a Hudi table", null),
    HUDI_PARTITION("a partition of a Hudi table", null),
    SPARK_SINK("the sink of a Spark stream", null),
    HIVE("a transactional Hive table", null),
    PAIMON("a Paimon table", null),
    DUCKLAKE("a DuckLake table", null);

    private static final String ICEBERG_FOLDER = "metadata/";
    private static final String LANCE_FOLDER = "_versions/";

    /** The folders of writes, and those into which a compaction or an overwrite put all before it. */
    private static final Pattern HIVE_WRITE =
            Pattern.compile("((delete_)?delta_\\d{7,}_\\d{7,}(_\\d{4,})?|base_\\d{7,})(_v\\d+)?/.*");

    private static final Pattern PAIMON_SNAPSHOT = Pattern.compile("snapshot/snapshot-\\d+");

    private static final Pattern DUCKLAKE_FILE =
            Pattern.compile("ducklake-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(-[a-z]+)?\\.(parquet|puffin)");

    private final String words;

    /** The format that reads it as a table, or null. */
    private final String format;

    TableMarker(String words, String format) {
        this.words = words;
        this.format = format;
    }

    /** What to do with it. */
    String advice() {
        return format == null
                ? "write what it holds to a folder of its own"
                : "set \"format\":\"" + format + "\" in the spec to serve it as a table";
    }

    /** In words, with an article. */
    String words() {
        return words;
    }

    /**
     * The format of the table that a folder is, if a symbolic link in it says so: by its name, or because a log may be
     * where it leads.
     *
     * @param relativePath the link's, below the folder
     */
    static Optional<TableMarker> ofLink(String relativePath) {
        return of(relativePath)
                .or(() -> of(relativePath + "/0.metadata.json"))
                .or(() -> of(relativePath + "/0.manifest"));
    }

    /**
     * The format of the table that a folder is, if a path in it says so.
     *
     * @param relativePath below the folder; that of a folder has a slash at its end
     */
    static Optional<TableMarker> of(String relativePath) {
        if (relativePath.startsWith("_delta_log/")) {
            return Optional.of(DELTA);
        }
        if (relativePath.startsWith(".hoodie/")) {
            return Optional.of(HUDI);
        }
        // It may end with the format it is in.
        if (relativePath.startsWith(".hoodie_partition_metadata") && relativePath.indexOf('/') < 0) {
            return Optional.of(HUDI_PARTITION);
        }
        if (relativePath.startsWith("_spark_metadata/")) {
            return Optional.of(SPARK_SINK);
        }
        if (relativePath.startsWith(LANCE_FOLDER)
                && relativePath.endsWith(".manifest")
                && relativePath.indexOf('/', LANCE_FOLDER.length()) < 0) {
            return Optional.of(LANCE);
        }
        if (matches(PAIMON_SNAPSHOT, relativePath, 0, "snapshot/snapshot-")) {
            return Optional.of(PAIMON);
        }
        int name = PathFilter.partitionsEnd(relativePath);
        if (matches(HIVE_WRITE, relativePath, name, "delta_")
                || matches(HIVE_WRITE, relativePath, name, "delete_delta_")
                || matches(HIVE_WRITE, relativePath, name, "base_")) {
            return Optional.of(HIVE);
        }
        if (matches(DUCKLAKE_FILE, relativePath, name, "ducklake-")) {
            return Optional.of(DUCKLAKE);
        }
        boolean iceberg = relativePath.startsWith(ICEBERG_FOLDER)
                && relativePath.indexOf('/', ICEBERG_FOLDER.length()) < 0
                // Compressed ones are named v1.gz.metadata.json, those of old writers v1.metadata.json.gz.
                && (relativePath.endsWith(".metadata.json") || relativePath.endsWith(".metadata.json.gz"));
        return iceberg ? Optional.of(ICEBERG) : Optional.empty();
    }

    /** Whether a path matches from a place on. Few begin as it does, and every path of a listing comes here. */
    private static boolean matches(Pattern pattern, String path, int from, String beginning) {
        return path.startsWith(beginning, from)
                && pattern.matcher(path).region(from, path.length()).matches();
    }
}
