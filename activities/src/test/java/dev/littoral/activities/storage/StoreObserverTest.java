package dev.littoral.activities.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.storage.s3.RequestCounter;
import dev.littoral.activities.storage.s3.S3Bucket;
import dev.littoral.activities.storage.s3.S3Clients;
import dev.littoral.activities.storage.s3.S3Uri;
import dev.littoral.activities.testing.FakeS3;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.MDC;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

class StoreObserverTest {
    private final List<String> heard = Collections.synchronizedList(new ArrayList<>());

    private void hear(StoreObserver.Store store, String kind, String status) {
        heard.add(store + " " + kind + " " + status);
    }

    @Test
    void everyTryOfARequestIsHeardWithItsStatus() throws Exception {
        try (FakeS3 server = new FakeS3((number, request) -> switch (number) {
                    case 0 -> FakeS3.error(503, "SlowDown");
                    // No answer at all.
                    case 1 -> new byte[0];
                    case 2 -> FakeS3.reply(200, "ETag: \"e\"\r\n", "abc");
                    default -> FakeS3.error(404, "NoSuchKey");
                });
                S3Client client = S3Clients.connect(server.endpoint(), "key", "hush")) {
            S3Bucket bucket = new S3Bucket(
                    client, new S3Uri("lake", ""), new RequestCounter(this::hear, StoreObserver.Store.CATALOG));
            assertThat(bucket.get(-1, r -> r.key("a")).asUtf8String()).isEqualTo("abc");
            assertThatThrownBy(() -> bucket.get(-1, r -> r.key("b"))).isInstanceOf(NoSuchKeyException.class);
        }
        assertThat(heard).containsExactly("CATALOG GET 503", "CATALOG GET error", "CATALOG GET 200", "CATALOG GET 404");
    }

    @Test
    void aRequestThatIsNeverAnsweredIsHeardOncePerTry() throws Exception {
        RequestCounter counter = new RequestCounter(this::hear, StoreObserver.Store.SOURCE);
        try (FakeS3 server = new FakeS3((number, request) -> new byte[0]);
                S3Client client = S3Clients.connect(server.endpoint(), "key", "hush")) {
            S3Bucket bucket = new S3Bucket(client, new S3Uri("lake", ""), counter);
            assertThatThrownBy(() -> bucket.get(-1, r -> r.key("a"))).isInstanceOf(SdkException.class);
        }
        assertThat(heard)
                .hasSize(counter.counts().get("GET").intValue())
                .hasSizeGreaterThan(1)
                .allMatch("SOURCE GET error"::equals);
    }

    @Test
    void requestsToAFolderAreHeardToo(@TempDir Path folder) throws Exception {
        try (S3Clients clients = new S3Clients();
                ObjectStore store = Catalogs.open(folder.toString(), clients, this::hear)) {
            store.createIfAbsent("c/head/1.json", new byte[1]);
            store.get("c/head/1.json");
            store.list("c/", null, 1);
            store.delete(List.of("c/head/1.json"));
        }
        assertThat(heard).containsExactly("CATALOG PUT ok", "CATALOG GET ok", "CATALOG LIST ok", "CATALOG DELETE ok");
    }

    @Test
    void workOnOtherThreadsLogsOfWhomItIs() throws Exception {
        Callable<String> who = () -> MDC.get("collection");
        MDC.put("collection", "c");
        try {
            assertThat(ParallelTasks.run(2, List.of(who, who, who), RuntimeException.class))
                    .containsExactly("c", "c", "c");
        } finally {
            MDC.remove("collection");
        }
        assertThat(ParallelTasks.run(2, List.of(who, who), RuntimeException.class))
                .containsOnlyNulls();
    }
}
