package dev.littoral.activities.source.lance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.table.Table;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.activities.storage.s3.S3Stores;
import dev.littoral.activities.testing.Openers;
import dev.littoral.activities.testing.S3Server;
import dev.littoral.activities.testing.S3Servers;
import dev.littoral.workflows.model.TableSpec;
import dev.littoral.workflows.model.TableVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.sync.RequestBody;

/** A dataset in a bucket, and what its versions cost in requests. */
class LanceOnS3Test {
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    @ParameterizedTest
    @EnumSource(S3Servers.Kind.class)
    void aVersionCostsFewRequestsAndTheSameVersionOne(S3Servers.Kind kind) throws Exception {
        S3Server server = S3Servers.shared(kind);
        String bucket = server.newBucket();
        Path golden = Path.of(getClass().getResource("/lance/golden.lance").toURI());
        try (Stream<Path> files = Files.walk(golden)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String key = "lake/docs.lance/" + golden.relativize(file);
                server.client().putObject(b -> b.bucket(bucket).key(key), RequestBody.fromFile(file));
            }
        }
        String uri = "s3://" + bucket + "/lake/docs.lance/";
        TableStorage storage = new TableStorage(
                S3Stores.store(server.client(), uri, (role, request, status) -> requests.add(request)), Openers.NONE);
        Table table = new LanceFormat().open(storage, TableSpec.newest(TableSpec.LANCE));
        TableVersion version = table.resolve(null);
        assertThat(version.version()).isEqualTo("3");
        assertThat(requests).containsExactly("LIST", "GET");
        requests.clear();
        assertThat(table.resolve(version)).isSameAs(version);
        assertThat(requests).containsExactly("LIST");
        requests.clear();
        List<SourceFile> files = List.copyOf(LanceTables.files(table, version).values());
        assertThat(requests).containsExactly("LIST", "GET");
        assertThat(files).hasSize(3).allSatisfy(file -> assertThat(file.path()).startsWith(uri + "data/"));
        long deleted = 0;
        for (SourceFile file : files) {
            deleted += LanceTables.deletedRows(table, version, file).count();
        }
        assertThat(deleted).isEqualTo(6003);
    }
}
