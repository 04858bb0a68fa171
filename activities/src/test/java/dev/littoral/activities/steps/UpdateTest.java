package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.parquet.ParquetFooters;
import dev.littoral.activities.source.SourceFormats;
import dev.littoral.activities.source.files.FilesFormat;
import dev.littoral.activities.steps.Pipeline.Update;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.UpdateActivities;
import dev.littoral.workflows.model.BalanceResult;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.CommitRequest;
import dev.littoral.workflows.model.CommitResult;
import dev.littoral.workflows.model.DeclareRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.FileCounts;
import dev.littoral.workflows.model.FolderSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.ListRequest;
import dev.littoral.workflows.model.ListingOutcome;
import dev.littoral.workflows.model.OnBadFile;
import dev.littoral.workflows.model.ReadOutcome;
import dev.littoral.workflows.model.RequiredColumn;
import dev.littoral.workflows.model.ShardsRequest;
import dev.littoral.workflows.model.SkippedFile;
import dev.littoral.workflows.model.Traffic;
import io.temporal.client.ActivityCompletionException;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an update does in the cases that matter, step by step over a folder of forty files in four shards. */
@Timeout(600)
class UpdateTest {
    private static final int FILES = 40;
    private static final int ROWS = 1_000;
    private static final long TARGET = 5_000;
    private static final byte[] BAD = "this is no Parquet file".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    private final MemoryCatalogStore objects = new MemoryCatalogStore();
    private final Pipeline pipeline = new Pipeline(
            objects,
            PipelineTest.local(new SourceFormats(
                    new FilesFormat("parquet", new ParquetFooters()),
                    new FilesFormat("parquet-of-tomorrow", new ParquetFooters()))),
            10);
    private final CollectionOptions options = PipelineTest.options(TARGET);
    private Lake lake;
    private ExternalSource source;

    @BeforeEach
    void fill() {
        lake = Lake.in(folder.resolve("lake"));
        source = new ExternalSource(lake.place().uri(), ExternalSpec.parquet());
        for (int i = 0; i < FILES; i++) {
            lake.write(name(i), ROWS, 0);
        }
    }

    @AfterEach
    void close() {
        pipeline.close();
        assertThat(pipeline.sources.open()).isZero();
    }

    private static String name(int file) {
        return "part-%02d.parquet".formatted(file);
    }

    private String path(int file) {
        return lake.place().path(name(file));
    }

    private Set<String> paths(int from, int to) {
        Set<String> paths = new TreeSet<>();
        for (int i = from; i < to; i++) {
            paths.add(path(i));
        }
        return paths;
    }

    private Update update() throws InterruptedException {
        return update(source, options);
    }

    private Update update(ExternalSource from, CollectionOptions with) throws InterruptedException {
        pipeline.sources.forget();
        pipeline.store.forget();
        return pipeline.update(from, with);
    }

    private ExternalSource with(ExternalSpec spec) {
        return new ExternalSource(source.uri(), spec);
    }

    private static ExternalSpec spec(List<RequiredColumn> columns, OnBadFile onBadFile) {
        return new FolderSpec(FolderSpec.PARQUET, List.of(), List.of(), columns, onBadFile, null);
    }

    /** Every segment's fragments. */
    private Map<Long, List<String>> segments(Head head) throws InterruptedException {
        Map<Long, List<String>> segments = new TreeMap<>();
        for (List<FileEntry> lines : pipeline.lines(head).values()) {
            for (FileEntry line : lines) {
                for (FragmentEntry fragment : line.fragments()) {
                    segments.computeIfAbsent(fragment.segment(), id -> new ArrayList<>())
                            .add(line.path() + " " + line.version() + " " + fragment.start() + "-" + fragment.end());
                }
            }
        }
        return segments;
    }

    private List<FileEntry> files(Head head) throws InterruptedException {
        return pipeline.snapshot(head).values().stream()
                .flatMap(Collection::stream)
                .toList();
    }

    private ApplicationFailure failure(ThrowingCallable call) {
        ActivityFailure failure = catchThrowableOfType(ActivityFailure.class, call);
        assertThat(failure).isNotNull();
        return (ApplicationFailure) failure.getCause();
    }

    private ApplicationFailure inputFailure(ThrowingCallable call) throws InterruptedException {
        Head before = pipeline.head();
        ApplicationFailure failure = failure(call);
        assertThat(failure.getType()).isEqualTo(FailureType.INPUT.name());
        assertThat(pipeline.head().snapshot()).isEqualTo(before.snapshot());
        assertThat(pipeline.store.list("c/staging/", null, 1)).isEmpty();
        return failure;
    }

    @Test
    void aTargetMadeSmallerCutsOnlyFilesThatDoNotFit() throws Exception {
        lake.write(name(7), 9_000, 0);
        Head before = update().head();
        Update smaller = update(source, PipelineTest.options(2_000));
        assertThat(smaller.committed()).isTrue();
        assertThat(pipeline.sources.opened()).containsExactly(path(7));
        Map<Long, Long> rows = files(smaller.head()).stream()
                .flatMap(file -> file.fragments().stream())
                .collect(Collectors.groupingBy(FragmentEntry::segment, Collectors.summingLong(FragmentEntry::rows)));
        assertThat(rows.values()).allMatch(n -> n <= 2_000);
        assertThat(smaller.head().totals().rows()).isEqualTo(before.totals().rows());
        assertThat(rows.keySet()).allMatch(id -> id >= before.nextSegmentId());
        assertThat(update(source, PipelineTest.options(2_000)).committed()).isFalse();
    }

