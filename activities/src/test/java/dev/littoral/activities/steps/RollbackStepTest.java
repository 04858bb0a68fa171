package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.consumer.Boundary;
import dev.littoral.activities.consumer.BoundaryLog;
import dev.littoral.activities.testing.CleanUp;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.RollbackRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rollbacks of a collection whose version 2 serves twenty files, and version 3 one that changed and one more. */
@Timeout(600)
class RollbackStepTest {
    private static final CollectionOptions OPTIONS = PipelineTest.options(5_000);

    @TempDir
    private Path folder;

    private final MemoryCatalogStore objects = new MemoryCatalogStore();
    private final Pipeline pipeline = new Pipeline(objects, PipelineTest.local(), 10);
    private Lake lake;
    private ExternalSource source;

    @BeforeEach
    void fill() throws InterruptedException {
        lake = Lake.in(folder.resolve("lake"));
        source = new ExternalSource(lake.place().uri(), ExternalSpec.parquet());
        for (int i = 0; i < 20; i++) {
            lake.write("part-%02d.parquet".formatted(i), 1_000, 0);
        }
        update();
        lake.write("part-03.parquet", 1_500, 0);
        lake.write("part-20.parquet", 700, 0);
        update();
        assertThat(pipeline.head().version()).isEqualTo(3);
    }

    @AfterEach
    void close() {
        pipeline.close();
    }

    private Pipeline.Update update() throws InterruptedException {
        return pipeline.update(source, OPTIONS);
    }

    private Head version(long number) throws InterruptedException {
        return pipeline.catalog().heads().at(number).orElseThrow();
    }

    private RollbackRequest request(long version) throws InterruptedException {
        return new RollbackRequest("c", pipeline.update, version, pipeline.head(), "rollback-1", "a bad load");
    }

    private Head rollBack(long version) throws InterruptedException {
        return ((CommitOutcome.Created) pipeline.commits.rollBack(request(version))).head();
    }

    private void refused(long version, String... words) throws InterruptedException {
        Head newest = pipeline.head();
        assertThat(pipeline.commits.rollBack(request(version)))
                .isInstanceOfSatisfying(
                        CommitOutcome.Refused.class,
                        refused -> assertThat(refused.reason()).contains(words));
        assertThat(pipeline.head()).isEqualTo(newest);
    }

    /** What verifying finds, but for the marker that no probe has written. */
    private List<String> findings() throws InterruptedException {
        return Verified.of(objects).lines().stream()
                .filter(line -> !line.contains("_littoral/"))
                .toList();
    }

    /** The last shard of version 2, as its key. */
    private String lastShard() throws InterruptedException {
        return pipeline.catalog()
                .root(version(2))
                .orElseThrow()
                .shards()
                .getLast()
                .key();
    }

    /** Adds more objects to a folder than two pages of a listing have, before those of a snapshot. */
    private void addObjects(String folder) {
        for (int i = 0; i < 2_500; i++) {
            objects.put(object(folder + "/%04d".formatted(i)), new byte[] {1});
        }
    }

    private String object(String key) {
        return "c/" + key;
    }

    @Test
    void anOlderSnapshotIsServedAgainAndTheNextUpdateBuildsOnIt() throws InterruptedException {
        Head head = rollBack(2);
        assertThat(head.version()).isEqualTo(4);
        assertThat(head.kind()).isEqualTo(HeadKind.ROLLED_BACK);
        assertThat(head.reason()).isEqualTo("rolled back to version 2: a bad load");
        assertThat(head.snapshot()).isEqualTo(version(2).snapshot());
        assertThat(head.listedAt())
                .isNotNull()
                .isEqualTo(pipeline.catalog().root(head).orElseThrow().listedAt());
        assertThat(head.source()).isEqualTo(source);
        assertThat(head.generation()).isEqualTo(1);
        assertThat(head.update()).isEqualTo(2);
        assertThat(head.nextSegmentId()).isEqualTo(version(3).nextSegmentId());
        assertThat(findings()).isEmpty();

        Pipeline.Update next = update();
        assertThat(next.committed()).isTrue();
        assertThat(next.base()).isEqualTo(head);
        assertThat(next.files().added()).isEqualTo(1);
        assertThat(next.files().changed()).isEqualTo(1);
        Map<ShardRef, List<FileEntry>> before = pipeline.snapshot(head);
        assertThat(pipeline.snapshot(next.head()).values().stream()
                        .flatMap(List::stream)
                        .flatMap(file -> file.fragments().stream())
                        .map(FileEntry.FragmentEntry::segment)
                        .filter(segment -> before.values().stream()
                                .flatMap(List::stream)
                                .flatMap(file -> file.fragments().stream())
                                .noneMatch(fragment -> fragment.segment().equals(segment))))
                .isNotEmpty()
                .allSatisfy(segment -> assertThat(segment).isGreaterThanOrEqualTo(head.nextSegmentId()));
        assertThat(findings()).isEmpty();
    }

