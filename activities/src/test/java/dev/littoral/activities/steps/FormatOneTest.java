package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.Segment;
import dev.littoral.activities.catalog.Snapshot;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.local.LocalStores;
import dev.littoral.activities.testing.LogAudit;
import dev.littoral.activities.testing.S3Server;
import dev.littoral.activities.testing.S3Servers;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.HeadBucketRequest;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;

/**
 * A catalog that a build of format 1 wrote, with the files it is of: three updates of twelve files in three folders.
 * The files' versions are those that S3 gives them, so the source is the recorded one wherever the test runs.
 */
class FormatOneTest {
    private static final Path RECORDED = Path.of("src/test/resources/catalogs/format-1");
    private static final String BUCKET = "format-1-lake";
    private static final ExternalSource SOURCE = new ExternalSource("s3://" + BUCKET + "/t/", ExternalSpec.parquet());
    private static final String NOT_PROBED = "WARNING _littoral/store.json: it is missing";

    @TempDir
    private Path folder;

    private S3Server server;
    private CatalogStore store;

    @BeforeEach
    void restore() throws IOException, InterruptedException {
        server = S3Servers.shared(S3Servers.Kind.S3PROXY);
        try {
            server.client()
                    .headBucket(HeadBucketRequest.builder().bucket(BUCKET).build());
        } catch (NoSuchBucketException e) {
            server.client().createBucket(request -> request.bucket(BUCKET));
        }
        for (Path file : filesBelow(RECORDED.resolve("lake"))) {
            write(RECORDED.resolve("lake").relativize(file).toString(), Files.readAllBytes(file));
        }
        for (Path file : filesBelow(RECORDED.resolve("catalog"))) {
            Path to = folder.resolve(RECORDED.relativize(file).toString());
            Files.createDirectories(to.getParent());
            Files.copy(file, to);
        }
        store = LocalStores.catalog(folder.resolve("catalog"));
    }

    private static List<Path> filesBelow(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private void write(String name, byte[] bytes) {
        server.client().putObject(request -> request.bucket(BUCKET).key("t/" + name), RequestBody.fromBytes(bytes));
    }

    private Verified verified() throws InterruptedException {
        return Verified.withSource(store, PipelineTest.s3(server.client()));
    }

    @Test
    void isReadAndIsRight() throws Exception {
        Snapshot snapshot = CatalogReader.on(store).snapshot("c");
        assertThat(snapshot.totals().dead()).isZero();
        assertThat(snapshot.segments().mapToLong(Segment::rows).sum())
                .isPositive()
                .isEqualTo(snapshot.totals().rows());
        assertThat(verified().lines()).allMatch(line -> line.startsWith(NOT_PROBED));
        assertThat(LogAudit.findings(store, "c")).isEmpty();
    }

    @Test
    void theNextCommitOnItIsOfFormatTwo() throws Exception {
        Snapshot before = CatalogReader.on(store).snapshot("c");
        try (Pipeline pipeline = new Pipeline(store, PipelineTest.s3(server.client()), 6)) {
            assertThat(pipeline.update(SOURCE, PipelineTest.options(1_500)).committed())
                    .as("a listing of format 1 is compared")
                    .isFalse();
            write("day=0/part-0.parquet", ParquetFiles.of(90, 7));
            Pipeline.Update update = pipeline.update(SOURCE, PipelineTest.options(1_500));
            assertThat(pipeline.catalog().root(update.head()).orElseThrow().format())
                    .isEqualTo(2);
            assertThat(before.listedAt()).isEmpty();
            assertThat(update.head().listedAt())
                    .isNotNull()
                    .isEqualTo(
                            pipeline.catalog().root(update.head()).orElseThrow().listedAt());
            assertThat(update.deletedRows()).isPositive();
            assertThat(update.head().totals().dead()).isEqualTo(update.deletedRows());
        }
        Snapshot now = CatalogReader.on(store).snapshot("c");
        assertThat(now.segments().map(Segment::id))
                .containsAll(before.segments().map(Segment::id).toList());
        assertThat(verified().lines()).allMatch(line -> line.startsWith(NOT_PROBED));
        assertThat(LogAudit.findings(store, "c")).isEmpty();
        assertThat(CatalogReader.on(store).snapshot("c", before.version()).totals())
                .as("the version of format 1 can still be read")
                .isEqualTo(before.totals());
    }

    @AfterEach
    void empty() {
        server.client()
                .listObjectsV2(request -> request.bucket(BUCKET))
                .contents()
                .forEach(object -> server.client()
                        .deleteObject(request -> request.bucket(BUCKET).key(object.key())));
    }
}
