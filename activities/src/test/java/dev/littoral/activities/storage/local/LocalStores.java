package dev.littoral.activities.storage.local;

import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.PathFilter;
import dev.littoral.activities.source.files.BlobFileSource;
import dev.littoral.activities.storage.BlobCatalogStore;
import dev.littoral.activities.storage.CatalogStore;
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

    static FileSource source(Path root, PathFilter filter, LocalBlobStore.ChannelOpener opener) {
        return new BlobFileSource(
                LocalBlobStore.source(new RootDirectory(root), false, opener, StoreObserver.NONE), filter, false);
    }

    static FileSource source(String uri, PathFilter filter) {
        return new BlobFileSource(
                new LocalStorage().source(uri).openSource(StorageAccess.OWN, StoreObserver.NONE), filter, false);
    }

    public static CatalogStore catalog(Path root) throws InterruptedException {
        return new BlobCatalogStore(LocalBlobStore.catalog(new RootDirectory(root), StoreObserver.NONE));
    }

    public static CatalogStore forReading(Path root) {
        return new BlobCatalogStore(LocalBlobStore.forReading(new RootDirectory(root)));
    }
}
