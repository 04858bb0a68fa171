package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.DiffTotals;
import dev.littoral.activities.catalog.FileChange;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.catalog.Segment.FragmentSpan;
import dev.littoral.activities.catalog.SegmentChange;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.catalog.SnapshotDiff;
import dev.littoral.activities.catalog.VersionFeed;
import dev.littoral.activities.deletes.RowRange;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.steps.Pipeline.Update;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Consumers that know of a collection what differences between versions tell them, beside a source that changes at
 * random, other sources and rollbacks: their indexes are what a fresh reading of the snapshot gives.
 */
class NaiveConsumerTest {
    private static final int STEPS = 200;
    private static final int MAX_FILES = 6;
    private static final String[] FOLDERS = {"day=1/", "day=2/", "day=3/", "day=4/", "é/", "\uE001/", ""};
    private static final int[] ROWS = {1, 5, 20, 40, 60, 130};
    private static final long TARGET = 100;

    @TempDir
    private Path folder;

    /** An index of the rows that live, segment by segment. */
    private static final class Index {
        private record Built(List<String> rows, BitSet living) {}

        private final Map<Long, Built> segments = new HashMap<>();
        private long version;

        void apply(SnapshotDiff diff) {
            assertThat(diff.from().version()).isEqualTo(version);
            diff.changes().forEach(this::apply);
            version = diff.to().version();
        }

        private void apply(SegmentChange change) {
            switch (change) {
                case SegmentChange.Build build -> {
                    List<String> rows = new ArrayList<>();
                    for (FragmentSpan span : build.segment().fragments()) {
                        for (long row = span.start(); row < span.end(); row++) {
                            rows.add(row(span.file(), span.version(), row));
                        }
                    }
                    BitSet living = new BitSet();
                    living.set(0, rows.size());
                    build.deleted().forEach(range -> set(living, range, false));
                    assertThat(living.cardinality()).isEqualTo((int) build.rows());
                    assertThat(segments.put(build.id(), new Built(rows, living)))
                            .isNull();
                }
                case SegmentChange.Drop drop -> {
                    Built dropped = segments.remove(drop.id());
                    assertThat(dropped.living.cardinality()).isEqualTo((int) drop.rows());
                }
                case SegmentChange.Delete delete -> set(delete.id(), delete.ranges(), false);
                case SegmentChange.Restore restore -> set(restore.id(), restore.ranges(), true);
                case SegmentChange.Move move -> throw new AssertionError(move);
            }
        }

        private void set(long id, List<RowRange> ranges, boolean lives) {
            assertThat(ranges).isNotEmpty();
            Built built = segments.get(id);
            for (RowRange range : ranges) {
                assertThat(range.end()).isLessThanOrEqualTo(built.rows.size());
                set(built.living, range, lives);
            }
        }

        /** No row is deleted that is, nor restored that lives. */
        private static void set(BitSet living, RowRange range, boolean lives) {
            BitSet before = living.get((int) range.start(), (int) range.end());
            assertThat(before.cardinality()).isEqualTo(lives ? 0 : (int) range.rows());
            living.set((int) range.start(), (int) range.end(), lives);
        }

        Map<Long, Set<String>> living() {
            Map<Long, Set<String>> rows = new TreeMap<>();
            segments.forEach((id, built) -> {
                Set<String> living = new HashSet<>();
                built.living.stream().forEach(row -> living.add(built.rows.get(row)));
                assertThat(living).hasSize(built.living.cardinality());
                rows.put(id, living);
            });
            return rows;
        }
    }

    private static String row(String file, String version, long row) {
        return file + "@" + version + " " + row;
    }

    @ParameterizedTest
    @CsvSource({"1, 0.3", "2, 0.9", "3, 0"})
    void anIndexKeptByDifferencesAloneIsTheSnapshot(long seed, double maxDeadShare) throws Exception {
        CollectionOptions options = new CollectionOptions(
                TARGET, null, true, 1.0, CollectionOptions.DEFAULTS.keepVersionsFor(), maxDeadShare);
        try (Pipeline pipeline = new Pipeline(new MemoryCatalogStore(), PipelineTest.local(), MAX_FILES)) {
            new Walk(pipeline, options, seed, folder).run();
        }
    }

    /** Updates, rollbacks and changes of the source, and three consumers. */
    private static final class Walk {
        private final Pipeline pipeline;
        private final CollectionOptions options;
        private final SplittableRandom random;
        private final long seed;
        private final List<Lake> lakes;
        private final CatalogReader reader;
        private final List<Head> heads = new ArrayList<>();
        private final Index following = new Index();
        private final Index skipping = new Index();
        private final Index wandering = new Index();
        private Lake lake;
        private int names;
        private String at;
        private final TreeSet<String> kinds = new TreeSet<>();