    /** Else the log would say for ever that refreshing is paused. */
    @Test
    void theNextUpdateCommitsEvenWhereTheSourceListsAsWhatIsServedAgain() throws InterruptedException {
        Head before = pipeline.head();
        lake.write("part-21.parquet", 700, 0);
        update();
        lake.delete("part-21.parquet");
        Head head = rollBack(before.version());

        Pipeline.Update next = update();
        assertThat(next.committed()).isTrue();
        assertThat(next.head().kind()).isEqualTo(HeadKind.COMMITTED);
        assertThat(next.touched()).isZero();
        assertThat(List.of(next.newRows(), next.deletedRows(), next.droppedRows()))
                .containsExactly(0L, 0L, 0L);
        assertThat(pipeline.snapshot(next.head())).isEqualTo(pipeline.snapshot(head));
        assertThat(findings()).isEmpty();
        assertThat(update().committed()).isFalse();
    }

    @Test
    void aSnapshotOfAnotherSourceIsServedUnderTheSourceOfTheHead() throws InterruptedException {
        Lake other = Lake.in(folder.resolve("other"));
        other.write("a.parquet", 10, 0);
        ExternalSource second = new ExternalSource(other.place().uri(), ExternalSpec.parquet());
        pipeline.update(second, OPTIONS);
        Head head = rollBack(3);
        assertThat(head.version()).isEqualTo(6);
        assertThat(head.source()).isEqualTo(second);
        assertThat(head.generation()).isEqualTo(2);
        assertThat(findings()).isEmpty();
        Pipeline.Update next = pipeline.update(second, OPTIONS);
        assertThat(next.head().totals().rows()).isEqualTo(10);
        assertThat(findings()).isEmpty();
    }

    @Test
    void aVersionThatCannotBeServedIsRefusedInASentence() throws InterruptedException {
        refused(1, "version 1 has no snapshot: nothing was committed before it");
        refused(3, "version 3 serves the snapshot of version 3 already: nothing to do");
        refused(4, "version 4 is not in the catalog; expected one up to 3");
        CleanUp.before(pipeline.store, "c", Instant.EPOCH.plusSeconds(1));
        refused(2, "version 2 has expired; expected one that littoral versions lists");
    }

    @Test
    void aVersionWhoseObjectsAreGoneIsRefusedByTheirNames() throws InterruptedException {
        String last = lastShard();
        byte[] shard = objects.get(object(last)).orElseThrow();
        objects.delete(List.of(object(last)));
        refused(2, "version 2 cannot be served again: Catalog object ", last + " is missing");
        objects.put(object(last), shard);

        String root = version(2).snapshot().key();
        byte[] bytes = objects.get(object(root)).orElseThrow();
        objects.put(object(root), new byte[] {1});
        refused(2, root + " is damaged: its SHA-256 is");
        objects.delete(List.of(object(root)));
        refused(2, root + " is missing");
        objects.put(object(root), bytes);
        rollBack(2);
    }

    @Test
    void oneThatIsAskedForAgainIsItsOwnSuccessAlsoWhereTheOlderVersionHasExpiredSince() throws InterruptedException {
        RollbackRequest request = request(2);
        CommitOutcome first = pipeline.commits.rollBack(request);
        assertThat(pipeline.commits.rollBack(request)).isEqualTo(first);
        objects.delete(List.of(object("head/9999999998.json"), object("head/9999999997.json")));
        assertThat(pipeline.commits.rollBack(request)).isEqualTo(first);
        assertThat(pipeline.head().version()).isEqualTo(4);
    }

