package dev.littoral.activities.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.activities.storage.s3.S3Clients;
import dev.littoral.activities.storage.s3.S3Stores;
import dev.littoral.activities.testing.FakeS3;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.MDC;
import software.amazon.awssdk.services.s3.S3Client;

class StoreObserverTest {
    private final List<String> heard = Collections.synchronizedList(new ArrayList<>());

    private void hear(StoreObserver.Role role, String kind, String status) {
        heard.add(role + " " + kind + " " + status);
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
            CatalogStore store = S3Stores.catalog(client, "s3://lake", this::hear);
            assertThat(store.get("a")).hasValue("abc".getBytes(UTF_8));
            assertThat(store.get("b")).isEmpty();
        }
        assertThat(heard).containsExactly("CATALOG GET 503", "CATALOG GET error", "CATALOG GET 200", "CATALOG GET 404");
    }

    @Test
    void aRequestThatIsNeverAnsweredIsHeardOncePerTry() throws Exception {
        RequestCounts counts = new RequestCounts();
        try (FakeS3 server = new FakeS3((number, request) -> new byte[0]);
                S3Client client = S3Clients.connect(server.endpoint(), "key", "hush")) {
            CatalogStore store = S3Stores.catalog(client, "s3://lake", counts.and(this::hear));
            assertThatThrownBy(() -> store.get("a")).isInstanceOf(LittoralException.class);
        }
        assertThat(heard)
                .hasSize(counts.requests().get("catalog.get").intValue())
                .hasSizeGreaterThan(1)
                .allMatch("CATALOG GET error"::equals);
    }

    @Test
    void requestsToAFolderAreHeardToo(@TempDir Path folder) throws Exception {
        try (Storages storages = StorageRegistry.storages();
                CatalogStore store = storages.openCatalog(folder.toString(), this::hear)) {
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
