package dev.littoral.activities.source.table;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.tablecatalog.MetadataPointer;
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

    /**
     * Opens a table of a catalog; nothing is read yet.
     *
     * @param storage without a place, which the format gives it
     * @param pointer says where the table's metadata is
     * @throws LittoralException INPUT when tables of this format have no such catalogs
     */
    default Table open(TableStorage storage, TableSpec spec, MetadataPointer pointer) {
        throw LittoralException.input("Source " + storage.root() + " is a table of a catalog, and its format is '"
                + name() + "'; expected iceberg");
    }
}
