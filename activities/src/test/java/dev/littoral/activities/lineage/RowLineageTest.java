package dev.littoral.activities.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.DeletesWriter;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.FileEntry.Deletes;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.catalog.MovedRows;
import dev.littoral.activities.catalog.MovedRows.Range;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.path.TableFile;
import dev.littoral.activities.source.RowIdRange;
import dev.littoral.activities.testing.MemoryCatalogStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Which rows of files that are gone are found in new files, and what their lines say then. */
class RowLineageTest {
    private static final Deletes SOME = new Deletes("k/1", 0, 8, 2, "00");
    private static final Deletes OTHERS = new Deletes("k/2", 0, 8, 3, "01");

    private static final long COMMIT = 3;

    private final List<FileEntry> base = new ArrayList<>();
    private final List<FileEntry> files = new ArrayList<>();
    private final Map<String, DeletedRows> deadBefore = new HashMap<>();
    private final Map<String, DeletedRows> deadNow = new HashMap<>();
    private final Map<String, List<RowIdRange>> ids = new HashMap<>();
    private final List<Integer> batches = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();
    private long targetRows = 1_000_000;

    private final RowLineage.Rows rows = new RowLineage.Rows() {
        @Override
        public DeletedRows deadBefore(FileEntry line) {
            asked.add("before " + line.path());
            return deadBefore.getOrDefault(line.path(), DeletedRows.NONE);
        }

        @Override
        public DeletedRows deadNow(FileEntry file) {
            asked.add("now " + file.path());
            return deadNow.getOrDefault(file.path(), DeletedRows.NONE);
        }

        @Override
        public List<List<RowIdRange>> before(List<FileEntry> of) {
            batches.add(of.size());
            return of.stream()
                    .map(file -> ids.getOrDefault(file.path(), List.of()))
                    .toList();
        }
    };

    private RowLineage.Moves find() throws Exception {
        DeletesWriter bitmaps =
                new DeletesWriter(new CollectionCatalog(new MemoryCatalogStore(), "c"), (part, sha256) -> "k/" + part);
        return new RowLineage(rows, base, files, targetRows).find(bitmaps);
    }

    private static FileEntry file(String path, long count, Long firstRowId, FragmentEntry... fragments) {
        TableFile table = new TableFile(count, null, firstRowId, COMMIT, false, null);
        return FileEntry.served(new SourceFile(path, "v", count, null, table), count, "s", List.of(fragments));
    }

    /** A file of ten rows at a path where another version of it was. */
    private static FileEntry overwritten(String path, FragmentEntry fragment) {
        TableFile table = new TableFile(10L, null, 60L, COMMIT, false, null);
        return FileEntry.served(new SourceFile(path, "w", 10, null, table), 10, "s", List.of(fragment));
    }

    /** A new file whose rows are in no segment. */
    private static FileEntry fresh(String path, long count) {
        return file(path, count, 1_000_000L, new FragmentEntry(0, count, null));
    }

    private static FragmentEntry in(long start, long end, long segment) {
        return new FragmentEntry(start, end, segment);
    }

    private static FragmentEntry moved(long start, long end, long segment) {
        return new FragmentEntry(start, end, segment, 0, 0, true);
    }

    private static FragmentEntry unsegmented(long start, long end) {
        return new FragmentEntry(start, end, null);
    }

    private static MovedRows to(String file, Range... ranges) {
        return new MovedRows(file, "v", List.of(ranges));
    }

    /** Makes a new file have rows of ids, in this order. */
    private void has(String path, RowIdRange... ranges) {
        ids.put(path, List.of(ranges));
    }

    private static List<List<FragmentEntry>> fragments(List<FileEntry> lines) {
        return lines.stream().map(FileEntry::fragments).toList();
    }

