package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.steps.Pipeline.Update;
import dev.littoral.activities.testing.LogAudit;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.model.BalanceResult;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.CommitRequest;
import dev.littoral.workflows.model.CommitResult;
import dev.littoral.workflows.model.DiscardRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.ListRequest;
import dev.littoral.workflows.model.ListingOutcome;
import dev.littoral.workflows.model.PreparedSnapshot;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.model.Totals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a listing prepares, and what a commit believes of it. */
class PreparedSnapshotTest {
    private static final CollectionOptions OPTIONS = PipelineTest.options(1_000);
    private static final int IN_SHARD = 10;

    @TempDir
    private Path lake;

    private final MemoryCatalogStore store = new MemoryCatalogStore();
    private Pipeline pipeline;
    private ExternalSource source;

    @BeforeEach
    void open() throws Exception {
        pipeline = new Pipeline(store, PipelineTest.local(), IN_SHARD);
        pipeline.prepares = number -> true;
        source = new ExternalSource("file://" + lake.toRealPath() + "/", ExternalSpec.parquet());
        for (int i = 0; i < 60; i++) {
            write(i, 100);
        }
        assertThat(update().touched()).isGreaterThan(4);
    }

    @AfterEach
    void close() throws Exception {
        pipeline.close();
        assertThat(LogAudit.findings(store, "c")).isEmpty();
    }

    private void write(int file, int rows) throws Exception {
        Files.write(lake.resolve("%03d.parquet".formatted(file)), ParquetFiles.of(rows, file));
    }

    private Update update() throws InterruptedException {
        pipeline.store.forget();
        return pipeline.update(source, OPTIONS);
    }

    private List<String> staged() throws InterruptedException {
        return pipeline.store.written().stream()
                .filter(key -> key.contains("/staging/"))
                .toList();
    }

    private ListingOutcome listed(Head base) {
        return pipeline.work.listFiles(
                new ListRequest("c", base.update() + 1, 1, source, OPTIONS, base, null, base.update() + 1 + "-x"));
    }

    private CommitRequest commit(Head base, PreparedSnapshot prepared) {
        return commit(
                base, prepared, prepared.snapshot(), OPTIONS, prepared.balance().nextSegmentId());
    }

    private CommitRequest commit(
            Head base, PreparedSnapshot prepared, SnapshotRef snapshot, CollectionOptions options, long nextId) {
        return new CommitRequest(
                "c",
                base.update() + 1,
                1,
                source,
                options,
                CatalogLayout.plan(CatalogLayout.attempts(base.update() + 1, 1) + "x"),
                prepared.objects(),
                base,
                prepared.commitId(),
                nextId,
                "a test",
                snapshot);
    }

    private static void refused(ThrowingCallable commit, String sentence) {
        assertThatThrownBy(commit).rootCause().hasMessageContaining(sentence);
    }

    @Test
    void whatChangedLittleIsNotStaged() throws Exception {
        write(7, 120);
        write(60, 130);
        Files.delete(lake.resolve("040.parquet"));
        Update update = update();
        assertThat(update.files())
                .extracting(files -> List.of(files.added(), files.changed(), files.removed()))
                .isEqualTo(List.of(1L, 1L, 1L));
        assertThat(update.head().commitId()).matches("2-commit-[0-9]-.+");
        assertThat(staged()).isEmpty();
        assertThat(pipeline.snapshot(update.head()).values().stream()
                        .mapToInt(List::size)
                        .sum())
                .isEqualTo(60);
    }

    @Test
    void whatTouchesManyShardsIsStaged() throws Exception {
        for (int i = 0; i < 60; i += IN_SHARD) {
            write(i, 120);
        }
        assertThat(update().touched()).isGreaterThan(4);
        assertThat(staged()).isNotEmpty();
    }

    @Test
    void whatListsManyFilesAnewIsStaged() throws Exception {
        pipeline.close();
        pipeline = new Pipeline(store, PipelineTest.local(), 1_000);
        pipeline.prepares = number -> true;
        for (int i = 100; i < 164; i++) {
            write(i, 100);
        }
        assertThat(update().files().added()).isEqualTo(64);
        assertThat(staged()).isEmpty();
        for (int i = 200; i < 265; i++) {
            write(i, 100);
        }
        assertThat(update().files().added()).isEqualTo(65);
        assertThat(staged()).isNotEmpty();
    }

    @Test
    void oneMoreAttemptPreparesInAFolderOfItsOwn() throws Exception {
        Head base = pipeline.head();
        write(7, 120);
        PreparedSnapshot first = listed(base).prepared();
        write(7, 130);
        PreparedSnapshot second = listed(base).prepared();
        assertThat(second.objects()).isNotEqualTo(first.objects());
        CommitResult committed = pipeline.commits.commitSnapshot(commit(base, second));
        assertThat(committed.outcome()).isInstanceOf(CommitOutcome.Created.class);
        assertThat(pipeline.head().totals().rows()).isEqualTo(60 * 100 + 30);
    }

