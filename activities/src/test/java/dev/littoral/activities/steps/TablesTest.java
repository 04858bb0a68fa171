package dev.littoral.activities.steps;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.steps.Pipeline.Update;
import dev.littoral.activities.storage.s3.S3Clients;
import dev.littoral.activities.testing.KeyServer;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.activities.testing.S3Server;
import dev.littoral.activities.testing.S3Servers;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.FolderSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.OnBadFile;
import dev.littoral.workflows.model.OnTable;
import dev.littoral.workflows.model.SkippedFile;
import io.temporal.failure.ApplicationFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;

/** Folders that are tables: what is in them is not what they hold. */
class TablesTest {
    private static final String DELTA = "a Delta table, as _delta_log/";
    private static final String ICEBERG = "an Iceberg table, as metadata/";

    @TempDir
    private Path folder;

    /** Where a source may be: on S3 and in a local folder the same is a table. */
    private enum Kind {
        LOCAL,
        S3
    }

    private Lake lake(Kind kind) throws InterruptedException {
        if (kind == Kind.LOCAL) {
            return Lake.in(folder.resolve("lake"));
        }
        S3Server server = S3Servers.shared(S3Servers.Kind.S3PROXY);
        return new Lake(new Lake.S3(server, server.newBucket()));
    }

    private static Pipeline pipeline(Kind kind) {
        UpdateActivitiesImpl.Opener opener = kind == Kind.LOCAL
                ? PipelineTest.local()
                : PipelineTest.s3(S3Servers.shared(S3Servers.Kind.S3PROXY).client());
        return new Pipeline(new MemoryCatalogStore(), opener, 100);
    }

    private static ExternalSource source(Lake lake, OnTable table) {
        return new ExternalSource(
                lake.place().uri(),
                new FolderSpec(
                        FolderSpec.PARQUET,
                        List.of(),
                        List.of(),
                        List.of(),
                        OnBadFile.SKIP,
                        null,
                        table,
                        false,
                        false));
    }

