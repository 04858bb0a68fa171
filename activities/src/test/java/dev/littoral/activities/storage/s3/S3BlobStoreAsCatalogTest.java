package dev.littoral.activities.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.RequestCounts;
import dev.littoral.activities.testing.FakeS3;
import dev.littoral.activities.testing.S3Server;
import dev.littoral.activities.testing.S3Servers;
import dev.littoral.activities.testing.S3Servers.Kind;
import dev.littoral.workflows.model.FailureType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.s3.S3Client;

class S3BlobStoreAsCatalogTest {
    private final RequestCounts counter = new RequestCounts();

    @ParameterizedTest
    @EnumSource
    void whatIsWrittenIsReadUntilItIsDeleted(Kind kind) throws Exception {
        try (CatalogStore store = store(S3Servers.shared(kind))) {
            byte[] large = new byte[3_000_000];
            new Random(7).nextBytes(large);

            assertThat(store.get("c/head/1.json")).isEmpty();
            assertThat(store.createIfAbsent("c/head/1.json", bytes("one"))).isTrue();
            assertThat(store.createIfAbsent("c/head/1.json", bytes("two"))).isFalse();
            assertThat(store.get("c/head/1.json")).hasValue(bytes("one"));
            store.put("c/head/1.json", bytes("three"));
            assertThat(store.get("c/head/1.json")).hasValue(bytes("three"));
            store.put("c/large", large);
            assertThat(store.get("c/large")).hasValue(large);
            store.put("c/empty", new byte[0]);
            assertThat(store.get("c/empty")).hasValue(new byte[0]);

            store.delete(List.of("c/head/1.json", "c/large", "c/empty", "c/never", "c/never"));
            assertThat(store.get("c/head/1.json")).isEmpty();
            assertThat(store.list("c/", null, 10)).isEmpty();
            store.delete(List.of());
            assertThat(counter.requests())
                    .containsEntry("catalog.put", 5L)
                    .containsEntry("catalog.get", 6L)
                    .containsEntry("catalog.list", 1L)
                    .containsEntry("catalog.delete", 1L);
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofManyRacingCreationsOneWins(Kind kind) throws Exception {
        int racers = 16;
        try (CatalogStore store = store(S3Servers.shared(kind));
                ExecutorService threads = Executors.newFixedThreadPool(racers)) {
            for (int round = 0; round < 10; round++) {
                String key = "c/head/" + round;
                CyclicBarrier start = new CyclicBarrier(racers);
                List<Future<Boolean>> creations = new ArrayList<>();
                for (int i = 0; i < racers; i++) {
                    byte[] body = bytes("racer " + i);
                    creations.add(threads.submit(() -> {
                        start.await();
                        return createOrReadBack(store, key, body);
                    }));
                }
                List<String> winners = new ArrayList<>();
                for (int i = 0; i < racers; i++) {
                    if (creations.get(i).get()) {
                        winners.add("racer " + i);
                    }
                }
                assertThat(winners).as("round %d", round).hasSize(1);
                assertThat(store.get(key)).hasValue(bytes(winners.getFirst()));
            }
        }
    }

    /** As the commit protocol does it: what nobody knows is settled by one read. */
    private static boolean createOrReadBack(CatalogStore store, String key, byte[] body) throws InterruptedException {
        try {
            return store.createIfAbsent(key, body);
        } catch (LittoralException e) {
            assertThat(e.type()).isEqualTo(FailureType.TRANSIENT);
            return store.get(key).map(found -> Arrays.equals(found, body)).orElse(false);
        }
    }

    @ParameterizedTest
    @EnumSource
    void keysAreListedInOrderAndInPieces(Kind kind) throws Exception {
        try (CatalogStore store = store(S3Servers.shared(kind))) {
            List<String> keys = IntStream.range(0, 1005)
                    .mapToObj("c/staging/%04d"::formatted)
                    .toList();
            try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
                List<Future<?>> puts = new ArrayList<>();
                for (String key : keys) {
                    puts.add(threads.submit(() -> {
                        store.put(key, bytes(key));
                        return null;
                    }));
                }
                for (Future<?> put : puts) {
                    put.get();
                }
            }
            store.put("c/staging-other", bytes("other"));

            assertThat(store.list("c/staging/", null, 5000)).isEqualTo(keys);
            assertThat(store.list("c/staging/", null, 1)).containsExactly(keys.getFirst());
            assertThat(store.list("c/staging/", null, 1003)).isEqualTo(keys.subList(0, 1003));
            assertThat(store.list("c/staging/", keys.get(41), 2)).isEqualTo(keys.subList(42, 44));
            assertThat(store.list("c/staging/", "c/staging/0041a", 2)).isEqualTo(keys.subList(42, 44));
            assertThat(store.list("c/staging/", keys.getLast(), 2)).isEmpty();
            assertThat(store.list("c/none/", null, 2)).isEmpty();

            store.delete(keys);
            assertThat(store.list("c/", null, 10)).containsExactly("c/staging-other");
            assertThat(counter.requests()).containsEntry("catalog.delete", 2L);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerThatWasLostIsToldByReadingBack(Kind kind) throws Exception {
        S3Server server = S3Servers.shared(kind);
        String bucket = server.newBucket();
        FakeS3.Script losesTheFirst = (number, request) -> number == 0 ? new byte[0] : null;
        try (FakeS3 between = new FakeS3(server.endpoint(), losesTheFirst);
                S3Client client = S3Clients.connect(between.endpoint(), server.accessKey(), server.secretKey());
                CatalogStore store = S3Stores.catalog(client, "s3://" + bucket, counter)) {
            assertThat(store.createIfAbsent("c/head/1", bytes("mine"))).isFalse();
            assertThat(store.get("c/head/1")).hasValue(bytes("mine"));
        }
        assertThat(counter.requests()).containsEntry("catalog.put", 2L).containsEntry("catalog.get", 1L);
    }

    @Test
    void aWriteWhoseAnswerIsCutOffIsNotTakenForDone() throws Exception {
        try (FakeS3 server = new FakeS3((number, request) -> FakeS3.cutOff());
                S3Client client = S3Clients.connect(server.endpoint(), "access-key", "secret-key");
                CatalogStore store = S3Stores.catalog(client, "s3://lake/catalog", counter)) {
            isTransient(() -> store.createIfAbsent("c/1", bytes("x")));
            isTransient(() -> store.put("c/1", bytes("x")));
            isTransient(() -> store.get("c/1"));
            isTransient(() -> store.list("c/", null, 1));
            isTransient(() -> store.delete(List.of("c/1")));
        }
    }

    @Test
    void aConflictOfTwoWritersIsSettledByTheCaller() throws Exception {
        try (FakeS3 server = new FakeS3((number, request) -> FakeS3.error(409, "ConditionalRequestConflict"));
                S3Client client = S3Clients.connect(server.endpoint(), "access-key", "secret-key");
                CatalogStore store = S3Stores.catalog(client, "s3://lake/catalog", counter)) {
            isTransient(() -> store.createIfAbsent("c/1", bytes("x")));
        }
    }

    @Test
    void onlyAMissingKeyReadsAsEmpty() throws Exception {
        List<byte[]> answers = List.of(
                FakeS3.error(404, "NoSuchBucket"),
                FakeS3.error(404, "XAdminUserNotFound"),
                FakeS3.reply(404, "Content-Type: text/html\r\n", "<html>default backend</html>"),
                FakeS3.reply(404, "", ""));
        for (byte[] answer : answers) {
            try (FakeS3 server = new FakeS3((number, request) -> answer);
                    S3Client client = S3Clients.connect(server.endpoint(), "access-key", "secret-key");
                    CatalogStore store = S3Stores.catalog(client, "s3://lake/catalog", counter)) {
                assertThatThrownBy(() -> store.get("c/1")).isInstanceOf(LittoralException.class);
            }
        }
    }

    @Test
    void anObjectThatCannotBeDeletedIsAFailure() throws Exception {
        String body = "<DeleteResult><Deleted><Key>catalog/c/1</Key></Deleted>"
                + "<Error><Key>catalog/c/2</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>";
        try (FakeS3 server =
                        new FakeS3((number, request) -> FakeS3.reply(200, "Content-Type: application/xml\r\n", body));
                S3Client client = S3Clients.connect(server.endpoint(), "access-key", "secret-key");
                CatalogStore store = S3Stores.catalog(client, "s3://lake/catalog", counter)) {
            assertThatThrownBy(() -> store.delete(List.of("c/1", "c/2")))
                    .asInstanceOf(type(LittoralException.class))
                    .satisfies(e -> assertThat(e.type()).isEqualTo(FailureType.ACCESS))
                    .satisfies(e -> assertThat(e).hasMessageContaining("s3://lake/catalog/"));
        }
    }

    private static void isStrange(ThrowingCallable call, String said) {
        assertThatThrownBy(call)
                .asInstanceOf(type(LittoralException.class))
                .satisfies(e -> assertThat(e.type()).isEqualTo(FailureType.TRANSIENT))
                .satisfies(e -> assertThat(e)
                        .hasMessageContaining("s3://lake/catalog/")
                        .hasMessageContaining(said)
                        .hasMessageContaining("; expected")
                        .hasMessageNotContaining("cut off"));
    }

    /** A store that is always quiet, and what else is whole and says nothing of the objects. */
    @Test
    void aWholeAnswerThatNamesNoObjectIsNotSaidToBeCutOff() throws Exception {
        for (String body : List.of("<DeleteResult/>", "<html><body>hello</body></html>", "")) {
            List<String> requests = new ArrayList<>();
            try (FakeS3 server = new FakeS3((number, request) -> {
                        requests.add(request);
                        return FakeS3.reply(200, "Content-Type: application/xml\r\n", body);
                    });
                    S3Client client = S3Clients.connect(server.endpoint(), "access-key", "secret-key");
                    CatalogStore store = S3Stores.catalog(client, "s3://lake/catalog", counter)) {
                isStrange(
                        () -> store.delete(List.of("c/1", "c/2")),
                        body.isEmpty()
                                ? "has nothing in it"
                                : "names 0 objects that were deleted and 0 that were not; expected each of the 2");
                assertThat(requests).as("the second answer is the same").hasSize(2);
            }
        }
    }

    @Test
    void aWholeAnswerToAWriteThatNamesNoETagIsNotSaidToBeCutOff() throws Exception {
        try (FakeS3 server = new FakeS3((number, request) -> FakeS3.reply(200, "", ""));
                S3Client client = S3Clients.connect(server.endpoint(), "access-key", "secret-key");
                CatalogStore store = S3Stores.catalog(client, "s3://lake/catalog", counter)) {
            isStrange(() -> store.put("c/1", bytes("x")), "names no ETag");
            isStrange(() -> store.createIfAbsent("c/1", bytes("x")), "names no ETag");
        }
    }

    private CatalogStore store(S3Server server) {
        String uri = "s3://" + server.newBucket() + "/catalog";
        CatalogStore store = S3Stores.catalog(server.client(), uri, counter);
        assertThat(store.location()).isEqualTo(uri + "/");
        return store;
    }

    private static void isTransient(ThrowingCallable call) {
        assertThatThrownBy(call)
                .asInstanceOf(type(LittoralException.class))
                .satisfies(e -> assertThat(e.type()).isEqualTo(FailureType.TRANSIENT))
                .satisfies(e -> assertThat(e).hasMessageContaining("s3://lake/catalog/"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
