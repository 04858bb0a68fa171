package dev.littoral.activities.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.FileEntry.Deletes;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.path.TableFile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Lines of a shard, and what becomes of them. */
class FileEntryTest {
    private static final SourceFile FILE =
            new SourceFile("/a", "v", 100, "d1", new TableFile(20L, Map.of("p", "x"), 7L, false, null));
    private static final Deletes DELETES = new Deletes("snapshots/1/deletes", 0, 30, 4, "digest");

    /** 20 rows, of which segment 1 has the first ten, one of them deleted before, and segment 2 the others. */
    private static FileEntry line() {
        return FileEntry.served(FILE, 20, "s", List.of(new FragmentEntry(0, 10, 1L), new FragmentEntry(10, 20, 2L)))
                .with(
                        List.of(new FragmentEntry(0, 10, 1L, 3, 1, false), new FragmentEntry(10, 20, 2L, 1, 0, false)),
                        DELETES,
                        "d1");
    }

    @Test
    void aLineIsTheFileItWasMadeOf() {
        FileEntry line = line();
        assertThat(line.is(FILE)).isTrue();
        assertThat(line.listsAs(FILE)).isTrue();
        assertThat(line.file()).isEqualTo(new SourceFile("/a", "v", 100, "d1"));
        for (SourceFile other : List.of(
                new SourceFile("/b", "v", 100, "d1"),
                new SourceFile("/a", "w", 100, "d1"),
                new SourceFile("/a", "v", 101, "d1"))) {
            assertThat(line.is(other)).as("%s", other).isFalse();
            assertThat(line.listsAs(other)).as("%s", other).isFalse();
        }
        SourceFile otherDeletes = new SourceFile("/a", "v", 100, "d2");
        assertThat(line.is(otherDeletes)).isTrue();
        assertThat(line.listsAs(otherDeletes)).isFalse();
        assertThat(line.living()).isEqualTo(16);
        assertThat(line.content().living()).isEqualTo(20);
    }

    /** Older builds wrote the reason of a file that could not be read, and no more. */
    @Test
    void aFileThatCouldNotBeReadIsToldFromABadOne() {
        assertThat(FileEntry.unread(FILE, "the store refuses it").unread()).isTrue();
        assertThat(FileEntry.leftOut(FILE, "Cannot read /a: refused").unread()).isTrue();
        assertThat(FileEntry.leftOut(FILE, "no rows").unread()).isFalse();
        assertThat(line().unread()).isFalse();
    }

    @Test
    void aFragmentHasTheRowsFromItsFirstToItsEnd() {
        assertThat(new FragmentEntry(10, 25, 1L, 4, 0, false).rows()).isEqualTo(15);
        assertThat(new FragmentEntry(10, 25, 1L, 4, 0, false).living()).isEqualTo(11);
    }

    @Test
    void whatATableSaidOfAFileIsKeptWhileItIsServed() {
        assertThat(line().asTold())
                .isEqualTo(new SourceFile("/a", "v", 100, "d1", new TableFile(20L, Map.of("p", "x"), 7L, false, null)));
        assertThat(FileEntry.leftOut(FILE, "no rows").asTold()).isEqualTo(new SourceFile("/a", "v", 100, "d1"));
    }

    @Test
    void theIdOfItsFirstRowIsThatWhichATableSaysNow() {
        FileEntry line = line();
        SourceFile now = new SourceFile("/a", "v", 100, "d1", new TableFile(20L, Map.of(), 9L, false, null));
        assertThat(line.numberedAs(FILE)).isSameAs(line);
        assertThat(line.numberedAs(new SourceFile("/a", "v", 100, "d1"))).isSameAs(line);
        FileEntry numbered = line.numberedAs(now);
        assertThat(numbered.firstRowId()).isEqualTo(9);
        assertThat(numbered.numberedAs(FILE)).isEqualTo(line);
        FileEntry leftOut = FileEntry.leftOut(FILE, "no rows");
        assertThat(leftOut.numberedAs(now)).isSameAs(leftOut);
    }

    @Test
    void itsContentHasNoSegmentsAndNoDeletedRows() {
        FileEntry content = line().content();
        assertThat(content.fragments())
                .containsExactly(new FragmentEntry(0, 10, null), new FragmentEntry(10, 20, null));
        assertThat(content.deletes()).isNull();
        assertThat(content.deletesVersion()).isNull();
        assertThat(content.schema()).isEqualTo("s");
        assertThat(content.firstRowId()).isEqualTo(7);
    }

    @Test
    void aFileThatDiedHasNothingButDeletedRowsOfItsSegments() {
        FileEntry movedInToo = line().with(List.of(
                new FragmentEntry(0, 10, 1L, 3, 1, false),
                new FragmentEntry(10, 15, 2L, 0, 0, true),
                new FragmentEntry(15, 20, null)));
        assertThat(movedInToo.movedIn()).isEqualTo(5);
        FileEntry dead = movedInToo.dead(4);
        assertThat(dead.fragments()).containsExactly(new FragmentEntry(0, 10, 1L, 10, 1, false));
        assertThat(dead.listed()).isFalse();
        assertThat(dead.living()).isZero();
        assertThat(dead.deletes()).isNull();
        assertThat(dead.deadSince()).isEqualTo(4);
    }

    @Test
    void fragmentsAreTheSameWhereAllBeginAndEndAlike() {
        FileEntry line = line();
        assertThat(line.sameFragments(line.content())).isTrue();
        assertThat(line.sameFragments(with(new FragmentEntry(0, 20, 1L)))).isFalse();
        assertThat(line.sameFragments(with(new FragmentEntry(0, 9, 1L), new FragmentEntry(10, 20, 2L))))
                .isFalse();
        assertThat(line.sameFragments(with(new FragmentEntry(0, 10, 1L), new FragmentEntry(11, 20, 2L))))
                .isFalse();
    }

    private static FileEntry with(FragmentEntry... fragments) {
        return line().with(List.of(fragments));
    }

    @Test
    void aFragmentsDeletedRowsAreThoseItIsBornWithInANewSegment() {
        FragmentEntry fragment = new FragmentEntry(0, 10, 1L, 3, 1, true);
        assertThat(fragment.in(5L)).isEqualTo(new FragmentEntry(0, 10, 5L, 3, 3, false));
        assertThat(fragment.in(null)).isEqualTo(new FragmentEntry(0, 10, null, 3, 0, false));
        assertThat(List.of(fragment.rows(), fragment.living())).containsExactly(10L, 7L);
        assertThat(fragment.laysOut()).isFalse();
        assertThat(fragment.in(5L).laysOut()).isTrue();
        assertThat(fragment.in(null).laysOut()).isFalse();
    }

    @Test
    void neighboursInASegmentBecomeOne() {
        FragmentEntry first = new FragmentEntry(0, 10, 1L, 3, 1, false);
        FragmentEntry second = new FragmentEntry(10, 15, 1L, 2, 2, false);
        assertThat(first.isFollowedBy(second)).isTrue();
        assertThat(first.with(second)).isEqualTo(new FragmentEntry(0, 15, 1L, 5, 3, false));
        assertThat(second.isFollowedBy(first)).isFalse();
        assertThat(first.isFollowedBy(new FragmentEntry(10, 15, 2L))).isFalse();
        assertThat(first.in(null).isFollowedBy(second.in(null))).isFalse();
    }
}
