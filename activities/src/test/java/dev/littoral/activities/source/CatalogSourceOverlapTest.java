package dev.littoral.activities.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FolderSpec;
import dev.littoral.workflows.model.OnBadFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogSourceOverlapTest {
    @TempDir
    private Path folder;

    private static ExternalSource source(String uri, String... exclude) {
        return new ExternalSource(
                uri, new FolderSpec("parquet", List.of(), List.of(exclude), List.of(), OnBadFile.FAIL, null));
    }

    @ParameterizedTest
    @CsvSource({
        "s3://lake/catalog, s3://lake/",
        "s3://lake/a/catalog/, s3://lake/a",
        "file:///lake/catalog, file:///lake/",
        "/lake/catalog, file:///lake",
        "/lake/x/../catalog, file:///lake/"
    })
    void aCatalogThatTheSourceWouldServeIsRefused(String catalog, String uri) {
        assertThat(CatalogSourceOverlap.refusal(StorageRegistry.addresses(), catalog, source(uri)))
                .hasValueSatisfying(why -> assertThat(why)
                        .startsWith("Catalog " + catalog + " lies in the source " + uri + "; expected one elsewhere"));
    }

    @ParameterizedTest
    @CsvSource({
        "s3://lake/catalog, s3://lake/catalog/orders/",
        "s3://lake/catalog/, s3://lake/catalog",
        "s3://lake, s3://lake/orders/",
        "/catalog, file:///catalog/orders/snapshots/"
    })
    void aSourceInTheCatalogIsRefused(String catalog, String uri) {
        assertThat(CatalogSourceOverlap.refusal(StorageRegistry.addresses(), catalog, source(uri)))
                .contains("Source " + uri + " lies in the catalog " + catalog + "; expected one elsewhere");
    }

    @ParameterizedTest
    @CsvSource({
        "s3://lake/_catalog, s3://lake/",
        "s3://lake/.littoral, s3://lake/",
        "s3://lake/catalog, s3://lake/cat",
        "s3://lake/cat, s3://lake/catalog/",
        "s3://lake/catalog, s3://other/",
        "s3://lake/catalog, file:///lake/",
        "/lake-catalog, file:///lake/"
    })
    void whatIsApartOrHiddenIsFine(String catalog, String uri) {
        assertThat(CatalogSourceOverlap.refusal(StorageRegistry.addresses(), catalog, source(uri)))
                .isEmpty();
    }

    @Test
    void whatAGlobLeavesOutIsFine() {
        assertThat(CatalogSourceOverlap.refusal(
                        StorageRegistry.addresses(), "s3://lake/catalog", source("s3://lake/", "catalog/**")))
                .isEmpty();
    }

    @Test
    void aLinkToTheFolderIsTheFolder() throws Exception {
        Files.createDirectories(folder.resolve("lake"));
        Files.createSymbolicLink(folder.resolve("alias"), folder.resolve("lake"));
        assertThat(CatalogSourceOverlap.refusal(
                        StorageRegistry.addresses(), folder + "/alias/catalog", source("file://" + folder + "/lake/")))
                .isPresent();
        assertThat(CatalogSourceOverlap.refusal(
                        StorageRegistry.addresses(), folder + "/lake/catalog", source("file://" + folder + "/alias/")))
                .isPresent();
    }

    /** Whoever opens it says so. */
    @Test
    void anAddressThatIsNoPathIsNotRefusedHere() {
        assertThat(CatalogSourceOverlap.refusal(StorageRegistry.addresses(), "/catalog", source("file:///lake\u0000/")))
                .isEmpty();
    }
}
