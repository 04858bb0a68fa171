package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.ObjectCache;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.listing.Checkpoint;
import dev.littoral.activities.testing.LogAudit;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.model.BalanceResult;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.DiscardRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.ListRequest;
import dev.littoral.workflows.model.ListingOutcome;
import dev.littoral.workflows.model.ReadOutcome;
import dev.littoral.workflows.model.ShardsRequest;
import dev.littoral.workflows.model.TableVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What listing, reading and balancing believe of a request, of the catalog, and of what an attempt has heartbeated. */
class UpdateStepsTest {
    private static final CollectionOptions OPTIONS = PipelineTest.options(1_000);
    private static final int FILES = 30;
    private static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");

    @TempDir
    private Path folder;

    private final MemoryCatalogStore store = new MemoryCatalogStore();
    private final CollectionCatalog catalog = new CollectionCatalog(store, "c");
    private Path lake;
    private Pipeline pipeline;
    private ExternalSource source;
    private Head base;

    @BeforeEach
    void open() throws Exception {
        lake = Files.createDirectory(folder.toRealPath().resolve("lake"));
        source = new ExternalSource("file://" + lake + "/", ExternalSpec.parquet());
        pipeline = new Pipeline(store, PipelineTest.local(), 10);
        pipeline.prepares = number -> false;
        for (int i = 0; i < FILES; i++) {
            write(i, 100);
        }
        base = pipeline.update(source, OPTIONS).head();
    }

    @AfterEach
    void close() throws Exception {
        pipeline.commits.discardStaging(new DiscardRequest("c", base.update() + 1, List.of(objects())));
        pipeline.close();
        assertThat(LogAudit.findings(store, "c")).isEmpty();
    }

    private void write(int file, int rows) throws Exception {
        Files.write(lake.resolve("%03d.parquet".formatted(file)), ParquetFiles.of(rows, file));
    }

    private String objects() {
        return CatalogLayout.objects(base.version() + 1, base.update() + 1 + "-x");
    }

    private ListRequest request(ExternalSource of, int round, String previousPlan) {
        return new ListRequest("c", base.update() + 1, round, of, OPTIONS, base, previousPlan, null);
    }

    private ListingOutcome list(int round, String previousPlan) {
        return pipeline.work.listFiles(request(source, round, previousPlan));
    }

    private ShardsRequest shards(int round, String plan, int to, long firstId) {
        return new ShardsRequest(
                "c", base.update() + 1, round, source, OPTIONS, plan, 0, to, firstId, objects(), FILES);
    }

    private ReadOutcome read(int round, String plan, int to) {
        return pipeline.work.readFragments(shards(round, plan, to, base.nextSegmentId()));
    }

    private static void refused(ThrowingCallable step, String sentence) {
        assertThatThrownBy(step).hasStackTraceContaining(sentence);
    }

    // ------------------------------------------------------------------ listing

    @Test
    void aListingIsOfTheSourceThatItsBaseDeclares() throws Exception {
        Files.createDirectory(lake.resolve("other"));
        ExternalSource other = new ExternalSource(source.uri() + "other/", ExternalSpec.parquet());
        refused(
                () -> pipeline.work.listFiles(request(other, 1, null)),
                "expected the one that version " + base.version() + " declares");
    }

    @Test
    void aListingSaysWhatItFoundAndWhetherItStagedAnything() throws Exception {
        ListingOutcome same = list(1, null);
        assertThat(same.unchanged()).isTrue();
        assertThat(same.staged()).isFalse();
        assertThat(same.schemas()).isEqualTo(1);
        assertThat(step(true, null).run().staged())
                .as("an attempt before may have")
                .isTrue();
        write(7, 120);
        ListingOutcome changed = list(1, null);
        assertThat(changed.unchanged()).isFalse();
        assertThat(changed.staged()).isTrue();
        assertThat(changed.schemas()).isZero();
        assertThat(changed.touched()).isEqualTo(1);
        assertThat(changed.touchedFiles())
                .singleElement()
                .satisfies(files -> assertThat(files).isBetween(1L, 20L));
    }

    private ListStep step(boolean again, ListStep.Progress before) {
        return new ListStep(
                store,
                ObjectCache.NONE,
                PipelineTest.local(),
                new RealSteps.AnyCaller(),
                10,
                request(source, 1, null),
                "again",
                again,
                Optional.ofNullable(before),
                NOW);
    }

