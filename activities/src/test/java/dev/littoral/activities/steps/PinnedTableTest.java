package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.ObjectCache;
import dev.littoral.activities.catalog.Snapshot;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.steps.Pipeline.Update;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.testing.LogAudit;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.activities.verify.Verifier;
import dev.littoral.workflows.model.DiscardRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.ListRequest;
import dev.littoral.workflows.model.ListingOutcome;
import dev.littoral.workflows.model.OnBadFile;
import dev.littoral.workflows.model.SkippedFile;
import dev.littoral.workflows.model.TableSpec;
import dev.littoral.workflows.model.TableVersion;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Updates from a table: one version of it is pinned, and its metadata says what changed. */
class PinnedTableTest {
    @TempDir
    private Path folder;

    private FakeTable table;
    private Pipeline pipeline;

    @BeforeEach
    void open() {
        table = new FakeTable(folder);
        pipeline = new Pipeline(new MemoryCatalogStore(), table.opener(), 10);
    }

    @AfterEach
    void auditAndClose() throws InterruptedException {
        assertThat(LogAudit.findings(pipeline.store, "c")).isEmpty();
        pipeline.close();
    }

    private Update update() throws InterruptedException {
        table.asked.clear();
        pipeline.store.forget();
        return pipeline.update(table.source(), PipelineTest.options(1_000));
    }

    private Snapshot snapshot() {
        return CatalogReader.on(pipeline.store).snapshot("c");
    }

    private Map<String, FileEntry> files() {
        return snapshot().files().collect(Collectors.toMap(file -> file.path().replaceAll(".*/", ""), file -> file));
    }

    @Test
    void theVersionIsInTheHeadAndItsFilesAreNotOpened() throws Exception {
        table.file("a", 100).file("b", 200).delete("b", 3, 5).commit();
        Update first = update();
        assertThat(first.head().totals().rows()).isEqualTo(298);
        assertThat(table.asked).containsExactly("resolve", "files of 0", "deletes of b-0");
        TableVersion version = first.head().table();
        assertThat(version.version()).isEqualTo("0");
        assertThat(version.words()).isEqualTo("Delta version 0 of 1970-01-01 00:01");
        assertThat(snapshot().deadRows(files().get("b"))).isEqualTo(DeletedRows.of(3, 5));
        assertThat(files().get("a").partition()).isEqualTo(Map.of("day", "a"));
    }

    @Test
    void theSameVersionIsUnchangedAfterOneRequest() throws Exception {
        table.file("a", 100).commit();
        update();
        Update second = update();
        assertThat(second.committed()).isFalse();
        assertThat(table.asked).containsExactly("resolve");
        assertThat(pipeline.store.written()).isEmpty();
    }

    @Test
    void anotherVersionIsServedThoughNoRowDiffers() throws Exception {
        table.file("a", 100).commit();
        update();
        table.commit();
        Update second = update();
        assertThat(second.committed()).isTrue();
        assertThat(second.touched()).isZero();
        assertThat(second.head().table().version()).isEqualTo("1");
        assertThat(second.newRows()).isZero();
    }

    @Test
    void onlyWhatTheTableSaysIsReadAgain() throws Exception {
        for (int i = 0; i < 40; i++) {
            table.file("f%02d".formatted(i), 100);
        }
        table.commit();
        update();
        table.file("f05x", 50).remove("f30").delete("f07", 1).commit();
        Update second = update();
        assertThat(table.asked).containsExactly("resolve", "changes from 0 to 1", "deletes of f07-1");
        assertThat(second.touched()).isLessThan(4);
        assertThat(second.files().added()).isEqualTo(1);
        assertThat(second.files().changed()).isEqualTo(1);
        assertThat(second.files().removed()).isEqualTo(1);
        assertThat(second.head().totals().rows()).isEqualTo(40 * 100 + 50 - 100 - 1);
    }

    @Test
    void aDeleteIsNeverUnchanged() throws Exception {
        table.file("a", 100).delete("a", 1).commit();
        update();
        table.delete("a", 1, 2).commit();
        assertThat(update().deletedRows()).isEqualTo(1);
        assertThat(snapshot().deadRows(files().get("a"))).isEqualTo(DeletedRows.of(1, 2));
    }

