package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.DeletesWriter;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.path.TableFile;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.RowIdRange;
import dev.littoral.activities.source.SourceReader;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.model.TableVersion;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** What is known of a table's rows: what the table says of files as they are listed now. */
class TableRowsTest {
    private static final TableVersion SERVED = new TableVersion("delta", "t", "3", null, null, null);

    private final CollectionCatalog catalog = new CollectionCatalog(new MemoryCatalogStore(), "c");
    private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();

    /** Each file has 10 rows whose ids begin at its address, as a number, and its first row is deleted. */
    private final SourceReader source = (SourceReader) Proxy.newProxyInstance(
            SourceReader.class.getClassLoader(),
            new Class<?>[] {SourceReader.class, FileSource.class},
            (proxy, method, given) -> switch (method.getName()) {
                case "files" -> proxy;
                case "readers" -> ParallelTasks.Threads.platform(2);
                case "deletionBytes" -> 8L;
                case "deletedRows" -> DeletedRows.of(0);
                case "rowsBefore" -> {
                    SourceFile file = (SourceFile) given[0];
                    asked.add(file.path() + " " + file.deletesVersion() + " " + ((TableVersion) given[1]).version()
                            + " " + given[2]);
                    yield List.of(new RowIdRange(0, Long.parseLong(file.path()), 10, 1));
                }
                default -> throw new UnsupportedOperationException(method.getName());
            });

    private static SourceFile listed(String path, String deletesVersion) {
        return new SourceFile(path, "v", 10, deletesVersion, new TableFile(10L, null, 1_000L, 1L, false, null));
    }

    private static FileEntry entry(SourceFile file, Long segment) {
        return FileEntry.served(file, 10, "s", List.of(new FragmentEntry(0, 10, segment)));
    }

    private TableRows rows(TableVersion before, SourceFile... listed) {
        return new TableRows(source, new FileDeletes(catalog, source), before, List.of(listed));
    }

    @Test
    void theTableIsAskedForEachFileAsItIsListed() throws Exception {
        SourceFile a = listed("30", "d");
        SourceFile b = listed("40", null);
        TableRows rows = rows(SERVED, a, b);
        List<FileEntry> files = List.of(entry(b, null), entry(a, null));
        assertThat(rows.before(files))
                .containsExactly(List.of(new RowIdRange(0, 40, 10, 1)), List.of(new RowIdRange(0, 30, 10, 1)));
        assertThat(asked).containsExactlyInAnyOrder("30 d 3 18", "40 null 3 18");
        assertThat(rows.deadNow(entry(a, null))).isEqualTo(DeletedRows.of(0));
        assertThat(rows.deadNow(entry(b, null))).isEqualTo(DeletedRows.NONE);
    }

    @Test
    void ofATableThatTheBaseDoesNotServeNothingIsKnown() throws Exception {
        SourceFile a = listed("30", null);
        assertThat(rows(null, a).before(List.of(entry(a, null), entry(a, null))))
                .containsExactly(List.of(), List.of());
        assertThat(asked).isEmpty();
    }

    @Test
    void filesThatHaveRowsOfOthersSaySoInTheirPlaces() throws Exception {
        SourceFile a = listed("1000", null);
        SourceFile b = listed("40", null);
        SourceFile was = new SourceFile("was", "v", 10, null, new TableFile(10L, null, 1_000L, 1L, false, null));
        FileEntry[] files = {entry(b, null), entry(a, null)};
        FileEntry untouched = files[0];
        List<FileEntry> moved = rows(SERVED, a, b)
                .follow(List.of(entry(was, 7L)), files, 100, new DeletesWriter(catalog, (part, sha256) -> "k/" + part));
        assertThat(moved).extracting(FileEntry::path).containsExactly("was");
        assertThat(files[0]).isSameAs(untouched);
        assertThat(files[1].path()).isEqualTo("1000");
        assertThat(files[1].fragments()).containsExactly(new FragmentEntry(0, 10, 7L, 0, 0, true));
    }

    @Test
    void theDeadRowsOfALineAreThoseOfItsBitmap() throws Exception {
        DeletesWriter writer = new DeletesWriter(catalog, (part, sha256) -> "snapshots/0000000001-x/d-" + part);
        FileEntry line = FileEntry.served(listed("30", null), 10, "s", List.of(new FragmentEntry(0, 10, 1L).dead(2)));
        FileEntry deleted = line.withDeletes(writer.add(DeletedRows.of(4, 5)));
        writer.finish();
        assertThat(rows(SERVED).deadBefore(writer.located(deleted))).isEqualTo(DeletedRows.of(4, 5));
    }
}
