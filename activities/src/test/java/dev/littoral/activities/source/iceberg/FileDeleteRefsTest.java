package dev.littoral.activities.source.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.source.table.ListedStore;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.activities.testing.Openers;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileDeleteRefsTest {
    private static final DeleteRef REF = new DeleteRef("d.puffin", 100, 4, 50, 2);

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        for (String as : new String[] {null, "s3a://lake/a.parquet"}) {
            FileDeleteRefs refs = new FileDeleteRefs(as, List.of(REF));
            assertThat(FileDeleteRefs.parse(refs.text())).isEqualTo(refs);
        }
    }

    /** Delete files name a data file as the table does, which may be otherwise than its address. */
    @Test
    void thePathOfTheTableIsKeptWhereItIsNotTheAddress() {
        String address = "s3://lake/t/a.parquet";
        TableStorage storage = new ListedStore().table(Openers.NONE);
        List<DeleteRef> refs = List.of(new DeleteRef("s3://lake/t/d.puffin", 100, 4, 50, 2));
        assertThat(FileDeleteRefs.of(storage, address, address, refs))
                .isEqualTo(new FileDeleteRefs(null, List.of(REF)));
        assertThat(FileDeleteRefs.of(storage, "s3a://lake/t/a.parquet", address, refs))
                .isEqualTo(new FileDeleteRefs("s3a://lake/t/a.parquet", List.of(REF)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "{}", "{\"in\":[]}", "{\"in\":[null]}"})
    void whatNamesNoDeleteFileIsRefused(String text) {
        assertThatThrownBy(() -> FileDeleteRefs.parse(text))
                .isInstanceOf(IOException.class)
                .hasMessage("it names no delete file");
    }

    @Test
    void theVersionIsThatOfTheVectorsInTheirFiles() {
        String version = FileDeleteRefs.version(List.of(REF));
        assertThat(version).hasSize(32).isEqualTo(FileDeleteRefs.version(List.of(REF)));
        assertThat(List.of(
                        FileDeleteRefs.version(List.of(new DeleteRef("e.puffin", 100, 4, 50, 2))),
                        FileDeleteRefs.version(List.of(new DeleteRef("d.puffin", 100, 5, 50, 2))),
                        FileDeleteRefs.version(List.of(new DeleteRef("d.puffin", 101, 4, 50, 2))),
                        FileDeleteRefs.version(List.of(REF, REF))))
                .doesNotHaveDuplicates()
                .doesNotContain(version);
    }
}
