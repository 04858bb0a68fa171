package dev.littoral.activities.source;

import dev.littoral.activities.storage.BlobStore;
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
}
