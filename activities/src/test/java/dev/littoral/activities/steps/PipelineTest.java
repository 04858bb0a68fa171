package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.catalog.SnapshotRoot;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.source.AllowList;
import dev.littoral.activities.source.PathFilter;
import dev.littoral.activities.source.SourceFormats;
import dev.littoral.activities.source.Sources;
import dev.littoral.activities.source.registry.FormatRegistry;
import dev.littoral.activities.steps.Lake.Content;
import dev.littoral.activities.steps.Pipeline.Update;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.activities.storage.s3.S3Stores;
import dev.littoral.activities.testing.LogAudit;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.activities.testing.S3Server;
import dev.littoral.activities.testing.S3Servers;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.FileCounts;
import dev.littoral.workflows.model.FilesSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.SkippedFile;
import dev.littoral.workflows.model.Totals;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;

/** A source that changes at random, its updates one after another, and naive books on what each has to come to. */
class PipelineTest {
    private static final int MAX_FILES = 10;
    private static final long TARGET = 5_000;
    private static final double MAX_DEAD_SHARE = CollectionOptions.DEFAULTS.maxDeadShare();

    /** Folders, in orders that UTF-8 and UTF-16 see differently. */
    private static final String[] FOLDERS = {
        "day=1/", "day=2/", "day=3/", "day=4/", "year=1/month=2/", "é/", "\uE001/", "\uD83D\uDE00/", ""
    };

    private static final int[] ROWS = {1, 100, 1_000, 2_048, 3_000, 5_000, 5_001, 9_000, 20_000};

    @TempDir
    private Path folder;

    static CollectionOptions options(long target) {
        return new CollectionOptions(target, null, true, 1.0, CollectionOptions.DEFAULTS.keepVersionsFor(), null);
    }

    static UpdateActivitiesImpl.Opener local() {
        return local(FormatRegistry.formats());
    }

