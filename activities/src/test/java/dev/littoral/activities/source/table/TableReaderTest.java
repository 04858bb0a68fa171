package dev.littoral.activities.source.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.path.TableFile;
import dev.littoral.activities.source.BadFileException;
import dev.littoral.activities.source.FileInspector;
import dev.littoral.activities.source.SourceChanges;
import dev.littoral.activities.testing.Openers;
import dev.littoral.workflows.model.OnBadFile;
import dev.littoral.workflows.model.TableSpec;
import dev.littoral.workflows.model.TableVersion;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a table says of its files, and what is found in them. */
class TableReaderTest {
    private static final TableVersion VERSION = new TableVersion("iceberg", "t", "1", null, null, null);

    private final List<String> opened = new ArrayList<>();

    /** What is in any data file. */
    private record Contents(long rows) implements FileInspector.FileContents {
        @Override
        public long[] rowGroupRows() {
            return new long[] {rows / 2, rows - rows / 2};
        }

        @Override
        public String schemaFingerprint() {
            return "of the file";
        }
    }

    private TableReader reader(Optional<FileInspector> inspector, SourceFile... changes) {
        Table table = (Table) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Table.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("changes")) {
                        return Optional.of(new SourceChanges(List.of(changes)));
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
        TableSpec spec = new TableSpec(
                TableSpec.ICEBERG,
                null,
                List.of("data/**"),
                List.of("**/x*"),
                List.of(),
                OnBadFile.FAIL,
                null,
                false,
                false);
        return new TableReader(new ListedStore().table(Openers.NONE), spec, table, inspector);
    }

    private Optional<FileInspector> inspector(long rows) {
        return Optional.of((files, file, columns) -> {
            opened.add(file.path());
            return new Contents(rows);
        });
    }

    private static SourceFile file(String name, Long rows) {
        return new SourceFile("s3://lake/t/data/" + name, "v", 10, null, new TableFile(rows, null, null, false, null));
    }

    @Test
    void aFileThatFitsIntoASegmentIsNotOpened() throws Exception {
        TableReader reader = reader(inspector(1));
        reader.pin(VERSION);
        FileInspector.FileContents contents = reader.inspect(file("a", 100L), 100);
        assertThat(contents.rowGroupRows()).containsExactly(100);
        assertThat(opened).isEmpty();
        assertThat(contents.schemaFingerprint())
                .isEqualTo(reader.inspect(file("b", 7L), 100).schemaFingerprint())
                .hasSize(64);
    }

    @Test
    void aLargeFileIsCutAtItsRowGroupsAndOneOfUnknownRowsIsCounted() throws Exception {
        TableReader reader = reader(inspector(101));
        reader.pin(VERSION);
        assertThat(reader.inspect(file("a", 101L), 100).rowGroupRows()).containsExactly(50, 51);
        assertThat(reader.inspect(file("b", null), 1_000).rows()).isEqualTo(101);
        assertThat(reader.inspect(file("b", null), 1_000).schemaFingerprint()).hasSize(64);
    }

    @Test
    void aFileThatHasOtherRowsThanTheTableSaysIsBad() throws Exception {
        TableReader reader = reader(inspector(99));
        reader.pin(VERSION);
        assertThatThrownBy(() -> reader.inspect(file("a", 101L), 100))
                .isInstanceOf(BadFileException.class)
                .hasMessage("File s3://lake/t/data/a has 99 rows; expected 101, as the table's metadata says");
    }

    @Test
    void whatATableDoesNotSayAnyMoreMeansThatItMovedOn() throws Exception {
        TableReader reader = reader(Optional.empty());
        reader.pin(VERSION);
        assertThat(reader.inspect(file("a", 101L), 100).rowGroupRows()).containsExactly(101);
        assertThatThrownBy(() -> reader.inspect(file("a", null), 100))
                .isInstanceOf(FileChangedException.class)
                .hasMessageContaining("the table does not say any more how many rows it has");
        for (SourceFile file : List.of(file("a", 1L), new SourceFile("s3://lake/t/data/a", "v", 10, "d", null))) {
            assertThatThrownBy(() -> reader.deletedRows(file))
                    .isInstanceOf(FileChangedException.class)
                    .hasMessageContaining("the table does not say any more which rows are deleted");
        }
    }

    @Test
    void changesAreThoseOfServedFilesInOrder() throws Exception {
        TableReader reader =
                reader(Optional.empty(), file("c", 1L), file("x", 1L), SourceFile.gone("s3://lake/t/data/a"));
        reader.pin(VERSION);
        assertThat(reader.changesSince(VERSION).orElseThrow().files())
                .extracting(SourceFile::path)
                .containsExactly("s3://lake/t/data/a", "s3://lake/t/data/c");
        TableReader twice = reader(Optional.empty(), file("c", 1L), file("a", 1L), file("c", 2L));
        twice.pin(VERSION);
        assertThat(twice.changesSince(VERSION)).isEmpty();
    }
}
