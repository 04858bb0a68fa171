package dev.littoral.starter;

import dev.littoral.activities.LittoralException;
import dev.littoral.activities.catalog.Catalogs;
import dev.littoral.activities.source.PathFilter;
import dev.littoral.workflows.model.ExternalSource;
import java.io.IOException;
import java.nio.file.Path;

/** A catalog below its own source, where every update would list what the one before wrote. */
final class CatalogInSource {
    private CatalogInSource() {}

    /**
     * Refuses a catalog whose objects the source would serve. One in a hidden folder, or that a glob leaves out, is fine.
     *
     * @throws LittoralException INPUT
     */
    static void refuse(String catalog, String collectionId, ExternalSource source) {
        String head = location(catalog) + collectionId + "/head/0.json";
        String folder = source.uri().startsWith("s3://") ? source.uri() : location(source.uri());
        PathFilter filter =
                new PathFilter(source.spec().include(), source.spec().exclude());
        if (head.startsWith(folder)
                && filter.skip(head.substring(folder.length())).isEmpty()) {
            throw LittoralException.input("Catalog " + catalog + " lies in the source " + source.uri()
                    + "; expected one elsewhere, or in a folder whose name starts with _ or .");
        }
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