    @Test
    void rowsOfFilesThatAreGoneStayInTheirSegments() throws Exception {
        base.add(file("a", 10, 0L, in(0, 10, 1)));
        base.add(file("b", 10, 10L, in(0, 10, 2)));
        files.add(fresh("c", 20));
        has("c", new RowIdRange(0, 0, 20, COMMIT));

        RowLineage.Moves moves = find();
        assertThat(moves.files()).extracting(FileEntry::path).containsExactly("c");
        assertThat(fragments(moves.files())).containsExactly(List.of(moved(0, 10, 1), moved(10, 20, 2)));
        assertThat(moves.lines()).extracting(FileEntry::path).containsExactly("a", "b");
        assertThat(moves.lines())
                .extracting(FileEntry::movedTo)
                .containsExactly(List.of(to("c", new Range(0, 10, 0))), List.of(to("c", new Range(0, 10, 10))));
        assertThat(moves.lines()).extracting(FileEntry::deletes).containsOnlyNulls();
        assertThat(moves.lines()).extracting(FileEntry::deadSince).containsOnlyNulls();
        assertThat(fragments(moves.lines())).containsExactly(List.of(in(0, 10, 1)), List.of(in(0, 10, 2)));
    }

    @Test
    void rowsThatWereDeadAreNotLookedForAndStayDead() throws Exception {
        base.add(file("a", 10, 0L, in(0, 10, 1).dead(2)).withDeletes(SOME));
        deadBefore.put("a", DeletedRows.of(3, 4));
        files.add(fresh("c", 8));
        has("c", new RowIdRange(0, 0, 3, COMMIT), new RowIdRange(3, 5, 5, COMMIT));

        RowLineage.Moves moves = find();
        assertThat(fragments(moves.files())).containsExactly(List.of(moved(0, 8, 1)));
        FileEntry line = moves.lines().getFirst();
        assertThat(line.movedTo()).containsExactly(to("c", new Range(0, 3, 0), new Range(5, 10, 3)));
        assertThat(line.deletes()).isSameAs(SOME);
        assertThat(line.fragments()).containsExactly(in(0, 10, 1).dead(2));

        has("c", new RowIdRange(0, 0, 8, COMMIT));
        assertThat(find().lines().getFirst().movedTo())
                .containsExactly(to("c", new Range(0, 3, 0), new Range(5, 8, 5)));
    }

    @Test
    void rowsBetweenThatAreNewAreCutWhereTheFileWasCut() throws Exception {
        base.add(file("a", 10, 0L, in(0, 10, 1)));
        files.add(file("c", 12, 50L, unsegmented(0, 6), unsegmented(6, 12)));
        has("c", new RowIdRange(2, 0, 2, COMMIT), new RowIdRange(8, 5, 2, COMMIT));

        RowLineage.Moves moves = find();
        assertThat(fragments(moves.files()))
                .containsExactly(List.of(
                        unsegmented(0, 2),
                        moved(2, 4, 1),
                        unsegmented(4, 6),
                        unsegmented(6, 8),
                        moved(8, 10, 1),
                        unsegmented(10, 12)));
        FileEntry line = moves.lines().getFirst();
        assertThat(line.movedTo()).containsExactly(to("c", new Range(0, 2, 2), new Range(5, 7, 8)));
        assertThat(line.deletes().count()).isEqualTo(6);
        assertThat(line.deletes().key()).isEqualTo("0");
        assertThat(line.fragments()).containsExactly(in(0, 10, 1).dead(6));
    }

    @Test
    void rowsThatAreDeadInTheNewFileAreDeadInTheirSegment() throws Exception {
        base.add(file("a", 5, 0L, in(0, 5, 1)));
        base.add(file("b", 5, 5L, in(0, 5, 2)));
        files.add(file("c", 12, 50L, unsegmented(0, 12)).withDeletes(OTHERS));
        deadNow.put("c", DeletedRows.of(0, 3, 11));
        has("c", new RowIdRange(1, 0, 10, COMMIT));

        RowLineage.Moves moves = find();
        assertThat(fragments(moves.files()))
                .containsExactly(List.of(
                        unsegmented(0, 1).dead(1),
                        moved(1, 6, 1).dead(1),
                        moved(6, 11, 2),
                        unsegmented(11, 12).dead(1)));
        assertThat(moves.lines())
                .extracting(line -> line.deletes() == null ? 0 : line.deletes().count())
                .containsExactly(1L, 0L);
        assertThat(fragments(moves.lines())).containsExactly(List.of(in(0, 5, 1).dead(1)), List.of(in(0, 5, 2)));
        assertThat(asked).containsExactly("before a", "before b", "now c");
    }

