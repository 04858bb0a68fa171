package dev.littoral.activities.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.ZstdInputStream;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.catalog.SnapshotRoot.SkipReport;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.SkippedFile;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.model.Totals;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.LongStream;

/** A collection of random snapshots, and a naive reading of their JSON, row by row. */
public final class RandomCollection {
    static final ExternalSource SOURCE = new ExternalSource("file:///lake/", ExternalSpec.parquet());
    private static final ObjectMapper JSON = new ObjectMapper();

    private final CatalogStore store;
    private final String id;
    private final CollectionCatalog catalog;
    private final SplittableRandom random;
    private Head head = Head.NONE;
    private long nextSegment = 1;

    public RandomCollection(CatalogStore store, String id, long seed) {
        this.store = store;
        this.id = id;
        this.catalog = new CollectionCatalog(store, id);
        this.random = new SplittableRandom(seed);
    }

    /** Adds a version that declares a source and commits nothing. */
    void declare() throws InterruptedException {
        add(HeadKind.DECLARED, head.snapshot());
    }

    /** Adds a version with a snapshot of as many shards. */
    public void commit(int shards) throws InterruptedException {
        String objects = "snapshots/%010d-commit".formatted(head.version() + 1);
        List<ShardRef> refs = new ArrayList<>();
        Totals totals = Totals.NONE;
        for (int shard = 0; shard < shards; shard++) {
            String from = shard == 0 ? "" : "/" + (char) ('a' + shard);
            List<FileEntry> files = files("/" + (char) ('a' + shard));
            Totals sum = totals(files);
            String key = objects + "/shard-%06d.jsonl.zst".formatted(shard);
            String sha256 = catalog.write(key, JsonLines.write(files));
            refs.add(new ShardRef(from, key, sha256, sha256, sum, List.of(), 0L, null, 0));
            totals = totals.plus(sum);
        }
        SnapshotRef root = catalog.writeRoot(
                objects,
                new SnapshotRoot(
                        SnapshotRoot.FORMAT_WITHOUT_MOVES,
                        id,
                        head.version() + 1,
                        SOURCE,
                        1,
                        1_000,
                        totals,
                        refs,
                        report(objects),
                        0.3,
                        "",
                        Instant.EPOCH,
                        null,
                        null));
        add(HeadKind.COMMITTED, root);
    }

    private void add(HeadKind kind, SnapshotRef snapshot) throws InterruptedException {
        long version = head.version() + 1;
        Head next =
                new Head(version, "commit-" + version, kind, SOURCE, 1, 1, snapshot, nextSegment, Instant.EPOCH, "a");
        assertThat(catalog.heads().create(head, next)).isEqualTo(new CommitOutcome.Created(next));
        head = next;
    }

    private SkipReport report(String objects) throws InterruptedException {
        int count = random.nextInt(4);
        if (count == 0) {
            return new SkipReport(0, null, null);
        }
        List<SkippedFile> lines = LongStream.range(0, count)
                .mapToObj(i -> new SkippedFile("/lake/_" + i, "hidden"))
                .toList();
        String key = objects + "/skipped.jsonl.zst";
        return new SkipReport(count, key, catalog.write(key, JsonLines.write(lines)));
    }

    private List<FileEntry> files(String prefix) {
        long firstSegment = nextSegment;
        nextSegment += 1 + random.nextInt(5);
        List<FileEntry> files = new ArrayList<>();
        int count = 1 + random.nextInt(6);
        for (int i = 0; i < count; i++) {
            List<FragmentEntry> fragments = new ArrayList<>();
            long row = 0;
            for (int f = random.nextInt(4); f > 0; f--) {
                long end = row + 1 + random.nextInt(5);
                fragments.add(new FragmentEntry(row, end, random.nextLong(firstSegment, nextSegment)));
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

    private static Totals totals(List<FileEntry> files) {
        Totals totals = Totals.NONE;
        TreeSet<Long> segments = new TreeSet<>();
        for (FileEntry file : files) {
            file.fragments().forEach(fragment -> segments.add(fragment.segment()));
            totals = totals.plus(
                    file.served()
                            ? new Totals(1, file.bytes(), file.fragments().size(), file.rows(), 0, 0, 0)
                            : new Totals(0, 0, 0, 0, 0, 1, 0));
        }
        return totals.plus(new Totals(0, 0, 0, 0, segments.size(), 0, 0));
    }

    /** What the objects of a version say. */
    record Expected(List<String> files, List<String> skipped, List<String> rows) {}

    /** Reads the JSON of a version's objects as anybody would; rows are laid out one by one. */
    Expected naively(long version) throws InterruptedException, IOException {
        Expected expected = new Expected(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        JsonNode of = JSON.readTree(store.get("%s/head/%010d.json".formatted(id, 9_999_999_999L - version))
                .orElseThrow());
        JsonNode root = lines(of.get("snapshot").get("key").asText()).getFirst();
        if (root.get("skipped").has("key")) {
            for (JsonNode line : lines(root.get("skipped").get("key").asText())) {
                expected.skipped.add(
                        line.get("file").asText() + " " + line.get("reason").asText());
            }
        }
        for (JsonNode shard : root.get("shards")) {
            List<JsonNode> files = lines(shard.get("key").asText());
            TreeSet<Long> segments = new TreeSet<>();
            for (JsonNode file : files) {
                file.get("fragments")
                        .forEach(
                                fragment -> segments.add(fragment.get("segment").asLong()));
                String path = file.get("path").asText();
                if (file.has("skipped")) {
                    expected.skipped.add(path + " " + file.get("skipped").asText());
                } else {
                    expected.files.add(path + " " + file.get("rows").asLong());
                }
            }
            for (long segment : segments) {
                long row = 0;
                for (JsonNode file : files) {
                    for (JsonNode fragment : file.get("fragments")) {
                        if (fragment.get("segment").asLong() == segment) {
                            for (long r = fragment.get("start").asLong();
                                    r < fragment.get("end").asLong();
                                    r++) {
                                expected.rows.add(
                                        row(segment, row++, file.get("path").asText(), r));
                            }
                        }
                    }
                }
            }
        }
        return expected;
    }

    static String row(long segment, long row, String file, long fileRow) {
        return "segment " + segment + " row " + row + " is " + file + " row " + fileRow;
    }

    private List<JsonNode> lines(String key) throws InterruptedException, IOException {
        byte[] compressed = store.get(id + "/" + key).orElseThrow();
        return JSON.readerFor(JsonNode.class)
                .<JsonNode>readValues(new ZstdInputStream(new ByteArrayInputStream(compressed)))
                .readAll();
    }
}