    @Test
    void whatAttemptsHavePreparedIsRemovedWithTheirRoundsFolderUnlessAVersionNamesIt() throws Exception {
        Head base = pipeline.head();
        DiscardRequest discard = new DiscardRequest(
                "c", base.update() + 1, List.of(CatalogLayout.objects(base.version() + 1, base.update() + 1 + "-x")));
        write(7, 120);
        PreparedSnapshot first = listed(base).prepared();
        PreparedSnapshot second = listed(base).prepared();
        pipeline.commits.discardStaging(discard);
        assertThat(store.keys())
                .noneMatch(key -> key.contains(first.objects()))
                .noneMatch(key -> key.contains(second.objects()))
                .anyMatch(key -> key.contains(base.snapshot().key()));

        PreparedSnapshot third = listed(base).prepared();
        pipeline.commits.commitSnapshot(commit(base, third));
        refused(() -> pipeline.commits.discardStaging(discard), "expected one that no version names");
    }

    @Test
    void aCommitThatIsSentAgainKnowsItsVersion() throws Exception {
        Head base = pipeline.head();
        write(7, 120);
        CommitRequest commit = commit(base, listed(base).prepared());
        CommitResult first = pipeline.commits.commitSnapshot(commit);
        CommitResult again = pipeline.commits.commitSnapshot(commit);
        assertThat(again.outcome()).isEqualTo(first.outcome());
        assertThat(again.schemas()).isEqualTo(1);
    }

    @Test
    void whereAnotherVersionHasItsPlaceItIsMovedThoughWhatWasPreparedIsGone() throws Exception {
        Head base = pipeline.head();
        write(7, 120);
        CommitRequest commit = commit(base, listed(base).prepared());
        Head newest = update().head();
        store.delete(store.keys().stream()
                .filter(key -> key.startsWith("c/" + commit.objects()))
                .toList());
        assertThat(pipeline.commits.commitSnapshot(commit).outcome()).isEqualTo(new CommitOutcome.Moved(newest));
    }

    @Test
    void whereItsBaseHasExpiredTheNewestIsToldUnlessItIsThere() throws Exception {
        Head base = pipeline.head();
        write(7, 120);
        PreparedSnapshot prepared = listed(base).prepared();
        CommitRequest commit = commit(base, prepared);
        CommitOutcome own = pipeline.commits.commitSnapshot(commit).outcome();
        expire(base);
        assertThat(pipeline.commits.commitSnapshot(commit).outcome()).isEqualTo(own);
        pipeline.update++;
        write(8, 120);
        Head newest = update().head();
        expire(((CommitOutcome.Created) own).head());
        CommitOutcome moved = new CommitOutcome.Moved(newest);
        assertThat(pipeline.commits.commitSnapshot(commit).outcome()).isEqualTo(moved);
        CommitRequest planned = commit(base, prepared, null, OPTIONS, commit.nextSegmentId());
        assertThat(pipeline.commits.commitSnapshot(planned).outcome()).isEqualTo(moved);
    }

    /** Removes a version from the log, and all before it. */
    private void expire(Head head) {
        store.delete(LongStream.rangeClosed(1, head.version())
                .mapToObj(version -> "c/" + CatalogLayout.head(version))
                .toList());
    }

    @Test
    void whatFailsToBePreparedIsStaged() throws Exception {
        write(7, 120);
        AtomicBoolean failed = new AtomicBoolean();
        pipeline.store.beforeEachWrite(key -> {
            if (key.endsWith("/root.json.zst") && failed.compareAndSet(false, true)) {
                throw new LittoralException(FailureType.TRANSIENT, "the store is away");
            }
        });
        Update update = update();
        assertThat(failed).isTrue();
        assertThat(update.head().commitId()).matches("2-commit-[0-9]");
        assertThat(update.files().changed()).isEqualTo(1);
        assertThat(staged()).isNotEmpty();
    }

