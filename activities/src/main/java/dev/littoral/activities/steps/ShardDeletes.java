package dev.littoral.activities.steps;

import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.DeletesReader;
import dev.littoral.activities.catalog.DeletesWriter;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.FileEntry.Deletes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Writes the bitmaps of a balanced shard's deleted rows to its snapshot. What did not change stays in the object of an
 * older snapshot, until the shard would name too many of them: then all its bitmaps are written anew.
 */
final class ShardDeletes {
    /** The most objects that a shard names, unless its bitmaps fill more than half as many. */
    static final int MAX_OBJECTS = 16;

    private ShardDeletes() {}

    /**
     * Writes those that are staged.
     *
     * @param lines the shard's lines
     * @param objects the folder of the snapshot's own objects
     * @param number the shard's
     * @return the lines, whose bitmaps are all in snapshots' objects
     */
    static List<FileEntry> write(List<FileEntry> lines, CollectionCatalog catalog, String objects, int number)
            throws InterruptedException {
        boolean anew = areTooMany(lines);
        DeletesReader reader = new DeletesReader(catalog);
        DeletesWriter writer =
                new DeletesWriter(catalog, (part, sha256) -> CatalogLayout.deletes(objects, number, part));
        List<FileEntry> written = new ArrayList<>(lines.size());
        for (FileEntry line : lines) {
            Deletes deletes = line.deletes();
            written.add(
                    deletes == null || !(anew || CatalogLayout.isStaged(deletes.key()))
                            ? line
                            : line.withDeletes(writer.add(reader.bytes(line.path(), deletes), deletes.count())));
        }
        writer.finish();
        written.replaceAll(writer::located);
        return written;
    }

    /** Whether the objects that the lines name, and those to be written, are too many. */
    private static boolean areTooMany(List<FileEntry> lines) {
        List<Deletes> all =
                lines.stream().map(FileEntry::deletes).filter(Objects::nonNull).toList();
        long older = all.stream()
                .map(Deletes::key)
                .filter(key -> !CatalogLayout.isStaged(key))
                .distinct()
                .count();
        int newer = DeletesWriter.parts(all.stream()
                .filter(deletes -> CatalogLayout.isStaged(deletes.key()))
                .map(Deletes::length)
                .toList());
        int fewest = DeletesWriter.parts(all.stream().map(Deletes::length).toList());
        return older > 0 && older + newer > Math.max(MAX_OBJECTS, 2 * fewest);
    }
}