    /** A checkpoint of a listing of which one part is staged. */
    private static Checkpoint checkpoint(String attempts) throws IOException {
        String part = CatalogLayout.listedPart(CatalogLayout.listedRange(attempts + "before", 0), 0);
        String json = """
                {"cuts":[],"runs":[[{"unchanged":false,"listed":1,
                    "parts":[{"object":"%s","first":"/a","files":1}]}]]}""";
        return Json.JSON.readValue(json.formatted(part), Checkpoint.class);
    }

    @Test
    void onlyWhatAnAttemptOfTheSameListingHasHeartbeatedIsTakenOver() throws Exception {
        Checkpoint own = checkpoint(CatalogLayout.attempts(base.update() + 1, 1));
        TableVersion table = new TableVersion("parquet", "t", "1", null, null, null);
        ListStep.Progress all = new ListStep.Progress(5, own, Instant.EPOCH, table);
        assertThat(step(true, all).progress()).isEqualTo(new ListStep.Progress(0, own, Instant.EPOCH, table));
        List<ListStep.Progress> foreign = List.of(
                new ListStep.Progress(5, own, null, table),
                new ListStep.Progress(5, checkpoint(CatalogLayout.attempts(base.update() + 1, 2)), Instant.EPOCH, null),
                new ListStep.Progress(5, checkpoint(CatalogLayout.attempts(base.update(), 1)), Instant.EPOCH, null),
                new ListStep.Progress(5, null, Instant.EPOCH, new TableVersion("parquet", null, "1", null, null, null)),
                new ListStep.Progress(5, null, Instant.EPOCH, new TableVersion("delta", "t", "1", null, null, null)));
        for (ListStep.Progress before : foreign) {
            assertThat(step(true, before).progress())
                    .as("%s", before)
                    .isEqualTo(new ListStep.Progress(0, null, NOW, null));
        }
    }

    // ------------------------------------------------------------------ reading

    @Test
    void shardsThatThePlanLacksAreNotRead() throws Exception {
        write(7, 120);
        String plan = list(1, null).plan();
        refused(() -> read(1, plan, 2), "to is 2; expected 1 to 1");
        assertThat(read(1, plan, 1)).isInstanceOf(ReadOutcome.Read.class);
    }

    @Test
    void aFileThatNeverHasTheVersionThatIsListedIsToldInTheSecondRound() throws Exception {
        pipeline.sources.disagree("listings say 1, reads say 2");
        write(7, 120);
        String first = list(1, null).plan();
        write(7, 130);
        assertThat(read(1, first, 1)).isInstanceOf(ReadOutcome.Changed.class);
        String second = list(2, first).plan();
        write(7, 140);
        refused(() -> read(2, second, 1), "007.parquet: listings say 1, reads say 2");
        pipeline.sources.disagree(null);
        assertThat(read(2, second, 1)).isInstanceOf(ReadOutcome.Changed.class);
    }

    // ------------------------------------------------------------------ balancing

    private BalanceStep balance(ShardsRequest request) {
        return new BalanceStep(store, ObjectCache.NONE, new RealSteps.AnyCaller(), request, Optional.empty());
    }

    @Test
    void aSegmentOfTheBaseHasAnIdThatWasHandedOut() throws Exception {
        write(7, 120);
        String key = list(1, null).plan();
        read(1, key, 1);
        StagedPlan plan = StagedPlan.read(catalog, key);
        long largest = plan.plan().touched().getFirst().shard().base().stream()
                .flatMap(shard -> lines(shard).stream())
                .flatMap(line -> line.fragments().stream())
                .mapToLong(fragment -> fragment.segment())
                .max()
                .orElseThrow();
        refused(
                () -> balance(shards(1, key, 1, largest)).balance(plan, catalog),
                "is in segment " + largest + "; expected one below " + largest);
        assertThat(balance(shards(1, key, 1, largest + 1))
                        .balance(plan, catalog)
                        .newSegments())
                .isPositive();
    }

    private List<FileEntry> lines(ShardRef shard) {
        try {
            return catalog.lines(shard);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void balancingSaysHowFarItIs() throws Exception {
        for (int i = 0; i < FILES; i += 10) {
            write(i, 120);
        }
        ListingOutcome listing = list(1, null);
        assertThat(listing.touched()).isGreaterThan(1);
        read(1, listing.plan(), listing.touched());
        BalanceStep step = balance(shards(1, listing.plan(), listing.touched(), base.nextSegmentId()));
        BalanceResult result = step.run();
        assertThat(step.progress().done()).isEqualTo(listing.touched());
        assertThat(step.progress().shards()).isEqualTo(listing.touched());
        assertThat(step.progress().sum().nextSegmentId()).isEqualTo(result.nextSegmentId());
    }
}
