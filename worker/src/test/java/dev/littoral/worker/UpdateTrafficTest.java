package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.testing.FakeS3;
import dev.littoral.activities.testing.S3Server;
import dev.littoral.activities.testing.S3Servers;
import dev.littoral.workflows.UpdateExternalCollectionWorkflow;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.Traffic;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.testing.TemporalServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;

/** What updates report of their requests, against what a proxy before the store counts. */
@Timeout(600)
class UpdateTrafficTest {
    private static final String ID = "counted";

    @TempDir
    private Path folder;

    /** By store and kind, as a report has them. */
    private static Map<String, Long> counted(List<String> lines, String bucket) {
        Map<String, Long> counts = new TreeMap<>();
        for (String line : lines) {
            String method = line.substring(0, line.indexOf(' '));
            String kind = line.contains("list-type=2")
                    ? "list"
                    : line.contains("?delete") ? "delete" : method.toLowerCase(Locale.ROOT);
            String store =
                    line.contains("/" + bucket + "/lake/") || line.contains("prefix=lake") ? "source" : "catalog";
            counts.merge(store + "." + kind, 1L, Long::sum);
        }
        return counts;
    }

    @Test
    void eachRequestOfAnUpdateIsCountedOnce() throws Exception {
        TemporalServer temporal = TemporalServer.shared();
        String namespace = temporal.newNamespace();
        S3Server s3 = S3Servers.shared(S3Servers.Kind.MINIO);
        String bucket = s3.newBucket();
        byte[] file = Parquet.ofRows(10);
        put(s3, bucket, "lake/a.parquet", file);
        put(s3, bucket, "lake/b.parquet", file);
        try (FakeS3 proxy = new FakeS3(s3.endpoint(), (number, request) -> null)) {
            WorkerProcess worker = WorkerProcess.start(
                            folder,
                            "s3://" + bucket + "/catalog",
                            ID,
                            Map.of(
                                    "TEMPORAL_ADDRESS", temporal.target(),
                                    "TEMPORAL_NAMESPACE", namespace,
                                    "AWS_ENDPOINT_URL_S3", proxy.endpoint().toString(),
                                    "AWS_REGION", "us-east-1",
                                    "AWS_ACCESS_KEY_ID", s3.accessKey(),
                                    "AWS_SECRET_ACCESS_KEY", s3.secretKey()))
                    .awaitReady();
            try {
                Following orders = Following.start(
                        temporal.client(namespace), ID, ID, "s3://" + bucket + "/lake/", Following.SMALL);
                assertThat(orders.awaitIdle().last().state()).isEqualTo(UpdateState.COMMITTED);
                for (UpdateState end : List.of(UpdateState.UNCHANGED, UpdateState.COMMITTED, UpdateState.UNCHANGED)) {
                    if (end == UpdateState.COMMITTED) {
                        put(s3, bucket, "lake/b.parquet", Parquet.ofRows(11));
                        put(s3, bucket, "lake/c.parquet", file);
                    }
                    int before = proxy.requests().size();
                    long update = orders.workflow().updateRefresh().update();
                    CollectionStatus status = orders.awaitIdle();
                    assertThat(status.last().state()).isEqualTo(end);
                    UpdateReport report = temporal.client(namespace)
                            .newUntypedWorkflowStub(UpdateExternalCollectionWorkflow.id(ID, update))
                            .getResult(UpdateReport.class);
                    Map<String, Long> counted = counted(
                            proxy.requests().subList(before, proxy.requests().size()).stream()
                                    .filter(line -> !line.contains("consumers") && !line.contains("boundary"))
                                    .toList(),
                            bucket);
                    // The collection itself reads the head after a commit.
                    if (end == UpdateState.COMMITTED) {
                        counted.merge("catalog.list", -1L, Long::sum);
                        counted.merge("catalog.get", -1L, Long::sum);
                        counted.values().removeIf(count -> count == 0);
                    }
                    assertThat(report.requests()).as("%s", proxy.requests()).isEqualTo(counted);
                    long read = end == UpdateState.COMMITTED ? Parquet.ofRows(11).length + file.length : 0;
                    assertThat(report.bytes().getOrDefault("source.read", 0L)).isEqualTo(read);
                    assertThat(report.bytes().containsKey("catalog.written")).isEqualTo(end == UpdateState.COMMITTED);
                    assertThat(status.last().traffic()).isEqualTo(new Traffic(report.requests(), report.bytes()));
                }
            } finally {
                worker.kill();
            }
        }
    }

    private static void put(S3Server s3, String bucket, String key, byte[] body) {
        s3.client().putObject(r -> r.bucket(bucket).key(key), RequestBody.fromBytes(body));
    }
}
