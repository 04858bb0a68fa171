package dev.littoral.activities.source.delta;

/** What holds of a whole table in a version. */
record DeltaVersionState(Protocol protocol, Metadata metadata) {
    boolean mapsColumns() {
        return protocol.mapsColumns() && metadata.mapsColumns();
    }
}
