package dev.littoral.activities.source.iceberg;

import dev.littoral.activities.concurrent.HeapBounds;
import dev.littoral.activities.source.table.TableStorage;
import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFile.PartitionFieldSummary;
import org.apache.iceberg.StructLike;

/** About how many bytes the paths, values and bounds of what a manifest names take, which the table chooses. */
final class TextWeight {
    /** Of what is kept at once of the files, or the manifests, that one table names. */
    static final int MOST_KEPT = HeapBounds.of(16 << 20, 256 << 20);

    /** Of a summary without bounds. */
    private static final int SUMMARY = 64;

    private TextWeight() {}

    static long of(ManifestFile manifest) {
        long weight = manifest.path().length();
        if (manifest.partitions() != null) {
            for (PartitionFieldSummary each : manifest.partitions()) {
                weight += SUMMARY + of(each.lowerBound()) + of(each.upperBound());
            }
        }
        return weight;
    }

    static long of(ContentFile<?> file) {
        return ofNames(file) + of(file.lowerBounds()) + of(file.upperBounds());
    }

    /** Without the bounds of columns. */
    static long ofNames(ContentFile<?> file) {
        long weight = file.location().length();
        if (file instanceof DeleteFile deletes && deletes.referencedDataFile() != null) {
            weight += deletes.referencedDataFile().length();
        }
        StructLike partition = file.partition();
        for (int i = 0; partition != null && i < partition.size(); i++) {
            Object value = partition.get(i, Object.class);
            if (value instanceof CharSequence text) {
                weight += text.length();
            } else if (value instanceof ByteBuffer bytes) {
                weight += of(bytes);
            }
        }
        return weight;
    }

    private static long of(Map<Integer, ByteBuffer> bounds) {
        return bounds == null
                ? 0
                : bounds.values().stream().mapToLong(each -> SUMMARY + of(each)).sum();
    }

    static long of(ByteBuffer bytes) {
        return bytes == null ? 0 : bytes.remaining();
    }

    /** Checks the length of a path before it is kept, or named in a message. */
    static void checkPath(String path) {
        if (path != null && path.length() > TableStorage.MAX_PATH) {
            throw new IllegalArgumentException("a path in it has " + path.length() + " characters, with at most "
                    + TableStorage.MAX_PATH + " allowed");
        }
    }
}
