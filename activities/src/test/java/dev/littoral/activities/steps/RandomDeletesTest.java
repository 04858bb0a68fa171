package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.Segment;
import dev.littoral.activities.catalog.Segment.FragmentSpan;
import dev.littoral.activities.catalog.SegmentChange;
import dev.littoral.activities.catalog.Snapshot;
import dev.littoral.activities.deletes.RowRange;
import dev.littoral.activities.storage.local.LocalStores;
import dev.littoral.activities.testing.LogAudit;
import dev.littoral.workflows.model.CollectionOptions;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rows that die in files that stay, in random updates, against a model of what lives in each segment.
 * {@code -Dlittoral.deletes.updates=100} says how many.
 */
class RandomDeletesTest {
    private static final long TARGET = 400;
    private static final int UPDATES = Integer.getInteger("littoral.deletes.updates", 60);

    @TempDir
    private Path folder;

    /** A file of the lake. Its epoch is another one when its rows count as new. */
    private static final class ModelFile {
        private int epoch;
        private int rows;
        private TreeSet<Long> deleted = new TreeSet<>();
    }

    /** A row range of a file in a segment, as the model knows it. */
    private record Part(String path, int epoch, long start, long end) {}

    private final Map<String, ModelFile> files = new TreeMap<>();
    private final Map<Long, List<Part>> layouts = new HashMap<>();

    /** The dead rows of each segment, as differences say. */
    private final Map<Long, Set<Long>> deadByDiff = new TreeMap<>();

