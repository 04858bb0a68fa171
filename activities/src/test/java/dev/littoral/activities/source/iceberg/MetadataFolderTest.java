package dev.littoral.activities.source.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.source.table.ListedStore;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.activities.testing.Openers;
import dev.littoral.workflows.model.TableVersion;
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
        return hinted(hint, "00003-x.metadata.json", "v1.metadata.json", "v2.metadata.json");
    }

    private static MetadataFolder hinted(String hint, String... files) {
        return new MetadataFolder(files(Stream.concat(Stream.of(files), Stream.of("version-hint.text")))
                .content("metadata/version-hint.text", hint)
                .table(Openers.NONE));
    }

    private static ListedStore files(Stream<String> names) {
        return new ListedStore()
                .page(names.map(name -> ListedStore.file("metadata/" + name)).toList());
    }

    @Test
    void aHintCountsForNothingWhereNoCatalogPointsToAFile() throws InterruptedException {
        assertThat(hinted("7", "v1.metadata.json", "v2.metadata.json").newest(null))
                .isEqualTo("s3://lake/t/metadata/v2.metadata.json");
    }

    private static TableVersion served(String metadata) {
        return new TableVersion("iceberg", "t", "1", "0", null, metadata);
    }

    @Test
    void whereNoFileOfTheFolderWasServedBeforeAllCount() throws InterruptedException {
        for (String before : new String[] {null, "s3://lake/x", "s3://lake/elsewhere/metadata/00003-a.metadata.json"}) {
            assertThat(folder(3).newest(served(before))).isEqualTo("s3://lake/t/metadata/v3.metadata.json");
        }
    }

    /** The store lists the same whatever it is to begin after: a second list is all of them. */
    @ParameterizedTest
    @CsvSource({
        "00009-b.metadata.json, snap-1.avro, 1, 00009-b.metadata.json",
        "00009-b.metadata.json, 00010-c.metadata.json, 2, 00011-d.metadata.json",
        "00009-b.metadata.json, 10000-c.metadata.json, 2, 10001-d.metadata.json"
    })
    void aPageOfNewFilesIsEnoughUnlessItEndsAmidNumbers(String found, String last, int lists, String newest)
            throws InterruptedException {
        Stream<String> page =
                Stream.concat(Stream.of(found), IntStream.range(0, 998).mapToObj("00009-m%03d.avro"::formatted));
        Stream<String> beyond = Stream.of(lists == 1 ? "snap-2.avro" : newest);
        ListedStore store = files(Stream.concat(Stream.concat(page, Stream.of(last)), beyond));
        MetadataFolder folder = new MetadataFolder(store.table(Openers.NONE));
        assertThat(folder.newest(served("s3://lake/t/metadata/00008-a.metadata.json")))
                .isEqualTo("s3://lake/t/metadata/" + newest);
        assertThat(store.finished()).isEqualTo(lists);
    }

    @ParameterizedTest
    @CsvSource({
        "s3://lake/t/metadata/v1.metadata.json, s3://lake/t",
        "s3://lake/t/metadata/v1.metadata.json.gz, s3://lake/t",
        "s3://lake/t/metadata/v1.json, s3://lake/t/metadata/v1.json",
        "s3://lake/t/metadata/x/v1.metadata.json, s3://lake/t/metadata/x/v1.metadata.json",
        "/metadata/v1.metadata.json, /metadata/v1.metadata.json"
    })
    void theFolderOfATableIsAboveItsMetadataFiles(String address, String table) {
        assertThat(MetadataFolder.tableOf(address)).isEqualTo(table);
    }
}
