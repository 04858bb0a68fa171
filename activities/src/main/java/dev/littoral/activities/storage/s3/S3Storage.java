package dev.littoral.activities.storage.s3;

import dev.littoral.activities.storage.BlobObjectStore;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.activities.storage.StorageLocation;
import dev.littoral.activities.storage.StorageProvider;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.workflows.model.ExternalSpec;

/**
 * Stores that speak the protocol of S3, {@code s3://bucket/key}. An address is compared letter by letter, as keys are
 * raw.
 *
 * @param clients closed with this
 */
public record S3Storage(S3Clients clients) implements StorageProvider {
    private static final String SCHEME = "s3";

    /** What every address starts with. */
    public static final String EVERYTHING = SCHEME + "://";

    @Override
    public String scheme() {
        return SCHEME;
    }

    @Override
    public StorageLocation source(String address) {
        return new Location(address);
    }

    @Override
    public StorageLocation catalog(String address) {
        return new Location(address);
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

    private final class Location implements StorageLocation {
        private final String address;

        Location(String address) {
            this.address = address;
        }

        @Override
        public String realAddress() {
            return address;
        }

        @Override
        public BlobStore openSource(ExternalSpec access, StoreObserver observer) {
            return new S3BlobStore(
                    clients.client(S3Access.of(access)), S3Uri.parse(address), StoreObserver.Store.SOURCE, observer);
        }

        @Override
        public BlobStore openCatalog(StoreObserver observer) {
            S3Uri uri = S3Uri.parse(address);
            return new S3BlobStore(
                    clients.client(S3Access.OWN),
                    new S3Uri(uri.bucket(), BlobObjectStore.folder(uri.key())),
                    StoreObserver.Store.CATALOG,
                    observer);
        }

        @Override
        public BlobStore openCatalogForReading() {
            return openCatalog(StoreObserver.NONE);
        }
    }
}
