package dev.littoral.activities.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.catalog.ListingDigest;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.workflows.model.Totals;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which fragments keep their segments when files of a shard come, change and go. */
class ShardBalancerTest {
    private static final long TARGET = 100;
    private static final long NEW = 10;

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

    private static ShardBalancer.Result balanced(List<FileEntry> base, PathRange range, FileEntry... changes) {
        return ShardBalancer.balance(base, range, List.of(changes), TARGET, NEW);
    }

    private static List<List<Long>> segments(ShardBalancer.Result result) {
        return result.files().stream()
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
        assertThat(segments(result)).containsExactly(List.of(1L, 1L), List.of(2L, 2L), List.of(NEW, NEW));
        assertThat(result).returns(1, ShardBalancer.Result::newSegments).returns(80L, ShardBalancer.Result::newRows);
    }

    @Test
    void aSegmentThatLostAFileIsDissolvedWhole() {
        List<FileEntry> base = List.of(served("a/1", 1, 1L), served("a/2", 1, 1L), served("b/1", 1, 2L, 2L));
        assertThat(segments(balanced(base, PathRange.ALL, FileEntry.gone("a/2"))))
                .containsExactly(List.of(NEW), List.of(2L, 2L));
        assertThat(segments(balanced(base, PathRange.ALL, served("a/2", 2, (Long) null))))
                .containsExactly(List.of(NEW), List.of(NEW), List.of(2L, 2L));
    }

    /** A shard that was split: the segment had fragments beyond the part's range. */
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
        assertThat(segments(result)).containsExactly(List.of(NEW, NEW, NEW + 1), List.of(2L, 2L));
        assertThat(result.newRows()).isEqualTo(120);
        assertThat(segments(ShardBalancer.balance(base, PathRange.ALL, List.of(), 120, NEW)))
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
                .containsExactly(List.of(NEW, NEW), List.of(NEW + 1, NEW + 1), List.of(NEW + 2, NEW + 2));
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
        assertThat(result.totals()).isEqualTo(new Totals(3, 1_002 + 1_001 + 1_002, 5, 200, 3, 2));
        assertThat(result.schemas()).containsExactly("schema-1", "schema-2");
        assertThat(result.unread()).isOne();
        ListingDigest listing = new ListingDigest();
        for (SourceFile each :
                List.of(file("a/1", 2), file("a/2", 3), file("a/3", 4), file("b/1", 1), file("b/2", 2))) {
            listing.add(each);
        }
        assertThat(result.listing()).isEqualTo(listing.hex());
        assertThat(result.files()).extracting(FileEntry::path).containsExactly("a/1", "a/2", "a/3", "b/1", "b/2");
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
