package dev.littoral.activities.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.FileEntry.Deletes;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.catalog.MovedRows;
import dev.littoral.activities.catalog.MovedRows.Range;
import dev.littoral.activities.path.SourceFile;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What lines of files that are gone say after an update. */
class MovedLinesTest {
    private static final Deletes DELETES = new Deletes("0", 0, 8, 2, "00");
    private static final FragmentEntry FRAGMENT = new FragmentEntry(0, 10, 1L);
    private static final List<MovedRows> MOVED = List.of(to("c", new Range(0, 8, 0)));

    private static FileEntry line(String path, FragmentEntry... fragments) {
        return FileEntry.served(new SourceFile(path, "v", 10), 10, "s", List.of(fragments));
    }

    private static MovedRows to(String file, Range... ranges) {
        return new MovedRows(file, "w", List.of(ranges));
    }

    @Test
    void aLineWhoseRowsMovedIsGoneSinceTheVersionThatListsItNoMore() {
        FileEntry listed = line("a", FRAGMENT);
        FileEntry before = line("b", FRAGMENT).gone(3L, List.of(FRAGMENT), null, MOVED);
        MovedLines lines = new MovedLines(
                List.of(
                        listed.gone(null, List.of(FRAGMENT.dead(2)), DELETES, MOVED),
                        before.gone(3L, List.of(FRAGMENT.dead(2)), DELETES, MOVED)),
                7);
        assertThat(lines.now(listed)).isEqualTo(listed.gone(7L, List.of(FRAGMENT.dead(2)), DELETES, MOVED));
        assertThat(lines.now(before)).isEqualTo(before.gone(3L, List.of(FRAGMENT.dead(2)), DELETES, MOVED));
    }

    @Test
    void aLineNoneOfWhoseRowsLivesIsDeadSinceThen() {
        FileEntry listed = line("a", FRAGMENT);
        FileEntry before = line("b", FRAGMENT).gone(3L, List.of(FRAGMENT), null, MOVED);
        MovedLines lines = new MovedLines(List.of(before.gone(3L, List.of(FRAGMENT.dead(10)), null, List.of())), 7);
        assertThat(lines.now(before)).isEqualTo(before.dead(7));
        assertThat(lines.now(listed)).isEqualTo(listed.dead(7));
        FileEntry dead = listed.dead(5);
        assertThat(lines.now(dead)).isSameAs(dead);
    }

    @Test
    void linesOfOnePathAreInTheOrderOfTheirEnds() {
        List<FileEntry> unsorted = List.of(
                line("b", FRAGMENT), line("a", FRAGMENT), line("a", FRAGMENT).dead(7));
        assertThat(new MovedLines(List.of(), 7).inOrder(new ArrayList<>(unsorted)))
                .isEqualTo(unsorted);
        assertThat(new MovedLines(List.of(line("x")), 7).inOrder(new ArrayList<>(unsorted)))
                .containsExactly(unsorted.get(2), unsorted.get(1), unsorted.get(0));
        List<FileEntry> ends =
                List.of(line("a", FRAGMENT).dead(7), line("a", FRAGMENT).dead(5));
        assertThat(new MovedLines(List.of(line("x")), 7).inOrder(new ArrayList<>(ends)))
                .containsExactly(ends.get(1), ends.get(0));
    }

    @Test
    void aLineKeepsTheRedirectsThatItsFragmentsHave() {
        FragmentEntry second = new FragmentEntry(20, 30, 2L);
        FileEntry line = line("a", FRAGMENT, second)
                .gone(
                        3L,
                        List.of(FRAGMENT, second),
                        DELETES,
                        List.of(
                                to("c", new Range(0, 10, 0), new Range(9, 11, 20), new Range(25, 30, 30)),
                                to("d", new Range(10, 20, 0)),
                                to("e", new Range(19, 21, 0), new Range(29, 31, 0))));
        assertThat(MovedLines.in(line))
                .isEqualTo(line.gone(
                        3L, line.fragments(), DELETES, List.of(to("c", new Range(0, 10, 0), new Range(25, 30, 30)))));
        FileEntry listed = line("a", FRAGMENT).withDeletes(DELETES);
        assertThat(MovedLines.in(listed)).isSameAs(listed);
    }
}