    @Test
    void aLineOfWhichNoRowLivesIsDead() throws Exception {
        base.add(file("a", 5, 0L, in(0, 5, 1)));
        files.add(file("c", 5, 50L, unsegmented(0, 5)).withDeletes(OTHERS));
        deadNow.put("c", DeletedRows.range(0, 5));
        has("c", new RowIdRange(0, 0, 5, COMMIT));

        FileEntry line = find().lines().getFirst();
        assertThat(line.movedTo()).isEmpty();
        assertThat(line.deletes()).isNull();
        assertThat(line.fragments()).containsExactly(in(0, 5, 1).dead(5));
    }

    @Test
    void rowsSideBySideOfOneSegmentAreAFragmentUpToTheTarget() throws Exception {
        base.add(file("a", 4, 0L, in(0, 4, 1)));
        base.add(file("b", 4, 4L, in(0, 4, 1)));
        base.add(file("d", 1, 8L, in(0, 1, 1)));
        files.add(fresh("c", 9));
        has("c", new RowIdRange(0, 0, 9, COMMIT));
        assertThat(fragments(find().files())).containsExactly(List.of(moved(0, 9, 1)));
        targetRows = 8;
        assertThat(fragments(find().files())).containsExactly(List.of(moved(0, 8, 1), moved(8, 9, 1)));
        targetRows = 7;
        assertThat(fragments(find().files())).containsExactly(List.of(moved(0, 4, 1), moved(4, 9, 1)));
    }

    @Test
    void aRangeOfALineGoesNotBeyondAFragmentOfIt() throws Exception {
        base.add(file("a", 9, 0L, in(0, 3, 1), in(3, 6, 2), unsegmented(6, 7), moved(7, 9, 3)));
        files.add(fresh("c", 6));
        files.add(fresh("d", 3));
        has("c", new RowIdRange(0, 0, 2, COMMIT), new RowIdRange(2, 2, 4, COMMIT));
        has("d", new RowIdRange(0, 6, 3, COMMIT));
        RowLineage.Moves moves = find();
        assertThat(fragments(moves.files())).containsExactly(List.of(moved(0, 3, 1), moved(3, 6, 2)));
        FileEntry line = moves.lines().getFirst();
        assertThat(line.movedTo()).containsExactly(to("c", new Range(0, 3, 0), new Range(3, 6, 3)));
        assertThat(line.fragments()).containsExactly(in(0, 3, 1), in(3, 6, 2));
        has("c", new RowIdRange(0, 0, 3, COMMIT));
        assertThat(fragments(find().files())).containsExactly(List.of(moved(0, 3, 1), unsegmented(3, 6)));
    }

    @Test
    void redirectsAreInTheOrderOfTheRowsOfTheLine() throws Exception {
        base.add(file("a", 9, 0L, in(0, 9, 1)));
        files.add(fresh("c", 6));
        files.add(fresh("d", 3));
        has("c", new RowIdRange(0, 6, 3, COMMIT), new RowIdRange(3, 3, 3, COMMIT));
        has("d", new RowIdRange(0, 0, 3, COMMIT));
        assertThat(find().lines().getFirst().movedTo())
                .containsExactly(to("d", new Range(0, 3, 0)), to("c", new Range(3, 6, 3), new Range(6, 9, 0)));
    }

    @Test
    void rowsThatAreFoundTwiceAreNew() throws Exception {
        base.add(file("a", 10, 0L, in(0, 10, 1)));
        base.add(file("b", 10, 10L, in(0, 10, 2)));
        files.add(fresh("c", 15));
        files.add(fresh("d", 10));
        has("c", new RowIdRange(0, 0, 5, COMMIT), new RowIdRange(5, 10, 10, COMMIT));
        has("d", new RowIdRange(0, 4, 6, COMMIT));
        RowLineage.Moves moves = find();
        assertThat(moves.files()).extracting(FileEntry::path).containsExactly("c");
        assertThat(fragments(moves.files())).containsExactly(List.of(unsegmented(0, 5), moved(5, 15, 2)));
        assertThat(moves.lines()).extracting(FileEntry::path).containsExactly("b");

        has("d", new RowIdRange(0, 5, 5, COMMIT));
        assertThat(find().lines()).extracting(FileEntry::path).containsExactly("a", "b");
    }

