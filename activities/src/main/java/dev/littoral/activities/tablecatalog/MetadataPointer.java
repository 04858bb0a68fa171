package dev.littoral.activities.tablecatalog;

/** Where the newest metadata of one table is, asked of its catalog. Safe for use by many threads. */
@FunctionalInterface
public interface MetadataPointer {
    /**
     * The address of the table's metadata file now. One request.
     *
     * @throws dev.littoral.activities.failure.LittoralException when the catalog does not say, classified
     */
    String location() throws InterruptedException;
}
