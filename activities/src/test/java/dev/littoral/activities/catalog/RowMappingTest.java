package dev.littoral.activities.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.catalog.RowMapping.FragmentSpan;
import dev.littoral.activities.catalog.RowMapping.Location;
import dev.littoral.activities.catalog.SnapshotRoot.SkipReport;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.testing.MemoryObjectStore;
import dev.littoral.activities.testing.MemoryObjectStore.Call;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Totals;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RowMappingTest {
    /** Rows 10 to 14 of a, 0 to 0 of b, and all three of c. */
    private static final RowMapping MAPPING = new RowMapping(
            7,
            List.of(
                    new FragmentSpan("/a", "v1", 10, 15, 0),
                    new FragmentSpan("/b", "v2", 0, 1, 5),
                    new FragmentSpan("/c", "v3", 0, 3, 6)));

    @Test
    void theFirstAndLastRowOfEachFragmentAreExact() {
        assertThat(MAPPING.rows()).isEqualTo(9);
        assertThat(MAPPING.locate(0)).isEqualTo(new Location(7, 0, "/a", "v1", 0, 0, 10));
        assertThat(MAPPING.locate(4)).isEqualTo(new Location(7, 4, "/a", "v1", 0, 4, 14));
        assertThat(MAPPING.locate(5)).isEqualTo(new Location(7, 5, "/b", "v2", 1, 0, 0));
        assertThat(MAPPING.locate(6)).isEqualTo(new Location(7, 6, "/c", "v3", 2, 0, 0));
        assertThat(MAPPING.locate(8)).isEqualTo(new Location(7, 8, "/c", "v3", 2, 2, 2));
    }

    @Test
    void aRowBeyondTheSegmentIsAnErrorThatNamesSegmentAndRange() {
        for (long row : List.of(-1L, 9L, Long.MIN_VALUE, Long.MAX_VALUE)) {
            assertThatThrownBy(() -> MAPPING.locate(row))
                    .isInstanceOfSatisfying(
                            LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                    .hasMessage("Segment 7 has no row " + row + "; expected 0 to 8");
        }
    }

    @Test
    void rowsBeyondTwoToThe32AreExact() {
        long huge = 1L << 40;
        RowMapping mapping = new RowMapping(
                1, List.of(new FragmentSpan("/a", "v", 5, huge, 0), new FragmentSpan("/b", "v", 0, huge, huge - 5)));
        assertThat(mapping.rows()).isEqualTo(2 * huge - 5);
        assertThat(mapping.locate(huge - 6).fileRow()).isEqualTo(huge - 1);
        assertThat(mapping.locate(huge - 5)).isEqualTo(new Location(1, huge - 5, "/b", "v", 1, 0, 0));
        assertThat(mapping.locate(2 * huge - 6).fileRow()).isEqualTo(huge - 1);
    }

    /** Every row of every segment of random shards, against an expansion row by row. */
    @Test
    void everySegmentOfASnapshotIsFoundWithEveryRow() throws Exception {
        for (long seed = 0; seed < 50; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            MemoryObjectStore store = new MemoryObjectStore();
            CollectionCatalog catalog = new CollectionCatalog(store, "c");
            Map<Long, List<Location>> expected = new TreeMap<>();
            List<Long> order = new ArrayList<>();
            List<ShardRef> shards = new ArrayList<>();
            long nextId = 1;
            for (int s = random.nextInt(4); s > 0; s--) {
                long firstId = nextId;
                nextId += 1 + random.nextInt(5);
                List<FileEntry> files = files(random, "/" + shards.size(), firstId, nextId);
                String key = "shard-" + shards.size();
                String sha256 = catalog.write(key, JsonLines.write(files));
                shards.add(new ShardRef("/" + shards.size(), key, sha256, "", Totals.NONE, List.of(), 0L));
                Map<Long, List<Location>> expanded = expand(files);
                order.addAll(expanded.keySet());
                expected.putAll(expanded);
            }
            Segments segments = new Segments(catalog, root(shards));

            List<Long> found = new ArrayList<>();
            segments.forEach(mapping -> {
                found.add(mapping.segment());
                assertThat(locations(mapping)).isEqualTo(expected.get(mapping.segment()));
            });
            assertThat(found).as("seed " + seed).isEqualTo(order);
            for (long id = 0; id <= nextId; id++) {
                List<Location> rows =
                        segments.find(id).map(RowMappingTest::locations).orElse(null);
                assertThat(rows).as("seed " + seed + ", segment " + id).isEqualTo(expected.get(id));
            }
        }
    }

    @Test
    void findingReadsNoShardBeyondTheSegments() throws Exception {
        MemoryObjectStore store = new MemoryObjectStore();
        CollectionCatalog catalog = new CollectionCatalog(store, "c");
        List<ShardRef> shards = new ArrayList<>();
        for (long id = 1; id <= 3; id++) {
            FileEntry file =
                    FileEntry.served(new SourceFile("/" + id, "v", 1), 2, "s", List.of(new FragmentEntry(0, 2, id)));
            String sha256 = catalog.write("shard-" + id, JsonLines.write(List.of(file)));
            shards.add(new ShardRef("/" + id, "shard-" + id, sha256, "", Totals.NONE, List.of(), 0L));
        }
        Segments segments = new Segments(catalog, root(shards));
        assertThat(segments.find(2)).get().extracting(RowMapping::rows).isEqualTo(2L);
        assertThat(store.calls(Call.GET)).isEqualTo(2);
        assertThat(segments.find(4)).isEmpty();
    }

    private static SnapshotRoot root(List<ShardRef> shards) {
        return new SnapshotRoot(
                SnapshotRoot.FORMAT,
                "c",
                1,
                new ExternalSource("file:///lake/", ExternalSpec.parquet()),
                1,
                1_000,
                Totals.NONE,
                shards,
                new SkipReport(0, null, null));
    }

    private static List<FileEntry> files(SplittableRandom random, String prefix, long firstId, long endId) {
        List<FileEntry> files = new ArrayList<>();
        int count = 1 + random.nextInt(6);
        for (int i = 0; i < count; i++) {
            List<FragmentEntry> fragments = new ArrayList<>();
            long row = 0;
            for (int f = random.nextInt(4); f > 0; f--) {
                long end = row + 1 + random.nextInt(5);
                fragments.add(new FragmentEntry(row, end, random.nextLong(firstId, endId)));
                row = end;
            }
            SourceFile file = new SourceFile(prefix + "/" + i, "v" + i, 9);
            files.add(
                    fragments.isEmpty()
                            ? FileEntry.leftOut(file, "no rows")
                            : FileEntry.served(file, row, "s", fragments));
        }
        return files;
    }

    private static Map<Long, List<Location>> expand(List<FileEntry> files) {
        Map<Long, List<Location>> rows = new TreeMap<>();
        Map<Long, Integer> pieces = new TreeMap<>();
        for (FileEntry file : files) {
            for (FragmentEntry fragment : file.fragments()) {
                int piece = pieces.merge(fragment.segment(), 1, Integer::sum) - 1;
                List<Location> segment = rows.computeIfAbsent(fragment.segment(), id -> new ArrayList<>());
                for (long row = fragment.start(); row < fragment.end(); row++) {
                    segment.add(new Location(
                            fragment.segment(),
                            segment.size(),
                            file.path(),
                            file.version(),
                            piece,
                            row - fragment.start(),
                            row));
                }
            }
        }
        return rows;
    }

    private static List<Location> locations(RowMapping mapping) {
        List<Location> rows = new ArrayList<>();
        for (long row = 0; row < mapping.rows(); row++) {
            rows.add(mapping.locate(row));
        }
        return rows;
    }
}