        Walk(Pipeline pipeline, CollectionOptions options, long seed, Path folder) {
            this.pipeline = pipeline;
            this.options = options;
            this.seed = seed;
            this.random = new SplittableRandom(seed);
            this.lakes = List.of(Lake.in(folder.resolve("a")), Lake.in(folder.resolve("b")));
            this.reader = CatalogReader.on(pipeline.store);
            this.lake = lakes.getFirst();
        }

        void run() throws Exception {
            lakes.forEach(each -> {
                lake = each;
                add(40);
            });
            VersionFeed feed = null;
            for (int step = 0; step < STEPS; step++) {
                at = "seed " + seed + ", step " + step;
                if (step > 5 && random.nextInt(12) == 0) {
                    rollBack();
                } else {
                    update(step > 0 && random.nextInt(20) == 0);
                }
                for (long version = heads.size() + 1L;
                        version <= pipeline.head().version();
                        version++) {
                    heads.add(pipeline.catalog().heads().at(version).orElseThrow());
                }
                feed = feed == null ? reader.feed("c", 0) : feed;
                for (Optional<SnapshotDiff> next = feed.next(); next.isPresent(); next = feed.next()) {
                    following.apply(next.get());
                    assertIs(following);
                }
                assertThat(following.version).isEqualTo(heads.size());
                if (random.nextInt(7) == 0) {
                    move(skipping, heads.size());
                }
                move(wandering, random.nextInt(heads.size() + 1));
            }
            for (Index index : List.of(skipping, wandering)) {
                move(index, heads.size());
                move(index, 0);
                assertThat(index.segments).isEmpty();
                move(index, heads.size());
            }
            assertThat(kinds).contains("BUILD", "DROP");
            if (options.maxDeadShare() > 0) {
                assertThat(kinds).contains("DELETE", "RESTORE");
            }
        }

        private Head head(long version) {
            return version == 0 ? Head.NONE : heads.get((int) version - 1);
        }

        private void assertIs(Index index) throws InterruptedException {
            assertThat(index.living()).as(at + ", version " + index.version).isEqualTo(fresh(head(index.version)));
        }

        /** Takes an index to another version, older or newer, and checks what that cost. */
        private void move(Index index, long version) throws InterruptedException {
            Head from = head(index.version);
            Head to = head(version);
            SnapshotDiff diff = reader.diff("c", from.version(), to.version());
            Map<ShardRef, List<FileEntry>> before = shards(from);
            Map<ShardRef, List<FileEntry>> after = shards(to);
            List<String> changed = new ArrayList<>();
            Stream.of(List.copyOf(before.keySet()), List.copyOf(after.keySet()))
                    .flatMap(List::stream)
                    .map(shard -> "c/" + shard.key())
                    .sorted()
                    .forEach(changed::add);
            Set<String> shared = keys(before);
            shared.retainAll(keys(after));
            changed.removeAll(shared);

            pipeline.store.forget();
            index.apply(diff);
            assertThat(pipeline.store.read().stream().sorted())
                    .as(at + ": shards that one version names, once")
                    .isEqualTo(changed);
            assertIs(index);
            diff.changes()
                    .forEach(change ->
                            kinds.add(change.getClass().getSimpleName().toUpperCase(Locale.ROOT)));

            pipeline.store.forget();
            assertThat(diff.files().toList()).as(at).isEqualTo(fileChanges(before, after));
            assertThat(pipeline.store.read().stream().sorted()).as(at).isEqualTo(changed);
            assertThat(diff.older()).as(at).isEqualTo(snapshotVersion(to).compareTo(snapshotVersion(from)) < 0);
        }

        private static String snapshotVersion(Head head) {
            return head.snapshot() == null ? "" : head.snapshot().key().substring(0, "snapshots/0000000000".length());
        }

        private static Set<String> keys(Map<ShardRef, List<FileEntry>> shards) {
            Set<String> keys = new HashSet<>();
            shards.keySet().forEach(shard -> keys.add("c/" + shard.key()));
            return keys;
        }

        private Map<ShardRef, List<FileEntry>> shards(Head head) throws InterruptedException {
            return head.snapshot() == null ? Map.of() : pipeline.snapshot(head);
        }

