package dev.littoral.activities.tablecatalog;

import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.workflows.spec.CatalogTable;

/**
 * A catalog of Iceberg tables, which is only asked where a table's newest metadata is. All else is read from that
 * metadata, with the credentials of the source. Safe for use by many threads.
 */
public interface TableCatalog extends AutoCloseable {
    /** The kind of a request for a table, for a {@link StoreObserver}. */
    String LOAD = "LOAD";

    /** The kind of a request for the configuration of a catalog. */
    String CONFIG = "CONFIG";

    /** The kind of a request for an access token. */
    String TOKEN = "TOKEN";

    /**
     * The address of a table's metadata file, as the catalog has it now. Costs one request, and before the first one
     * perhaps some to log in.
     *
     * @param requests notified of each request
     * @throws dev.littoral.activities.failure.LittoralException when it cannot be had, in a sentence that repeats no
     *     words of the catalog's: INPUT where there is no such table, ACCESS where the catalog refuses, TRANSIENT where
     *     it does not answer
     */
    String metadataLocation(CatalogTable table, StoreObserver requests) throws InterruptedException;

    @Override
    default void close() {}
}
