package dev.littoral.activities.source;

import dev.littoral.activities.storage.BlobStore;
import dev.littoral.activities.storage.Storages;

/**
 * Opens what a source names elsewhere, with the source's own credentials and only where the worker allows it. Safe for
 * use by many threads.
 */
public interface StoreOpener {
    /** The kinds of stores, which know the forms of their addresses; they stay the opener's. */
    Storages storages();

    /**
     * Checks that an address may be read.
     *
     * @param address a URI, as that of a source
     * @throws dev.littoral.activities.failure.LittoralException INPUT when it may not be, naming it
     */
    void check(String address);

    /**
     * Opens the store at the address of a folder; nothing is read yet.
     *
     * @throws dev.littoral.activities.failure.LittoralException INPUT when its URI is not right
     */
    BlobStore open(String address);
}
