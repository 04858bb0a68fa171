package dev.littoral.activities.source;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.Catalogs;
import dev.littoral.workflows.model.ExternalSource;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Keeps a catalog and its sources apart. In a source that has the catalog in it every update would list what the one before wrote;
 * of a source in the catalog, clean-up might remove files.
 */
public final class CatalogSourceOverlap {
    /** An object as every collection has it. */
    private static final String OBJECT = "c/head/0.json";

    private CatalogSourceOverlap() {}

    /**
     * Why a source does not go with a catalog, in one sentence, or empty. A catalog in a hidden folder of the source, or in one that
     * a glob leaves out, is fine.
     *
     * @param catalog as it was configured: {@code s3://bucket/prefix}, {@code file:///folder} or a path
     */
    public static Optional<String> refusal(String catalog, ExternalSource source) {
        try {
            return refusal(catalog, source, location(source.uri()));
        } catch (LittoralException noPath) {
            // Who opens it says what is wrong.
            return Optional.empty();
        }
    }

    /** The same for a local source of which is known where it leads. */
    static Optional<String> refusal(String catalog, ExternalSource source, Path real) {
        return refusal(catalog, source, location(real));
    }

    private static Optional<String> refusal(String catalog, ExternalSource source, String folder) {
        String root = location(catalog);
        if (folder.startsWith(root)) {
            return Optional.of(
                    "Source " + source.uri() + " lies in the catalog " + catalog + "; expected one elsewhere");
        }
        PathFilter filter = PathFilter.of(source.spec());
        return root.startsWith(folder)
                        && filter.skip((root + OBJECT).substring(folder.length()))
                                .isEmpty()
                ? Optional.of("Catalog " + catalog + " lies in the source " + source.uri()
                        + "; expected one elsewhere, or in a folder whose name starts with _ or .")
                : Optional.empty();
    }

    /** A location in one form: with a slash at its end and, for a folder, links resolved. */
    private static String location(String given) {
        return given.startsWith("s3://")
                ? slashed(given)
                : location(RealPath.of(Catalogs.folder(given).toAbsolutePath().normalize()));
    }

    private static String location(Path real) {
        return slashed(LocalSource.SCHEME + real);
    }

    private static String slashed(String location) {
        return location.endsWith("/") ? location : location + "/";
    }
}