    @Test
    void withoutAHistoryEverythingIsComparedAndTheResultIsTheSame() throws Exception {
        SplittableRandom random = new SplittableRandom(7);
        Map<String, Long> expected = new TreeMap<>();
        for (int step = 0; step < 40; step++) {
            for (int i = random.nextInt(5); i >= 0; i--) {
                String name = "f%03d".formatted(random.nextInt(60));
                if (random.nextInt(3) == 0) {
                    table.remove(name);
                    expected.remove(name);
                } else {
                    long rows = random.nextLong(1, 301);
                    table.file(name, rows);
                    expected.put(name, rows);
                    if (random.nextBoolean() && rows > 3) {
                        table.delete(name, 0, 2);
                        expected.put(name, rows - 2);
                    }
                }
            }
            if (expected.isEmpty()) {
                table.file("z", 1);
                expected.put("z", 1L);
            }
            table.commit();
            table.tellsChanges = random.nextInt(4) > 0;
            table.oldest = random.nextInt(6) == 0 ? step : table.oldest;
            update();
            assertThat(files().entrySet().stream()
                            .collect(Collectors.toMap(
                                    Map.Entry::getKey, each -> each.getValue().living())))
                    .isEqualTo(expected);
        }
    }

    @Test
    void laterStepsReadTheVersionThatWasListed() throws Exception {
        table.file("a", 100).delete("a", 1).commit();
        pipeline.afterListing = round -> table.file("b", 7).commit();
        Update first = update();
        assertThat(first.head().totals().rows()).isEqualTo(99);
        assertThat(first.head().table().version()).isEqualTo("0");
    }

    @Test
    void whereTheTableMovesOnItIsListedAgain() throws Exception {
        table.file("a", 100).delete("a", 1).commit();
        pipeline.afterListing = round -> {
            if (round == 1) {
                table.delete("a", 1, 2).commit();
                table.oldest = 1;
            }
        };
        Update first = update();
        assertThat(first.rounds()).isEqualTo(2);
        assertThat(first.head().table().version()).isEqualTo("1");
        assertThat(first.head().totals().rows()).isEqualTo(98);
    }

    @Test
    void aTableThatIsMadeAnewIsComparedWhole() throws Exception {
        table.file("a", 100).commit();
        update();
        table.id = "other";
        table.file("b", 10).commit();
        Update second = update();
        assertThat(table.asked).containsExactly("resolve", "files of 1");
        assertThat(second.head().totals().rows()).isEqualTo(110);
    }

    @Test
    void anotherSelectionIsComparedWhole() throws Exception {
        table.file("a", 100).file("b", 10).commit();
        update();
        table.asked.clear();
        TableSpec onlyA = new TableSpec(
                TableSpec.DELTA, null, List.of("a"), List.of(), List.of(), OnBadFile.FAIL, null, false, false);
        Update second = pipeline.update(table.source(onlyA), PipelineTest.options(1_000));
        assertThat(table.asked).containsExactly("resolve", "files of 0");
        assertThat(second.head().totals().rows()).isEqualTo(100);
        assertThat(second.skipped()).hasSize(1);
        table.file("b", 20).commit();
        table.asked.clear();
        Update third = pipeline.update(table.source(onlyA), PipelineTest.options(1_000));
        assertThat(table.asked).containsExactly("resolve", "changes from 0 to 1");
        assertThat(third.head().totals().rows()).isEqualTo(100);
    }