        /** The living rows of each segment, as the lines of a snapshot say. */
        private Map<Long, Set<String>> fresh(Head head) throws InterruptedException {
            Map<Long, Set<String>> rows = new TreeMap<>();
            for (List<FileEntry> lines : shards(head).values()) {
                for (FileEntry line : lines) {
                    for (FragmentEntry fragment : line.fragments()) {
                        Set<String> living = rows.computeIfAbsent(fragment.segment(), id -> new HashSet<>());
                        for (long row = fragment.start(); line.listed() && row < fragment.end(); row++) {
                            living.add(row(line.path(), line.version(), row));
                        }
                    }
                }
            }
            return rows;
        }

        private static List<FileChange> fileChanges(
                Map<ShardRef, List<FileEntry>> before, Map<ShardRef, List<FileEntry>> after) {
            Map<String, FileChange.FileState> was = served(before);
            Map<String, FileChange.FileState> is = served(after);
            TreeSet<String> paths = new TreeSet<>(PathOrder.ORDER);
            paths.addAll(was.keySet());
            paths.addAll(is.keySet());
            return paths.stream()
                    .filter(path -> !Optional.ofNullable(was.get(path)).equals(Optional.ofNullable(is.get(path))))
                    .map(path -> new FileChange(
                            !was.containsKey(path)
                                    ? FileChange.Kind.ADDED
                                    : is.containsKey(path) ? FileChange.Kind.CHANGED : FileChange.Kind.REMOVED,
                            path,
                            was.get(path),
                            is.get(path)))
                    .toList();
        }

        private static Map<String, FileChange.FileState> served(Map<ShardRef, List<FileEntry>> shards) {
            Map<String, FileChange.FileState> files = new HashMap<>();
            shards.values().stream()
                    .flatMap(List::stream)
                    .filter(line -> line.listed() && line.served())
                    .forEach(line -> files.put(
                            line.path(), new FileChange.FileState(line.version(), line.bytes(), line.rows(), 0)));
            return files;
        }

        private void update(boolean otherSource) throws InterruptedException {
            if (otherSource) {
                lake = lakes.get(1 - lakes.indexOf(lake));
            }
            change();
            pipeline.groupSize = 1 + random.nextInt(3);
            Update update = pipeline.update(new ExternalSource(lake.place().uri(), ExternalSpec.parquet()), options);
            if (update.committed()) {
                DiffTotals totals = reader.diff(
                                "c", update.base().version(), update.head().version())
                        .totals();
                assertThat(List.of(
                                totals.newSegments(),
                                totals.newRows(),
                                totals.droppedRows(),
                                totals.deletedRows(),
                                totals.restoredRows()))
                        .as(at + ": the report")
                        .containsExactly(
                                update.newSegments(), update.newRows(), update.droppedRows(), update.deletedRows(), 0L);
            }
        }

        private void rollBack() throws InterruptedException {
            Head base = pipeline.head();
            Head old = heads.get(random.nextInt(Math.max(0, heads.size() - 15), heads.size()));
            Head next = new Head(
                    base.version() + 1,
                    "roll-back-" + base.version(),
                    HeadKind.ROLLED_BACK,
                    base.source(),
                    base.generation(),
                    base.update(),
                    old.snapshot() == null ? base.snapshot() : old.snapshot(),
                    base.nextSegmentId(),
                    Instant.EPOCH,
                    "a test");
            assertThat(pipeline.catalog().heads().create(base, next)).isEqualTo(new CommitOutcome.Created(next));
        }

        private void change() {
            List<String> there = lake.names();
            switch (there.size() < 15 ? 0 : random.nextInt(7)) {
                case 0, 1 -> add(1 + random.nextInt(there.size() < 15 ? 20 : 6));
                case 2, 3 -> {
                    for (int i = random.nextInt(4); i >= 0; i--) {
                        lake.write(
                                there.get(random.nextInt(there.size())),
                                ROWS[random.nextInt(ROWS.length)],
                                random.nextInt(2));
                    }
                }
                case 4 ->
                    lake.deleteAll(there.stream()
                            .filter(name -> random.nextInt(8) == 0)
                            .toList());
                case 5 -> lake.deleteAll(lake.namesIn(FOLDERS[random.nextInt(4)]));
                default -> {
                    // A file without rows is left out.
                    lake.write(there.get(random.nextInt(there.size())), 0, 0);
                }
            }
        }

        private void add(int files) {
            for (int i = 0; i < files; i++) {
                lake.write(
                        FOLDERS[random.nextInt(FOLDERS.length)] + "f" + names++ + ".parquet",
                        ROWS[random.nextInt(ROWS.length)],
                        random.nextInt(2));
            }
        }
    }
}