    @Test
    void aTargetMadeLargerOpensNothingAndFillsSegmentsOverTime() throws Exception {
        Head before = update().head();
        Update larger = update(source, PipelineTest.options(50_000));
        assertThat(larger.committed()).isTrue();
        assertThat(pipeline.sources.opened()).isEmpty();
        assertThat(larger.head().totals().rows()).isEqualTo(before.totals().rows());
        assertThat(larger.head().totals().segments())
                .isLessThanOrEqualTo(before.totals().segments());
        assertThat(update(source, PipelineTest.options(50_000)).committed()).isFalse();
    }

    @Test
    void otherColumnsOpenEveryFileAndKeepEverySegment() throws Exception {
        Head before = update().head();
        ExternalSource demanding = with(spec(List.of(new RequiredColumn("id", "int64")), OnBadFile.FAIL));
        Update update = update(demanding, options);
        assertThat(update.committed()).isTrue();
        assertThat(pipeline.sources.opened()).isEqualTo(paths(0, FILES));
        assertThat(update.files()).isEqualTo(new FileCounts(FILES, 0, 0, 0, FILES, 0));
        assertThat(segments(update.head())).isEqualTo(segments(before));
        assertThat(update.newSegments()).isZero();
        assertThat(update(demanding, options).committed()).isFalse();
        assertThat(pipeline.sources.opened()).isEmpty();
    }

    @Test
    void aColumnThatAFileLacksFailsTheUpdateAndNamesBoth() throws Exception {
        lake.writeBytes(name(3), ParquetFiles.of("SELECT 1 AS other"), 1, "other");
        update();
        ExternalSource demanding = with(spec(List.of(new RequiredColumn("id", "int64")), OnBadFile.FAIL));
        assertThat(inputFailure(() -> update(demanding, options)).getOriginalMessage())
                .contains(path(3), "id");
        // Left out where the spec says so; the others keep their segments unless it shared one with them.
        ExternalSource lenient = with(spec(List.of(new RequiredColumn("id", "int64")), OnBadFile.SKIP));
        Update update = update(lenient, options);
        assertThat(update.files()).isEqualTo(new FileCounts(FILES, 0, 0, 0, FILES - 1, 1));
        assertThat(update.removedRows()).isEqualTo(1);
        assertThat(update.skipped()).extracting(SkippedFile::file).containsExactly(path(3));
        assertThat(update.head().totals().rows()).isEqualTo((FILES - 1) * ROWS);
    }

    @Test
    void aBadFileFailsOrIsLeftOutAsTheSpecSays() throws Exception {
        lake.writeBytes(name(12), BAD, 0, "bad");
        assertThat(failure(this::update).getOriginalMessage()).contains(path(12));
        assertThat(pipeline.head().kind()).isEqualTo(HeadKind.DECLARED);

        ExternalSource lenient = with(spec(List.of(), OnBadFile.SKIP));
        Update skipped = update(lenient, options);
        assertThat(skipped.files()).isEqualTo(new FileCounts(FILES, FILES - 1, 0, 0, 0, 1));
        assertThat(skipped.skipped().get(0).reason()).contains("not a Parquet file");
        assertThat(update(lenient, options).committed()).isFalse();

        assertThat(inputFailure(this::update).getOriginalMessage()).contains(path(12));

        lake.write(name(12), ROWS, 0);
        Update repaired = update();
        assertThat(repaired.files()).isEqualTo(new FileCounts(FILES, 0, 1, 0, FILES - 1, 0));
        assertThat(repaired.head().totals().rows()).isEqualTo(FILES * ROWS);
    }

    /** Not the file is wrong, but what was asked for. */
    @Test
    void aFileThatWasLeftOutForTheTargetIsLookedAtAgainForAnother() throws Exception {
        lake.writeBytes(name(12), ParquetFiles.of("SELECT range AS id FROM range(1000001)"), 0, "long");
        ExternalSource lenient = with(spec(List.of(), OnBadFile.SKIP));
        Update skipped = update(lenient, PipelineTest.options(1));
        assertThat(skipped.skipped()).extracting(SkippedFile::file).containsExactly(path(12));
        assertThat(skipped.skipped().getFirst().reason()).endsWith("raise targetRowsPerSegment");
        assertThat(update(lenient, PipelineTest.options(1)).committed()).isFalse();
        Update served = update(lenient, PipelineTest.options(1_000_000));
        assertThat(served.skipped()).isEmpty();
        assertThat(served.head().totals().rows()).isEqualTo((FILES - 1) * ROWS + 1_000_001);
    }

    @Test
    void aFileThatWasLeftOutIsNotCountedAsRemovedWhenItIsGone() throws Exception {
        lake.writeBytes(name(12), BAD, 0, "bad");
        ExternalSource lenient = with(spec(List.of(), OnBadFile.SKIP));
        update(lenient, options);
        lake.delete(name(12));
        assertThat(update(lenient, options).files()).isEqualTo(new FileCounts(FILES - 1, 0, 0, 0, FILES - 1, 0));
    }

    /** Only what is wrong with the file itself leaves it out. */
    @ParameterizedTest
    @EnumSource(names = "INPUT", mode = EnumSource.Mode.EXCLUDE)
    void aFileThatCannotBeReadNowIsNotLeftOut(FailureType type) {
        pipeline.sources.beforeEachRead(file -> {
            throw new LittoralException(type, "the store is away");
        });
        assertThat(failure(() -> update(with(spec(List.of(), OnBadFile.SKIP)), options))
                        .getType())
                .isEqualTo(type.name());
    }

