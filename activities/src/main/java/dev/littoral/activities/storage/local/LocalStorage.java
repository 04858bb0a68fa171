package dev.littoral.activities.storage.local;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.activities.storage.StorageAccess;
import dev.littoral.activities.storage.StorageLocation;
import dev.littoral.activities.storage.StorageProvider;
import dev.littoral.activities.storage.StoreObserver;
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

    private static final String EVERYTHING = PREFIX + "/";

    /** The address of a path, made absolute. */
    public static String address(Path path) {
        return PREFIX + path.toAbsolutePath().normalize();
    }

    @Override
    public String scheme() {
        return SCHEME;
    }

    /** There is no host, and there may be one slash or three. */
    @Override
    public Optional<String> address(String rest) {
        boolean isPath = rest.startsWith("/") && (!rest.startsWith("//") || rest.startsWith("///"));
        return isPath ? Optional.of(rest.replaceFirst("^/+", "/")) : Optional.empty();
    }

    @Override
    public String uri(String address) {
        return PREFIX + address;
    }

    /** The file's own: each folder is allowed or refused by itself. */
    @Override
    public String storeFolder(String address) {
        return address.substring(0, address.lastIndexOf('/') + 1);
    }

    @Override
    public String example() {
        return "file:///dir";
    }

    @Override
    public String everything() {
        return EVERYTHING;
    }

    @Override
    public boolean isRemote() {
        return false;
    }

    /** A folder's path is meant as what lies in it. */
    @Override
    public Optional<String> allowedPrefix(String given) {
        boolean isAddress = given.startsWith(EVERYTHING);
        if (given.isEmpty() || (!isAddress && given.startsWith(SCHEME + ":"))) {
            return Optional.empty();
        }
        try {
            Path path = Path.of(isAddress ? given.substring(PREFIX.length()) : given);
            String folder = address(path);
            return Optional.of(isAddress ? given : folder.endsWith("/") ? folder : folder + "/");
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
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
            return new LocalLocation(root, new RootDirectory(root), address.endsWith("/"));
        } catch (InvalidPathException e) {
            throw LittoralException.input("The source " + address + " is no path of this file system: " + e.getReason()
                    + "; its names are encoded as " + FolderWalk.NAME_ENCODING + ".");
        }
    }

    @Override
    public StorageLocation catalog(String address) {
        try {
            Path folder = Path.of(address.substring(PREFIX.length()));
            return new LocalLocation(folder, new RootDirectory(folder), true);
        } catch (InvalidPathException e) {
            throw LittoralException.input("Catalog location is no path: " + e.getReason());
        }
    }

    @Override
    public String realPrefix(String prefix) {
        return PREFIX + RealPath.of(Path.of(prefix.substring(PREFIX.length())));
    }

    private record LocalLocation(Path given, RootDirectory root, boolean folderOnly) implements StorageLocation {
        @Override
        public String realAddress() {
            return PREFIX + root.real();
        }

        @Override
        public BlobStore openSource(StorageAccess access, StoreObserver observer) {
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
