package dev.littoral.activities.registry;

import dev.littoral.activities.parquet.ParquetFooters;
import dev.littoral.activities.source.SourceFormats;
import dev.littoral.activities.source.files.FilesFormat;
import dev.littoral.activities.storage.StorageProvider;
import dev.littoral.activities.storage.Storages;
import dev.littoral.activities.storage.local.LocalStorage;
import dev.littoral.activities.storage.s3.S3Clients;
import dev.littoral.activities.storage.s3.S3Storage;
import dev.littoral.workflows.model.ParquetSpec;
import java.util.List;

/** The registry of what Littoral comes with: a kind of store and a format of sources are one line each. */
public final class Registry {
    /** What the addresses of all sources of a store elsewhere start with. */
    public static final List<String> EVERY_REMOTE_SOURCE = addresses().everySource(StorageProvider::isRemote);

    /** What the addresses of all sources start with. */
    public static final List<String> EVERY_SOURCE = addresses().everySource(kind -> true);

    private Registry() {}

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

    /** The formats of sources. */
    public static SourceFormats formats() {
        return new SourceFormats(new FilesFormat(ParquetSpec.FORMAT, new ParquetFooters()));
    }
}
