package dev.littoral.activities.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.catalog.RandomCollection.Expected;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.local.LocalStores;
import dev.littoral.activities.storage.s3.S3Stores;
import dev.littoral.activities.storage.s3.S3Uri;
import dev.littoral.activities.testing.ForwardingStore;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.activities.testing.MemoryCatalogStore.Call;
import dev.littoral.activities.testing.S3Server;
import dev.littoral.activities.testing.S3Servers;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CatalogReaderTest {
    /** Where a catalog can be. */
    enum Place {
        MEMORY,
        FOLDER,
        S3PROXY,
        MINIO
    }

    @TempDir
    private Path folder;

    private final MemoryCatalogStore memory = new MemoryCatalogStore();

    private CatalogStore store(Place place) throws InterruptedException {
        return switch (place) {
            case MEMORY -> memory;
            case FOLDER -> LocalStores.catalog(folder);
            case S3PROXY -> s3(S3Servers.shared(S3Servers.Kind.S3PROXY));
            case MINIO -> s3(S3Servers.shared(S3Servers.Kind.MINIO));
        };
    }

    private static CatalogStore s3(S3Server server) {
        S3Uri uri = S3Uri.parse("s3://" + server.newBucket() + "/catalog/");
        return S3Stores.catalog(server.client(), uri.toString());
    }

    @ParameterizedTest
    @EnumSource
    void everySnapshotReadsAsItsObjectsSay(Place place) throws Exception {
        try (CatalogStore store = store(place);
                CatalogReader reader = CatalogReader.on(store)) {
            for (long seed = 0; seed < (place == Place.MEMORY ? 50 : 3); seed++) {
                String id = "c" + seed;
                RandomCollection random = new RandomCollection(store, id, seed);
                for (int shards = 0; shards < 4; shards++) {
                    random.commit(shards);
                    random.declare();
                }
                for (long version = 1; version <= 8; version++) {
                    // A declaration serves what was committed before it.
                    Snapshot snapshot = reader.snapshot(id, version);
                    assertThat(snapshot.version()).isEqualTo((version - 1) / 2 * 2 + 1);
                    assertReads(snapshot, random.naively(snapshot.version()));
                }
                assertThat(reader.snapshot(id).version()).isEqualTo(7);
                assertThat(reader.head(id).version()).isEqualTo(8);
                assertThat(reader.head(id, 3).commitId()).isEqualTo("commit-3");
                assertThat(reader.versions(id).map(Head::version)).containsExactly(8L, 7L, 6L, 5L, 4L, 3L, 2L, 1L);
            }
        }
    }

    private static void assertReads(Snapshot snapshot, Expected expected) {
        assertThat(snapshot.files().map(file -> file.path() + " " + file.rows()))
                .isEqualTo(expected.files());
        assertThat(snapshot.skipped().map(file -> file.file() + " " + file.reason()))
                .isEqualTo(expected.skipped());
        List<String> rows = new ArrayList<>();
        snapshot.segments()
                .forEach(segment -> LongStream.range(0, segment.rows())
                        .mapToObj(row -> row(segment.locate(row)))
                        .forEach(rows::add));
        assertThat(rows).isEqualTo(expected.rows());
        snapshot.segments().forEach(segment -> {
            assertThat(snapshot.segment(segment.id())).isEqualTo(segment);
            assertThat(snapshot.fragments(segment.id())).isEqualTo(segment.fragments());
            assertThat(snapshot.locate(segment.id(), segment.rows() - 1)).isEqualTo(segment.locate(segment.rows() - 1));
        });
        assertThat(snapshot.totals().files()).isEqualTo(expected.files().size());
        assertThat(snapshot.totals().rows()).isEqualTo(expected.rows().size());
        assertThat(snapshot.totals().segments()).isEqualTo(snapshot.segments().count());
        assertThat(snapshot.source()).isEqualTo(RandomCollection.SOURCE);
        assertThat(snapshot.generation()).isEqualTo(1);
        assertThat(snapshot.targetRowsPerSegment()).isEqualTo(1_000);
    }

    private static String row(Segment.RowLocation at) {
        return RandomCollection.row(at.segment(), at.row(), at.file(), at.fileRow());
    }

    @ParameterizedTest
    @EnumSource
    void theCollectionsAreThoseThatHaveAVersion(Place place) throws Exception {
        try (CatalogStore store = store(place);
                CatalogReader reader = CatalogReader.on(store)) {
            assertThat(reader.collections()).isEmpty();
            List<String> ids = List.of("a", "a-b", "a.b", "a0", "a=1", "b_", "orders");
            for (String id : ids) {
                new RandomCollection(store, id, 0).commit(1);
            }
            // More objects than a page has, and what is no collection.
            for (int i = 0; i < (place == Place.MEMORY ? 250 : 3); i++) {
                store.put("a/staging/%04d".formatted(i), new byte[] {1});
            }
            store.put("_littoral/store.json", new byte[] {1});
            store.put("_other/head/0000000001.json", new byte[] {1});
            store.put("never-committed/staging/1", new byte[] {1});
            store.put("notes", new byte[] {1});
            assertThat(reader.collections()).containsExactlyElementsOf(ids);
        }
    }

    @Test
    void whatIsNotThereIsNamedWithWhatIs() throws Exception {
        RandomCollection random = new RandomCollection(memory, "orders", 1);
        random.declare();
        random.commit(2);
        try (CatalogReader reader = CatalogReader.on(memory)) {
            refused(() -> reader.head("other"), "Catalog memory has no collection other");
            refused(() -> reader.snapshot("other"), "Catalog memory has no collection other");
            refused(() -> reader.versions("other"), "Catalog memory has no collection other");
            assertThat(reader.newest("other")).isEmpty();
            refused(() -> reader.head("../other"), "collectionId is \"../other\"; expected 1 to 200 characters");
            for (long version : new long[] {0, -1, 3, Long.MAX_VALUE}) {
                refused(
                        () -> reader.snapshot("orders", version),
                        "Version " + version + " is not in the catalog; expected one of 1 to 2");
            }
            refused(() -> reader.snapshot("orders", 1), "Version 1 has no snapshot: nothing was committed before it");
            Snapshot snapshot = reader.snapshot("orders");
            refused(() -> snapshot.segment(999), "Version 2 has no segment 999");
            refused(() -> snapshot.fragments(999), "Version 2 has no segment 999");
            refused(() -> snapshot.locate(999, 0), "Version 2 has no segment 999");
            Segment first = snapshot.segments().findFirst().orElseThrow();
            refused(
                    () -> snapshot.locate(first.id(), first.rows()),
                    "Segment " + first.id() + " has no row " + first.rows() + "; expected 0 to " + (first.rows() - 1));
        }
    }

    private static void refused(ThrowingCallable reading, String sentence) {
        assertThatThrownBy(reading)
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .hasMessageStartingWith(sentence);
    }

    @Test
    void aShardIsReadWhenItIsNeededAndNotBefore() throws Exception {
        new RandomCollection(memory, "c", 5).commit(3);
        try (CatalogReader reader = CatalogReader.on(memory)) {
            Snapshot snapshot = reader.snapshot("c");
            long opened = memory.calls(Call.GET);
            assertThat(opened).as("the version and the root").isEqualTo(2);
            assertThat(snapshot.files().findFirst()).isPresent();
            assertThat(memory.calls(Call.GET)).isEqualTo(opened + 1);
            long first = snapshot.segments().findFirst().orElseThrow().id();
            assertThat(memory.calls(Call.GET)).isEqualTo(opened + 2);
            snapshot.locate(first, 0);
            assertThat(memory.calls(Call.GET)).isEqualTo(opened + 3);
            assertThat(snapshot.files().count()).isEqualTo(snapshot.totals().files());
            assertThat(memory.calls(Call.GET)).isEqualTo(opened + 6);
        }
    }

    @Test
    void versionsAreListedPageByPageAsFarAsTheyAreTaken() throws Exception {
        RandomCollection random = new RandomCollection(memory, "c", 0);
        for (int i = 0; i < 250; i++) {
            random.declare();
        }
        try (CatalogReader reader = CatalogReader.on(memory)) {
            assertThat(reader.versions("c").limit(5)).hasSize(5);
            assertThat(memory.calls(Call.LIST)).isEqualTo(2);
            assertThat(reader.versions("c").map(Head::version).toList())
                    .isEqualTo(LongStream.rangeClosed(1, 250)
                            .mapToObj(i -> 251 - i)
                            .toList());
        }
    }

    @Test
    void aStoreThatWasGivenIsLeftOpen() {
        AtomicInteger closed = new AtomicInteger();
        CatalogStore store = new ForwardingStore(memory) {
            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
        CatalogReader.on(store).close();
        assertThat(closed).hasValue(0);
    }

    @Test
    void aCatalogIsOpenedByItsLocationAndNotMade() throws Exception {
        try (CatalogStore store = LocalStores.catalog(folder.resolve("catalog"))) {
            new RandomCollection(store, "orders", 3).commit(2);
        }
        for (String location : List.of(folder + "/catalog", "file://" + folder + "/catalog")) {
            try (CatalogReader reader = CatalogReader.open(location)) {
                assertThat(reader.location()).isEqualTo(folder + "/catalog");
                assertThat(reader.collections()).containsExactly("orders");
                assertThat(reader.snapshot("orders").files()).isNotEmpty();
            }
        }
        try (CatalogReader reader = CatalogReader.open(folder + "/none")) {
            assertThat(reader.collections()).isEmpty();
            refused(() -> reader.head("orders"), "Catalog " + folder + "/none has no collection orders");
        }
        assertThat(folder.resolve("none")).doesNotExist();
        refused(() -> CatalogReader.open("gs://lake/"), "Catalog location is of an unknown scheme");
    }

    @Test
    void anInterruptIsAFailureAndStaysSet() throws Exception {
        new RandomCollection(memory, "c", 3).commit(2);
        CatalogStore store = (CatalogStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {CatalogStore.class}, (proxy, method, arguments) -> {
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                    return method.invoke(memory, arguments);
                });
        try (CatalogReader reader = CatalogReader.on(store)) {
            Snapshot snapshot = reader.snapshot("c");
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> snapshot.files().toList())
                    .isInstanceOfSatisfying(
                            LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.TRANSIENT))
                    .hasMessage("Reading the catalog was interrupted");
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
