package dev.littoral.activities.storage.registry;

import dev.littoral.activities.storage.StorageProvider;
import dev.littoral.activities.storage.Storages;
import dev.littoral.activities.storage.local.LocalStorage;
import dev.littoral.activities.storage.s3.S3Clients;
import dev.littoral.activities.storage.s3.S3Storage;
import java.util.List;

/** The registry of the kinds of stores that Littoral comes with, one line each. */
public final class StorageRegistry {
    /** What the addresses of all sources of a store elsewhere start with. */
    public static final List<String> EVERY_REMOTE_SOURCE = addresses().everySource(StorageProvider::isRemote);

    /** What the addresses of all sources start with. */
    public static final List<String> EVERY_SOURCE = addresses().everySource(kind -> true);

    private StorageRegistry() {}

    /** The kinds of stores, set up as this process's environment says; the caller closes them. */
    public static Storages storages() {
        return storages(new S3Clients());
    }

    /**
     * The kinds of stores.
     *
     * @param clients closed with them
     */
    public static Storages storages(S3Clients clients) {
        return new Storages(new LocalStorage(), new S3Storage(clients));
    }

    /** The kinds of stores, to look at addresses only: opens no client, so there is nothing to close. */
    public static Storages addresses() {
        return storages(null);
    }
}
