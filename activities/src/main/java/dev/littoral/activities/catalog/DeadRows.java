package dev.littoral.activities.catalog;

import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.deletes.RowRange;
import dev.littoral.activities.failure.LittoralException;
import java.util.List;

/**
 * The dead rows of fragments: all of them where the file is gone or has another version, else those whose positions the
 * file's line names.
 */
final class DeadRows {
    private final DeletesReader deletes;

    DeadRows(DeletesReader deletes) {
        this.deletes = deletes;
    }

    /**
     * Which rows of a fragment are dead, numbered from its first. Reads their positions where only some are.
     *
     * @throws LittoralException as {@link CatalogReader} says
     */
    List<RowRange> of(FileEntry line, FragmentEntry fragment) {
        if (fragment.dead() == 0) {
            return List.of();
        }
        if (fragment.living() == 0) {
            return List.of(new RowRange(0, fragment.rows()));
        }
        DeletedRows ofFile = CatalogReader.uninterrupted(() -> deletes.deadRows(line));
        DeletedRows.Builder ofFragment = new DeletedRows.Builder();
        ofFragment.addMoved(ofFile, fragment.start(), fragment.end(), 0);
        return ofFragment.build().ranges().toList();
    }
}