    @Test
    void anotherVersionInItsPlaceIsMovedAlsoWithItsOwnCommitId() throws InterruptedException {
        RollbackRequest request = request(2);
        Head head = rollBack(2);
        RollbackRequest other =
                new RollbackRequest("c", request.update(), 1, request.base(), request.commitId(), request.reason());
        assertThat(pipeline.commits.rollBack(other)).isEqualTo(new CommitOutcome.Moved(head));
        RollbackRequest otherReason =
                new RollbackRequest("c", request.update(), 2, request.base(), request.commitId(), null);
        assertThat(pipeline.commits.rollBack(otherReason)).isEqualTo(new CommitOutcome.Moved(head));
    }

    @Test
    void whereItsBaseHasExpiredTheNewestIsTold() throws InterruptedException {
        RollbackRequest request = request(2);
        lake.write("part-21.parquet", 100, 0);
        update();
        objects.delete(List.of(object("head/9999999996.json")));
        assertThat(pipeline.commits.rollBack(request)).isEqualTo(new CommitOutcome.Moved(pipeline.head()));
    }

    @Test
    void oneThatNamesAnUpdateBelowItsBasesIsRefused() throws InterruptedException {
        Head head = pipeline.head();
        RollbackRequest older = new RollbackRequest("c", head.update() - 1, 2, head, "rollback-1", null);
        assertThatThrownBy(() -> pipeline.commits.rollBack(older))
                .rootCause()
                .hasMessageContaining("update is " + (head.update() - 1));
        assertThat(pipeline.head()).isEqualTo(head);
    }

    @Test
    void aVersionThatCleanUpIsAboutToTakeIsRefused() throws InterruptedException {
        new BoundaryLog(objects, "c").advance(Boundary.NONE, new Boundary(1, 3, null, Instant.EPOCH));
        refused(2, "version 2 has expired; expected one that littoral versions lists");
    }

    @Test
    void objectsAreFoundHoweverManyOthersLieBeforeThem() throws InterruptedException {
        String shard = lastShard();
        addObjects(CatalogLayout.folderOf(shard));
        byte[] bytes = objects.get(object(shard)).orElseThrow();
        objects.delete(List.of(object(shard)));
        refused(2, shard + " is missing");
        objects.put(object(shard), bytes);
        rollBack(2);
    }

    @Test
    void whatOlderVersionsLeftIsNotListed() throws InterruptedException {
        String shard = lastShard();
        objects.delete(List.of(object(shard)));
        refused(2, shard + " is missing");
        long requests = requestsOfARefusal();
        addObjects(CatalogLayout.SNAPSHOTS + "0000000001-x");
        assertThat(requestsOfARefusal()).isEqualTo(requests);
    }

    private long requestsOfARefusal() throws InterruptedException {
        pipeline.store.forget();
        refused(2, " is missing");
        return pipeline.store.requests();
    }

    @Test
    void cleanUpKeepsWhatItServes() throws InterruptedException {
        Head head = rollBack(2);
        // The rollback holds the version for a day.
        CleanUp.before(pipeline.store, "c", Instant.EPOCH.plusSeconds(1));
        assertThat(pipeline.catalog().heads().newest(Long.MAX_VALUE, 10))
                .contains(head)
                .hasSize(3);
        CleanUp.before(pipeline.store, "c", Instant.EPOCH.plus(Duration.ofDays(2)));
        assertThat(pipeline.catalog().heads().newest(Long.MAX_VALUE, 10)).containsExactly(head);
        assertThat(pipeline.snapshot(head).values().stream()
                        .mapToInt(List::size)
                        .sum())
                .isEqualTo(20);
        assertThat(objects.keys()).noneMatch(key -> key.startsWith("c/snapshots/0000000003-"));
        assertThat(findings())
                .singleElement()
                .asString()
                .startsWith("INFO c/head/")
                .contains("ROLLED_BACK to the snapshot ", "which no older version has that the log still has");
    }
}