    @Test
    void whatARequestSaysOfAPreparedSnapshotIsNotBelieved() throws Exception {
        Head base = pipeline.head();
        write(7, 120);
        PreparedSnapshot prepared = listed(base).prepared();
        SnapshotRef right = prepared.snapshot();
        BalanceResult balance = prepared.balance();
        long next = balance.nextSegmentId();
        assertThat(next).isGreaterThan(base.nextSegmentId());
        for (SnapshotRef wrong : List.of(
                new SnapshotRef(base.snapshot().key(), right.sha256(), right.totals(), right.listedAt()),
                new SnapshotRef(right.key(), null, right.totals(), right.listedAt()),
                new SnapshotRef(right.key(), right.sha256(), null, right.listedAt()))) {
            refused(() -> pipeline.commits.commitSnapshot(commit(base, prepared, wrong, OPTIONS, next)), "snapshot is");
        }
        refused(
                () -> pipeline.commits.commitSnapshot(commit(
                        base,
                        prepared,
                        new SnapshotRef(right.key(), "0".repeat(64), right.totals(), right.listedAt()),
                        OPTIONS,
                        next)),
                "its SHA-256 is");
        refused(
                () -> pipeline.commits.commitSnapshot(commit(
                        base,
                        prepared,
                        new SnapshotRef(
                                right.key(), right.sha256(), base.snapshot().totals(), right.listedAt()),
                        OPTIONS,
                        next)),
                "differ");
        refused(
                () -> pipeline.commits.commitSnapshot(commit(
                        base,
                        prepared,
                        new SnapshotRef(
                                right.key(),
                                right.sha256(),
                                right.totals(),
                                base.time().minusSeconds(9)),
                        OPTIONS,
                        next)),
                "expected one of version 3");
        refused(
                () -> pipeline.commits.commitSnapshot(commit(base, prepared, right, PipelineTest.options(2_000), next)),
                "expected one of version 3");
        refused(
                () -> pipeline.commits.commitSnapshot(commit(base, prepared, right, OPTIONS, next - 1)),
                "nextSegmentId is " + (next - 1));
        assertThat(pipeline.head()).isEqualTo(base);
        assertThat(pipeline.commits.commitSnapshot(commit(base, prepared)).outcome())
                .isInstanceOf(CommitOutcome.Created.class);
    }

    private CommitRequest commit(Head base, long update, ExternalSource of, String plan, boolean prepared) {
        String objects = CatalogLayout.objects(base.version() + 1, update + "-y");
        SnapshotRef snapshot = new SnapshotRef(CatalogLayout.root(objects), "0".repeat(64), Totals.NONE, null);
        return new CommitRequest(
                "c",
                update,
                1,
                of,
                OPTIONS,
                plan,
                objects,
                base,
                update + "-y",
                1,
                "a test",
                prepared ? snapshot : null);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCommitIsHeldAgainstItsBaseWhetherItsSnapshotIsPreparedOrNot(boolean prepared) throws Exception {
        write(7, 120);
        Head base = update().head();
        String plan = CatalogLayout.plan(CatalogLayout.attempts(base.update() - 1, 1) + "x");
        refused(
                () -> pipeline.commits.commitSnapshot(commit(base, base.update() - 1, source, plan, prepared)),
                "update is 1; expected 2 to ");
        ExternalSource other = new ExternalSource(source.uri() + "other/", ExternalSpec.parquet());
        String next = CatalogLayout.plan(CatalogLayout.attempts(base.update() + 1, 1) + "x");
        refused(
                () -> pipeline.commits.commitSnapshot(commit(base, base.update() + 1, other, next, prepared)),
                "expected the one that version 3 declares");
        assertThat(pipeline.head()).isEqualTo(base);
    }

    @Test
    void aPlanOfAnotherBaseIsNotCommitted() throws Exception {
        Head base = pipeline.head();
        write(7, 120);
        long later = base.update() + 2;
        String plan = pipeline.work
                .listFiles(new ListRequest("c", later, 1, source, OPTIONS, base, null, null))
                .plan();
        Head newest = update().head();
        refused(
                () -> pipeline.commits.commitSnapshot(commit(newest, later, source, plan, false)),
                "plan has the base 2; expected version 3, the base that is named");
        pipeline.commits.discardStaging(new DiscardRequest("c", later, List.of()));
        assertThat(pipeline.head()).isEqualTo(newest);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void moreThanMayBeLostIsNotCommittedWhetherItIsPreparedOrNot(boolean prepared) throws Exception {
        pipeline.prepares = number -> prepared;
        CollectionOptions careful = new CollectionOptions(
                OPTIONS.targetRowsPerSegment(), null, false, 0.3, OPTIONS.keepVersionsFor(), OPTIONS.maxDeadShare());
        delete(0, 18);
        assertThat(pipeline.update(source, careful).head().totals().rows()).isEqualTo(4_200);
        delete(18, 31);
        refused(
                () -> pipeline.update(source, careful),
                "has 2900 rows in 29 files, the collection has 4200 in 42: it would lose more than the share of 0.3");
        assertThat(pipeline.head().totals().rows()).isEqualTo(4_200);
    }

    private void delete(int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            Files.delete(lake.resolve("%03d.parquet".formatted(i)));
        }
    }

    @Test
    void aCommitIdThatIsNotTheUpdatesIsRefused() throws Exception {
        Head base = pipeline.head();
        for (String commitId : List.of("3-x", "2", "2-" + "x".repeat(100), "2-../x")) {
            refused(
                    () -> pipeline.work.listFiles(new ListRequest("c", 2, 1, source, OPTIONS, base, null, commitId)),
                    "commitId is");
        }
    }
}
