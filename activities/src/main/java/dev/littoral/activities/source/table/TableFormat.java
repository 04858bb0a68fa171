package dev.littoral.activities.source.table;

import dev.littoral.workflows.model.TableSpec;

/** A table format: opens the table at an address. */
public interface TableFormat {
    /** Its name in a spec. */
    String name();

    /**
     * The address of the folder of a table.
     *
     * @param address as a source names the table
     */
    default String folder(String address) {
        return address;
    }

    /**
     * Opens the table; nothing is read yet.
     *
     * @param storage opened at the table's address
     * @param spec says which version is served
     */
    Table open(TableStorage storage, TableSpec spec);
}
