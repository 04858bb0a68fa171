package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.Segment;
import dev.littoral.activities.catalog.Segment.FragmentSpan;
import dev.littoral.activities.catalog.Segment.RowLocation;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.catalog.Snapshot;
import dev.littoral.activities.catalog.SnapshotRoot;
import dev.littoral.activities.storage.local.LocalStores;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.SkippedFile;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DuckDB can read a catalog: what the documented SQL finds in its files, as it stands, is what Littoral says. */
class CatalogReadByDuckDbTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "catalog-format.md");

    @TempDir
    private Path folder;

    private Pipeline pipeline;
    private Connection duckDb;
    private Head head;
    private SnapshotRoot root;
    private Snapshot snapshot;
    private Path collection;

    @BeforeEach
    void commit() throws Exception {
        Path catalog = folder.resolve("catalog");
        collection = catalog.resolve("c");
        pipeline = new Pipeline(LocalStores.catalog(catalog), PipelineTest.local(), 10);
        Lake lake = Lake.in(folder.resolve("lake's \u00E9\uD83D\uDE00"));
        int[] rows = {1, 100, 0, 3_000, 20_000};
        for (int i = 0; i < 35; i++) {
            lake.write("day=" + i % 3 + "/part \"" + i + "\\\uD83D\uDE00.parquet", rows[i % rows.length], 0);
        }
        lake.writeBytes("day=0/_SUCCESS", new byte[0], 0, "empty");
        ExternalSource source = new ExternalSource(lake.place().uri(), ExternalSpec.parquet());
        pipeline.update(source, PipelineTest.options(5_000));
        lake.write("day=1/part-x.parquet", 100, 0);
        lake.write("day=1/part \"1\\\uD83D\uDE00.parquet", 200, 0);
        head = pipeline.update(source, PipelineTest.options(5_000)).head();
        root = pipeline.catalog().root(head).orElseThrow();
        snapshot = CatalogReader.on(pipeline.store).snapshot("c");
        duckDb = DriverManager.getConnection("jdbc:duckdb:");
    }

    @AfterEach
    void close() throws Exception {
        duckDb.close();
        pipeline.close();
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = duckDb.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<List<Object>> query(String sql) throws SQLException {
        List<List<Object>> rows = new ArrayList<>();
        try (Statement statement = duckDb.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                List<Object> row = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.add(result.getObject(i));
                }
                rows.add(row);
            }
        }
        return rows;
    }

    /** From the newest head to the shards' files, as somebody would who has nothing but the folder. */
    private void openSnapshot() throws SQLException {
        for (String statement : documented()) {
            if (!statement.startsWith("SELECT")) {
                execute(statement.replace(
                        "/catalog/<collectionId>/", collection.toString().replace("'", "''") + "/"));
            }
        }
    }

    /** The statements of the document, without comments. */
    static List<String> documented() {
        try {
            String text = Files.readString(DOCUMENT);
            int start = text.indexOf("```sql") + "```sql".length();
            String sql = text.substring(start, text.indexOf("```", start)).replaceAll("--.*", "");
            return Stream.of(sql.split(";"))
                    .map(String::strip)
                    .filter(statement -> !statement.isEmpty())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A query of the document, the first of which is 0. */
    private static String documented(int query) {
        return documented().stream()
                .filter(statement -> statement.startsWith("SELECT"))
                .toList()
                .get(query);
    }

    @Test
    void theRootNamesItsShardsAndSumsThemUp() throws Exception {
        openSnapshot();
        assertThat(query("SELECT getvariable('root')").get(0).get(0))
                .isEqualTo(collection.resolve(head.snapshot().key()).toString());
        assertThat(query("SELECT format, collectionId, version, generation, targetRowsPerSegment, "
                        + "totals.files, totals.rows,"
                        + " totals.segments, totals.fragments, totals.skipped, source.uri"
                        + " FROM read_json(getvariable('root'), compression = 'zstd')"))
                .containsExactly(List.of(
                        (long) SnapshotRoot.FORMAT_WITHOUT_MOVES,
                        "c",
                        head.version(),
                        head.generation(),
                        5_000L,
                        root.totals().files(),
                        root.totals().rows(),
                        root.totals().segments(),
                        root.totals().fragments(),
                        root.totals().skipped(),
                        root.source().uri()));
        assertThat(query("SELECT s.\"from\", s.key, s.sha256, s.listing, s.totals.rows FROM"
                        + " (SELECT unnest(shards) AS s FROM read_json(getvariable('root'), compression = 'zstd'))"))
                .isEqualTo(root.shards().stream()
                        .map(shard -> List.<Object>of(
                                shard.from(),
                                shard.key(),
                                shard.sha256(),
                                shard.listing(),
                                shard.totals().rows()))
                        .toList());
        assertThat(root.shards()).hasSizeGreaterThan(3);
    }

    @Test
    void theDigestsAreThoseOfTheObjects() throws Exception {
        openSnapshot();
        assertThat(query("SELECT sha256(content) FROM read_blob(getvariable('root'))"))
                .containsExactly(List.of(head.snapshot().sha256()));
        Map<Object, Object> found = new HashMap<>();
        query(documented(2)).forEach(row -> found.put(row.get(0), row.get(1)));
        for (ShardRef shard : root.shards()) {
            assertThat(found).containsEntry(collection.resolve(shard.key()).toString(), shard.sha256());
        }
        assertThat(found).hasSize(root.shards().size());
    }

    @Test
    void filesSegmentsAndRowsAreThoseThatLittoralReads() throws Exception {
        openSnapshot();
        List<List<Object>> files = new ArrayList<>();
        Map<Object, Object> segments = new TreeMap<>();
        snapshot.files()
                .forEach(file ->
                        files.add(List.of(file.path(), file.version(), file.bytes(), file.rows(), file.schema())));
        snapshot.segments().forEach(segment -> segments.put(segment.id(), List.of(segment.rows(), segment.dead())));
        assertThat(query("SELECT path, version, bytes, rows, schema FROM files WHERE skipped IS NULL ORDER BY path"))
                .isEqualTo(files);
        Map<Object, Object> found = new TreeMap<>();
        query(documented(1)).forEach(row -> found.put(row.get(0), List.of(whole(row.get(1)), whole(row.get(2)))));
        assertThat(found).isEqualTo(segments);
        // What is served is what is in the lake.
        assertThat(query(documented(0)).getFirst().stream().map(CatalogReadByDuckDbTest::whole))
                .containsExactly(root.totals().files(), root.totals().rows());
        assertThat(root.totals().dead()).as("dead rows").isPositive();
        execute("SET VARIABLE lake = (SELECT list(path) FROM files WHERE skipped IS NULL)");
        assertThat(query("SELECT count(*) FROM read_parquet(getvariable('lake'))"))
                .containsExactly(List.of(root.totals().rows()));
    }

    @Test
    void aRowOfASegmentIsFoundInItsFile() throws Exception {
        openSnapshot();
        List<RowLocation> dead = new ArrayList<>();
        for (Segment segment : snapshot.segments().toList()) {
            for (FragmentSpan span : segment.fragments()) {
                long row = span.from() + (span.end() - span.start()) / 2;
                RowLocation location = segment.locate(row);
                assertThat(query(documented(3)
                                        .replaceAll("\\bS\\b", "" + segment.id())
                                        .replaceAll("\\bR\\b", "" + row))
                                .getFirst())
                        .satisfies(found -> {
                            assertThat(found.get(0)).isEqualTo(location.file());
                            assertThat(found.get(1)).isEqualTo(location.version());
                            assertThat(whole(found.get(2))).isEqualTo(location.fileRow());
                            assertThat(found.get(3)).isEqualTo(location.deadSince());
                        });
                if (location.deadSince() != null) {
                    dead.add(location);
                }
            }
        }
        assertThat(dead).isNotEmpty().allMatch(location -> location.deadSince() == head.version());
    }

    private static long whole(Object number) {
        return ((Number) number).longValue();
    }

    @Test
    void theListingsDigestFollowsItsRule() throws Exception {
        openSnapshot();
        for (ShardRef shard : root.shards()) {
            execute("SET VARIABLE shards = [getvariable('catalog') || '" + shard.key() + "']");
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (List<Object> file : query("SELECT path, version, bytes FROM files ORDER BY path")) {
                DataOutputStream out = new DataOutputStream(bytes);
                text(out, (String) file.get(0));
                text(out, (String) file.get(1));
                out.writeLong((Long) file.get(2));
            }
            String digest = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
            assertThat(digest).as(shard.key()).isEqualTo(shard.listing());
        }
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    @Test
    void theSkipReportSaysWhatWasLeftOut() throws Exception {
        List<SkippedFile> skipped = snapshot.skipped().toList();
        String emptyFiles = "SELECT path, skipped FROM files WHERE skipped IS NOT NULL ORDER BY path";
        openSnapshot();
        assertThat(skipped.stream().skip(1).map(file -> List.<Object>of(file.file(), file.reason())))
                .isNotEmpty()
                .isEqualTo(query(emptyFiles));
        Path file = collection.resolve(root.skipped().key());
        assertThat(Files.size(file)).isPositive();
        assertThat(query(
                        "SELECT file, reason FROM read_json('" + file.toString().replace("'", "''")
                                + "', format = 'newline_delimited', compression = 'zstd')"))
                .containsExactly(List.of(skipped.get(0).file(), skipped.get(0).reason()));
    }
}