    private long followed;
    private int writes;

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.3, 0.9})
    void livingRowsBySegmentAreThoseOfTheModelAndOfDuckDb(double maxDeadShare) throws Exception {
        Random random = new Random((long) (1_000 * maxDeadShare) + 7);
        DeletesBeside.Lake lake = new DeletesBeside.Lake(folder.resolve("lake"));
        CollectionOptions defaults = PipelineTest.options(TARGET);
        CollectionOptions options = new CollectionOptions(
                TARGET, defaults.refreshEvery(), true, 1.0, defaults.keepVersionsFor(), maxDeadShare);
        Path catalog = folder.resolve("catalog");
        long deletedInPlace = 0;
        try (Pipeline pipeline = new Pipeline(LocalStores.catalog(catalog), DeletesBeside.opener(), 12)) {
            for (int i = 0; i < 20; i++) {
                write(lake, "f" + random.nextInt(1_000), random);
            }
            for (int i = 0; i < UPDATES; i++) {
                change(lake, random);
                deletedInPlace += pipeline.update(lake.source(), options).deletedRows();
                Snapshot snapshot = CatalogReader.on(pipeline.store).snapshot("c");
                check(snapshot);
                follow(CatalogReader.on(pipeline.store), snapshot);
                if (i % 20 == 19) {
                    assertThat(Verified.withSource(pipeline.store, DeletesBeside.opener())
                                    .lines())
                            .allMatch(line -> line.contains("_littoral/store.json"));
                    checkByDuckDb(catalog, snapshot);
                }
            }
            assertThat(LogAudit.findings(pipeline.store, "c")).isEmpty();
        }
        assertThat(deletedInPlace == 0).isEqualTo(maxDeadShare == 0);
    }

    private void write(DeletesBeside.Lake lake, String name, Random random) {
        ModelFile file = files.computeIfAbsent(name, any -> new ModelFile());
        file.epoch = ++writes;
        file.rows = 1 + random.nextInt(random.nextInt(8) == 0 ? 1_000 : 120);
        file.deleted = new TreeSet<>();
        lake.write(name, file.rows, writes);
        if (random.nextInt(3) == 0) {
            delete(lake, name, random);
        }
    }

    private void delete(DeletesBeside.Lake lake, String name, Random random) {
        ModelFile file = files.get(name);
        if (random.nextInt(15) == 0) {
            for (long row = 0; row < file.rows; row++) {
                file.deleted.add(row);
            }
        }
        int more = 1 + random.nextInt(1 + file.rows / 4);
        for (int i = 0; i < more; i++) {
            file.deleted.add((long) random.nextInt(file.rows));
        }
        put(lake, name);
    }

    private void put(DeletesBeside.Lake lake, String name) {
        lake.delete(name, files.get(name).deleted.stream().mapToLong(row -> row).toArray());
    }

    private void restore(DeletesBeside.Lake lake, String name, Random random) {
        ModelFile file = files.get(name);
        if (file.deleted.isEmpty()) {
            return;
        }
        TreeSet<Long> before = new TreeSet<>(file.deleted);
        if (random.nextInt(4) == 0) {
            file.deleted.clear();
            lake.remove("_deletes-" + name);
        } else {
            file.deleted.pollFirst();
            if (random.nextBoolean()) {
                file.deleted.add((long) random.nextInt(file.rows));
            }
            put(lake, name);
        }
        if (!file.deleted.containsAll(before)) {
            file.epoch = ++writes;
        }
    }

    private void change(DeletesBeside.Lake lake, Random random) {
        int changes = 1 + random.nextInt(5);
        // A file that changed once in an update changes no more in it: the model knows states, and not ways.
        TreeSet<String> changed = new TreeSet<>();
        for (int i = 0; i < changes; i++) {
            List<String> names = new ArrayList<>(files.keySet());
            String name = names.isEmpty() ? "f0" : names.get(random.nextInt(names.size()));
            int what = names.size() < 5 ? 0 : random.nextInt(10);
            String target = what < 2 ? "f" + random.nextInt(1_000) : name;
            if (!changed.add(target)) {
                continue;
            }
            if (what < 3) {
                write(lake, target, random);
            } else if (what < 7) {
                delete(lake, target, random);
            } else if (what < 9) {
                restore(lake, target, random);
            } else {
                files.remove(target);
                lake.remove(target);
                lake.remove("_" + target);
                lake.remove("_deletes-" + target);
            }
        }
    }

    /** A consumer that knows dead rows by differences alone has those that a fresh reading finds. */
    private void follow(CatalogReader catalog, Snapshot snapshot) {
        catalog.diff("c", followed, snapshot.version()).changes().forEach(change -> {
            switch (change) {
                case SegmentChange.Build build -> deadByDiff.put(build.id(), rows(build.deleted()));
                case SegmentChange.Drop drop -> deadByDiff.remove(drop.id());
                case SegmentChange.Delete delete -> deadByDiff.get(delete.id()).addAll(rows(delete.ranges()));
                case SegmentChange.Restore restore -> throw new AssertionError(restore);
                case SegmentChange.Move move -> throw new AssertionError(move);
            }
        });
        followed = snapshot.version();
        Map<Long, Set<Long>> fresh = new TreeMap<>();
        snapshot.segments()
                .forEach(segment -> fresh.put(
                        segment.id(), rows(snapshot.deadRows(segment).ranges().toList())));
        assertThat(deadByDiff).isEqualTo(fresh);
    }

    private static Set<Long> rows(List<RowRange> ranges) {
        TreeSet<Long> rows = new TreeSet<>();
        for (RowRange range : ranges) {
            for (long row = range.start(); row < range.end(); row++) {
                rows.add(row);
            }
        }
        return rows;
    }

    private void check(Snapshot snapshot) {
        Map<String, Long> served = new TreeMap<>();
        Map<Long, Long> livingBySegment = new TreeMap<>();
        for (Segment segment : snapshot.segments().toList()) {
            List<Part> layout = new ArrayList<>();
            List<Part> known = layouts.get(segment.id());
            for (int i = 0; i < segment.fragments().size(); i++) {
                FragmentSpan span = segment.fragments().get(i);
                String name = span.file().substring(span.file().lastIndexOf('/') + 1);
                // What a segment is made of is what the lake has then.
                int epoch = known != null ? known.get(i).epoch() : files.get(name).epoch;
                layout.add(new Part(name, epoch, span.start(), span.end()));
            }
            assertThat(known == null || known.equals(layout)).isTrue();
            layouts.put(segment.id(), layout);
            TreeSet<Long> living = new TreeSet<>();
            long row = 0;
            for (Part part : layout) {
                ModelFile file = files.get(part.path());
                for (long fileRow = part.start(); fileRow < part.end(); fileRow++, row++) {
                    if (file != null && file.epoch == part.epoch() && !file.deleted.contains(fileRow)) {
                        living.add(row);
                        served.merge(part.path(), 1L, Long::sum);
                    }
                }
            }
            TreeSet<Long> found = new TreeSet<>();
            snapshot.deadRows(segment).ranges().forEach(range -> {
                for (long dead = range.start(); dead < range.end(); dead++) {
                    found.add(dead);
                }
            });
            assertThat(found).hasSize((int) segment.dead());
            assertThat(row).isEqualTo(segment.laidOutRows());
            TreeSet<Long> dead = new TreeSet<>();
            for (long each = 0; each < row; each++) {
                if (!living.contains(each)) {
                    dead.add(each);
                }
            }
            assertThat(found).as("dead rows of segment %d", segment.id()).isEqualTo(dead);
            livingBySegment.put(segment.id(), (long) living.size());
        }
        Map<String, Long> expected = new TreeMap<>();
        files.forEach((name, file) -> {
            if (file.rows > file.deleted.size()) {
                expected.put(name, (long) file.rows - file.deleted.size());
            }
        });
        assertThat(served).isEqualTo(expected);
        assertThat(livingBySegment.values().stream().mapToLong(rows -> rows).sum())
                .isEqualTo(snapshot.totals().rows());
    }

    private void checkByDuckDb(Path catalog, Snapshot snapshot) throws Exception {
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckDb.createStatement()) {
            List<String> queries = new ArrayList<>();
            for (String sql : CatalogReadByDuckDbTest.documented()) {
                if (sql.startsWith("SELECT")) {
                    queries.add(sql);
                } else {
                    statement.execute(sql.replace("/catalog/<collectionId>/", catalog.resolve("c") + "/"));
                }
            }
            try (ResultSet result = statement.executeQuery(queries.get(0))) {
                result.next();
                assertThat(result.getLong(1)).isEqualTo(files.size());
                assertThat(result.getLong(2)).isEqualTo(snapshot.totals().rows());
            }
            Map<Long, List<Long>> expected = new TreeMap<>();
            snapshot.segments().forEach(of -> expected.put(of.id(), List.of(of.rows(), of.dead())));
            Map<Long, List<Long>> found = new TreeMap<>();
            try (ResultSet result = statement.executeQuery(queries.get(1))) {
                while (result.next()) {
                    found.put(result.getLong(1), List.of(result.getLong(2), result.getLong(3)));
                }
            }
            assertThat(found).isEqualTo(expected);
        }
    }
}
