package dev.littoral.activities.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.local.LocalStores;
import dev.littoral.activities.testing.S3Server;
import dev.littoral.activities.testing.S3Servers;
import dev.littoral.workflows.testing.DocumentedCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * The code that the documents about reading show compiles as it stands, and reads a catalog in a folder; that of the
 * first one also on S3.
 */
class DocumentedReaderTest {
    @TempDir
    private Path folder;

    @Test
    void theCodeOfTheDocumentReadsAFolderAndABucket() throws Exception {
        DocumentedCode code = DocumentedCode.compile(Path.of("../docs/reading.md"), folder);
        Path catalog = folder.resolve("catalog");
        StringBuilder expected = new StringBuilder();
        try (CatalogStore store = LocalStores.catalog(catalog);
                CatalogReader reader = CatalogReader.on(store)) {
            new RandomCollection(store, "orders", 2).commit(3);
            Snapshot snapshot = reader.snapshot("orders");
            snapshot.segments()
                    .forEach(segment -> expected.append("segment %d: %d rows in %d fragments%n"
                            .formatted(
                                    segment.id(),
                                    segment.rows(),
                                    segment.fragments().size())));
            Segment first = snapshot.segments().findFirst().orElseThrow();
            Segment.RowLocation row = first.locate(0);
            expected.append("row 0 of segment %d is row %d of %s%n".formatted(first.id(), row.fileRow(), row.file()));
        }

        assertThat(code.run(Map.of(), catalog.toString(), "orders")).endsWith(expected);

        S3Server server = S3Servers.shared(S3Servers.Kind.S3PROXY);
        String bucket = server.newBucket();
        try (Stream<Path> files = Files.walk(catalog)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                server.client()
                        .putObject(
                                put -> put.bucket(bucket).key("catalog/" + catalog.relativize(file)),
                                RequestBody.fromFile(file));
            }
        }
        Map<String, String> environment = Map.of(
                "AWS_ENDPOINT_URL_S3", server.endpoint().toString(),
                "AWS_ACCESS_KEY_ID", server.accessKey(),
                "AWS_SECRET_ACCESS_KEY", server.secretKey(),
                "AWS_REGION", "us-east-1",
                "AWS_EC2_METADATA_DISABLED", "true");
        assertThat(code.run(environment, "s3://" + bucket + "/catalog", "orders"))
                .endsWith(expected);
    }

    @Test
    void theCodeOfTheDocumentAboutDifferencesFollowsTheVersions() throws Exception {
        DocumentedCode code = DocumentedCode.compile(Path.of("../docs/diff.md"), folder);
        Path catalog = folder.resolve("catalog");
        StringBuilder expected = new StringBuilder();
        try (CatalogStore store = LocalStores.catalog(catalog);
                CatalogReader reader = CatalogReader.on(store)) {
            RandomCollection random = new RandomCollection(store, "orders", 2);
            random.commit(2);
            random.declare();
            reader.snapshot("orders")
                    .segments()
                    .forEach(segment -> expected.append("build %d from %s%n"
                            .formatted(
                                    segment.id(), segment.fragments().getFirst().file())));
            expected.append(
                    "version 1: %s%n".formatted(reader.diff("orders", 0, 1).totals()));
            expected.append("version 2: %s%n".formatted(DiffTotals.NONE));
        }

        assertThat(code.run(Map.of(), catalog.toString(), "orders", "0")).endsWith(expected);
    }
}