    @Test
    void filesThatClaimTheSameIdsAreNotBelieved() throws Exception {
        base.add(file("b", 2, 3L, in(0, 2, 2)));
        base.add(file("a", 10, 0L, in(0, 10, 1)));
        base.add(file("d", 2, 8L, in(0, 2, 3)));
        base.add(file("e", 2, 10L, in(0, 2, 4)));
        files.add(fresh("c", 12));
        has("c", new RowIdRange(0, 0, 12, COMMIT));
        RowLineage.Moves moves = find();
        assertThat(moves.lines()).extracting(FileEntry::path).containsExactly("e");
        assertThat(fragments(moves.files())).containsExactly(List.of(unsegmented(0, 10), moved(10, 12, 4)));
    }

    @Test
    void theRowsOfAFileThatIsLeftOutNowAreLookedFor() throws Exception {
        base.add(file("a", 10, 0L, in(0, 10, 1)));
        files.add(FileEntry.leftOut(base.getFirst().file(), "broken"));
        files.add(fresh("c", 10));
        has("c", new RowIdRange(0, 0, 10, COMMIT));
        assertThat(fragments(find().files())).containsExactly(List.of(moved(0, 10, 1)));
    }

    @Test
    void filesNeedNotBeInTheOrderOfTheirIds() throws Exception {
        base.add(file("a", 10, 10L, in(0, 10, 1)));
        base.add(file("b", 10, 0L, in(0, 10, 2)));
        files.add(fresh("c", 20));
        has("c", new RowIdRange(0, 0, 20, COMMIT));
        assertThat(fragments(find().files())).containsExactly(List.of(moved(0, 10, 2), moved(10, 20, 1)));
    }

    @Test
    void idsThatNobodyHadAreNewRows() throws Exception {
        base.add(file("a", 5, 10L, in(0, 5, 1)));
        base.add(file("b", 5, 20L, in(0, 5, 2)));
        files.add(fresh("c", 40));
        has("c", new RowIdRange(0, 5, 25, COMMIT));
        assertThat(fragments(find().files()))
                .containsExactly(List.of(
                        unsegmented(0, 5),
                        moved(5, 10, 1),
                        unsegmented(10, 15),
                        moved(15, 20, 2),
                        unsegmented(20, 40)));
        has("c", new RowIdRange(3, 12, 2, COMMIT));
        assertThat(find().lines().getFirst().movedTo()).containsExactly(to("c", new Range(2, 4, 3)));
        has("c", new RowIdRange(0, 15, 5, COMMIT), new RowIdRange(5, 5, 5, COMMIT), new RowIdRange(10, 25, 5, COMMIT));
        assertThat(find()).isEqualTo(new RowLineage.Moves(List.of(), List.of()));
    }

    @Test
    void ofAFileOfManyShortRunsAllRowsAreNew() throws Exception {
        assertThat(LongStream.of(0, 3, 4, 399_936, 399_940, 1L << 40).mapToObj(RowLineage::mostRuns))
                .containsExactly(16, 16, 17, 100_000, 100_000, 100_000);
        base.add(file("a", 100, 0L, in(0, 100, 1)));
        files.add(fresh("c", 17));
        ids.put(
                "c",
                IntStream.range(0, 17)
                        .mapToObj(i -> new RowIdRange(i, 2L * i, 1, COMMIT))
                        .toList());
        assertThat(find().lines()).hasSize(1);
        files.set(0, fresh("c", 21));
        ids.put(
                "c",
                IntStream.range(0, 21)
                        .mapToObj(i -> new RowIdRange(i, 2L * i, 1, COMMIT))
                        .toList());
        assertThat(find().lines()).hasSize(1);
        ids.put(
                "c",
                IntStream.range(0, 22)
                        .mapToObj(i -> new RowIdRange(i, 2L * i, 1, COMMIT))
                        .toList());
        assertThat(find()).isEqualTo(new RowLineage.Moves(List.of(), List.of()));
    }

    @Test
    void onceAShardHasManyRunsItsOtherFilesAreNotRead() throws Exception {
        base.add(file("a", 200_000, 0L, in(0, 200_000, 1)));
        List<RowIdRange> runs = IntStream.range(0, 100_000)
                .mapToObj(i -> new RowIdRange(i, 2L * i, 1, COMMIT))
                .toList();
        for (int i = 0; i < 33; i++) {
            files.add(fresh("new-" + i, 400_000));
            ids.put("new-" + i, i < 10 ? runs : List.of());
        }
        assertThat(find()).isEqualTo(new RowLineage.Moves(List.of(), List.of()));
        assertThat(batches).containsExactly(32);
    }

