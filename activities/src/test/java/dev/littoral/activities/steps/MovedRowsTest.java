package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.Segment;
import dev.littoral.activities.catalog.SegmentChange;
import dev.littoral.activities.catalog.Snapshot;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.deletes.RowRange;
import dev.littoral.activities.source.delta.TrackedTable;
import dev.littoral.activities.source.registry.FormatRegistry;
import dev.littoral.activities.steps.Pipeline.Update;
import dev.littoral.activities.testing.LogAudit;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.model.CollectionOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that a table moves into other files stay in their segments, by the ids that it keeps of them. */
class MovedRowsTest {
    private static final int UPDATES = Integer.getInteger("littoral.moved.updates", 12);

    private static final long TARGET = 400;

    @TempDir
    private Path folder;

    private TrackedTable table;
    private Pipeline pipeline;
    private CollectionOptions options;

    /** What a consumer has indexed: the values of each segment's rows, null for one that is dead. */
    private final Map<Long, List<Long>> index = new TreeMap<>();

    private long followed;
    private long nextValue;

    private Update update() throws Exception {
        table.commit();
        Update update = pipeline.update(table.source(), options);
        follow();
        return update;
    }

    private List<Long> fresh(int rows) {
        return LongStream.range(0, rows).mapToObj(i -> nextValue++).toList();
    }

    /** A consumer that follows differences, and reads a segment's rows when it builds it, and never again. */
    private void follow() throws Exception {
        CatalogReader reader = CatalogReader.on(pipeline.store);
        Snapshot snapshot = reader.snapshot("c");
        reader.diff("c", followed, snapshot.version()).changes().forEach(change -> {
            switch (change) {
                case SegmentChange.Build build -> index.put(build.id(), read(build.segment(), build.deleted()));
                case SegmentChange.Drop drop -> index.remove(drop.id());
                case SegmentChange.Delete delete -> kill(index.get(delete.id()), delete.ranges());
                case SegmentChange.Restore restore -> throw new AssertionError(restore);
                case SegmentChange.Move move -> assertThat(move.rows()).isPositive();
            }
        });
        followed = snapshot.version();
        // What it has is what the table has, and what somebody reads who begins now.
        assertThat(index.values().stream()
                        .flatMap(List::stream)
                        .filter(value -> value != null)
                        .sorted()
                        .toList())
                .isEqualTo(table.values());
        Map<Long, List<Long>> anew = new TreeMap<>();
        snapshot.segments().forEach(segment -> {
            DeletedRows dead = snapshot.deadRows(segment);
            anew.put(segment.id(), read(segment, dead.ranges().toList()));
            for (long row = 0; row < segment.laidOutRows(); row++) {
                Segment.RowLocation at = snapshot.locate(segment.id(), row);
                if (!dead.contains(row)) {
                    assertThat(table.values(at.file()).get((int) at.fileRow()))
                            .isEqualTo(index.get(segment.id()).get((int) row));
                    assertThat(at.deadSince()).isNull();
                } else {
                    assertThat(at.deadSince()).isNotNull();
                }
            }
        });
        assertThat(anew).isEqualTo(index);
        assertThat(snapshot.totals().rows()).isEqualTo(table.values().size());
        assertThat(Verified.withSource(pipeline.store, PipelineTest.local(FormatRegistry.formats()))
                        .lines())
                .allMatch(line -> line.contains("_littoral/store.json"));
    }

    private List<Long> read(Segment segment, List<RowRange> dead) {
        List<Long> values = new ArrayList<>(Collections.nCopies((int) segment.laidOutRows(), null));
        for (Segment.FragmentSpan fragment : segment.fragments()) {
            for (Segment.RowSpan rows : fragment.rows()) {
                List<Long> ofFile = table.values(rows.file());
                for (long row = rows.start(); row < rows.end(); row++) {
                    values.set((int) (rows.from() + row - rows.start()), ofFile.get((int) row));
                }
            }
        }
        kill(values, dead);
        return values;
    }

    private static void kill(List<Long> values, List<RowRange> dead) {
        dead.forEach(range -> Collections.fill(values.subList((int) range.start(), (int) range.end()), null));
    }

    private void open(int maxFilesPerShard, double maxDeadShare) throws Exception {
        table = new TrackedTable(Files.createDirectories(folder.toRealPath().resolve("t")));
        CollectionOptions defaults = PipelineTest.options(TARGET);
        options = new CollectionOptions(
                TARGET, defaults.refreshEvery(), true, 1.0, defaults.keepVersionsFor(), maxDeadShare);
        pipeline =
                new Pipeline(new MemoryCatalogStore(), PipelineTest.local(FormatRegistry.formats()), maxFilesPerShard);
    }

    private void close() throws Exception {
        assertThat(LogAudit.findings(pipeline.store, "c")).isEmpty();
        pipeline.close();
        table.close();
    }

