package dev.littoral.activities.source.iceberg;

import dev.littoral.activities.concurrent.HeapBounds;

/**
 * What Avro's library may allocate for manifests, which are not trusted. It takes its limits from system properties,
 * once, when it is loaded; what the JVM was started with stays.
 */
final class AvroLimits {
    /** Bytes of a block as it is stored. Writers make blocks of 64 KiB, or one for all manifests of a list. */
    static final int BLOCK_BYTES = 64 << 20;

    /** Bytes of a block when decompressed, of which a few manifests have one each at a time. */
    static final int PLAIN_BYTES = HeapBounds.of(16 << 20, BLOCK_BYTES);

    /** A schema in the header, a bound of a column, or a key. */
    private static final int BYTES = 16 << 20;

    /** A path, or a text by which a table is partitioned and which is in paths. */
    private static final int STRING = 64 << 10;

    /** Columns with statistics, and places to split a file at. */
    private static final int ITEMS = 250_000;

    private AvroLimits() {}

    static void set() {
        set("decompress.maxLength", PLAIN_BYTES);
        set("bytes.maxLength", BYTES);
        set("string.maxLength", STRING);
        set("collectionItems.maxLength", ITEMS);
    }

    private static void set(String name, int limit) {
        String property = "org.apache.avro.limits." + name;
        if (System.getProperty(property) == null) {
            System.setProperty(property, Integer.toString(limit));
        }
    }
}
