package dev.littoral.activities.source.iceberg;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.workflows.model.TableVersion;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.GZIPInputStream;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableProperties;

/**
 * What a metadata file says: the state of a table after one of its commits, with the snapshots that it keeps.
 *
 * @param address of the metadata file
 * @param manifests the lists of manifests that were read, by the ids of their snapshots
 */
record IcebergMetadata(String address, TableMetadata metadata, Map<Long, List<ManifestFile>> manifests) {
    /** The version of a table that has no snapshot yet. */
    static final String NO_SNAPSHOT = "none";

    private static final int MAX_BYTES = 64 << 20;
    private static final int NEWEST_FORMAT = 3;
    private static final int DECOMPRESSED_AT_ONCE = 1 << 16;

    /** Of a file up to this, the tree takes some megabytes. */
    private static final int SMALL = 256 << 10;

    /** Of larger files one has a tree at a time, as that may fill a good part of the heap. */
    private static final ReentrantLock TREES = new ReentrantLock();

    /**
     * Reads a metadata file. One request.
     *
     * @return empty where there is none
     */
    static Optional<IcebergMetadata> read(TableStorage storage, String address)
            throws FileChangedException, InterruptedException {
        Optional<byte[]> body = storage.get(address, MAX_BYTES);
        if (body.isEmpty()) {
            return Optional.empty();
        }
        String what = "Iceberg metadata " + address;
        return Optional.of(LibraryFailures.read(what, () -> parse(what, address, body.get())));
    }

    private static IcebergMetadata parse(String what, String address, byte[] body)
            throws IOException, InterruptedException {
        boolean isCompressed = isCompressed(body);
        if (!isCompressed && body.length <= SMALL) {
            return parse(what, address, new ByteArrayInputStream(body));
        }
        TREES.lockInterruptibly();
        try {
            InputStream in = new ByteArrayInputStream(body);
            return parse(what, address, isCompressed ? new Decompressed(what, in) : in);
        } finally {
            TREES.unlock();
        }
    }

    private static IcebergMetadata parse(String what, String address, InputStream in) throws IOException {
        JsonNode json = new MetadataJson(what, MetadataLimits.OF_HEAP).read(in);
        JsonNode version = json.get("format-version");
        if (version != null
                && version.isIntegralNumber()
                && (!version.canConvertToInt() || version.asInt() > NEWEST_FORMAT)) {
            throw LittoralException.input(what + " has format version " + version.asText()
                    + "; expected 1, 2 or " + NEWEST_FORMAT + ", the versions that are known here: serve a copy of the"
                    + " table in one of these");
        }
        return new IcebergMetadata(address, TableMetadataParser.fromJson(address, json), new ConcurrentHashMap<>());
    }

    private static boolean isCompressed(byte[] body) {
        return body.length > 1 && body[0] == 0x1f && (body[1] & 0xff) == 0x8b;
    }

    /** A body as it is decompressed, up to a bound. */
    private static final class Decompressed extends GZIPInputStream {
        private final String what;
        private long left = MAX_BYTES;

        Decompressed(String what, InputStream body) throws IOException {
            super(body, DECOMPRESSED_AT_ONCE);
            this.what = what;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int count = super.read(into, offset, length);
            left -= Math.max(0, count);
            if (left < 0) {
                throw LittoralException.input(what + " has more than " + MAX_BYTES
                        + " bytes when decompressed; expected at most as many: expire snapshots of the table");
            }
            return count;
        }
    }

    /** The id that the table keeps for ever; tables of format version 1 may have none but their place. */
    String table() {
        return metadata.uuid() == null ? metadata.location() : metadata.uuid();
    }

    /** How long expiring snapshots leaves them; null where the table says no number. */
    Duration retention() {
        String millis = metadata.property(
                TableProperties.MAX_SNAPSHOT_AGE_MS, Long.toString(TableProperties.MAX_SNAPSHOT_AGE_MS_DEFAULT));
        try {
            return Duration.ofMillis(Math.max(0, Long.parseLong(millis)));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /**
     * The snapshot of a version that was resolved before; null where the table had none.
     *
     * @throws FileChangedException when the table does not have it any more
     */
    Snapshot snapshot(TableVersion version) throws FileChangedException {
        if (!table().equals(version.table())) {
            throw new FileChangedException(address, "it is of table " + table() + " now, not of " + version.table());
        }
        if (version.version().equals(NO_SNAPSHOT)) {
            return null;
        }
        Snapshot snapshot = find(version.version());
        if (snapshot == null) {
            throw new FileChangedException(address, "the table has no snapshot " + version.version() + " any more");
        }
        return snapshot;
    }

    /** The snapshot of an id, or null where it is not there. */
    Snapshot find(String id) {
        try {
            return metadata.snapshot(Long.parseLong(id));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /**
     * The schema of a version.
     *
     * @throws FileChangedException when the table does not have it any more
     */
    Schema schema(TableVersion version) throws FileChangedException {
        return metadata.schemas().stream()
                .filter(each -> Integer.toString(each.schemaId()).equals(version.schema()))
                .findFirst()
                .orElseThrow(() ->
                        new FileChangedException(address, "the table has no schema " + version.schema() + " any more"));
    }
}
