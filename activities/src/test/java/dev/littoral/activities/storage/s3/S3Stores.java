package dev.littoral.activities.storage.s3;

import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.PathFilter;
import dev.littoral.activities.source.files.BlobFileSource;
import dev.littoral.activities.storage.BlobCatalogStore;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.storage.StoreObserver.Role;
import dev.littoral.workflows.model.OnTable;
import java.util.List;
import software.amazon.awssdk.services.s3.S3Client;

/** Sources and catalogs in S3 with a client of the test's own. */
public final class S3Stores {
    private S3Stores() {}

    public static FileSource source(
            S3Client client, String uri, PathFilter filter, StoreObserver observer, boolean allowEmpty) {
        return new BlobFileSource(new S3BlobStore(client, S3Uri.parse(uri), Role.SOURCE, observer), filter, allowEmpty);
    }

    /** A source's store itself. */
    public static BlobStore store(S3Client client, String uri, StoreObserver observer) {
        return new S3BlobStore(client, S3Uri.parse(uri), Role.SOURCE, observer);
    }

    /** A source of which every file is served. */
    public static FileSource source(S3Client client, String uri) {
        return source(client, uri, new PathFilter(List.of(), List.of(), OnTable.REFUSE), StoreObserver.NONE, false);
    }

    public static CatalogStore catalog(S3Client client, String uri, StoreObserver observer) {
        S3Uri parsed = S3Uri.parse(uri);
        S3Uri folder = new S3Uri(parsed.bucket(), BlobCatalogStore.folder(parsed.key()));
        return new BlobCatalogStore(new S3BlobStore(client, folder, Role.CATALOG, observer));
    }

    public static CatalogStore catalog(S3Client client, String uri) {
        return catalog(client, uri, StoreObserver.NONE);
    }

    static S3Bucket bucket(S3Client client, String bucket, StoreObserver observer) {
        return new S3Bucket(client, new S3Uri(bucket, ""), new S3RequestObserver(observer, Role.SOURCE));
    }
}
