package dev.littoral.activities.verify;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.workflows.model.TableVersion;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;

/**
 * The manifest (root) of a snapshot, as its object has it.
 *
 * @param skipped how many files were left out by name or size
 * @param skipReport the key of the object that lists them, or null
 * @param skipReportSha256 the digest of that object, or null
 * @param maxDeadShare the share of a segment's rows that may be dead; 0 in format 1
 * @param listedAt when the listing began, as it is written; null in format 1
 * @param table which version of a table was listed, or null
 */
record SnapshotRootFacts(
        String collectionId,
        long version,
        JsonNode source,
        long generation,
        long targetRows,
        SnapshotTotals totals,
        List<NamedShard> shards,
        long skipped,
        String skipReport,
        String skipReportSha256,
        double maxDeadShare,
        String listedAt,
        TableVersion table) {

    private static final long FORMAT = 3;

    /**
     * A reference to a shard in a root.
     *
     * @param unread how many of its files could not be read, or null where it is not said
     * @param deletes the objects with positions of deleted rows that its lines name
     * @param movedIn how many of its rows were moved
     */
    record NamedShard(
            String from,
            String key,
            String sha256,
            String listing,
            SnapshotTotals totals,
            List<String> schemas,
            Long unread,
            List<String> deletes,
            long movedIn) {}

    /**
     * Reads a root shard by shard, or returns null where it is too damaged to be used.
     *
     * @throws IOException when it is not the JSON expected
     */
    static SnapshotRootFacts read(String object, byte[] compressed, Findings findings) throws IOException {
        ObjectNode rest = JsonNodeFactory.instance.objectNode();
        List<NamedShard> shards = null;
        boolean whole = true;
        try (JsonParser parser = JsonDocument.strict(compressed)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("it holds no JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (parser.nextToken() == JsonToken.START_ARRAY && name.equals("shards")) {
                    shards = new ArrayList<>();
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        NamedShard shard = shard(object, shards.size(), parser.readValueAsTree(), findings);
                        whole &= shard != null;
                        shards.add(shard);
                    }
                } else {
                    rest.set(name, parser.readValueAsTree());
                }
            }
            JsonDocument.end(parser);
        }
        CheckedFields fields = new CheckedFields(object, "", rest, findings);
        long format = fields.number("format", 1);
        if (fields.whole() && format > FORMAT) {
            fields.wrong("format", "1 to 3, those that this version of Littoral reads");
            return null;
        }
        double maxDeadShare = 0;
        String listedAt = null;
        String sourceVersion = null;
        if (format > 1) {
            maxDeadShare = fields.share("maxDeadShare");
            sourceVersion = fields.text("sourceVersion", true);
            listedAt = fields.instant("listedAt");
        }
        TableVersion table = table(fields, sourceVersion);
        if (shards == null) {
            fields.wrong("shards", "a list");
        }
        CheckedFields skipped = fields.fields("skipped");
        long count = skipped == null ? 0 : skipped.number("count", 0);
        String report = skipped == null || !skipped.has("key") ? null : skipped.text("key", false);
        String digest = report == null ? null : skipped.sha256("sha256");
        if (skipped != null) {
            fields.alsoOf(skipped);
        }
        SnapshotRootFacts root = new SnapshotRootFacts(
                fields.text("collectionId", false),
                fields.number("version", 1),
                fields.source("source"),
                fields.number("generation", 1),
                fields.number("targetRowsPerSegment", 1),
                fields.counts("totals"),
                shards,
                count,
                report,
                digest,
                maxDeadShare,
                listedAt,
                table);
        return whole && fields.whole() ? root : null;
    }

    /**
     * The version of a table, or null where there is none, or it is not what it has to be.
     *
     * @param sourceVersion names it in one text
     */
    private static TableVersion table(CheckedFields root, String sourceVersion) {
        CheckedFields fields = root.has("table") ? root.fields("table") : null;
        if (fields == null) {
            return null;
        }
        String format = fields.text("format", false);
        String table = fields.text("table", true);
        String version = fields.text("version", false);
        String schema = fields.has("schema") ? fields.text("schema", true) : null;
        String committedAt = fields.has("committedAt") ? fields.instant("committedAt") : null;
        String metadata = fields.has("metadata") ? fields.text("metadata", false) : null;
        String etag = fields.has("etag") ? fields.text("etag", false) : null;
        Duration retention = fields.has("retention") ? retention(fields) : null;
        root.alsoOf(fields);
        if (!fields.whole()) {
            return null;
        }
        String text = format + " " + table + " " + version + (schema == null ? "" : " schema " + schema)
                + (etag == null ? "" : " etag " + etag);
        if (!text.equals(sourceVersion)) {
            root.wrong("sourceVersion", "'" + FindingText.brief(text) + "', as its table says");
        }
        return new TableVersion(
                format,
                table,
                version,
                schema,
                committedAt == null ? null : Instant.parse(committedAt),
                metadata,
                etag,
                retention);
    }

    private static Duration retention(CheckedFields table) {
        String text = table.text("retention", false);
        try {
            return text == null ? null : Duration.parse(text);
        } catch (DateTimeParseException e) {
            table.wrong("retention", "a duration of ISO 8601");
            return null;
        }
    }

    private static NamedShard shard(String object, int index, JsonNode node, Findings findings) {
        CheckedFields fields = new CheckedFields(object, "shards[" + index + "].", node, findings);
        NamedShard shard = new NamedShard(
                fields.text("from", true),
                fields.text("key", false),
                fields.sha256("sha256"),
                fields.sha256("listing"),
                fields.counts("totals"),
                fields.texts("schemas"),
                fields.has("unread") ? fields.number("unread", 0) : null,
                fields.has("deletes") ? fields.texts("deletes") : List.of(),
                fields.has("movedIn") ? fields.number("movedIn", 1) : 0);
        return fields.whole() ? shard : null;
    }
}
