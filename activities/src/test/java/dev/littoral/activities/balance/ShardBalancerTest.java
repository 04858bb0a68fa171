package dev.littoral.activities.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.catalog.ListingDigest;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.Totals;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which fragments keep their segments when files of a shard come, change and go. */
class ShardBalancerTest {
    private static final long TARGET = 100;
    private static final long NEW = 10;
    private static final long VERSION = 7;

    private static SourceFile file(String path, int version) {
        return new SourceFile(path, "v" + version, 1_000 + version);
    }

    /** A file of fragments of 40 rows, one for each segment; null for one in none. */
    private static FileEntry served(String path, int version, Long... segments) {
        List<FragmentEntry> fragments = new ArrayList<>();
        for (int i = 0; i < segments.length; i++) {
            fragments.add(new FragmentEntry(40L * i, 40L * (i + 1), segments[i]));
        }
        return FileEntry.served(file(path, version), 40L * segments.length, "schema-" + version, fragments);
    }

    /** The same file with one fragment, as its fragments lie side by side in a new segment. */
    private static FileEntry joined(FileEntry file) {
        long segment = file.fragments().getFirst().segment();
        return file.with(List.of(new FragmentEntry(0, file.rows(), segment)));
    }

    private static ShardBalancer.Result balanced(List<FileEntry> base, PathRange range, FileEntry... changes) {
        return balanced(base, range, 0.3, changes);
    }

    private static ShardBalancer.Result balanced(
            List<FileEntry> base, PathRange range, double maxDeadShare, FileEntry... changes) {
        return balanced(base, range, TARGET, maxDeadShare, changes);
    }

    private static ShardBalancer.Result balanced(
            List<FileEntry> base, PathRange range, long target, double maxDeadShare, FileEntry... changes) {
        return ShardBalancer.balance(
                base, range, List.of(changes), List.of(), options(target, maxDeadShare), VERSION, NEW);
    }

    private static CollectionOptions options(long target, double maxDeadShare) {
        return new CollectionOptions(
                target, null, false, 1.0, CollectionOptions.DEFAULTS.keepVersionsFor(), maxDeadShare);
    }

    private static List<List<Long>> segments(ShardBalancer.Result result) {
        return result.lines().stream()
                .map(file ->
                        file.fragments().stream().map(FragmentEntry::segment).toList())
                .toList();
    }

    @Test
    void newFilesGetNewSegmentsAndTheOthersKeepTheirs() {
        ShardBalancer.Result result = balanced(
                List.of(served("a/1", 1, 1L, 1L), served("b/1", 1, 2L, 2L)),
                PathRange.ALL,
                served("c/1", 1, null, null));
        assertThat(segments(result)).containsExactly(List.of(1L, 1L), List.of(2L, 2L), List.of(NEW));
        assertThat(result).returns(1, ShardBalancer.Result::newSegments).returns(80L, ShardBalancer.Result::newRows);
    }

    @Test
    void aSegmentOfWhichMoreThanTheShareIsDeadIsDissolvedWhole() {
        List<FileEntry> base = List.of(served("a/1", 1, 1L), served("a/2", 1, 1L), served("b/1", 1, 2L, 2L));
        assertThat(segments(balanced(base, PathRange.ALL, FileEntry.gone("a/2"))))
                .containsExactly(List.of(NEW), List.of(2L, 2L));
        assertThat(segments(balanced(base, PathRange.ALL, served("a/2", 2, (Long) null))))
                .containsExactly(List.of(NEW), List.of(NEW), List.of(2L, 2L));
    }

