package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * A version of a table. An update pins the one that its source means when the update lists, and works on that alone.
 *
 * @param format the table's format, as in a spec
 * @param table the id that the table keeps for ever
 * @param version the id of the snapshot, or the number of the version
 * @param schema the id of the schema, or null where the format numbers none
 * @param committedAt when the table's writer made that version, by its clock, or null where the table does not say
 * @param metadata the address of the object that describes it, or null where the format does without
 * @param etag distinguishes it from another version of that number, where a table that was dropped and made anew counts
 *     from the start again; null where ids never come back
 * @param retention how long the table keeps what only its older versions need, as it says itself; null where it does
 *     not
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TableVersion(
        String format,
        String table,
        String version,
        String schema,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant committedAt,
        String metadata,
        String etag,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Duration retention) {
    private static final DateTimeFormatter MINUTES =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** A version whose id never comes back. */
    public TableVersion(
            String format, String table, String version, String schema, Instant committedAt, String metadata) {
        this(format, table, version, schema, committedAt, metadata, null, null);
    }

    /** Whether it has all that each version has; what was heartbeated may be anything. */
    @JsonIgnore
    public boolean isRight() {
        return format != null && table != null && version != null;
    }

    /** Whether both are the same rows with the same columns, wherever that is written. */
    public boolean isSame(TableVersion other) {
        return other != null && text().equals(other.text());
    }

    /** As it stands in a snapshot's root: equal for equal versions. */
    public String text() {
        return format + " " + table + " " + version + (schema == null ? "" : " schema " + schema)
                + (etag == null ? "" : " etag " + etag);
    }

    /** In words: {@code Iceberg snapshot 8812 of 2026-11-28 10:12, schema 4}. */
    public String words() {
        String name = format.isEmpty() ? "" : format.substring(0, 1).toUpperCase(Locale.ROOT) + format.substring(1);
        return name
                + (format.equals(TableSpec.ICEBERG) ? " snapshot " : " version ")
                + version
                + (committedAt == null ? "" : " of " + MINUTES.format(committedAt))
                + (schema == null ? "" : ", schema " + schema);
    }
}
