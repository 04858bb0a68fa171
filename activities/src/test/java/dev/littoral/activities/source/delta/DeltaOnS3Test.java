package dev.littoral.activities.source.delta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.table.Table;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.activities.storage.RequestCounts;
import dev.littoral.activities.storage.s3.S3Stores;
import dev.littoral.activities.testing.Openers;
import dev.littoral.activities.testing.S3Server;
import dev.littoral.activities.testing.S3Servers;
import dev.littoral.workflows.model.TableAt;
import dev.littoral.workflows.model.TableVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;

/** A table in a bucket. */
class DeltaOnS3Test {
    private final S3Server server = S3Servers.shared(S3Servers.Kind.S3PROXY);
    private String bucket;
    private RequestCounts requests;

    @BeforeEach
    void newBucket() {
        bucket = server.newBucket();
    }

    private void commit(long version, String... actions) {
        put("_delta_log/" + LogListing.padded(version) + ".json", String.join("\n", actions));
    }

    private void put(String key, String content) {
        server.client().putObject(r -> r.bucket(bucket).key("lake/t/" + key), RequestBody.fromString(content));
    }

    private Table open(TableAt at) {
        requests = new RequestCounts();
        return new DeltaTable(
                new TableStorage(
                        S3Stores.store(server.client(), "s3://" + bucket + "/lake/t/", requests), Openers.NONE),
                at);
    }

    private List<String> files(Table table, TableVersion version) throws Exception {
        List<String> files = new ArrayList<>();
        table.files(version, file -> files.add(file.path()));
        return files;
    }

    @Test
    void anUnchangedTableCostsOneListingAndAnAppendItsCommitMore() throws Exception {
        commit(0, DeltaFolder.PROTOCOL, DeltaFolder.METADATA, DeltaFolder.add("a", 1));
        // What sorts behind the commits is not listed to its end.
        for (int i = 0; i < 20; i++) {
            put("_delta_log/_sidecars/" + i + ".parquet", "x");
        }
        TableVersion first = open(null).resolve(null);
        assertThat(first.committedAt())
                .isBetween(
                        Instant.now().minus(Duration.ofHours(1)), Instant.now().plus(Duration.ofHours(1)));
        assertThat(open(null).resolve(first)).isEqualTo(first);
        assertThat(requests.requests()).isEqualTo(Map.of("source.list", 1L));
        commit(1, DeltaFolder.add("b", 1));
        Table table = open(null);
        TableVersion second = table.resolve(first);
        assertThat(table.changes(first, second).orElseThrow().files())
                .extracting(file -> file.path())
                .containsExactly("s3://" + bucket + "/lake/t/b");
        assertThat(requests.requests()).isEqualTo(Map.of("source.list", 1L, "source.get", 1L));
        assertThat(open(new TableAt(null, null, null, null, Instant.now().plus(Duration.ofDays(1))))
                        .resolve(null))
                .isEqualTo(second);
        // Another commit at its place is another version.
        commit(1, DeltaFolder.add("c", 1));
        TableVersion other = open(null).resolve(second);
        assertThat(other.isSame(second)).isFalse();
        assertThat(open(null).changes(second, other)).isEmpty();
    }

    @Test
    void allNamesOfS3AreOnePlace() throws Exception {
        String place = bucket + "/lake/t/";
        commit(
                0,
                DeltaFolder.PROTOCOL,
                DeltaFolder.METADATA,
                DeltaFolder.add("s3a://" + place + "a%20b", 1),
                DeltaFolder.add("s3n://" + place + "c", 1),
                DeltaFolder.add("s3://" + place + "d", 1),
                DeltaFolder.add("day=12:30/e", 1));
        commit(1, DeltaFolder.remove("c"), DeltaFolder.remove("s3a://" + place + "d"));
        Table table = open(null);
        assertThat(files(table, table.resolve(null)))
                .containsExactlyInAnyOrder("s3://" + place + "a b", "s3://" + place + "day=12:30/e");
    }

    @Test
    void anotherBucketOrAFileOfTheWorkerIsRefused() {
        String beside = "s3://" + bucket + "/lake/t2/x";
        for (String path : List.of("s3a://other/x", beside, "/etc/passwd", "file:/etc/passwd")) {
            commit(0, DeltaFolder.PROTOCOL, DeltaFolder.METADATA, DeltaFolder.add(path, 1));
            Table table = open(null);
            assertThatThrownBy(() -> files(table, table.resolve(null))).as(path).isInstanceOf(LittoralException.class);
        }
    }
}