    static UpdateActivitiesImpl.Opener local(SourceFormats formats) {
        return new Sources(StorageRegistry.addresses(), formats, new AllowList(StorageRegistry.EVERY_SOURCE, List.of()))
                ::open;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everySnapshotOfALocalFolderIsWhatDuckDbCounts(long seed) throws Exception {
        Lake lake = Lake.in(folder);
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                Pipeline pipeline = new Pipeline(new MemoryCatalogStore(), local(), MAX_FILES)) {
            new Books(lake, pipeline, seed, duckDb).run(100);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everySnapshotOfABucketIsWhatWasWritten(S3Servers.Kind kind) throws Exception {
        S3Server server = S3Servers.shared(kind);
        Lake lake = new Lake(new Lake.S3(server, server.newBucket()));
        CatalogStore catalog = S3Stores.catalog(server.client(), "s3://" + server.newBucket() + "/catalog");
        try (Pipeline pipeline = new Pipeline(catalog, s3(server.client()), MAX_FILES)) {
            new Books(lake, pipeline, kind.name().length(), null).run(12);
        }
    }

    static UpdateActivitiesImpl.Opener s3(S3Client client) {
        return (source, allowEmpty, requests) -> new ParquetSource(
                S3Stores.source(client, source.uri(), PathFilter.of((FilesSpec) source.spec()), requests, allowEmpty));
    }

    /** Changes a lake, updates, and checks. */
    private static final class Books {
        private final Lake lake;
        private final Pipeline pipeline;
        private final long seed;
        private final SplittableRandom random;
        private final Connection duckDb;
        private final ExternalSource source;

        private int names;
        private String at;

        /** What the update before listed, by path. */
        private Map<String, Content> before = Map.of();

        private Map<ShardRef, List<FileEntry>> snapshotBefore = Map.of();

        /** The content of every segment that ever was. */
        private final Map<Long, List<String>> segments = new HashMap<>();

        private Set<Long> segmentsBefore = Set.of();
        private Map<Long, Long> livingBefore = Map.of();

        /** The dead fragments of each segment. */
        private Map<Long, Set<String>> dead = Map.of();

        /** Rows that were ever deleted in place. */
        private long inPlace;

        private final Map<Head, Map<ShardRef, List<FileEntry>>> history = new HashMap<>();

        Books(Lake lake, Pipeline pipeline, long seed, Connection duckDb) {
            this.lake = lake;
            this.pipeline = pipeline;
            this.seed = seed;
            this.random = new SplittableRandom(seed);
            this.duckDb = duckDb;
            this.source = new ExternalSource(lake.place().uri(), ExternalSpec.parquet());
        }

        void run(int steps) throws Exception {
            for (int step = 0; step < steps; step++) {
                at = "seed " + seed + ", step " + step;
                if (step == 0) {
                    add(60);
                } else {
                    at += ": " + change();
                }
                pipeline.groupSize = 1 + random.nextInt(3);
                pipeline.store.forget();
                pipeline.sources.forget();
                Update update = pipeline.update(source, options(TARGET));
                List<String> written = pipeline.store.written();
                Set<String> read = Set.copyOf(pipeline.store.read());
                Map<String, Content> now = lake.listed();
                checkBooks(update, now);
                Map<ShardRef, List<FileEntry>> snapshot = pipeline.lines(update.head());
                checkFiles(snapshot, now);
                checkTotals(update, snapshot);
                checkSegments(update, snapshot);
                checkObjects(update, snapshot, read, written);
                before = now;
                snapshotBefore = snapshot;
                history.put(update.head(), snapshot);
                if (step % 25 == 24) {
                    checkHistory();
                }
            }
            checkHistory();
            assertThat(inPlace).as("rows deleted in place").isPositive();
        }

        /** The report's numbers, and which files were opened. */
        private void checkBooks(Update update, Map<String, Content> now) {
            long added = 0;
            long changed = 0;
            long unchanged = 0;
            long noRows = 0;
            long addedRows = 0;
            long removedRows = 0;
            Set<String> opened = new HashSet<>();
            for (Map.Entry<String, Content> file : now.entrySet()) {
                Content content = file.getValue();
                Content old = before.get(file.getKey());
                boolean same = old != null && old.version().equals(content.version());
                if (!same) {
                    opened.add(file.getKey());
                    addedRows += content.rows();
                    removedRows += old == null ? 0 : old.rows();
                }
                if (!content.served()) {
                    noRows++;
                } else if (same) {
                    unchanged++;
                } else if (old == null) {
                    added++;
                } else {
                    changed++;
                }
            }
            long removed = 0;
            for (Map.Entry<String, Content> file : before.entrySet()) {
                if (!now.containsKey(file.getKey())) {
                    removed += file.getValue().served() ? 1 : 0;
                    removedRows += file.getValue().rows();
                }
            }
            int leftOut = lake.names().size() - now.size();
            assertThat(update.files())
                    .as(at)
                    .isEqualTo(
                            new FileCounts(lake.names().size(), added, changed, removed, unchanged, leftOut + noRows));
            assertThat(update.addedRows()).as(at).isEqualTo(addedRows);
            assertThat(update.removedRows()).as(at).isEqualTo(removedRows);
            assertThat(pipeline.sources.opened()).as(at).isEqualTo(opened);
            assertThat(pipeline.sources.open()).as(at).isZero();
            boolean same =
                    history.size() > 0 && opened.isEmpty() && before.keySet().equals(now.keySet());
            assertThat(update.committed()).as(at).isEqualTo(!same);
            if (same) {
                assertThat(pipeline.store.written()).as(at).isEmpty();
            } else {
                assertThat(update.head().version())
                        .as(at)
                        .isEqualTo(update.base().version() + 1);
            }
            Set<String> said = update.skipped().stream().map(SkippedFile::file).collect(Collectors.toSet());
            assertThat(said).as(at).hasSize(update.skipped().size());
            for (String name : lake.names()) {
                Content content = now.get(lake.place().path(name));
                if (content == null || content.served()) {
                    assertThat(said.contains(lake.place().path(name)))
                            .as(at + ", " + name)
                            .isEqualTo(content == null);
                }
            }
        }

        private void checkFiles(Map<ShardRef, List<FileEntry>> snapshot, Map<String, Content> now) throws Exception {
            Map<String, Long> rows = new TreeMap<>();
            List<ShardRef> shards = List.copyOf(snapshot.keySet());
            String last = null;
            for (int i = 0; i < shards.size(); i++) {
                String to = i + 1 < shards.size() ? shards.get(i + 1).from() : null;
                assertThat(shards.get(i).from().isEmpty()).as(at).isEqualTo(i == 0);
                List<FileEntry> listed = snapshot.get(shards.get(i)).stream()
                        .filter(FileEntry::listed)
                        .toList();
                assertThat(listed.size()).as(at).isBetween(1, MAX_FILES);
                for (FileEntry file : listed) {
                    assertThat(last == null || PathOrder.compare(last, file.path()) < 0)
                            .as(at)
                            .isTrue();
                    assertThat(PathOrder.compare(shards.get(i).from(), file.path()))
                            .as(at)
                            .isNotPositive();
                    assertThat(to == null || PathOrder.compare(file.path(), to) < 0)
                            .as(at)
                            .isTrue();
                    last = file.path();
                    rows.put(file.path(), file.rows());
                    assertThat(file.served()).as(at).isEqualTo(file.rows() > 0);
                    assertThat(file.bytes())
                            .as(at)
                            .isEqualTo(now.get(file.path()).bytes());
                }
            }
            Map<String, Long> expected = duckDb != null
                    ? ParquetFiles.rows(duckDb, List.copyOf(now.keySet()))
                    : now.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, file ->
                            (long) file.getValue().rows()));
            assertThat(rows).as(at).isEqualTo(expected);
        }

        private void checkTotals(Update update, Map<ShardRef, List<FileEntry>> snapshot) throws Exception {
            Totals sum = Totals.NONE;
            Set<String> schemas = new HashSet<>();
            for (Map.Entry<ShardRef, List<FileEntry>> shard : snapshot.entrySet()) {
                List<FileEntry> listed =
                        shard.getValue().stream().filter(FileEntry::listed).toList();
                List<FileEntry> served =
                        listed.stream().filter(FileEntry::served).toList();
                List<FragmentEntry> dead = shard.getValue().stream()
                        .filter(line -> !line.listed())
                        .flatMap(line -> line.fragments().stream())
                        .toList();
                List<FragmentEntry> fragments = served.stream()
                        .flatMap(file -> file.fragments().stream())
                        .toList();
                Totals totals = new Totals(
                        served.size(),
                        served.stream().mapToLong(FileEntry::bytes).sum(),
                        fragments.size(),
                        served.stream().mapToLong(FileEntry::rows).sum(),
                        fragments.stream()
                                .map(FragmentEntry::segment)
                                .distinct()
                                .count(),
                        listed.size() - served.size(),
                        dead.stream().mapToLong(FragmentEntry::rows).sum());
                assertThat(shard.getKey().totals()).as(at).isEqualTo(totals);
                assertThat(shard.getKey().schemas())
                        .as(at)
                        .isEqualTo(served.stream()
                                .map(FileEntry::schema)
                                .distinct()
                                .sorted()
                                .toList());
                sum = sum.plus(totals);
                schemas.addAll(shard.getKey().schemas());
            }
            SnapshotRoot root = pipeline.catalog().root(update.head()).orElseThrow();
            assertThat(root.totals()).as(at).isEqualTo(sum);
            assertThat(update.head().totals()).as(at).isEqualTo(sum);
            assertThat(update.schemas()).as(at).isEqualTo(schemas.size());
            if (update.committed()) {
                assertThat(root.version()).as(at).isEqualTo(update.head().version());
                int leftOut = lake.names().size() - lake.listed().size();
                assertThat(root.skipped().count()).as(at).isEqualTo(leftOut);
                if (leftOut > 0) {
                    assertThat(pipeline.catalog().skipped(root)).as(at).hasSize(leftOut);
                }
            }
        }

        private void checkSegments(Update update, Map<ShardRef, List<FileEntry>> snapshot) {
            Map<Long, List<String>> now = new HashMap<>();
            Map<Long, Set<String>> deadNow = new HashMap<>();
            Map<Long, Long> rows = new HashMap<>();
            Map<Long, Long> living = new HashMap<>();
            Map<Long, ShardRef> shardOf = new HashMap<>();
            for (Map.Entry<ShardRef, List<FileEntry>> shard : snapshot.entrySet()) {
                for (FileEntry file : shard.getValue()) {
                    long row = 0;
                    for (FragmentEntry fragment : file.fragments()) {
                        if (file.listed()) {
                            assertThat(fragment.start()).as(at).isEqualTo(row);
                        }
                        assertThat(fragment.rows()).as(at).isPositive();
                        assertThat(fragment.living()).as(at).isEqualTo(file.listed() ? fragment.rows() : 0);
                        if (!file.listed()) {
                            deadNow.computeIfAbsent(fragment.segment(), id -> new HashSet<>())
                                    .add(file.path() + "@" + file.version() + fragment.start());
                        }
                        row = fragment.end();
                        ShardRef other = shardOf.putIfAbsent(fragment.segment(), shard.getKey());
                        assertThat(other == null || other.equals(shard.getKey()))
                                .as(at)
                                .isTrue();
                        now.computeIfAbsent(fragment.segment(), id -> new ArrayList<>())
                                .add(file.path() + "@" + file.version() + fragment.start() + "-" + row);
                        rows.merge(fragment.segment(), fragment.rows(), Long::sum);
                        living.merge(fragment.segment(), fragment.living(), Long::sum);
                    }
                    if (file.listed()) {
                        assertThat(row).as(at).isEqualTo(file.rows());
                    } else {
                        assertThat(file.fragments()).as(at).isNotEmpty();
                    }
                }
            }
            long added = 0;
            long newRows = 0;
            long deletedRows = 0;
            long droppedRows = segmentsBefore.stream()
                    .filter(id -> !now.containsKey(id))
                    .mapToLong(livingBefore::get)
                    .sum();
            for (Map.Entry<Long, List<String>> segment : now.entrySet()) {
                long id = segment.getKey();
                assertThat(rows.get(id)).as(at).isBetween(1L, TARGET);
                double deadShare = 1 - (double) living.get(id) / rows.get(id);
                assertThat(deadShare).as(at + ", segment " + id).isLessThanOrEqualTo(MAX_DEAD_SHARE + 1e-9);
                if (segmentsBefore.contains(id)) {
                    assertThat(segment.getValue()).as(at + ", segment " + id).isEqualTo(segments.get(id));
                    assertThat(deadNow.getOrDefault(id, Set.of()))
                            .as(at + ", segment " + id)
                            .containsAll(dead.getOrDefault(id, Set.of()));
                    deletedRows += livingBefore.get(id) - living.get(id);
                } else {
                    assertThat(living.get(id)).as(at).isEqualTo(rows.get(id));
                    assertThat(segments).as(at).doesNotContainKey(id);
                    assertThat(id)
                            .as(at)
                            .isBetween(
                                    update.base().nextSegmentId(), update.head().nextSegmentId() - 1);
                    added++;
                    newRows += rows.get(id);
                }
            }
            assertThat(update.newSegments()).as(at).isEqualTo(added);
            if (update.committed()) {
                assertThat(List.of(update.newRows(), update.deletedRows(), update.droppedRows()))
                        .as(at)
                        .containsExactly(newRows, deletedRows, droppedRows);
            }
            segments.putAll(now);
            segmentsBefore = now.keySet();
            livingBefore = living;
            dead = deadNow;
            inPlace += deletedRows;
        }

        /** What is carried over is neither read nor written; nothing that was written before is written again. */
        private void checkObjects(
                Update update, Map<ShardRef, List<FileEntry>> snapshot, Set<String> read, List<String> written)
                throws Exception {
            Set<String> oldKeys =
                    snapshotBefore.keySet().stream().map(ShardRef::key).collect(Collectors.toSet());
            for (ShardRef shard : snapshot.keySet()) {
                if (oldKeys.contains(shard.key())) {
                    assertThat(read).as(at).doesNotContain("c/" + shard.key());
                } else {
                    assertThat(written).as(at).containsOnlyOnce("c/" + shard.key());
                }
            }
            history.values()
                    .forEach(old -> old.keySet()
                            .forEach(shard -> assertThat(written).as(at).doesNotContain("c/" + shard.key())));
            assertThat(pipeline.store.list("c/staging/", null, 10)).as(at).isEmpty();
            if (update.committed()) {
                long carried = snapshot.keySet().stream()
                        .filter(shard -> oldKeys.contains(shard.key()))
                        .count();
                assertThat(carried).as(at).isEqualTo(snapshot.size() - update.touched());
            }
        }

        private void checkHistory() throws Exception {
            for (Map.Entry<Head, Map<ShardRef, List<FileEntry>>> old : history.entrySet()) {
                Head head = old.getKey();
                assertThat(pipeline.catalog().heads().at(head.version())).as(at).contains(head);
                assertThat(pipeline.lines(head))
                        .as(at + ", version " + head.version())
                        .isEqualTo(old.getValue());
            }
            assertThat(LogAudit.findings(pipeline.store, "c")).as(at).isEmpty();
            // Nobody probed this store.
            assertThat(Verified.withSource(pipeline.store, pipeline.sources).lines())
                    .as(at)
                    .singleElement()
                    .asString()
                    .startsWith("WARNING _littoral/store.json: it is missing");
        }

        private String change() {
            List<String> names = lake.names();
            String someFolder = FOLDERS[random.nextInt(FOLDERS.length)];
            String some = names.isEmpty() ? null : names.get(random.nextInt(names.size()));
            int kind = random.nextInt(12);
            if (some == null || (names.size() < 20 && kind > 6)) {
                add(20);
                return "add many";
            }
            switch (kind) {
                case 0 -> {
                    return "nothing";
                }
                case 1, 2 -> {
                    add(1 + random.nextInt(8));
                    return "add";
                }
                case 3, 4 -> {
                    for (int i = random.nextInt(4); i >= 0; i--) {
                        lake.write(
                                names.get(random.nextInt(names.size())),
                                ROWS[random.nextInt(ROWS.length)],
                                random.nextInt(2));
                    }
                    return "overwrite";
                }
                case 5 -> {
                    Content content = lake.listed().get(lake.place().path(some));
                    lake.write(some, content == null ? 1 : content.rows(), 1);
                    return "overwrite with as many rows " + some;
                }
                case 6 -> {
                    for (int i = 0; i < 3; i++) {
                        String name = names.get((names.indexOf(some) + i) % names.size());
                        if (lake.names().contains(name)) {
                            lake.write(name, 0, 0);
                        }
                    }
                    return "no rows from " + some;
                }
                case 7 -> {
                    lake.writeBytes(some, new byte[0], 0, "empty");
                    lake.writeBytes(someFolder + "_SUCCESS", new byte[0], 0, "empty");
                    lake.writeBytes(someFolder + "._crc", new byte[] {1}, 0, "crc");
                    lake.write(someFolder + "_log/" + names.size() + ".parquet", 100, 0);
                    return "left out " + some;
                }
                case 8 -> {
                    lake.deleteAll(names.stream()
                            .filter(name -> random.nextInt(6) == 0)
                            .toList());
                    return "remove some";
                }
                case 9 -> {
                    lake.deleteAll(lake.namesIn(someFolder.isEmpty() ? "f" : someFolder));
                    return "remove " + someFolder;
                }
                case 10 -> {
                    List<String> in = lake.namesIn(someFolder.isEmpty() ? "f" : someFolder);
                    Map<String, Content> listed = lake.listed();
                    for (String name : in) {
                        Content content = listed.get(lake.place().path(name));
                        lake.delete(name);
                        if (content != null) {
                            lake.write("moved-" + names.size() + "/" + name, content.rows(), 0);
                        }
                    }
                    return "rename " + someFolder;
                }
                default -> {
                    if (random.nextInt(3) == 0) {
                        lake.deleteAll(names);
                        return "empty";
                    }
                    return "nothing";
                }
            }
        }

        private void add(int files) {
            String into = FOLDERS[random.nextInt(FOLDERS.length)];
            for (int i = 0; i < files; i++) {
                if (files > 10) {
                    into = FOLDERS[random.nextInt(FOLDERS.length)];
                }
                lake.write(into + "f" + names++ + ".parquet", ROWS[random.nextInt(ROWS.length)], random.nextInt(2));
            }
        }
    }
}
