package dev.littoral.activities.source.delta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.table.Table;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.RequiredColumn;
import dev.littoral.workflows.model.TableVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Logs that someone made to do harm, or that were damaged: each is read, or refused in a sentence. The time limit is
 * only there to end an endless loop.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class HostileDeltaTest {
    private static final String[] ACTIONS = {
        "{\"commitInfo\":{\"timestamp\":1,\"inCommitTimestamp\":2,\"operation\":\"WRITE\"}}",
        DeltaFolder.features("deletionVectors", "v2Checkpoint"),
        DeltaFolder.metadata(
                "t1",
                "\"p\"",
                "{\\\"name\\\":\\\"p\\\",\\\"type\\\":\\\"string\\\",\\\"nullable\\\":true,\\\"metadata\\\":{}}",
                "\"k\":\"v\""),
        DeltaFolder.add("a%20b", 3, ",\"tags\":{\"x\":[1,2,{}]}").replace("Values\":{}", "Values\":{\"p\":\"1\"}"),
        DeltaFolder.add("c", 30, Vectors.inline(1, 2, 3)),
        DeltaFolder.add("d", 30, Vectors.json("u", "abcde00000111112222233", 1, 30, 2)),
        DeltaFolder.remove("e"),
        "{\"txn\":{\"appId\":\"x\",\"version\":1}}"
    };

    @TempDir
    private Path temporary;

    private DeltaFolder delta;
    private int read;
    private int refused;

    @BeforeEach
    void create() {
        delta = new DeltaFolder(temporary.resolve("t"));
    }

    private void attempt(String what) throws Exception {
        try {
            Table table = delta.open();
            TableVersion version = table.resolve(null);
            table.schema(version);
            table.changes(new TableVersion("delta", version.table(), "0", null, null, null), version);
            List<SourceFile> files =
                    delta.files(table, version).values().stream().toList();
            for (SourceFile file : files) {
                if (file.table().deletes() != null) {
                    deleted(table, version, file);
                }
            }
            table.checkColumns(version, List.of(new RequiredColumn("p", "string")));
            read++;
        } catch (LittoralException e) {
            assertThat(e.type()).as(what).isEqualTo(FailureType.INPUT);
            refused++;
        } catch (FileChangedException e) {
            refused++;
        } catch (RuntimeException | Error e) {
            throw new AssertionError(what, e);
        }
    }

    private static void deleted(Table table, TableVersion version, SourceFile file) throws InterruptedException {
        try {
            table.deletedRows(version, file);
        } catch (IOException | FileChangedException e) {
            assertThat(e).hasMessageContaining("File ");
        }
    }

    @Test
    void commitsWithChangedBytesAreReadOrRefused() throws Exception {
        byte[] whole = (String.join("\n", ACTIONS) + "\n").getBytes(StandardCharsets.UTF_8);
        Path file = delta.commit(0, ACTIONS).folder.resolve("_delta_log").resolve(LogListing.padded(0) + ".json");
        for (int seed = 0; seed < 2000; seed++) {
            Files.write(file, changed(whole, seed));
            attempt("seed " + seed);
        }
        assertThat(read).isGreaterThan(10);
        assertThat(refused).isGreaterThan(100);
    }

    @Test
    void checkpointsWithChangedBytesAreReadOrRefused() throws Exception {
        String name = LogListing.padded(0) + ".checkpoint.parquet";
        DeltaCheckpoints.write(delta, name, ", COMPRESSION snappy", ACTIONS);
        Path file = delta.folder.resolve("_delta_log").resolve(name);
        byte[] whole = Files.readAllBytes(file);
        for (int seed = 0; seed < 800; seed++) {
            Files.write(file, changed(whole, seed));
            attempt("seed " + seed);
        }
        assertThat(read).isGreaterThan(10);
        assertThat(refused).isGreaterThan(100);
    }

    private static byte[] changed(byte[] whole, int seed) {
        Random random = new Random(seed);
        byte[] bytes = seed % 10 == 0 ? Arrays.copyOf(whole, 1 + random.nextInt(whole.length)) : whole.clone();
        for (int flips = random.nextInt(4); flips >= 0; flips--) {
            bytes[random.nextInt(bytes.length)] =
                    (byte) (random.nextInt(3) == 0 ? "{}[]\",:0".charAt(random.nextInt(8)) : random.nextInt(256));
        }
        return bytes;
    }

    private void refused(String... sentence) {
        assertThatThrownBy(delta::newest)
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .hasMessageContaining(delta.folder.toString())
                .hasMessageContainingAll(sentence);
    }

    @Test
    void jsonThatIsNestedTooDeeplyIsRefused() {
        String deep = "{\"a\":".repeat(100_000);
        delta.commit(0, DeltaFolder.PROTOCOL, DeltaFolder.METADATA, "{\"txn\":" + deep);
        refused("has a damaged log", "it is nested deeper than 200");
        delta.commit(
                0, DeltaFolder.PROTOCOL, DeltaFolder.metadata("t1", "", "{\\\"type\\\":" + "[".repeat(100_000), ""));
        assertThatThrownBy(() -> {
                    Table table = delta.open();
                    table.schema(table.resolve(null));
                })
                .hasMessageContaining("has a damaged schema");
        delta.commit(
                0,
                DeltaFolder.PROTOCOL,
                DeltaFolder.METADATA,
                DeltaFolder.add("a", 1)
                        .replaceFirst("\"stats\":\"[^}]*}\"", "\"stats\":\"" + "[".repeat(100_000) + "\""));
        assertThat(rowsOf("a")).isNull();
    }

    private Long rowsOf(String name) {
        try {
            return delta.newest().get(name).table().rows();
        } catch (FileChangedException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"add\":{\"path\":\"a\",\"size\":-1,\"partitionValues\":{}}}",
                "{\"add\":{\"path\":\"a\",\"size\":99999999999999999999999999,\"partitionValues\":{}}}",
                "{\"add\":{\"path\":\"a\",\"size\":1e400,\"partitionValues\":{}}}",
                "{\"add\":{\"path\":\"a\",\"size\":\"100\",\"partitionValues\":{}}}",
                "{\"add\":{\"size\":1}}",
                "{\"add\":{\"path\":[\"a\"],\"size\":1}}",
                "{\"add\":{\"path\":\"a\",\"size\":1,\"partitionValues\":[]}}",
                "{\"add\":{\"path\":\"a\",\"size\":1,\"partitionValues\":{\"p\":{}}}}",
                "{\"remove\":{}}",
                "{\"protocol\":{\"minReaderVersion\":4294967297}}",
                "{\"protocol\":{\"minReaderVersion\":3,\"readerFeatures\":[{}]}}",
                "{\"metaData\":{\"id\":null}}",
                "[]",
                "{\"add\":{\"path\":\"a\",\"size\":1}} x"
            })
    void actionsThatCannotBeAreRefused(String action) {
        delta.commit(0, DeltaFolder.PROTOCOL, DeltaFolder.METADATA, action);
        refused("has a damaged log", LogListing.padded(0) + ".json", "line 3");
    }

    @Test
    void textsThatFillMemoryAreRefused() {
        String path = "p".repeat(24_577);
        for (String action : List.of(
                DeltaFolder.add(path, 1),
                DeltaFolder.remove(path),
                "{\"sidecar\":{\"path\":\"" + path + "\",\"sizeInBytes\":1}}")) {
            delta.commit(0, DeltaFolder.PROTOCOL, DeltaFolder.METADATA, action);
            refused("has a damaged log", "expected a path of at most 24576 characters");
        }
        String add = DeltaFolder.add("a", 1);
        String text = "t".repeat(1 << 20);
        for (String action : List.of(
                add.replace("Values\":{}", "Values\":{\"p\":\"" + text + "\"}"),
                DeltaFolder.add("a", 1, Vectors.json("i", text, null, 4, 1)))) {
            delta.commit(0, DeltaFolder.PROTOCOL, DeltaFolder.METADATA, action);
            refused("has a damaged log", "expected add with texts of at most 1048576 characters");
        }
        String many = "\"k\":\"" + text + "\"," + "\"l\":\"" + text + text + text + "\"";
        delta.commit(0, DeltaFolder.PROTOCOL, DeltaFolder.metadata("t1", "", "", many));
        refused("has a damaged log", "expected texts of at most 4194304 characters together");
        String columns = ("\"" + text + "\",").repeat(4) + "\"c\"";
        delta.commit(0, DeltaFolder.PROTOCOL, DeltaFolder.metadata("t1", columns, "", ""));
        refused("has a damaged log", "expected texts of at most 4194304 characters together");
    }

    @Test
    void aSchemaOfSoManyValuesThatTheyFillMemoryIsRefused() throws Exception {
        delta.commit(0, DeltaFolder.PROTOCOL, DeltaFolder.metadata("t1", "", "{}" + ",{}".repeat(250_000), ""));
        Table table = delta.open();
        TableVersion version = table.resolve(null);
        assertThatThrownBy(() -> table.schema(version))
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .hasMessageContainingAll("has a damaged schema: found more than 500000 names and values in it");
        delta.commit(0, DeltaFolder.PROTOCOL, DeltaFolder.metadata("t1", "", "{}" + "  ".repeat(4 << 20), ""));
        assertThatThrownBy(() -> delta.open().resolve(null))
                .hasMessageContaining("characters of a schema, more than 8388608");
    }

    @Test
    void textsThatFillMemoryInACheckpointAreRefused() throws Exception {
        String name = LogListing.padded(0) + ".checkpoint.parquet";
        String path = "p".repeat(24_577);
        for (String action : List.of(
                DeltaFolder.add(path, 1),
                DeltaFolder.add("a", 1).replace("Values\":{}", "Values\":{\"p\":\"" + "t".repeat(1 << 20) + "\"}"))) {
            DeltaCheckpoints.write(delta, name, "", DeltaFolder.PROTOCOL, DeltaFolder.METADATA, action);
            refused("has a damaged checkpoint of version 0", "expected at most ");
        }
    }

    @Test
    void aBombInACheckpointIsRefusedBeforeItTakesUpMemory() throws Exception {
        // A gigabyte of one letter in a few kilobytes.
        for (String codec : List.of("zstd", "gzip")) {
            DeltaCheckpoints.copy(
                    "SELECT {'path': repeat('a', 300000000), 'size': 1::BIGINT, 'partitionValues': MAP {}} AS add,"
                            + " {'id': 't1', 'schemaString': '{\"fields\":[]}'} AS metaData,"
                            + " {'minReaderVersion': 1} AS protocol",
                    delta.log("x", "x")
                            .folder
                            .resolve("_delta_log")
                            .resolve(LogListing.padded(0) + ".checkpoint.parquet"),
                    ", COMPRESSION " + codec);
            refused("has a damaged checkpoint of version 0", "bytes uncompressed, expected at most 67108864");
        }
    }

    @Test
    void sidecarsOutsideOfTheTableAreRefused() throws Exception {
        for (String path : List.of("../x.parquet", "file:///etc/passwd", "s3://other/x.parquet", "%2e%2e/x")) {
            DeltaCheckpoints.write(
                    delta,
                    LogListing.padded(0) + ".checkpoint.parquet",
                    "",
                    DeltaFolder.METADATA,
                    DeltaFolder.PROTOCOL,
                    DeltaCheckpoints.sidecar(path, 100));
            assertThatThrownBy(delta::newest)
                    .isInstanceOfSatisfying(
                            LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT));
        }
    }

    @Test
    void aLinkInTheLogIsNotFollowed() throws Exception {
        Path secret = temporary.resolve("secret.json");
        Files.writeString(secret, DeltaFolder.PROTOCOL + DeltaFolder.METADATA + DeltaFolder.add("stolen", 1));
        delta.log("x", "x");
        Files.createSymbolicLink(delta.folder.resolve("_delta_log").resolve(LogListing.padded(0) + ".json"), secret);
        assertThatThrownBy(delta::newest).hasMessageContaining("There is no Delta table at");
    }
}
