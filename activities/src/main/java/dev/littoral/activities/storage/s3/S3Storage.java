package dev.littoral.activities.storage.s3;

import dev.littoral.activities.storage.BlobCatalogStore;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.activities.storage.StorageAccess;
import dev.littoral.activities.storage.StorageLocation;
import dev.littoral.activities.storage.StorageProvider;
import dev.littoral.activities.storage.StoreObserver;
import java.util.Optional;
import java.util.Set;

/**
 * Stores that speak the protocol of S3, {@code s3://bucket/key}. An address is compared letter by letter, as keys are
 * raw.
 *
 * @param clients closed with this
 */
public record S3Storage(S3Clients clients) implements StorageProvider {
    private static final String SCHEME = "s3";

    /** With Hadoop's. */
    private static final Set<String> SCHEMES = Set.of(SCHEME, "s3a", "s3n");

    @Override
    public String scheme() {
        return SCHEME;
    }

    @Override
    public Set<String> schemes() {
        return SCHEMES;
    }

    @Override
    public String example() {
        return "s3://bucket/prefix";
    }

    @Override
    public Optional<String> allowedPrefix(String given) {
        return StorageProvider.super.allowedPrefix(given).filter(prefix -> !prefix.startsWith(everything() + "/"));
    }

    @Override
    public StorageLocation source(String address) {
        return new S3Location(address);
    }

    @Override
    public StorageLocation catalog(String address) {
        return new S3Location(address);
    }

    @Override
    public boolean hasProfile(String profile) {
        return clients.hasProfile(profile);
    }

    @Override
    public int requestsAtOnce() {
        return clients.requestsAtOnce();
    }

    @Override
    public int requestsWaiting() {
        return clients.requestsWaiting();
    }

    @Override
    public void close() {
        clients.close();
    }

    private final class S3Location implements StorageLocation {
        private final String address;

        S3Location(String address) {
            this.address = address;
        }

        @Override
        public String realAddress() {
            return address;
        }

        @Override
        public BlobStore openSource(StorageAccess access, StoreObserver observer) {
            return new S3BlobStore(clients.client(access), S3Uri.parse(address), StoreObserver.Role.SOURCE, observer);
        }

        @Override
        public BlobStore openCatalog(StoreObserver observer) {
            S3Uri uri = S3Uri.parse(address);
            return new S3BlobStore(
                    clients.client(StorageAccess.OWN),
                    new S3Uri(uri.bucket(), BlobCatalogStore.folder(uri.key())),
                    StoreObserver.Role.CATALOG,
                    observer);
        }

        @Override
        public BlobStore openCatalogForReading() {
            return openCatalog(StoreObserver.NONE);
        }
    }
}
