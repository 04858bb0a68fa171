package dev.littoral.activities.catalog;

import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.failure.LittoralException;
import java.util.List;

/** The dead rows of a fragment: all of them where its file is gone or has another version. */
final class DeadRows {
    private DeadRows() {}

    /**
     * Which rows of a fragment are dead, numbered from its first.
     *
     * @throws LittoralException INPUT when rows within a living file are, whose positions are not read
     */
    static List<RowRange> of(FileEntry line, FragmentEntry fragment) {
        if (fragment.dead() == 0) {
            return List.of();
        }
        if (fragment.living() == 0) {
            return List.of(new RowRange(0, fragment.rows()));
        }
        throw LittoralException.input(
                "File " + line.path() + " has deleted rows within it, whose positions this version of Littoral does"
                        + " not read; expected files that are served whole, or not at all");
    }

    /** Whether a fragment has the same dead rows by two lines, as far as that is known without asking which. */
    static boolean areSame(FileEntry line, FragmentEntry fragment, FileEntry other, FragmentEntry otherFragment) {
        return fragment.dead() == otherFragment.dead()
                && (fragment.dead() == 0
                        || fragment.living() == 0
                        || (line.deletes() != null && line.deletes().equals(other.deletes())));
    }
}