    /** An id that another commit wrote again is of a row that is not in the file any more, or was not yet. */
    @Test
    void onlyRowsThatTheCommitOfTheirFileWroteAreKnownAgain() throws Exception {
        base.add(file("a", 10, 0L, in(0, 10, 1)));
        files.add(fresh("c", 10));
        has("c", new RowIdRange(0, 0, 4, COMMIT), new RowIdRange(4, 4, 1, COMMIT - 1), new RowIdRange(5, 5, 5, COMMIT));
        assertThat(find().lines().getFirst().movedTo())
                .containsExactly(to("c", new Range(0, 4, 0), new Range(5, 10, 5)));
    }

    /** An older build did not write down which commit that was. */
    @Test
    void rowsOfAFileOfAnUnknownCommitAreNotKnownAgain() throws Exception {
        SourceFile a = new SourceFile("a", "v", 10, null, new TableFile(10L, null, 0L, false, null));
        base.add(FileEntry.served(a, 10, "s", List.of(in(0, 10, 1))));
        files.add(fresh("c", 10));
        has("c", new RowIdRange(0, 0, 10, COMMIT));
        assertThat(find().lines()).isEmpty();

        base.add(file("b", 10, 10L, in(0, 10, 2)));
        has("c", new RowIdRange(0, 0, 20, COMMIT));
        assertThat(find().lines()).extracting(FileEntry::path).containsExactly("b");
    }

    @Test
    void onlyFilesThatAreNewAndNumberedAreRead() throws Exception {
        base.add(file("a", 10, 0L, in(0, 10, 1)));
        base.add(file("kept", 10, 20L, in(0, 10, 2)));
        base.add(file("other", 10, 40L, in(0, 10, 2)));
        files.add(file("kept", 10, 20L, in(0, 10, 2)));
        files.add(file("unnumbered", 10, null, unsegmented(0, 10)));
        files.add(FileEntry.leftOut(new SourceFile("skipped", "v", 10), "broken"));
        files.add(overwritten("other", unsegmented(0, 10)));
        IntStream.range(0, 32).forEach(i -> files.add(fresh("new-" + i, 1)));
        has("other", new RowIdRange(0, 40, 10, COMMIT));
        RowLineage.Moves moves = find();
        assertThat(batches).containsExactly(32, 1);
        assertThat(moves.lines()).extracting(FileEntry::path).containsExactly("other");
        assertThat(moves.lines().getFirst().version()).isEqualTo("v");
    }

    @Test
    void whereNothingIsLookedForNoFileIsRead() throws Exception {
        base.add(file("unnumbered", 10, null, in(0, 10, 1)));
        base.add(file("unsegmented", 10, 0L, unsegmented(0, 10)));
        base.add(FileEntry.leftOut(new SourceFile("skipped", "v", 10), "broken"));
        base.add(file("dead", 10, 20L, in(0, 10, 2)).dead(3));
        files.add(fresh("c", 40));
        has("c", new RowIdRange(0, 0, 40, COMMIT));
        assertThat(find()).isEqualTo(new RowLineage.Moves(List.of(), List.of()));
        assertThat(batches).isEmpty();
        assertThat(asked).containsExactly("before unsegmented");
    }

    /** A line of a file that went with an earlier update, all of whose rows are in c. */
    private static FileEntry gone(String path, Range range, Deletes deletes, FragmentEntry... fragments) {
        return file(path, 10, 0L).gone(2L, List.of(fragments), deletes, List.of(to("c", range)));
    }

    @Test
    void aRedirectWhoseFileStaysAsItIsNeedsNothing() throws Exception {
        base.add(gone("a", new Range(0, 10, 0), null, in(0, 10, 1)));
        base.add(file("c", 20, 50L, moved(0, 10, 1), in(10, 20, 2)).withDeletes(SOME));
        files.add(base.get(1));
        assertThat(find()).isEqualTo(new RowLineage.Moves(List.of(), List.of()));
        assertThat(asked).isEmpty();
    }

    /** The line of what was at a path before is no file that is listed. */
    @Test
    void aFileThatStaysWhereAnotherWasIsNotNew() throws Exception {
        base.add(overwritten("a", in(0, 10, 2)));
        base.add(gone("a", new Range(0, 10, 0), null, in(0, 10, 1)));
        base.add(file("b", 10, 20L, in(0, 10, 3)));
        files.add(base.get(0));
        assertThat(find().files()).isEmpty();
        assertThat(batches).isEmpty();
    }

