package dev.littoral.activities.source.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.source.StoreOpener;
import dev.littoral.activities.source.table.ListedStore;
import dev.littoral.activities.storage.BlobStore;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which metadata file is the newest in a folder of very many. */
class MetadataFolderTest {
    private static MetadataFolder folder(int objects) {
        List<BlobStore.Entry> entries = IntStream.rangeClosed(1, objects)
                .mapToObj(number -> ListedStore.file("metadata/v" + number + ".metadata.json"))
                .toList();
        return new MetadataFolder(new ListedStore().page(entries).table(StoreOpener.NONE));
    }

    @Test
    void theNewestOfManyIsFound() throws InterruptedException {
        assertThat(folder(199_999).newest(null)).isEqualTo("s3://lake/t/metadata/v199999.metadata.json");
    }

    @Test
    void aFolderOfTooManyObjectsIsRefused() {
        assertThatThrownBy(() -> folder(200_000).newest(null))
                .hasMessageStartingWith("Folder s3://lake/t/metadata/ has 200000 objects or more; expected fewer");
    }
}
