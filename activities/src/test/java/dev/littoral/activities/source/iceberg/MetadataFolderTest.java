package dev.littoral.activities.source.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.source.table.ListedStore;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.activities.testing.Openers;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which metadata file of a folder is the newest. */
class MetadataFolderTest {
    private static MetadataFolder folder(int objects) {
        List<BlobStore.Entry> entries = IntStream.rangeClosed(1, objects)
                .mapToObj(number -> ListedStore.file("metadata/v" + number + ".metadata.json"))
                .toList();
        return new MetadataFolder(new ListedStore().page(entries).table(Openers.NONE));
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

    /** Where there are files that a catalog points to, only a hint says which table is meant. */
    @ParameterizedTest
    @CsvSource({"1, v2.metadata.json", "2, v2.metadata.json", "00003-x, 00003-x.metadata.json"})
    void aFileThatIsNewerThanTheHintCounts(String hint, String newest) throws InterruptedException {
        assertThat(hinted(hint).newest(null)).isEqualTo("s3://lake/t/metadata/" + newest);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7", "00003", "v"})
    void aHintOfNothingThatIsThereIsRefused(String hint) {
        assertThatThrownBy(() -> hinted(hint).newest(null))
                .hasMessageStartingWith(
                        "File s3://lake/t/metadata/version-hint.text names no metadata file that is" + " there");
    }

    private static MetadataFolder hinted(String hint) {
        List<BlobStore.Entry> entries = Stream.of(
                        "00003-x.metadata.json", "v1.metadata.json", "v2.metadata.json", "version-hint.text")
                .map(name -> ListedStore.file("metadata/" + name))
                .toList();
        return new MetadataFolder(new ListedStore()
                .page(entries)
                .content("metadata/version-hint.text", hint)
                .table(Openers.NONE));
    }
}
