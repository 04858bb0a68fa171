package dev.littoral.activities;

import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.workflows.testing.ApiSignatures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What readers of catalogs are compiled against. */
class PublicApiTest {
    @Test
    void noSignatureThatReadersUseGoes() throws IOException {
        ApiSignatures.requireUnchanged(Path.of("src", "test", "resources", "api.txt"), List.of(CatalogReader.class));
    }
}