    @Test
    void aFileWithoutRowsIsLeftOut() throws Exception {
        lake.write(name(7), 0, 0);
        Update update = update();
        assertThat(update.skipped()).containsExactly(new SkippedFile(path(7), "no rows"));
        assertThat(update.head().totals().files()).isEqualTo(FILES - 1);
        assertThat(update().committed()).isFalse();
    }

    @Test
    void aFileThatChangedLeavesItsSegmentThoughItHasAsManyRows() throws Exception {
        Map<Long, List<String>> before = segments(update().head());
        lake.write(name(7), ROWS, 1);
        Map<Long, List<String>> after = segments(update().head());
        assertThat(after).isNotEqualTo(before);
        after.forEach((id, fragments) ->
                assertThat(fragments).as("segment %d", id).isEqualTo(before.getOrDefault(id, fragments)));
    }

    @Test
    void theParentFolderAsSourceKeepsTheSegmentsOfFilesThatWereThere() throws Exception {
        Head before = update().head();
        Lake parent = Lake.in(folder);
        parent.write("other/part-0.parquet", ROWS, 0);
        Update update = update(new ExternalSource(parent.place().uri(), ExternalSpec.parquet()), options);
        assertThat(update.files()).isEqualTo(new FileCounts(FILES + 1, 1, 0, 0, FILES, 0));
        assertThat(pipeline.sources.opened()).containsExactly(parent.place().path("other/part-0.parquet"));
        assertThat(segments(update.head())).containsAllEntriesOf(segments(before));
        assertThat(update.head().generation()).isEqualTo(2);
    }

    @Test
    void anotherFolderIsAllNewAndSoIsTheWayBack() throws Exception {
        Head a = update().head();
        Lake other = Lake.in(folder.resolve("other"));
        other.write("part-0.parquet", ROWS, 0);
        ExternalSource b = new ExternalSource(other.place().uri(), ExternalSpec.parquet());
        Update there = update(b, options);
        assertThat(there.files()).isEqualTo(new FileCounts(1, 1, 0, FILES, 0, 0));
        assertThat(there.removedRows()).isEqualTo(FILES * ROWS);
        assertThat(there.head().totals().rows()).isEqualTo(ROWS);
        Update back = update();
        assertThat(back.files()).isEqualTo(new FileCounts(FILES, FILES, 0, 1, 0, 0));
        assertThat(back.head().generation()).isEqualTo(3);
        assertThat(segments(back.head()).keySet())
                .doesNotContainAnyElementsOf(segments(a).keySet());
    }

