package dev.littoral.activities.source;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.BlobStore;

/**
 * Opens what a source names elsewhere, with the source's own credentials and only where the worker allows it. Safe for
 * use by many threads.
 */
public interface StoreOpener {
    /** Opens nothing but the source itself. */
    StoreOpener NONE = new StoreOpener() {
        @Override
        public void check(String address) {
            throw LittoralException.input(
                    "The source names " + address + ", which is not in it; expected only what is");
        }

        @Override
        public BlobStore open(String address) {
            throw new IllegalStateException(address);
        }
    };

    /**
     * Checks that an address may be read.
     *
     * @param address a URI, as that of a source
     * @throws LittoralException INPUT when it may not be, naming it
     */
    void check(String address);

    /**
     * Opens the store at the address of a folder; nothing is read yet.
     *
     * @throws LittoralException INPUT when its URI is not right
     */
    BlobStore open(String address);
}
