package dev.littoral.activities.storage.local;

import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.PathFilter;
import dev.littoral.activities.source.files.BlobFileSource;
import dev.littoral.activities.storage.BlobObjectStore;
import dev.littoral.activities.storage.ObjectStore;
import dev.littoral.activities.storage.StorageAccess;
import dev.littoral.activities.storage.StoreObserver;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Sources and catalogs in local folders. */
public final class LocalStores {
    private LocalStores() {}

    public static FileSource source(Path root, PathFilter filter) {
        return source(root, filter, FileChannel::open);
    }

    static FileSource source(Path root, PathFilter filter, LocalBlobStore.Opener opener) {
        return new BlobFileSource(
                LocalBlobStore.source(new RootDirectory(root), false, opener, StoreObserver.NONE), filter, false);
    }

    static FileSource source(String uri, PathFilter filter) {
        return new BlobFileSource(
                new LocalStorage().source(uri).openSource(StorageAccess.OWN, StoreObserver.NONE), filter, false);
    }

    public static ObjectStore catalog(Path root) throws InterruptedException {
        return new BlobObjectStore(LocalBlobStore.catalog(new RootDirectory(root), StoreObserver.NONE));
    }

    public static ObjectStore forReading(Path root) {
        return new BlobObjectStore(LocalBlobStore.forReading(new RootDirectory(root)));
    }
}
