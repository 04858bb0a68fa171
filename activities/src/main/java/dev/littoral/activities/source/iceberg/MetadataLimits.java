package dev.littoral.activities.source.iceberg;

import dev.littoral.activities.concurrent.HeapBounds;

/**
 * How much of a metadata file is kept.
 *
 * @param values names and values; a tree of them takes up to 75 bytes for each
 * @param characters of names and texts, and of the full names of columns
 */
record MetadataLimits(int values, int characters) {
    /** Room for 60,000 snapshots, or 80,000 columns in all schemas, with the smallest heap. */
    static final MetadataLimits OF_HEAP =
            new MetadataLimits(HeapBounds.of(1_000_000, 8_000_000), HeapBounds.of(24 << 20, 64 << 20));
}
