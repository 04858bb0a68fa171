package dev.littoral.activities.source.delta;

import dev.littoral.activities.failure.LittoralException;
import java.util.List;
import java.util.Set;

/**
 * What a reader of a table has to know.
 *
 * @param readerVersion the least version of the protocol for reading
 * @param readerFeatures the features to know by name, from reader version 3 on
 */
record Protocol(int readerVersion, List<String> readerFeatures) {
    private static final int FEATURES = 3;
    private static final String COLUMN_MAPPING = "columnMapping";

    /** Those that change nothing about which physical rows there are, and those that are read here. */
    private static final Set<String> KNOWN = Set.of(
            COLUMN_MAPPING,
            "deletionVectors",
            "timestampNtz",
            "typeWidening",
            "typeWidening-preview",
            "v2Checkpoint",
            "vacuumProtocolCheck",
            "variantType",
            "variantType-preview",
            "variantShredding",
            "variantShredding-preview");

    /** Tables whose newest commits are known to a catalog alone. */
    private static final Set<String> CATALOG = Set.of("catalogManaged", "catalogOwned", "catalogOwned-preview");

    /** Whether names of columns in data files and the log may differ from those in the schema. */
    boolean mapsColumns() {
        return readerVersion == 2 || (readerVersion == FEATURES && readerFeatures.contains(COLUMN_MAPPING));
    }

    /** Refuses a table that needs what is not known here. */
    void check(String table) {
        if (readerVersion < 1 || readerVersion > FEATURES) {
            throw LittoralException.input("The Delta table " + table + " needs reader version " + readerVersion
                    + "; expected 1 to " + FEATURES + ". Serve a copy that is written for one of these.");
        }
        if (readerVersion < FEATURES) {
            return;
        }
        for (String feature : readerFeatures) {
            if (CATALOG.contains(feature)) {
                throw LittoralException.input("The Delta table " + table + " is managed by a catalog (feature "
                        + feature + "), so its log alone does not say which commits count; expected a table whose log"
                        + " does. Serve a clone of it that no catalog manages, or drop the feature.");
            }
            if (!KNOWN.contains(feature)) {
                throw LittoralException.input("The Delta table " + table + " needs the reader feature " + feature
                        + "; expected only "
                        + String.join(", ", KNOWN.stream().sorted().toList())
                        + ". Drop the feature (ALTER TABLE … DROP FEATURE), or serve a copy without it.");
            }
        }
    }
}
