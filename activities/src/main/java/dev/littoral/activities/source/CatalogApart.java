package dev.littoral.activities.source;

import dev.littoral.activities.LittoralException;
import dev.littoral.activities.catalog.Catalogs;
import dev.littoral.workflows.model.ExternalSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Keeps a catalog and its sources apart. In a source that has the catalog in it every update would list what the one before wrote;
 * of a source in the catalog, clean-up might remove files.
 */
public final class CatalogApart {
    /** An object as every collection has it. */
    private static final String OBJECT = "c/head/0.json";

    private CatalogApart() {}

    /**
     * Why a source does not go with a catalog, in one sentence, or empty. A catalog in a hidden folder of the source, or in one that
     * a glob leaves out, is fine.
     *
     * @param catalog as it was configured: {@code s3://bucket/prefix}, {@code file:///folder} or a path
     */
    public static Optional<String> refusal(String catalog, ExternalSource source) {
        String root = location(catalog);
        String folder;
        try {
            folder = location(source.uri());
        } catch (LittoralException noPath) {
            // Who opens it says what is wrong.
            return Optional.empty();
        }
        if (folder.startsWith(root)) {
            return Optional.of(
                    "Source " + source.uri() + " lies in the catalog " + catalog + "; expected one elsewhere");
        }
        PathFilter filter =
                new PathFilter(source.spec().include(), source.spec().exclude());
        return root.startsWith(folder)
                        && filter.skip((root + OBJECT).substring(folder.length()))
                                .isEmpty()
                ? Optional.of("Catalog " + catalog + " lies in the source " + source.uri()
                        + "; expected one elsewhere, or in a folder whose name starts with _ or .")
                : Optional.empty();
    }

    /** A location in one form: with a slash at its end and, for a folder, links resolved. */
    private static String location(String given) {
        String location = given.startsWith("s3://") ? given : "file://" + real(Catalogs.folder(given));
        return location.endsWith("/") ? location : location + "/";
    }

    private static Path real(Path folder) {
        Path path = folder.toAbsolutePath().normalize();
        try {
            return path.toRealPath();
        } catch (IOException e) {
            // What is not there yet lies where its folder lies.
            return path.getParent() == null ? path : real(path.getParent()).resolve(path.getFileName());
        }
    }
}
