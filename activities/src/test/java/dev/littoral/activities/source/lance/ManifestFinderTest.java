package dev.littoral.activities.source.lance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.source.table.ListedStore;
import dev.littoral.activities.testing.Openers;
import java.util.Collections;
import org.junit.jupiter.api.Test;

class ManifestFinderTest {
    private static ManifestFinder finder(int versions) {
        return new ManifestFinder(new ListedStore()
                .page(Collections.nCopies(versions, ListedStore.file("_versions/7.manifest")))
                .table(Openers.NONE));
    }

    @Test
    void aDatasetOfAMillionVersionsIsRefused() throws InterruptedException {
        assertThat(finder(1_000).all(null)).hasSize(1_000);
        assertThatThrownBy(() -> finder(1_000_000).all(null))
                .hasMessageStartingWith("The Lance dataset s3://lake/t has 1000000 versions or more; expected fewer");
    }
}