    @Test
    void aSourceThatComesBackBeforeAnythingWasCommittedIsUnchanged() throws Exception {
        Head a = update().head();
        ExternalSource nowhere =
                new ExternalSource("file://" + folder.resolve("nowhere") + "/", ExternalSpec.parquet());
        inputFailure(() -> update(nowhere, options));
        Update back = update();
        assertThat(back.committed()).isFalse();
        assertThat(back.head().generation()).isEqualTo(3);
        assertThat(back.head().snapshot()).isEqualTo(a.snapshot());
        assertThat(pipeline.sources.opened()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFileThatChangesAfterItWasListedMakesARoundThatReadsNoFooterTwice(boolean gone) throws Exception {
        pipeline.afterListing = round -> {
            if (round == 1 && gone) {
                lake.delete(name(35));
            } else if (round == 1) {
                lake.write(name(35), 2 * ROWS, 0);
            }
        };
        Update update = update();
        assertThat(update.rounds()).isEqualTo(2);
        assertThat(update.head().totals().rows()).isEqualTo((FILES + (gone ? -1L : 1L)) * ROWS);
        Map<String, Integer> reads = pipeline.sources.reads();
        assertThat(paths(0, 30)).allMatch(path -> reads.get(path) == 1);
        assertThat(update.files().listed()).isEqualTo(lake.names().size());
    }

    @Test
    void aRoundAfterOneThatOpenedEveryFileReadsNoFooterTwice() throws Exception {
        update();
        pipeline.afterListing = round -> {
            if (round == 1) {
                lake.write(name(35), 2 * ROWS, 0);
            }
        };
        Update update = update(with(spec(List.of(new RequiredColumn("id", "int64")), OnBadFile.FAIL)), options);
        assertThat(update.rounds()).isEqualTo(2);
        assertThat(update.files()).isEqualTo(new FileCounts(FILES, 0, 1, 0, FILES - 1, 0));
        Map<String, Integer> reads = pipeline.sources.reads();
        assertThat(paths(0, 30)).allMatch(path -> reads.get(path) == 1);
    }

    @Test
    void aFileThatNeverRestsEndsInRoundsNotInAWrongSnapshot() throws Exception {
        pipeline.afterListing = round -> lake.write(name(39), ROWS, round);
        assertThatThrownBy(this::update).hasMessageContaining("five rounds");
        assertThat(pipeline.head().snapshot()).isNull();
    }

    @Test
    void aHeadThatMovedMakesARoundUponTheNewestAndLeavesNoGarbage() throws Exception {
        update();
        lake.write(name(0), ROWS, 1);
        pipeline.update += 10;
        try (Pipeline other = new Pipeline(objects, PipelineTest.local(), 10)) {
            pipeline.afterListing = round -> {
                if (round == 1) {
                    other.updateUnchecked(source, options);
                    lake.write(name(1), ROWS, 1);
                }
            };
            Update update = update();
            assertThat(update.rounds()).isEqualTo(2);
            assertThat(update.head().version()).isEqualTo(4);
            assertThat(update.files()).isEqualTo(new FileCounts(FILES, 0, 1, 0, FILES - 1, 0));
        }
        Set<String> reachable = new TreeSet<>();
        for (Head head : pipeline.catalog().heads().newest(Long.MAX_VALUE, 100)) {
            if (head.snapshot() != null) {
                reachable.add("c/" + head.snapshot().key());
                pipeline.snapshot(head).keySet().forEach(shard -> reachable.add("c/" + shard.key()));
            }
        }
        assertThat(objects.keys()).filteredOn(key -> !key.startsWith("c/head/")).hasSameElementsAs(reachable);
    }

    /** A file that is away while another update commits has lost its segment, though it is back as it was. */
    @Test
    void aFileThatTheNewBaseLacksGetsANewSegmentThoughARoundHasReadItBefore() throws Exception {
        Head first = update().head();
        lake.write(name(0), ROWS, 1);
        Path file = folder.resolve("lake").resolve(name(7));
        Path away = folder.resolve("away");
        pipeline.update += 10;
        try (Pipeline other = new Pipeline(objects, PipelineTest.local(), 10)) {
            pipeline.afterListing = round -> {
                if (round == 1) {
                    move(file, away);
                    other.updateUnchecked(source, options);
                    move(away, file);
                }
            };
            Update update = update();
            assertThat(update.rounds()).isEqualTo(2);
            assertThat(update.files()).isEqualTo(new FileCounts(FILES, 1, 0, 0, FILES - 1, 0));
            FileEntry back = files(update.head()).get(7);
            assertThat(back.path()).isEqualTo(path(7));
            assertThat(back.fragments())
                    .allSatisfy(
                            fragment -> assertThat(fragment.segment()).isGreaterThanOrEqualTo(first.nextSegmentId()));
        }
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aCollectionIsNotEmptiedUnlessThatIsAllowed() throws Exception {
        update();
        lake.deleteAll(lake.names());
        CollectionOptions strict =
                new CollectionOptions(TARGET, null, false, 1.0, CollectionOptions.DEFAULTS.keepVersionsFor(), null);
        assertThat(inputFailure(() -> update(source, strict)).getOriginalMessage())
                .contains("0 rows", FILES * ROWS + " in " + FILES, "allowEmpty");
        Update emptied = update();
        assertThat(emptied.head().totals().rows()).isZero();
        assertThat(emptied.files()).isEqualTo(new FileCounts(0, 0, 0, FILES, 0, 0));
        assertThat(update(source, strict).committed()).isFalse();
        lake.write(name(0), ROWS, 0);
        assertThat(update(source, strict).head().totals().rows()).isEqualTo(ROWS);
    }

    @Test
    void theShareThatMayBeDroppedDoesNotForbidToEmptyWhereThatIsAllowed() throws Exception {
        update();
        lake.deleteAll(lake.names());
        CollectionOptions half =
                new CollectionOptions(TARGET, null, true, 0.5, CollectionOptions.DEFAULTS.keepVersionsFor(), null);
        assertThat(update(source, half).head().totals().rows()).isZero();
    }

    @Test
    void aFirstSnapshotMayBeEmpty() throws Exception {
        lake.deleteAll(lake.names());
        CollectionOptions strict =
                new CollectionOptions(TARGET, null, false, 0.001, CollectionOptions.DEFAULTS.keepVersionsFor(), null);
        Update empty = update(source, strict);
        assertThat(empty.committed()).isTrue();
        assertThat(empty.head().totals().rows()).isZero();
    }

    @Test
    void anotherFormatOpensEveryFile() throws Exception {
        update();
        update(
                with(new FolderSpec("parquet-of-tomorrow", List.of(), List.of(), List.of(), OnBadFile.FAIL, null)),
                options);
        assertThat(pipeline.sources.opened()).isEqualTo(paths(0, FILES));
    }

    @Test
    void noMoreIsDroppedThanTheShareAllows() throws Exception {
        update();
        CollectionOptions half =
                new CollectionOptions(TARGET, null, true, 0.5, CollectionOptions.DEFAULTS.keepVersionsFor(), null);
        lake.deleteAll(lake.names().subList(0, FILES / 2 + 1));
        assertThat(inputFailure(() -> update(source, half)).getOriginalMessage())
                .contains("0.5", "maxDropShare");
        lake.write(name(0), ROWS, 0);
        assertThat(update(source, half).head().totals().rows()).isEqualTo(FILES / 2 * ROWS);
    }

    /** What can happen to an object. */
    enum Damage {
        EDITED,
        TRUNCATED,
        EMPTIED,
        DELETED,
        ANOTHERS
    }

    @ParameterizedTest
    @EnumSource
    void aDamagedShardIsRefusedByNameAndNothingIsBuiltOnIt(Damage damage) throws Exception {
        List<ShardRef> shards = List.copyOf(pipeline.snapshot(update().head()).keySet());
        damage(damage, "c/" + shards.get(1).key(), "c/" + shards.get(2).key());
        // A shard that lists as before is not looked at.
        lake.write(name(35), ROWS, 1);
        Head before = update().head();
        lake.write(name(15), ROWS, 1);
        assertThat(inputFailure(this::update).getOriginalMessage())
                .contains("c/" + shards.get(1).key());
        assertThat(pipeline.head()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void aDamagedRootIsRefusedByName(Damage damage) throws Exception {
        Head before = update().head();
        damage(damage, "c/" + before.snapshot().key(), null);
        assertThat(inputFailure(this::update).getOriginalMessage())
                .contains("c/" + before.snapshot().key());
    }

    private void damage(Damage damage, String key, String another) {
        byte[] bytes = objects.get(key).orElseThrow();
        switch (damage) {
            case EDITED -> {
                bytes[bytes.length / 2] ^= 1;
                objects.put(key, bytes);
            }
            case TRUNCATED -> objects.put(key, Arrays.copyOf(bytes, bytes.length - 1));
            case EMPTIED -> objects.put(key, new byte[0]);
            case DELETED -> objects.delete(List.of(key));
            case ANOTHERS ->
                objects.put(
                        key,
                        another == null
                                ? new byte[] {'{', '}'}
                                : objects.get(another).orElseThrow());
        }
    }

    /** Lists, for tests that run single steps. */
    private ShardsRequest listed() throws InterruptedException {
        if (!pipeline.head().exists()) {
            pipeline.commits.declareSource(new DeclareRequest("c", 1, source, Head.NONE, "declare-1", "a test"));
        }
        Head base = pipeline.head();
        long number = base.isPast(1) ? base.update() + 1 : 1;
        ListingOutcome listing =
                pipeline.work.listFiles(new ListRequest("c", number, 1, source, options, base, null, null));
        return new ShardsRequest(
                "c",
                number,
                1,
                source,
                options,
                listing.plan(),
                0,
                listing.touched(),
                base.nextSegmentId(),
                "snapshots/%010d-%d-x".formatted(base.version() + 1, number),
                0);
    }

    private static ReadOutcome.Read withoutRequests(ReadOutcome outcome) {
        return StepTotals.with((ReadOutcome.Read) outcome, Map.of());
    }

    @Test
    void listingGoesOnAfterTheShardsThatAnotherAttemptFinished() throws Exception {
        Head base = update().head();
        lake.write(name(5), ROWS + 1, 0);
        lake.write(name(35), ROWS + 1, 0);
        ListRequest request = new ListRequest("c", 2, 1, source, options, base, null, null);

        AtomicReference<ListStep.Progress> last = new AtomicReference<>();
        CountDownLatch heard = new CountDownLatch(1);
        pipeline.temporal().setActivityHeartbeatListener(ListStep.Progress.class, progress -> {
            if (progress.from() != null && progress.from().runs().get(0).size() == 3) {
                last.set(progress);
                heard.countDown();
            }
        });
        pipeline.store.beforeEachWrite(key -> {
            if (key.contains("list-00003")) {
                heard.await();
                throw new LittoralException(FailureType.TRANSIENT, "the store is away");
            }
        });
        assertThat(failure(() -> pipeline.work.listFiles(request)).getType()).isEqualTo("TRANSIENT");
        pipeline.store.beforeEachWrite(key -> {});
        pipeline.store.forget();

        pipeline.temporal().setHeartbeatDetails(last.get());
        ListingOutcome listing = pipeline.work.listFiles(request);
        assertThat(listing.listed()).isEqualTo(FILES);
        assertThat(listing.touched()).isEqualTo(2);
        assertThat(pipeline.store.written())
                .anyMatch(key -> key.contains("list-00003"))
                .noneMatch(key -> key.contains("list-00000"));
    }

    /** Anybody in the namespace can heartbeat for an activity, and whatever that is comes with its next attempt. */
    @Test
    void whatNoAttemptHeartbeatedIsNotGoneOnFrom() throws Exception {
        Head base = update().head();
        lake.write(name(5), ROWS + 1, 0);
        ListRequest request = new ListRequest("c", 2, 1, source, options, base, null, null);
        List<String> forged = List.of(
                "'x'",
                "{'step':7}",
                "{'step':'listed','done':-3,'from':{}}",
                "{'step':'listed','done':1,'from':{'cuts':[],'runs':[]}}",
                "{'step':'listed','done':1,'from':{'cuts':['b','a'],'runs':[[],[],[]]}}",
                "{'step':'listed','done':1,'from':{'cuts':[],'runs':[null]}}",
                "{'step':'listed','done':1,'from':{'cuts':[],'runs':[[null]]}}",
                "{'step':'listed','done':1,'from':{'cuts':[],'runs':[[{'listed':-1}]]}}",
                "{'step':'listed','done':1,'from':{'cuts':[],'runs':[[" + "{'unchanged':true,'listed':10},".repeat(9)
                        + "{'listed':0}]]}}",
                "{'step':'listed','done':1,'from':{'cuts':[],'runs':[[{'listed':1,'parts':[{'object':"
                        + "'../d/snapshots/0000000001-x/shard-000000.jsonl.zst','first':'a','files':1}]}]]}}",
                "{'step':'listed','done':1,'from':{'cuts':[],'runs':[[{'listed':1,'parts':[{'object':"
                        + "'staging/0000000002/r1-x/../../../d','first':'a','files':1}]}]]}}",
                "{'step':'listed','done':1,'from':{'cuts':[],'runs':[[{'listed':1,'parts':[{'object':"
                        + "'staging/0000000001/r1-x/list-00000-00000.jsonl.zst','first':'a','files':1}]}]]}}");
        ListingOutcome first = pipeline.work.listFiles(request);
        for (String json : forged) {
            pipeline.temporal().setHeartbeatDetails(Json.JSON.readTree(json.replace('\'', '"')));
            ListingOutcome listing = pipeline.work.listFiles(request);
            assertThat(listing.listed()).as(json).isEqualTo(FILES);
            assertThat(listing.touchedFiles()).as(json).isEqualTo(first.touchedFiles());
        }
    }

    @Test
    void progressOfMoreShardsThanThereAreIsNotGoneOnFrom() throws Exception {
        ShardsRequest request = listed();
        ReadOutcome.Read read = withoutRequests(pipeline.work.readFragments(request));
        BalanceResult balanced = StepTotals.with(pipeline.work.balanceSegments(request), Map.of());
        for (int shards : new int[] {-1, request.to() + 1}) {
            pipeline.temporal().setHeartbeatDetails(new ReadStep.Progress(0, shards, StepTotals.NO_READ));
            assertThat(withoutRequests(pipeline.work.readFragments(request))).isEqualTo(read);
            pipeline.temporal().setHeartbeatDetails(new BalanceStep.Progress(0, shards, StepTotals.noBalance(1)));
            assertThat(StepTotals.with(pipeline.work.balanceSegments(request), Map.of()))
                    .isEqualTo(balanced);
        }
        pipeline.temporal().setHeartbeatDetails(new ReadStep.Progress(0, 1, null));
        assertThat(withoutRequests(pipeline.work.readFragments(request))).isEqualTo(read);
        pipeline.temporal().setHeartbeatDetails(new BalanceStep.Progress(0, 1, StepTotals.noBalance(-7)));
        assertThat(StepTotals.with(pipeline.work.balanceSegments(request), Map.of()))
                .isEqualTo(balanced);
    }

    private CommitRequest commit(ShardsRequest shards, long nextSegmentId) throws InterruptedException {
        return new CommitRequest(
                "c",
                shards.update(),
                1,
                source,
                options,
                shards.plan(),
                shards.objects(),
                pipeline.head(),
                shards.update() + "-x",
                nextSegmentId,
                "a test",
                null);
    }

    /** Another service that takes the collection up removes staging; that is no damage. */
    @Test
    void whatWasStagedAndIsGoneIsSaidToBeGone() throws Exception {
        ShardsRequest request = listed();
        objects.delete(List.of("c/" + request.plan()));
        for (ThrowingCallable step : List.<ThrowingCallable>of(
                () -> pipeline.work.readFragments(request),
                () -> pipeline.work.balanceSegments(request),
                () -> pipeline.commits.commitSnapshot(commit(request, 100)))) {
            ApplicationFailure gone = failure(step);
            assertThat(gone.getType()).isEqualTo(UpdateActivities.STAGING_GONE);
            assertThat(gone.isNonRetryable()).isTrue();
            assertThat(gone.getOriginalMessage()).contains("c/" + request.plan());
        }
    }

    @Test
    void aShardThatIsNotStagedAnyMoreIsSaidToBeGone() throws Exception {
        ShardsRequest request = listed();
        assertThat(failure(() -> pipeline.work.balanceSegments(request)).getType())
                .isEqualTo(UpdateActivities.STAGING_GONE);
        pipeline.work.readFragments(request);
        assertThat(failure(() -> pipeline.commits.commitSnapshot(commit(request, 100)))
                        .getType())
                .isEqualTo(UpdateActivities.STAGING_GONE);
        assertThat(pipeline.head().kind()).isEqualTo(HeadKind.DECLARED);
    }

    @Test
    void aListingUponAVersionThatWasReplacedSaysSo() throws Exception {
        Head first = update().head();
        lake.write(name(5), ROWS + 1, 0);
        Head second = update().head();
        ListingOutcome listing =
                pipeline.work.listFiles(new ListRequest("c", 3, 1, source, options, first, null, null));
        assertThat(listing.newest()).isEqualTo(second);
        assertThat(listing.unchanged()).isFalse();
    }

    @Test
    void aListingUponAVersionThatWasCleanedAwaySaysWhichIsTheNewest() throws Exception {
        Head first = update().head();
        Head newest = first;
        for (int i = 1; i <= 2; i++) {
            lake.write(name(5), ROWS + i, 0);
            newest = update().head();
        }
        objects.delete(objects.list("c/head/", null, 10).subList(1, 4));
        ListingOutcome listing =
                pipeline.work.listFiles(new ListRequest("c", 4, 1, source, options, first, null, null));
        assertThat(listing.newest()).isEqualTo(newest);
    }

    /** Its shards are served as long as newer versions carry them. */
    @Test
    void aFolderOfAVersionThatWasCleanedAwayIsNotWrittenTo() throws Exception {
        ShardsRequest request = listed();
        pipeline.work.readFragments(request);
        BalanceResult balanced = pipeline.work.balanceSegments(request);
        pipeline.commits.commitSnapshot(commit(request, balanced.nextSegmentId()));
        Head committed = pipeline.head();
        assertThat(committed.kind()).isEqualTo(HeadKind.COMMITTED);
        pipeline.commits.declareSource(new DeclareRequest("c", 2, source, committed, "declare-2", "a test"));
        pipeline.catalog().heads().delete(List.of(committed.version()));
        String key = "c/" + CatalogLayout.shard(request.objects(), 0);
        pipeline.store.forget();
        ApplicationFailure refused = failure(() -> pipeline.work.balanceSegments(request));
        assertThat(refused.getType()).isEqualTo(UpdateActivities.STAGING_GONE);
        assertThat(refused.getOriginalMessage())
                .isEqualTo("what was staged as " + request.plan() + " is of no use: it is for version "
                        + committed.version() + ", which was written and cleaned away");
        assertThat(objects.keys()).contains(key);
        assertThat(pipeline.store.written()).isEmpty();
    }

    /** Else a bad file is left out of a collection whose source says that it fails the update. */
    @Test
    void whatIsReadAndBalancedIsWhatWasListed() throws Exception {
        ShardsRequest request = listed();
        ExternalSource lenient = with(spec(List.of(), OnBadFile.SKIP));
        assertThat(failure(() -> pipeline.work.readFragments(of(request, lenient, options)))
                        .getOriginalMessage())
                .startsWith("source is {")
                .contains("skip", "fail")
                .endsWith(", as the plan has it");
        pipeline.work.readFragments(request);
        CollectionOptions larger = PipelineTest.options(options.targetRowsPerSegment() + 1);
        assertThat(failure(() -> pipeline.work.balanceSegments(of(request, source, larger)))
                        .getOriginalMessage())
                .startsWith("targetRowsPerSegment is " + larger.targetRowsPerSegment() + "; expected ");
        BalanceResult balanced = pipeline.work.balanceSegments(request);
        CommitRequest commit = commit(request, balanced.nextSegmentId());
        CommitRequest another = new CommitRequest(
                "c",
                commit.update(),
                1,
                source,
                larger,
                commit.plan(),
                commit.objects(),
                commit.base(),
                commit.commitId(),
                commit.nextSegmentId(),
                "a test",
                null);
        assertThat(failure(() -> pipeline.commits.commitSnapshot(another)).getOriginalMessage())
                .startsWith("targetRowsPerSegment is ");
        assertThat(pipeline.head().kind()).isEqualTo(HeadKind.DECLARED);
    }

    /** Files that were read by another spec may lack what this one requires. */
    @Test
    void aRoundTakesNothingOverFromOneOfAnotherSource() throws Exception {
        ShardsRequest first = listed();
        pipeline.work.readFragments(first);
        ExternalSource demanding = with(spec(List.of(new RequiredColumn("nowhere", "int64")), OnBadFile.FAIL));
        pipeline.commits.declareSource(
                new DeclareRequest("c", first.update(), demanding, pipeline.head(), "declare-2", "a test"));
        Head base = pipeline.head();
        assertThat(base.source()).isEqualTo(demanding);
        ListingOutcome listing = pipeline.work.listFiles(
                new ListRequest("c", first.update(), 2, demanding, options, base, first.plan(), null));
        ShardsRequest second = new ShardsRequest(
                "c",
                first.update(),
                2,
                demanding,
                options,
                listing.plan(),
                0,
                listing.touched(),
                base.nextSegmentId(),
                "snapshots/%010d-%d-y".formatted(base.version() + 1, first.update()),
                0);
        assertThat(failure(() -> pipeline.work.readFragments(second)).getOriginalMessage())
                .contains("nowhere");
    }

    private static ShardsRequest of(ShardsRequest request, ExternalSource source, CollectionOptions options) {
        return new ShardsRequest(
                request.collectionId(),
                request.update(),
                request.round(),
                source,
                options,
                request.plan(),
                request.from(),
                request.to(),
                request.firstSegmentId(),
                request.objects(),
                request.files());
    }

    /** What is served is not overwritten, whatever a request says. */
    @Test
    void aFolderThatAVersionNamesIsNotWrittenTo() throws Exception {
        ShardsRequest request = listed();
        pipeline.work.readFragments(request);
        BalanceResult balanced = pipeline.work.balanceSegments(request);
        CommitRequest commit = commit(request, balanced.nextSegmentId());
        CommitResult committed = pipeline.commits.commitSnapshot(commit);
        assertThat(committed.outcome()).isInstanceOf(CommitOutcome.Created.class);
        Map<String, byte[]> before = new TreeMap<>();
        objects.keys().forEach(key -> before.put(key, objects.get(key).orElseThrow()));
        assertThat(failure(() -> pipeline.work.balanceSegments(request)).getOriginalMessage())
                .contains("a version names already");
        pipeline.store.forget();
        CommitResult again = pipeline.commits.commitSnapshot(commit);
        assertThat(again.outcome()).isEqualTo(committed.outcome());
        assertThat(again.schemas()).isEqualTo(committed.schemas());
        assertThat(Traffic.of(again.requests()).requests()).isEqualTo(Map.of("catalog.get", 2L));
        assertThat(pipeline.store.written()).isEmpty();
        assertThat(before)
                .allSatisfy((key, body) ->
                        assertThat(objects.get(key).orElseThrow()).as(key).isEqualTo(body));
    }

    @Test
    void aCommitThatWouldHandOutASegmentIdTwiceIsRefused() throws Exception {
        update();
        lake.write(name(5), ROWS + 1, 0);
        lake.write(name(35), ROWS + 1, 0);
        ShardsRequest request = listed();
        assertThat(request.to()).isEqualTo(2);
        pipeline.work.readFragments(request);
        long free = request.firstSegmentId();
        assertThat(failure(() -> pipeline.work.balanceSegments(part(request, 0, 2, free - 1)))
                        .getOriginalMessage())
                .contains("firstSegmentId is " + (free - 1));
        BalanceResult first = pipeline.work.balanceSegments(part(request, 0, 1, free));
        assertThat(first.newSegments()).isPositive();
        pipeline.work.balanceSegments(part(request, 1, 2, free));
        assertThat(failure(() -> pipeline.commits.commitSnapshot(commit(request, 1_000)))
                        .getOriginalMessage())
                .contains("two segments were balanced with the id " + free);
        BalanceResult second = pipeline.work.balanceSegments(part(request, 1, 2, first.nextSegmentId()));
        assertThat(failure(() -> pipeline.commits.commitSnapshot(commit(request, second.nextSegmentId() - 1)))
                        .getOriginalMessage())
                .contains("nextSegmentId is " + (second.nextSegmentId() - 1));
    }

    private static ShardsRequest part(ShardsRequest of, int from, int to, long firstSegmentId) {
        return new ShardsRequest(
                of.collectionId(),
                of.update(),
                of.round(),
                of.source(),
                of.options(),
                of.plan(),
                from,
                to,
                firstSegmentId,
                of.objects(),
                of.files());
    }

    @Test
    void readingGoesOnAfterTheShardsThatAnotherAttemptFinished() throws Exception {
        ShardsRequest request = listed();
        assertThat(request.to()).isEqualTo(4);
        ReadOutcome.Read whole = withoutRequests(pipeline.work.readFragments(request));
        pipeline.sources.forget();

        AtomicReference<ReadStep.Progress> last = new AtomicReference<>();
        CountDownLatch heard = new CountDownLatch(1);
        pipeline.temporal().setActivityHeartbeatListener(ReadStep.Progress.class, progress -> {
            if (progress.shards() == 2) {
                last.set(progress);
                heard.countDown();
            }
        });
        pipeline.sources.beforeEachRead(file -> {
            if (file.path().equals(path(25))) {
                heard.await();
                throw new LittoralException(FailureType.TRANSIENT, "the store is away");
            }
        });
        assertThat(failure(() -> pipeline.work.readFragments(request)).getType())
                .isEqualTo("TRANSIENT");
        pipeline.sources.beforeEachRead(file -> {});
        pipeline.sources.forget();

        pipeline.temporal().setHeartbeatDetails(last.get());
        assertThat(withoutRequests(pipeline.work.readFragments(request))).isEqualTo(whole);
        assertThat(pipeline.sources.opened()).isEqualTo(paths(20, FILES));
    }

    @Test
    void balancingGoesOnAfterTheShardsThatAnotherAttemptFinished() throws Exception {
        ShardsRequest request = listed();
        pipeline.work.readFragments(request);
        BalanceResult whole = StepTotals.with(pipeline.work.balanceSegments(request), Map.of());
        Map<String, byte[]> shards = new TreeMap<>();
        for (String key : objects.keys()) {
            shards.put(key, objects.get(key).orElseThrow());
        }

        AtomicReference<BalanceStep.Progress> last = new AtomicReference<>();
        CountDownLatch heard = new CountDownLatch(1);
        pipeline.temporal().setActivityHeartbeatListener(BalanceStep.Progress.class, progress -> {
            if (progress.shards() == 3) {
                last.set(progress);
                heard.countDown();
            }
        });
        pipeline.store.beforeEachWrite(key -> {
            if (key.endsWith("shard-000003.jsonl.zst")) {
                heard.await();
                throw new LittoralException(FailureType.TRANSIENT, "the store is away");
            }
        });
        assertThat(failure(() -> pipeline.work.balanceSegments(request)).getType())
                .isEqualTo("TRANSIENT");
        pipeline.store.beforeEachWrite(key -> {});
        pipeline.store.forget();

        pipeline.temporal().setHeartbeatDetails(last.get());
        assertThat(StepTotals.with(pipeline.work.balanceSegments(request), Map.of()))
                .isEqualTo(whole);
        assertThat(pipeline.store.written()).hasSize(2);
        for (Map.Entry<String, byte[]> shard : shards.entrySet()) {
            assertThat(objects.get(shard.getKey()).orElseThrow())
                    .as(shard.getKey())
                    .isEqualTo(shard.getValue());
        }
    }

    @Test
    void aCancelledListingStopsAndLeavesNoThread() throws Exception {
        update();
        CountDownLatch never = new CountDownLatch(1);
        pipeline.sources.beforeEachListing(() -> {
            pipeline.temporal().requestCancelActivity();
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertCancelled(this::listed);
    }

    @Test
    void aCancelledReadingStopsAndLeavesNoThread() throws Exception {
        ShardsRequest request = listed();
        CountDownLatch never = new CountDownLatch(1);
        pipeline.sources.beforeEachRead(file -> {
            pipeline.temporal().requestCancelActivity();
            never.await();
        });
        assertCancelled(() -> pipeline.work.readFragments(request));
        assertThat(pipeline.sources.opened()).hasSizeLessThan(FILES);
    }

    @Test
    void aCancelledBalancingStopsAndLeavesNoThread() throws Exception {
        ShardsRequest request = listed();
        pipeline.work.readFragments(request);
        CountDownLatch never = new CountDownLatch(1);
        pipeline.store.beforeEachWrite(key -> {
            pipeline.temporal().requestCancelActivity();
            never.await();
        });
        pipeline.store.forget();
        assertCancelled(() -> pipeline.work.balanceSegments(request));
        assertThat(pipeline.store.written()).isEmpty();
    }

    private static void assertCancelled(ThrowingCallable call) throws InterruptedException {
        // What tests before have left in this JVM is not this one's.
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        assertThatThrownBy(call)
                .satisfiesAnyOf(
                        e -> assertThat(e).isInstanceOf(ActivityCompletionException.class),
                        e -> assertThat(e).isInstanceOf(CanceledFailure.class),
                        e -> assertThat(e).hasCauseInstanceOf(CanceledFailure.class));
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("littoral-") && !before.contains(thread)) {
                // Its work is over; the thread itself needs a moment more to end.
                assertThat(thread.join(Duration.ofMinutes(8)))
                        .as(thread.getName())
                        .isTrue();
            }
        }
    }
}