    private static void assertRefused(Pipeline pipeline, ExternalSource source, String... words) {
        assertThatThrownBy(() -> pipeline.update(source, CollectionOptions.DEFAULTS))
                .rootCause()
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo(FailureType.INPUT.name());
                    assertThat(failure.getOriginalMessage())
                            .startsWith("The source ")
                            .contains(
                                    " in it says; expected a folder of which every file counts", "\"table\":\"ignore\"")
                            .contains(words);
                });
    }

    static Stream<Arguments> tables() {
        List<String[]> tables = List.of(
                new String[] {"_delta_log/00000000000000000000.json", DELTA},
                new String[] {"_delta_log/_last_checkpoint", DELTA},
                new String[] {"metadata/v1.metadata.json", ICEBERG},
                new String[] {"metadata/00001-6c2f.metadata.json", ICEBERG},
                new String[] {"metadata/00001-6c2f.gz.metadata.json", ICEBERG},
                new String[] {"metadata/v1.metadata.json.gz", ICEBERG},
                new String[] {".hoodie/hoodie.properties", "a Hudi table, as .hoodie/"},
                new String[] {".hoodie_partition_metadata", "a partition of a Hudi table, as .hoodie_partition_metadata"
                },
                new String[] {".hoodie_partition_metadata.parquet", "a partition of a Hudi table"},
                new String[] {"delta_0000001_0000001_0000/_orc_acid_version", "a transactional Hive table, as delta_"},
                new String[] {"day=2/base_0000003/000000_0", "a transactional Hive table, as day=2/base_0000003/"},
                new String[] {"snapshot/snapshot-1", "a Paimon table, as snapshot/snapshot-1"},
                new String[] {
                    "ducklake-0197d0ab-1d65-7cb4-a2b3-8ac0d9ca6a77-delete.parquet", "a DuckLake table, as ducklake-0197"
                },
                new String[] {"_spark_metadata/0", "the sink of a Spark stream, as _spark_metadata/"});
        List<Arguments> arguments = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            tables.forEach(table -> arguments.add(Arguments.of(kind, table[0], table[1])));
        }
        return arguments.stream();
    }

    @ParameterizedTest
    @MethodSource("tables")
    void aTableIsRefusedAndWhatIsServedStays(Kind kind, String name, String words) throws Exception {
        Lake lake = lake(kind);
        lake.write("day=1/a.parquet", 100, 0);
        ExternalSource source = source(lake, OnTable.REFUSE);
        try (Pipeline pipeline = pipeline(kind)) {
            lake.writeBytes(name, "{}".getBytes(UTF_8), 0, "log");
            assertRefused(pipeline, source, words, lake.place().path("").replaceFirst("/$", ""));
            assertThat(pipeline.head().snapshot()).isNull();

            lake.delete(name);
            if (kind == Kind.LOCAL && name.contains("/")) {
                Files.delete(folder.resolve("lake").resolve(name).getParent());
            }
            Head served = pipeline.update(source, CollectionOptions.DEFAULTS).head();

            // It serves the folder already when a table is made of it, or when this is found out.
            lake.writeBytes(name, "{}".getBytes(UTF_8), 0, "log");
            assertRefused(pipeline, source, words);
            lake.write("day=1/b.parquet", 100, 1);
            assertRefused(pipeline, source, words);
            assertThat(pipeline.head()).isEqualTo(served);

            Update ignored = pipeline.update(source(lake, OnTable.IGNORE), CollectionOptions.DEFAULTS);
            assertThat(ignored.head().totals().rows()).isEqualTo(200);
            assertThat(pipeline.update(source(lake, OnTable.IGNORE), CollectionOptions.DEFAULTS)
                            .committed())
                    .isFalse();
        }
    }

    static Stream<Arguments> folders() {
        return Stream.of(Kind.values())
                .flatMap(kind -> Stream.of(
                                "table/_delta_log/0.json",
                                "_delta_log",
                                "_delta_log_$folder$",
                                "metadata/x.json",
                                "metadata/deeper/v1.metadata.json",
                                "old/metadata/v1.metadata.json",
                                "metadata.json",
                                "v1.metadata.json",
                                "day=1/.hoodie_partition_metadata",
                                "_committed_1",
                                "_SUCCESS",
                                "_metadata")
                        .map(name -> Arguments.of(kind, name)));
    }

    @ParameterizedTest
    @MethodSource("folders")
    void whatIsNoTablesLogAtTheRootIsJustAFile(Kind kind, String name) throws Exception {
        Lake lake = lake(kind);
        lake.write("day=1/a.parquet", 100, 0);
        lake.writeBytes(name, "{}".getBytes(UTF_8), 0, "no log");
        try (Pipeline pipeline = pipeline(kind)) {
            Update update = pipeline.update(source(lake, OnTable.REFUSE), CollectionOptions.DEFAULTS);
            assertThat(update.head().totals().rows()).isEqualTo(100);
        }
    }

    @Test
    void verifySaysOfASourceThatTurnedOutToBeATableThatItCannotBeListed() throws Exception {
        Lake lake = lake(Kind.LOCAL);
        lake.write("a.parquet", 100, 0);
        MemoryCatalogStore catalog = new MemoryCatalogStore();
        try (Pipeline pipeline = new Pipeline(catalog, PipelineTest.local(), 100)) {
            pipeline.update(source(lake, OnTable.REFUSE), CollectionOptions.DEFAULTS);
            lake.writeBytes("_delta_log/0.json", "{}".getBytes(UTF_8), 0, "log");
            assertThat(Verified.withSource(catalog, PipelineTest.local()).lines())
                    .filteredOn(line -> line.startsWith("ERROR"))
                    .singleElement()
                    .asString()
                    .contains("the source cannot be listed: The source ", DELTA);
        }
    }

    @Test
    void globsMakeNoFolderOfATable() throws Exception {
        Lake lake = lake(Kind.LOCAL);
        lake.write("data/a.parquet", 100, 0);
        lake.writeBytes("metadata/v1.metadata.json", "{}".getBytes(UTF_8), 0, "log");
        ExternalSource source = new ExternalSource(
                lake.place().uri(),
                new FolderSpec(
                        FolderSpec.PARQUET,
                        List.of("data/**"),
                        List.of("metadata/**"),
                        List.of(),
                        OnBadFile.FAIL,
                        null));
        try (Pipeline pipeline = pipeline(Kind.LOCAL)) {
            assertRefused(pipeline, source, ICEBERG + "v1.metadata.json");
        }
    }

    @Test
    void anEmptyLogOrALinkToOneMakesALocalTable() throws Exception {
        Lake lake = lake(Kind.LOCAL);
        lake.write("a.parquet", 100, 0);
        Path log = folder.resolve("lake/_delta_log");
        try (Pipeline pipeline = pipeline(Kind.LOCAL)) {
            Files.createDirectory(log);
            assertRefused(pipeline, source(lake, OnTable.REFUSE), DELTA);
            Files.delete(log);
            Files.createSymbolicLink(log, Files.createDirectory(folder.resolve("elsewhere")));
            assertRefused(pipeline, source(lake, OnTable.REFUSE), "a Delta table, as _delta_log, a symbolic link,");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"metadata", "metadata/v1.metadata.json", "_versions", "_versions/1.manifest"})
    void aLinkInPlaceOfALogOrOfAFolderOfOneMakesALocalTable(String name) throws Exception {
        Lake lake = lake(Kind.LOCAL);
        lake.write("data/a.parquet", 100, 0);
        Path link = folder.resolve("lake").resolve(name);
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, Files.createDirectory(folder.resolve("elsewhere")));
        try (Pipeline pipeline = pipeline(Kind.LOCAL)) {
            assertRefused(pipeline, source(lake, OnTable.REFUSE), name + ", a symbolic link, in it says");
            assertThat(pipeline.update(source(lake, OnTable.IGNORE), CollectionOptions.DEFAULTS)
                            .head()
                            .totals()
                            .rows())
                    .isEqualTo(100);
        }
    }

    @Test
    void whatWritersHaveNotFinishedIsLeftOutAndNamed() throws Exception {
        for (Kind kind : Kind.values()) {
            Lake lake = lake(kind);
            lake.write("a.parquet", 100, 0);
            lake.writeBytes("b.parquet._COPYING_", "half".getBytes(UTF_8), 0, "half");
            lake.writeBytes("day=1/c.parquet.tmp", "half".getBytes(UTF_8), 0, "half");
            try (Pipeline pipeline = pipeline(kind)) {
                ExternalSource source = new ExternalSource(lake.place().uri(), ExternalSpec.parquet());
                Update update = pipeline.update(source, CollectionOptions.DEFAULTS);
                assertThat(update.head().totals().rows()).isEqualTo(100);
                String reason = "hidden: a part of the path ends with ._COPYING_ or .tmp, as while it is written";
                assertThat(update.skipped())
                        .containsExactlyInAnyOrder(
                                new SkippedFile(lake.place().path("b.parquet._COPYING_"), reason),
                                new SkippedFile(lake.place().path("day=1/c.parquet.tmp"), reason));
            }
        }
    }

    /**
     * Where the log's names lie among the others, and which of the ranges listed in parallel meets them, does not
     * matter.
     */
    @ParameterizedTest
    @ValueSource(strings = {".hoodie/hoodie.properties", "_delta_log/0.json", "metadata/v1.metadata.json"})
    void aTableOfManyFilesIsSeenInAnyPartOfAListingAndCostsNoRequest(String name) throws Exception {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 12_000; i++) {
            keys.add("lake/%s/part-%05d.parquet"
                    .formatted(List.of("DAY=1", "day=2", "z").get(i % 3), i));
        }
        byte[] content = ParquetFiles.of(100, 0);
        ExternalSource source = new ExternalSource("s3://" + KeyServer.BUCKET + "/lake/", ExternalSpec.parquet());
        int lists;
        MemoryCatalogStore catalog = new MemoryCatalogStore();
        try (KeyServer server = new KeyServer(keys, Duration.ZERO, content, Integer.MAX_VALUE);
                S3Client client = S3Clients.connect(server.endpoint(), "key", "secret");
                Pipeline pipeline = new Pipeline(catalog, PipelineTest.s3(client), 1_000)) {
            pipeline.update(source, CollectionOptions.DEFAULTS);
            int before = server.lists();
            assertThat(pipeline.update(source, CollectionOptions.DEFAULTS).committed())
                    .isFalse();
            lists = server.lists() - before;
        }
        keys.add("lake/" + name);
        try (KeyServer server = new KeyServer(keys, Duration.ZERO, content, Integer.MAX_VALUE);
                S3Client client = S3Clients.connect(server.endpoint(), "key", "secret");
                Pipeline served = new Pipeline(catalog, PipelineTest.s3(client), 1_000);
                Pipeline begun = new Pipeline(new MemoryCatalogStore(), PipelineTest.s3(client), 1_000)) {
            assertRefused(served, source, name, "s3://bucket/lake/");
            assertThat(server.lists()).isLessThanOrEqualTo(lists);
            assertRefused(begun, source, name, "s3://bucket/lake/");
            assertThat(server.gets()).isZero();
        }
    }
}