    @Test
    void rowsOfAFileThatIsGoneStayDeadInTheirSegment() {
        List<FileEntry> base = List.of(served("a/1", 1, 1L), served("a/2", 1, 1L), served("b/1", 1, 2L, 2L));
        ShardBalancer.Result gone = balanced(base, PathRange.ALL, 0.5, FileEntry.gone("a/2"));
        assertThat(gone.lines())
                .containsExactly(served("a/1", 1, 1L), served("a/2", 1, 1L).dead(VERSION), served("b/1", 1, 2L, 2L));
        assertThat(gone.lines().get(1).deadSince()).isEqualTo(VERSION);
        assertThat(gone.lines().get(1).fragments()).containsExactly(new FragmentEntry(0, 40, 1L, 40, 0, false));
        assertThat(gone.totals()).isEqualTo(new Totals(2, 2_002, 3, 120, 2, 0, 40));
        assertThat(List.of(gone.newRows(), gone.deletedRows(), gone.droppedRows()))
                .containsExactly(0L, 40L, 0L);
        assertThat(gone.listing())
                .isEqualTo(
                        balanced(List.of(), PathRange.ALL, served("a/1", 1, (Long) null), served("b/1", 1, null, null))
                                .listing());

        ShardBalancer.Result changed = balanced(base, PathRange.ALL, 0.5, served("a/2", 2, null, null));
        assertThat(changed.lines())
                .containsExactly(
                        served("a/1", 1, 1L),
                        served("a/2", 1, 1L).dead(VERSION),
                        joined(served("a/2", 2, NEW, NEW)),
                        served("b/1", 1, 2L, 2L));
        assertThat(List.of(changed.newRows(), changed.deletedRows(), changed.droppedRows()))
                .containsExactly(80L, 40L, 0L);
    }

    @Test
    void aFileThatComesBackGetsNewRowsInAnotherSegment() {
        FileEntry dead = served("a/2", 1, 1L, 1L).dead(VERSION - 1);
        List<FileEntry> base = List.of(served("a/1", 1, 1L), dead, served("b/1", 1, 2L, 2L, 2L));
        ShardBalancer.Result back = balanced(base, PathRange.ALL, 150, 0.9, served("a/2", 1, null, null));
        assertThat(back.lines())
                .containsExactly(
                        served("a/1", 1, 1L), dead, joined(served("a/2", 1, NEW, NEW)), served("b/1", 1, 2L, 2L, 2L));

        ShardBalancer.Result goneAgain = ShardBalancer.balance(
                back.lines(),
                PathRange.ALL,
                List.of(FileEntry.gone("a/2")),
                List.of(),
                options(150, 0.9),
                VERSION + 1,
                NEW + 1);
        assertThat(goneAgain.lines())
                .as("a segment whose last row dies is dropped, and its dead files with it")
                .isEqualTo(base);
    }

    @Test
    void deadRowsGoWithTheirSegment() {
        List<FileEntry> base =
                List.of(served("a/1", 1, 1L), served("a/2", 1, 1L, 2L).dead(VERSION - 1), served("b/1", 1, 2L));
        ShardBalancer.Result gone = balanced(base, PathRange.ALL, 0.5, FileEntry.gone("b/1"));
        assertThat(gone.lines())
                .containsExactly(
                        served("a/1", 1, 1L),
                        served("a/2", 1, 1L, 2L)
                                .with(List.of(new FragmentEntry(0, 40, 1L)))
                                .dead(VERSION - 1));
        assertThat(List.of(gone.newRows(), gone.deletedRows(), gone.droppedRows()))
                .containsExactly(0L, 0L, 40L);
    }

    /** A shard that was split: the segment had fragments beyond the part's range. */
    @Test
    void deadRowsBeyondTheRangeDissolveTheSegmentToo() {
        List<FileEntry> base =
                List.of(served("a/1", 1, 1L).dead(VERSION - 1), served("b/1", 1, 1L), served("b/2", 1, 2L, 2L));
        assertThat(segments(balanced(base, new PathRange("b/", null), 0.5)))
                .containsExactly(List.of(NEW), List.of(2L, 2L));
        assertThat(segments(balanced(base, new PathRange("", "b/"), 0.5))).isEmpty();
    }

    @Test
    void aSegmentThatReachesBeyondTheRangeIsDissolved() {
        List<FileEntry> base = List.of(served("a/1", 1, 1L), served("b/1", 1, 1L), served("b/2", 1, 2L, 2L));
        assertThat(segments(balanced(base, new PathRange("b/", null)))).containsExactly(List.of(NEW), List.of(2L, 2L));
        assertThat(segments(balanced(base, new PathRange("", "b/")))).containsExactly(List.of(NEW));
    }