    @Test
    void aCompactionMakesNoRowBeIndexedAnew() throws Exception {
        open(100, 0.3);
        for (int i = 0; i < 20; i++) {
            table.append(fresh(50));
        }
        update();
        table.delete("part-00003.parquet", new TreeSet<>(List.of(0, 7, 8, 49)));
        update();

        String compacted = table.compact(table.names());
        Update moved = update();
        assertThat(List.of(moved.newRows(), moved.keptRows(), moved.movedRows(), moved.deletedRows()))
                .isEqualTo(List.of(0L, 996L, 0L, 0L));
        assertThat(CatalogReader.on(pipeline.store).snapshot("c").files().map(FileEntry::path))
                .hasSize(1)
                .allMatch(path -> path.endsWith(compacted));

        table.delete(compacted, new TreeSet<>(List.of(0, 500, 995)));
        Update deleted = update();
        assertThat(List.of(deleted.newRows(), deleted.deletedRows())).isEqualTo(List.of(0L, 3L));

        table.append(fresh(30));
        update();
        table.compact(table.names());
        Update again = update();
        assertThat(List.of(again.newRows(), again.keptRows())).isEqualTo(List.of(0L, 1_023L));
        close();
    }

    @Test
    void ofAFileThatIsWrittenAnewOnlyRowsThatChangedAreIndexedAnew() throws Exception {
        open(100, 0.3);
        String name = table.append(fresh(300));
        update();
        table.update(name, value -> value % 100 == 7 ? value + 1_000_000 : value);
        Update updated = update();
        assertThat(List.of(updated.newRows(), updated.keptRows(), updated.deletedRows()))
                .isEqualTo(List.of(3L, 297L, 3L));
        close();
    }

    @Test
    void aRowThatChangedAndMovedInOneUpdateIsNew() throws Exception {
        open(100, 0.3);
        String name = table.append(fresh(100));
        update();
        String changed = table.update(name, value -> value == 40 ? 1_000_000 : value);
        table.commit();
        table.compact(List.of(changed));
        Update both = update();
        assertThat(List.of(both.newRows(), both.keptRows())).isEqualTo(List.of(1L, 99L));
        close();
    }

    /** The change is of a version before the one that is served, and not in it. */
    @Test
    void aRowWhoseChangeWasTakenBackAndComesBackIsIndexedAnew() throws Exception {
        open(100, 0.3);
        String name = table.append(fresh(100));
        update();
        table.update(name, value -> value == 40 ? 1_000_000 : value);
        table.commit();
        table.restore(0);
        update();
        table.restore(1);
        Update forward = update();
        assertThat(List.of(forward.newRows(), forward.keptRows(), forward.deletedRows()))
                .isEqualTo(List.of(1L, 99L, 1L));

        // It may have moved on the way, too.
        table.restore(0);
        update();
        table.restore(1);
        table.commit();
        table.compact(table.names());
        update();
        close();
    }

    @Test
    void rowsThatAreSortedOtherwiseAreIndexedAnew() throws Exception {
        open(100, 0.3);
        String name = table.append(fresh(400));
        update();
        List<TrackedTable.Row> rows = new ArrayList<>(table.file(name).living());
        Collections.shuffle(rows, new Random(1));
        table.rewrite(List.of(name), rows);
        Update sorted = update();
        assertThat(List.of(sorted.newRows(), sorted.keptRows(), sorted.movedRows()))
                .isEqualTo(List.of(400L, 0L, 400L));
        close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void followsWhateverATableDoes(int seed) throws Exception {
        Random random = new Random(seed);
        open(seed % 2 == 0 ? 6 : 100, seed < 3 ? 0.3 : 0.9);
        for (int i = 0; i < 10; i++) {
            table.append(fresh(1 + random.nextInt(90)));
        }
        update();
        long kept = 0;
        for (int i = 0; i < UPDATES; i++) {
            for (int commits = random.nextInt(3); commits >= 0; commits--) {
                change(random);
                if (commits > 0) {
                    table.commit();
                }
            }
            kept += update().keptRows();
        }
        assertThat(kept).isPositive();
        close();
    }

    private void change(Random random) throws Exception {
        List<String> names = new ArrayList<>(table.names());
        Collections.shuffle(names, random);
        List<String> some = names.subList(0, Math.min(names.size(), 1 + random.nextInt(5)));
        switch (names.size() < 3 ? 0 : random.nextInt(9)) {
            case 0, 1 -> table.append(fresh(1 + random.nextInt(120)));
            case 2, 3 -> {
                for (String name : some) {
                    int rows = table.file(name).rows().size();
                    TreeSet<Integer> deleted = new TreeSet<>();
                    for (int n = 0; n <= rows / 10; n++) {
                        deleted.add(random.nextInt(rows));
                    }
                    table.delete(name, deleted);
                }
            }
            case 4, 5 -> table.compact(some);
            case 6 -> {
                List<TrackedTable.Row> rows = new ArrayList<>();
                some.forEach(name -> rows.addAll(table.file(name).living()));
                Collections.shuffle(rows, random);
                table.rewrite(some, rows);
            }
            case 7 -> table.update(some.getFirst(), value -> random.nextInt(20) == 0 ? nextValue++ : value);
            default -> {
                if (random.nextBoolean() && table.version() > 5) {
                    table.restore((int) table.version() - 1 - random.nextInt(4));
                } else {
                    table.remove(some.getFirst());
                }
            }
        }
    }
}