    @Test
    void whatIsLeftOutStaysInTheSkipReportWhenOnlyTheChangesAreListed() throws Exception {
        TableSpec onlyA = new TableSpec(
                TableSpec.DELTA, null, List.of("a*"), List.of("*x"), List.of(), OnBadFile.FAIL, null, false, false);
        ExternalSource source = table.source(onlyA);
        table.file("a", 100).file("b", 10).file("c", 10).file("d", 10).commit();
        pipeline.update(source, PipelineTest.options(1_000));
        assertThat(leftOut()).containsExactly("b", "c", "d");

        table.file("a2", 5).file("ax", 1).file("b", 20).remove("c").file("e", 1).commit();
        table.asked.clear();
        Update second = pipeline.update(source, PipelineTest.options(1_000));
        assertThat(table.asked).containsExactly("resolve", "changes from 0 to 1");
        assertThat(leftOut()).containsExactly("ax", "b", "d", "e");
        assertThat(second.files().skipped()).isEqualTo(4);
        assertThat(second.skipped())
                .contains(new SkippedFile(table.path("ax"), "matches an exclude glob"))
                .contains(new SkippedFile(table.path("e"), "matches no include glob"));

        table.file("a3", 5).commit();
        Update third = pipeline.update(source, PipelineTest.options(1_000));
        assertThat(leftOut()).containsExactly("ax", "b", "d", "e");
        assertThat(third.files().skipped()).isEqualTo(4);

        // One that is damaged is made anew.
        String report = "c/" + pipeline.head().snapshot().key().replace("root.json", "skipped.jsonl");
        assertThat(pipeline.store.get(report)).isPresent();
        pipeline.store.put(report, new byte[] {1});
        table.file("a4", 5).commit();
        table.asked.clear();
        pipeline.update(source, PipelineTest.options(1_000));
        assertThat(table.asked).containsExactly("resolve", "changes from 2 to 3", "files of 3");
        assertThat(leftOut()).containsExactly("ax", "b", "d", "e");
    }

    /** The files in the skip report, in order. */
    private List<String> leftOut() {
        return snapshot()
                .skipped()
                .map(file -> file.file().replaceAll(".*/", ""))
                .sorted()
                .toList();
    }

    @Test
    void idsOfRowsReachTheSnapshotAndAreNoNewVersionOfAFile() throws Exception {
        for (boolean tells : new boolean[] {true, false}) {
            table.tellsChanges = tells;
            table.file("a", 100).file("b", 200).delete("b", 7).file("c", 10).commit();
            update();
            assertThat(files().get("a").firstRowId()).isNull();
            table.number("a", 1_000).number("b", 2_000).commit();
            Update numbered = update();
            assertThat(files().get("a").firstRowId()).isEqualTo(1_000);
            assertThat(files().get("b").firstRowId()).isEqualTo(2_000);
            assertThat(files().get("c").firstRowId()).isNull();
            assertThat(numbered.files().unchanged()).isEqualTo(files().size());
            assertThat(List.of(numbered.newRows(), numbered.deletedRows(), numbered.addedRows()))
                    .containsOnly(0L);
            assertThat(findings()).isEmpty();
            table.number("a", 1_000).file("d", 5).commit();
            assertThat(update().addedRows()).isEqualTo(5);
            assertThat(files().get("b").firstRowId()).isEqualTo(2_000);
        }
    }

    @Test
    void rowsThatTheTableOnlyMovedAreTold() throws Exception {
        table.file("a", 100).file("b", 50).file("c", 7).commit();
        assertThat(update().movedRows()).isZero();
        table.remove("a").remove("b").file("ab", 150).delete("ab", 1).moved("ab");
        table.file("d", 10).commit();
        Update compacted = update();
        assertThat(compacted.addedRows()).isEqualTo(159);
        assertThat(compacted.movedRows()).isEqualTo(149);
        table.delete("ab", 1, 2).moved("ab").commit();
        assertThat(update().movedRows()).isZero();
    }

    @Test
    void aFileThatCouldNotBeReadIsReadWithItsDeletedRowsWhenItCan() throws Exception {
        ExternalSource skipping = table.source(new TableSpec(
                TableSpec.DELTA, null, List.of(), List.of(), List.of(), OnBadFile.SKIP, null, false, false));
        table.file("a", 50)
                .file("b", 100)
                .fileOfUnknownRows("b")
                .delete("b", 3, 4)
                .commit();
        table.archived = true;
        Update first = pipeline.update(skipping, PipelineTest.options(1_000));
        assertThat(first.head().totals().rows()).isEqualTo(50);
        table.archived = false;
        Update second = pipeline.update(skipping, PipelineTest.options(1_000));
        assertThat(second.head().totals().rows()).isEqualTo(50 + 98);
        assertThat(second.rounds()).isEqualTo(1);
        assertThat(snapshot().deadRows(files().get("b"))).isEqualTo(DeletedRows.of(3, 4));
        assertThat(files().get("b").partition()).isEqualTo(Map.of("day", "b"));
    }