    @Test
    void aRedirectFollowsTheDeletesOfItsFile() throws Exception {
        base.add(gone("a", new Range(0, 10, 4), null, in(0, 10, 1)));
        FileEntry before = file("c", 20, 50L, moved(4, 14, 1));
        base.add(before);
        files.add(before.withDeletes(SOME));
        deadNow.put("c", DeletedRows.of(3, 5, 14));
        FileEntry line = find().lines().getFirst();
        assertThat(line.movedTo()).containsExactly(to("c", new Range(0, 10, 4)));
        assertThat(line.deadSince()).isEqualTo(2);
        assertThat(line.deletes().count()).isEqualTo(1);
        assertThat(line.fragments()).containsExactly(in(0, 10, 1).dead(1));
        assertThat(batches).isEmpty();
    }

    @Test
    void rowsMoveOnWithTheNextCompaction() throws Exception {
        base.add(gone("a", new Range(2, 10, 0), OTHERS, in(0, 10, 1).dead(2)));
        deadBefore.put("a", DeletedRows.of(0, 1));
        base.add(file("c", 8, 50L, moved(0, 8, 1)));
        files.add(fresh("d", 10));
        has("d", new RowIdRange(0, 0, 10, COMMIT));
        RowLineage.Moves moves = find();
        assertThat(fragments(moves.files())).containsExactly(List.of(unsegmented(0, 2), moved(2, 10, 1)));
        assertThat(moves.lines()).extracting(FileEntry::path).containsExactly("a");
        assertThat(moves.lines().getFirst().movedTo()).containsExactly(to("d", new Range(2, 10, 2)));
        assertThat(moves.lines().getFirst().deletes()).isSameAs(OTHERS);
    }

    @Test
    void rowsThatAreInAFileThatStaysAreNotLookedForElsewhere() throws Exception {
        base.add(file("a", 10, 0L)
                .gone(
                        2L,
                        List.of(in(0, 10, 1)),
                        null,
                        List.of(to("c", new Range(0, 4, 0)), to("e", new Range(4, 10, 0)))));
        base.add(file("c", 4, 50L, moved(0, 4, 1)).withDeletes(SOME));
        base.add(file("e", 6, 60L, moved(0, 6, 1)));
        deadBefore.put("c", DeletedRows.of(1, 2));
        files.add(base.get(1));
        files.add(fresh("d", 10));
        has("d", new RowIdRange(0, 0, 10, COMMIT));
        RowLineage.Moves moves = find();
        assertThat(fragments(moves.files())).containsExactly(List.of(unsegmented(0, 4), moved(4, 10, 1)));
        FileEntry line = moves.lines().getFirst();
        assertThat(line.movedTo()).containsExactly(to("c", new Range(0, 4, 0)), to("d", new Range(4, 10, 4)));
        assertThat(line.deletes().count()).isEqualTo(2);
        // The dead rows of a file that has the same are those of its line.
        assertThat(asked).containsExactly("before a", "before e", "before c");
    }

    @Test
    void aFileOfAnotherVersionOrReadAnewHasNoRowsOfOthers() throws Exception {
        base.add(gone("a", new Range(0, 10, 0), null, in(0, 10, 1)));
        base.add(file("c", 10, 50L, moved(0, 10, 1)));
        files.add(overwritten("c", moved(0, 10, 1)));
        FileEntry line = find().lines().getFirst();
        assertThat(line.movedTo()).isEmpty();
        assertThat(line.fragments()).containsExactly(in(0, 10, 1).dead(10));

        files.set(0, file("c", 10, 50L, unsegmented(0, 10)));
        assertThat(find().lines().getFirst().movedTo()).isEmpty();
    }

    @Test
    void aLineIsKnownToHaveRowsElsewhereByItsIdsOrItsRedirects() {
        assertThat(RowLineage.isKnownOf(List.of(file("a", 10, null, in(0, 10, 1)))))
                .isFalse();
        assertThat(RowLineage.isKnownOf(List.of(file("a", 10, 0L, in(0, 10, 1)))))
                .isTrue();
        assertThat(RowLineage.isKnownOf(List.of(file("a", 10, null)
                        .gone(2L, List.of(), null, List.of(to("c", new Range(0, 1, 0)))))))
                .isTrue();
    }
}
