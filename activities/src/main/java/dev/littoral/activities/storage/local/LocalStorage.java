package dev.littoral.activities.storage.local;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.activities.storage.StorageLocation;
import dev.littoral.activities.storage.StorageProvider;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.workflows.model.ExternalSpec;
import java.nio.channels.FileChannel;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Folders and files of this machine, {@code file:///folder/}. A path is raw: nothing in it is percent-decoded. It is
 * compared by where it really is, with every symbolic link resolved.
 */
public final class LocalStorage implements StorageProvider {
    private static final String SCHEME = "file";
    private static final String PREFIX = SCHEME + "://";

    /** What every address starts with. */
    public static final String EVERYTHING = PREFIX + "/";

    @Override
    public String scheme() {
        return SCHEME;
    }

    @Override
    public StorageLocation source(String address) {
        if (!address.startsWith(EVERYTHING)) {
            // It may be of any kind and hold a secret, so it is not repeated.
            throw LittoralException.input(
                    "The source is not a local one; expected an address such as file:///folder/.");
        }
        try {
            Path root = Path.of(address.substring(PREFIX.length()));
            if (!root.normalize().equals(root)) {
                throw LittoralException.input("The source " + address + " has a part . or ..; expected a plain path.");
            }
            return new Location(root, new RootDirectory(root), address.endsWith("/"));
        } catch (InvalidPathException e) {
            throw LittoralException.input("The source " + address + " is no path of this file system: " + e.getReason()
                    + "; its names are encoded as " + FolderWalk.NAME_ENCODING + ".");
        }
    }

    @Override
    public StorageLocation catalog(String address) {
        try {
            Path folder = Path.of(address.substring(PREFIX.length()));
            return new Location(folder, new RootDirectory(folder), true);
        } catch (InvalidPathException e) {
            throw LittoralException.input("Catalog location is no path: " + e.getReason());
        }
    }

    @Override
    public String realPrefix(String prefix) {
        return PREFIX + RealPath.of(Path.of(prefix.substring(PREFIX.length())));
    }

    private record Location(Path given, RootDirectory root, boolean folderOnly) implements StorageLocation {
        @Override
        public String realAddress() {
            return PREFIX + root.real();
        }

        @Override
        public BlobStore openSource(ExternalSpec access, StoreObserver observer) {
            return LocalBlobStore.source(root, folderOnly, FileChannel::open, observer);
        }

        @Override
        public BlobStore openCatalog(StoreObserver observer) throws InterruptedException {
            return LocalBlobStore.catalog(root, observer);
        }

        @Override
        public BlobStore openCatalogForReading() {
            return LocalBlobStore.forReading(root);
        }

        @Override
        public Optional<Path> folder() {
            return Optional.of(given);
        }
    }
}
