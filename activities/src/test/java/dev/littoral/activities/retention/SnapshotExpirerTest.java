package dev.littoral.activities.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.JsonLines;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.catalog.SnapshotRoot;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.testing.CleanUp;
import dev.littoral.activities.testing.ForwardingStore;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.SkippedFile;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.model.Totals;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SnapshotExpirerTest {
    private static final ExternalSource SOURCE = new ExternalSource("s3://lake/orders/", ExternalSpec.parquet());
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final MemoryCatalogStore store = new MemoryCatalogStore();
    private final CollectionCatalog catalog = new CollectionCatalog(store, "orders");
    private Head head = Head.NONE;

    /** Commits a version a day: a shard of its own, and the first shard of the version before. */
    private void commit() throws InterruptedException {
        Head base = head;
        String objects = folder(base.version() + 1);
        List<ShardRef> shards = new ArrayList<>();
        if (base.exists()) {
            shards.add(catalog.root(base).orElseThrow().shards().get(0).from("m"));
        }
        shards.add(0, shard(objects));
        write(base, objects, shards);
    }

    private ShardRef shard(String objects) throws InterruptedException {
        String key = objects + "/shard-000000.jsonl.zst";
        String sha256 = catalog.write(key, JsonLines.write(List.of()));
        return new ShardRef("", key, sha256, sha256, Totals.NONE, List.of(), 0L, null, 0);
    }

    private void write(Head base, String objects, List<ShardRef> shards) throws InterruptedException {
        write(base, objects, shards, new SnapshotRoot.SkipReport(0, null, null));
    }

    private void write(Head base, String objects, List<ShardRef> shards, SnapshotRoot.SkipReport skipped)
            throws InterruptedException {
        SnapshotRef root = catalog.writeRoot(
                objects,
                new SnapshotRoot(
                        1,
                        "orders",
                        base.version() + 1,
                        SOURCE,
                        1,
                        10,
                        Totals.NONE,
                        shards,
                        skipped,
                        0.3,
                        "",
                        Instant.EPOCH,
                        null,
                        null));
        Head next = new Head(
                base.version() + 1,
                "commit-" + (base.version() + 1),
                HeadKind.COMMITTED,
                SOURCE,
                1,
                1,
                root,
                1,
                START.plus(Duration.ofDays(base.version() + 1)),
                "");
        assertThat(catalog.heads().create(base, next)).isEqualTo(new CommitOutcome.Created(next));
        head = next;
    }

    private static String folder(long version) {
        return "snapshots/%010d-commit".formatted(version);
    }

    private SnapshotExpirer.Result cleanBefore(int day) throws InterruptedException {
        return CleanUp.before(store, "orders", START.plus(Duration.ofDays(day)));
    }

    private void assertReadable(Head version) throws InterruptedException {
        for (ShardRef shard : catalog.root(version).orElseThrow().shards()) {
            assertThat(catalog.shard(shard)).isEmpty();
        }
    }

    @Test
    void versionsPastTheirRetentionGoAndTheOthersStayReadable() throws InterruptedException {
        for (int i = 0; i < 10; i++) {
            commit();
        }
        // Version 7 took the place of version 6 on day 7. The shard of version 5 is also named by version 6.
        assertThat(cleanBefore(7)).isEqualTo(new SnapshotExpirer.Result(5, 5 + 4));
        List<Head> left = catalog.heads().newest(Long.MAX_VALUE, 100);
        assertThat(left).extracting(Head::version).containsExactly(10L, 9L, 8L, 7L, 6L);
        for (Head version : left) {
            assertReadable(version);
        }
        assertThat(store.keys()).noneMatch(key -> key.contains(folder(4))).anyMatch(key -> key.contains(folder(5)));
    }

    @Test
    void theNewestVersionStaysHoweverOldItIs() throws InterruptedException {
        commit();
        commit();
        assertThat(cleanBefore(1_000).versions()).isEqualTo(1);
        assertThat(catalog.heads().newest()).isEqualTo(head);
        assertReadable(head);
    }

    @Test
    void aVersionThatWasTheNewestForLongStaysReadableForItsRetention() throws InterruptedException {
        commit();
        Head before = head;
        Head today =
                new Head(2, "today", HeadKind.DECLARED, SOURCE, 2, 1, null, 1, START.plus(Duration.ofDays(100)), "");
        assertThat(catalog.heads().create(before, today)).isEqualTo(new CommitOutcome.Created(today));
        assertThat(cleanBefore(99)).isEqualTo(new SnapshotExpirer.Result(0, 0));
        assertReadable(before);
        assertThat(cleanBefore(101).versions()).isEqualTo(1);
    }

    @Test
    void nothingIsDeletedWhereARootThatStaysIsDamaged() throws InterruptedException {
        for (int i = 0; i < 4; i++) {
            commit();
        }
        store.put("orders/" + head.snapshot().key(), new byte[] {1});
        Set<String> before = Set.copyOf(store.keys());
        assertThatThrownBy(() -> cleanBefore(3))
                .isInstanceOf(LittoralException.class)
                .hasMessageContaining("damaged");
        assertThat(store.keys()).containsAll(before);
    }

    @Test
    void whatAnUpdateIsAboutToCommitIsNotTouched() throws InterruptedException {
        commit();
        String objects = folder(2);
        ShardRef shard = shard(objects);
        cleanBefore(1_000);
        write(head, objects, List.of(shard));
        assertReadable(head);
    }

    @Test
    void whatAnUpdateLeftThatLostItsVersionIsRemoved() throws InterruptedException {
        commit();
        shard("snapshots/%010d-lost".formatted(2));
        commit();
        assertThat(cleanBefore(0)).isEqualTo(new SnapshotExpirer.Result(0, 1));
        assertThat(store.keys()).noneMatch(key -> key.contains("lost"));
    }

    @Test
    void aClockThatWasSetBackMakesNoHoleInTheLog() throws InterruptedException {
        commit();
        commit();
        Head early = new Head(
                3, "early", HeadKind.DECLARED, SOURCE, 2, 1, head.snapshot(), 1, START.minus(Duration.ofDays(30)), "");
        catalog.heads().create(head, early);
        head = early;
        commit();
        // Version 2 goes, as version 3 is from long ago; version 1 goes with it, though version 2 is from day 2.
        cleanBefore(2);
        assertThat(catalog.heads().newest(Long.MAX_VALUE, 100))
                .extracting(Head::version)
                .containsExactly(4L, 3L);
        assertReadable(head);
    }

    @Test
    void theSkipReportOfAVersionThatStaysStays() throws InterruptedException {
        String objects = folder(1);
        String key = objects + "/skipped.jsonl.zst";
        String sha256 = catalog.write(key, JsonLines.write(List.of(new SkippedFile("s3://lake/orders/_x", "hidden"))));
        write(head, objects, List.of(shard(objects)), new SnapshotRoot.SkipReport(1, key, sha256));
        cleanBefore(1_000);
        assertThat(catalog.skipped(catalog.root(head).orElseThrow())).hasSize(1);
    }

    @Test
    void theDeletedRowsOfAVersionThatStaysStay() throws InterruptedException {
        String objects = folder(1);
        String key = objects + "/deletes-000000-0.bin";
        catalog.write(key, new byte[] {1});
        ShardRef shard = shard(objects);
        write(
                head,
                objects,
                List.of(new ShardRef(
                        "",
                        shard.key(),
                        shard.sha256(),
                        shard.listing(),
                        Totals.NONE,
                        List.of(),
                        0L,
                        List.of(key),
                        0)));
        cleanBefore(1_000);
        assertThat(store.keys()).contains("orders/" + key);
    }

    @Test
    void whatWasStagedForAnUpdateThatIsOverGoes() throws InterruptedException {
        commit();
        store.put("orders/staging/0000000001/r1-a/plan.json.zst", new byte[] {1});
        store.put("orders/staging/0000000002/r1-b/plan.json.zst", new byte[] {1});
        cleanBefore(0);
        assertThat(store.keys())
                .doesNotContain("orders/staging/0000000001/r1-a/plan.json.zst")
                .contains("orders/staging/0000000002/r1-b/plan.json.zst");
    }

    @Test
    void whatLittoralDidNotWriteStays() throws InterruptedException {
        commit();
        store.put("orders/snapshots/notes.txt", new byte[] {1});
        cleanBefore(1_000);
        assertThat(store.keys()).contains("orders/snapshots/notes.txt");
    }

    /** One that is cut off in between leaves a log without holes. */
    @Test
    void versionsAreDeletedTheOldestFirst() throws InterruptedException {
        for (int i = 0; i < 4; i++) {
            commit();
        }
        List<String> deleted = new ArrayList<>();
        CatalogStore watched = new ForwardingStore(store) {
            @Override
            public void delete(Collection<String> keys) {
                deleted.addAll(keys);
                super.delete(keys);
            }
        };
        List<String> log = store.list("orders/head/", null, 9);
        CleanUp.before(watched, "orders", START.plus(Duration.ofDays(1_000)));
        assertThat(deleted.subList(0, 3)).containsExactly(log.get(3), log.get(2), log.get(1));
    }

    @Test
    void aVersionThatAnotherCleanUpRemovesMeanwhileIsPassedOver() throws InterruptedException {
        for (int i = 0; i < 4; i++) {
            commit();
        }
        Head gone = catalog.heads().at(2).orElseThrow();
        CatalogStore watched = new ForwardingStore(store) {
            @Override
            public Optional<byte[]> get(String key) {
                if (key.endsWith(gone.snapshot().key())) {
                    store.delete(List.of("orders/" + CatalogLayout.head(1), "orders/" + CatalogLayout.head(2), key));
                }
                return super.get(key);
            }
        };
        CleanUp.before(watched, "orders", START);
        assertThat(catalog.heads().newest(Long.MAX_VALUE, 100))
                .extracting(Head::version)
                .containsExactly(4L, 3L);
        assertReadable(head);
    }

    @Test
    void moreVersionsAndObjectsThanOnePageHoldsAreRemoved() throws InterruptedException {
        for (int i = 0; i < 1_001; i++) {
            shard("snapshots/%010d-lost-%d".formatted(1, i));
        }
        commit();
        for (int version = 2; version <= 1_002; version++) {
            Instant time = START.plus(Duration.ofSeconds(version));
            Head next = new Head(
                    version, "c" + version, HeadKind.DECLARED, SOURCE, version, 1, head.snapshot(), 1, time, "");
            catalog.heads().create(head, next);
            head = next;
        }
        assertThat(cleanBefore(1_000)).isEqualTo(new SnapshotExpirer.Result(1_001, 1_001));
        assertReadable(head);
    }

    @Test
    void whatLiesBehindAThousandObjectsThatStayIsRemoved() throws InterruptedException {
        List<ShardRef> shards = new ArrayList<>();
        for (int i = 0; i < 1_100; i++) {
            String key = "%s/shard-%06d.jsonl.zst".formatted(folder(1), i);
            String sha256 = catalog.write(key, JsonLines.write(List.of()));
            String from = i == 0 ? "" : "%04d".formatted(i);
            shards.add(new ShardRef(from, key, sha256, sha256, Totals.NONE, List.of(), 0L, null, 0));
        }
        write(head, folder(1), shards);
        shard("snapshots/%010d-lost".formatted(1));
        assertThat(cleanBefore(0)).isEqualTo(new SnapshotExpirer.Result(0, 1));
        assertReadable(head);
    }

    @Test
    void moreStagedObjectsThanOneDeleteTakesAreRemoved() throws InterruptedException {
        for (int i = 0; i < 2_001; i++) {
            catalog.writeOne(CatalogLayout.staging(1) + "/r1-x/" + i, 1);
        }
        catalog.writeOne(CatalogLayout.staging(2) + "/r1-x/0", 1);
        catalog.discardStaging(1);
        assertThat(store.keys()).containsExactly("orders/" + CatalogLayout.staging(2) + "/r1-x/0");
    }

    @Test
    void anEmptyCatalogIsClean() throws InterruptedException {
        assertThat(cleanBefore(0)).isEqualTo(new SnapshotExpirer.Result(0, 0));
    }
}
