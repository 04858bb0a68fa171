package dev.littoral.activities.storage;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.local.LocalObjectStore;
import dev.littoral.activities.storage.s3.RequestCounter;
import dev.littoral.activities.storage.s3.S3Access;
import dev.littoral.activities.storage.s3.S3Clients;
import dev.littoral.activities.storage.s3.S3ObjectStore;
import dev.littoral.activities.storage.s3.S3Uri;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Opens the store a catalog is in. */
public final class Catalogs {
    private Catalogs() {}

    /**
     * Opens a catalog's store.
     *
     * @param location {@code s3://bucket/prefix}, {@code file:///dir} or a path
     * @throws LittoralException INPUT when the location is not right
     */
    public static ObjectStore open(String location, S3Clients clients) throws InterruptedException {
        return open(location, clients, StoreObserver.NONE);
    }

    /**
     * Opens a catalog's store.
     *
     * @param location as for {@link #open(String, S3Clients)}
     * @param requests hears of each request to it
     */
    public static ObjectStore open(String location, S3Clients clients, StoreObserver requests)
            throws InterruptedException {
        if (isS3(location)) {
            return s3(location, clients, new RequestCounter(requests, StoreObserver.Store.CATALOG));
        }
        ObjectStore local = new LocalObjectStore(folder(location));
        return requests == StoreObserver.NONE ? local : new ObservedStore(local, requests);
    }

    /**
     * Opens a catalog's store to read only: a folder that is not there is not made.
     *
     * @param location as for {@link #open(String, S3Clients)}
     * @throws LittoralException INPUT when the location is not right
     */
    public static ObjectStore openForReading(String location, S3Clients clients) {
        return isS3(location)
                ? s3(location, clients, new RequestCounter())
                : LocalObjectStore.forReading(folder(location));
    }

    private static boolean isS3(String location) {
        return location.startsWith("s3://");
    }

    private static ObjectStore s3(String location, S3Clients clients, RequestCounter counter) {
        return new S3ObjectStore(clients.client(S3Access.OWN), S3Uri.parse(location), counter);
    }

    /** The folder a local location names. */
    public static Path folder(String location) {
        String path = location.startsWith("file://") ? location.substring("file://".length()) : location;
        if (path.isEmpty() || path.contains("://")) {
            throw LittoralException.input("Catalog location is " + (path.isEmpty() ? "empty" : "of an unknown scheme")
                    + "; expected s3://bucket/prefix, file:///dir or a path");
        }
        try {
            return Path.of(path);
        } catch (InvalidPathException e) {
            throw LittoralException.input("Catalog location is no path: " + e.getReason());
        }
    }
}
