package dev.littoral.activities.source;

import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.BlobCatalogStore;
import dev.littoral.activities.storage.StorageLocation;
import dev.littoral.activities.storage.Storages;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.FilesSpec;
import java.util.Optional;

/**
 * The check that catalog and source do not overlap. In a source that has the catalog in it every update would list what
 * the one before wrote; of a source in the catalog, clean-up might remove files.
 */
public final class CatalogSourceOverlap {
    /** The key of an object as every collection has one. */
    private static final String OBJECT = CatalogLayout.key("c", CatalogLayout.head(1));

    private CatalogSourceOverlap() {}

    /**
     * Why a source does not go with a catalog, in one sentence, or empty. A catalog in a hidden folder of the source,
     * or in one that a glob leaves out, is fine. Where a table of an Iceberg catalog lies is checked when that says it.
     *
     * @param catalog as it was configured: an address or a path
     */
    public static Optional<String> refusal(Storages storages, String catalog, ExternalSource source) {
        try {
            return refusal(storages, catalog, source, storages.source(source.uri()));
        } catch (LittoralException notRight) {
            // Opening it reports what is wrong.
            return Optional.empty();
        }
    }

    /** The same for a source of which is known where it leads. */
    static Optional<String> refusal(Storages storages, String catalog, ExternalSource source, StorageLocation real) {
        String folder = BlobCatalogStore.folder(real.realAddress());
        String root = BlobCatalogStore.folder(storages.catalog(catalog).realAddress());
        if (folder.startsWith(root)) {
            return Optional.of(
                    "Source " + source.uri() + " lies in the catalog " + catalog + "; expected one elsewhere");
        }
        return root.startsWith(folder) && isListed((root + OBJECT).substring(folder.length()), source.spec())
                ? Optional.of("Catalog " + catalog + " lies in the source " + source.uri()
                        + "; expected one elsewhere, or in a folder whose name starts with _ or .")
                : Optional.empty();
    }

    private static boolean isListed(String relativePath, ExternalSpec spec) {
        return !(spec instanceof FilesSpec files)
                || PathFilter.of(files).skip(relativePath).isEmpty();
    }
}