    @Test
    void verifyingLooksAtTheVersionThatIsServed() throws Exception {
        table.file("a", 100).delete("a", 1).commit();
        update();
        table.file("b", 7).remove("a").commit();
        assertThat(findings()).isEmpty();
        table.oldest = 1;
        assertThat(findings()).hasSize(1).allMatch(finding -> finding.contains("Delta version 0"));
    }

    private List<String> findings() throws InterruptedException {
        List<String> findings = new ArrayList<>();
        new Verifier(pipeline.store, "c", finding -> findings.add(finding.toString()))
                .verifyWithSource(source -> table.opener().open(table.source(), false, StoreObserver.NONE));
        return findings.stream()
                .filter(finding -> !finding.contains("_littoral/store.json"))
                .toList();
    }

    /** Its files cannot be opened. */
    @Test
    void anotherTargetKeepsWhatTheTableSaysOfItsFiles() throws Exception {
        table.file("a", 100).file("b", 200).delete("b", 3).commit();
        update();
        Update smaller = pipeline.update(table.source(), PipelineTest.options(50));
        assertThat(smaller.head().totals().rows()).isEqualTo(299);
        assertThat(files().get("a").partition()).isEqualTo(Map.of("day", "a"));
        assertThat(files().get("b").fragments()).hasSizeGreaterThan(3);
        assertThat(snapshot().deadRows(files().get("b"))).isEqualTo(DeletedRows.of(3));
    }

    private ListingOutcome listAgainAfter(TableVersion pinned) throws InterruptedException {
        table.asked.clear();
        ListRequest request = new ListRequest(
                "c", pipeline.update + 1, 1, table.source(), PipelineTest.options(1_000), pipeline.head(), null, null);
        ListStep step = new ListStep(
                pipeline.store,
                ObjectCache.NONE,
                table.opener(),
                new RealSteps.AnyCaller(),
                10,
                request,
                "again",
                true,
                Optional.of(new ListStep.Progress(0, null, Instant.EPOCH, pinned)),
                Instant.EPOCH);
        try {
            return step.run();
        } finally {
            pipeline.commits.discardStaging(new DiscardRequest("c", pipeline.update + 1, List.of()));
        }
    }

    private TableVersion version(int number) {
        return new TableVersion(
                TableSpec.DELTA, table.id, String.valueOf(number), null, Instant.EPOCH.plusSeconds(60), null);
    }

    @Test
    void anotherAttemptGoesOnWithTheVersionOfTheOneBefore() throws Exception {
        table.file("a", 100).commit();
        update();
        table.file("b", 1).commit();
        table.file("c", 1).commit();
        assertThat(listAgainAfter(version(1)).table().version()).isEqualTo("1");
        assertThat(table.asked).containsExactly("changes from 0 to 1");
    }

    @Test
    void anotherAttemptLooksAnewWhereThatVersionIsGone() throws Exception {
        table.file("a", 100).commit();
        update();
        table.file("b", 1).commit();
        table.file("c", 1).commit();
        table.oldest = 2;
        assertThat(listAgainAfter(version(1)).table().version()).isEqualTo("2");
        assertThat(table.asked).containsExactly("changes from 0 to 1", "resolve", "changes from 0 to 2", "files of 2");
    }

    @Test
    void aTableThatLacksWhatItsNewestVersionNamesFailsForGood() throws Exception {
        table.file("a", 100).commit();
        update();
        table.file("b", 1).commit();
        table.oldest = 2;
        assertThatThrownBy(() -> listAgainAfter(version(1)))
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .hasMessageContaining("Delta version 1")
                .hasMessageContaining("it is gone");
    }

    @Test
    void aVersionThatIsGoneWhileItIsListedFailsForNow() throws Exception {
        table.file("a", 100).commit();
        table.oldest = 1;
        assertThatThrownBy(this::update).rootCause().hasMessageContaining("it is gone");
    }
}
