package dev.littoral.activities.source.iceberg;

/**
 * What Avro's library may allocate for manifests, which are not trusted. It takes its limits from system properties,
 * once, when it is loaded; what the JVM was started with stays.
 */
final class AvroLimits {
    /** Uncompressed bytes of a block. Writers make blocks of 64 KiB, or one for all manifests of a list. */
    static final int BLOCK_BYTES = 64 << 20;

    private static final int ITEMS = 1_000_000;

    private AvroLimits() {}

    static void set() {
        set("decompress.maxLength", BLOCK_BYTES);
        set("bytes.maxLength", BLOCK_BYTES);
        set("string.maxLength", BLOCK_BYTES);
        set("collectionItems.maxLength", ITEMS);
    }

    private static void set(String name, int limit) {
        String property = "org.apache.avro.limits." + name;
        if (System.getProperty(property) == null) {
            System.setProperty(property, Integer.toString(limit));
        }
    }
}