    @Test
    void aSegmentOfMoreThanTheTargetIsDissolved() {
        List<FileEntry> base = List.of(served("a/1", 1, 1L, 1L, 1L), served("a/2", 1, 2L, 2L));
        ShardBalancer.Result result = balanced(base, PathRange.ALL);
        assertThat(segments(result)).containsExactly(List.of(NEW, NEW + 1), List.of(2L, 2L));
        assertThat(result.newRows()).isEqualTo(120);
        assertThat(segments(balanced(base, PathRange.ALL, 120, 0.3)))
                .containsExactly(List.of(1L, 1L, 1L), List.of(2L, 2L));
    }

    @Test
    void foldersHaveSegmentsOfTheirOwn() {
        assertThat(segments(balanced(
                        List.of(),
                        PathRange.ALL,
                        served("a/1", 1, null, null),
                        served("a/b/1", 1, null, null),
                        served("ab", 1, null, null))))
                .containsExactly(List.of(NEW), List.of(NEW + 1), List.of(NEW + 2));
    }

    @Test
    void filesOfAFolderStayTogether() {
        assertThat(segments(balanced(
                        List.of(),
                        PathRange.ALL,
                        served("a/1", 1, (Long) null),
                        served("b/1", 1, (Long) null),
                        served("b/2", 1, (Long) null))))
                .containsExactly(List.of(NEW), List.of(NEW + 1), List.of(NEW + 1));
    }

    @Test
    void aShardSaysWhatItAddsUpTo() {
        FileEntry bad = FileEntry.leftOut(file("a/2", 3), "is no Parquet file");
        FileEntry archived = FileEntry.unread(file("a/3", 4), "is archived");
        ShardBalancer.Result result = balanced(
                List.of(served("a/1", 2, 1L, 1L), bad),
                PathRange.ALL,
                archived,
                served("b/1", 1, null, null),
                served("b/2", 2, (Long) null));
        assertThat(result.totals()).isEqualTo(new Totals(3, 1_002 + 1_001 + 1_002, 4, 200, 3, 2, 0));
        assertThat(result.schemas()).containsExactly("schema-1", "schema-2");
        assertThat(result.unread()).isOne();
        ListingDigest listing = new ListingDigest();
        for (SourceFile each :
                List.of(file("a/1", 2), file("a/2", 3), file("a/3", 4), file("b/1", 1), file("b/2", 2))) {
            listing.add(each);
        }
        assertThat(result.listing()).isEqualTo(listing.hex());
        assertThat(result.lines()).extracting(FileEntry::path).containsExactly("a/1", "a/2", "a/3", "b/1", "b/2");
    }

    @Test
    void rowsChangeWithFilesThatAreNewGoneOfAnotherVersionOrNoLongerServed() {
        List<FileEntry> base = Arrays.asList(
                served("a", 1, 1L),
                served("b", 1, 1L, 1L),
                served("c", 1, 1L, 1L, 1L),
                served("d", 1, 2L),
                FileEntry.leftOut(file("e", 1), "is no Parquet file"));
        assertThat(ShardBalancer.rowDelta(base, List.of())).isEqualTo(new RowDelta(0, 0));
        assertThat(ShardBalancer.rowDelta(base, List.of(served("aa", 1, null, null))))
                .isEqualTo(new RowDelta(80, 0));
        assertThat(ShardBalancer.rowDelta(base, List.of(FileEntry.gone("b")))).isEqualTo(new RowDelta(0, 80));
        assertThat(ShardBalancer.rowDelta(base, List.of(served("c", 2, (Long) null))))
                .isEqualTo(new RowDelta(40, 120));
        assertThat(ShardBalancer.rowDelta(base, List.of(FileEntry.leftOut(file("d", 1), "has another schema"))))
                .isEqualTo(new RowDelta(0, 40));
        assertThat(ShardBalancer.rowDelta(base, List.of(served("e", 1, null, null))))
                .isEqualTo(new RowDelta(80, 0));
    }

    @Test
    void aFileThatIsOnlyCutOtherwiseChangesNoRows() {
        FileEntry whole = FileEntry.served(file("a", 1), 40, "schema", List.of(new FragmentEntry(0, 40, null)));
        FileEntry cut = whole.with(List.of(new FragmentEntry(0, 10, null), new FragmentEntry(10, 40, null)));
        assertThat(ShardBalancer.rowDelta(List.of(whole), List.of(cut))).isEqualTo(new RowDelta(0, 0));
    }
}
