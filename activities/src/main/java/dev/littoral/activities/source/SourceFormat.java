package dev.littoral.activities.source;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.activities.tablecatalog.MetadataPointer;
import dev.littoral.workflows.model.ExternalSpec;

/** A format of sources, as {@code format} in a spec names it. */
public interface SourceFormat {
    /** Its name in a spec. */
    String name();

    /**
     * Opens a source; nothing is read yet.
     *
     * @param store opened at the source's address; closed with the source
     * @param elsewhere opens what the source names outside of that address
     * @param allowEmpty whether a source of which nothing exists lists as empty instead of failing
     */
    SourceReader open(BlobStore store, StoreOpener elsewhere, ExternalSpec spec, boolean allowEmpty);

    /**
     * Opens a table of a catalog; nothing is read yet.
     *
     * @param uri the source's, for messages
     * @param pointer says where the table's metadata is
     * @param places opens what that names
     * @throws LittoralException INPUT when tables of this format have no such catalogs
     */
    default SourceReader open(String uri, MetadataPointer pointer, StoreOpener places, ExternalSpec spec) {
        throw LittoralException.input(
                "Source " + uri + " is a table of a catalog, and its format is '" + name() + "'; expected iceberg");
    }
}
