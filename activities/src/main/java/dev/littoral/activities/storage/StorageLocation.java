package dev.littoral.activities.storage;

import java.nio.file.Path;
import java.util.Optional;

/** A resolved address in a store. It is resolved once, so that what is checked is what is opened. */
public interface StorageLocation {
    /** The address with every link on it resolved: what it is compared by to others. */
    String realAddress();

    /**
     * Opens a source; nothing is read yet.
     *
     * @param access says with which credentials
     */
    BlobStore openSource(StorageAccess access, StoreObserver observer);

    /** Opens a catalog, and makes its folder where the kind of store has folders and there is none. */
    BlobStore openCatalog(StoreObserver observer) throws InterruptedException;

    /** Opens a catalog that is only read: nothing is made, checked or removed. */
    BlobStore openCatalogForReading();

    /** The local folder that it is, where it is one. */
    default Optional<Path> folder() {
        return Optional.empty();
    }
}
