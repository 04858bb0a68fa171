package dev.littoral.activities.steps;

import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.DeletesReader;
import dev.littoral.activities.catalog.DeletesWriter;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.FileEntry.Deletes;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.concurrent.HeapBounds;
import dev.littoral.activities.concurrent.MemoryBudget;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.path.StoreName;
import dev.littoral.activities.source.SourceReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;

/**
 * The deleted rows of files: read from the source, or taken from the base where they are the same. Safe for use by many
 * threads.
 */
final class FileDeletes {
    /** How many files' deleted rows are in memory at once. */
    private static final int PARALLEL = 16;

    /**
     * What deleted rows that are read from sources may take of the heap, of all steps of this process: their bytes, and
     * what becomes of these. Those of files of one store take no more than they leave to others.
     */
    private static final MemoryBudget SHARED = MemoryBudget.inHalves(HeapBounds.of(64 << 20, 1 << 30));

    /** Times the bytes of a bitmap that it takes with all that is made of it. */
    private static final int COPIES = 4;

    private final SourceReader source;
    private final MemoryBudget memory;
    private final DeletesReader base;
    private final Semaphore inMemory = new Semaphore(PARALLEL);

    FileDeletes(CollectionCatalog catalog, SourceReader source) {
        this(catalog, source, SHARED);
    }

    FileDeletes(CollectionCatalog catalog, SourceReader source, MemoryBudget memory) {
        this.source = source;
        this.memory = memory;
        this.base = new DeletesReader(catalog);
    }

    /**
     * A file with its deleted rows. Its fragments keep the segments that they have in the base if its content is the
     * same and no row that was deleted is there again; otherwise they are in none.
     *
     * @param content what is in the file, without segments and deleted rows
     * @param before the base's file of that path, or null
     * @param bitmaps gets the deleted rows where the base does not have them
     */
    FileEntry of(SourceFile file, FileEntry content, FileEntry before, DeletesWriter bitmaps)
            throws FileChangedException, InterruptedException {
        if (!content.served()) {
            return content.with(content.fragments(), null, file.deletesVersion());
        }
        FileEntry same = before != null && before.served() && before.is(file) ? before : null;
        if (same != null && same.listsAs(file) && same.sameFragments(content)) {
            return content.with(same.fragments(), same.deletes(), file.deletesVersion());
        }
        if (file.deletesVersion() == null && (same == null || same.deletes() == null)) {
            return same != null && same.sameFragments(content) ? content.with(same.fragments()) : content;
        }
        inMemory.acquire();
        try {
            return inBudget(file, () -> read(file, content, same, bitmaps));
        } finally {
            inMemory.release();
        }
    }

    private interface Reading<T> {
        T run() throws FileChangedException, InterruptedException;
    }

    private <T> T inBudget(SourceFile file, Reading<T> reading) throws FileChangedException, InterruptedException {
        // A table may say anything.
        int bytes = COPIES * Math.clamp(source.deletionBytes(file), 0, Integer.MAX_VALUE / COPIES);
        String store = StoreName.of(file);
        memory.take(store, bytes);
        try {
            return reading.run();
        } finally {
            memory.giveBack(store, bytes);
        }
    }

    private FileEntry read(SourceFile file, FileEntry content, FileEntry same, DeletesWriter bitmaps)
            throws FileChangedException, InterruptedException {
        DeletedRows then = same == null ? DeletedRows.NONE : base.deadRows(same);
        DeletedRows now = same != null && same.listsAs(file) ? then : read(file, content.rows());
        Deletes at = now.isEmpty() ? null : now.equals(then) ? same.deletes() : bitmaps.add(now);
        boolean grown = same != null && same.sameFragments(content) && now.containsAll(then);
        List<FragmentEntry> fragments = new ArrayList<>(content.fragments().size());
        for (int i = 0; i < content.fragments().size(); i++) {
            FragmentEntry fragment =
                    grown ? same.fragments().get(i) : content.fragments().get(i);
            fragments.add(fragment.dead(now.count(fragment.start(), fragment.end())));
        }
        return content.with(fragments, at, file.deletesVersion());
    }

    /** The dead rows of a line of the base. */
    DeletedRows before(FileEntry line) throws InterruptedException {
        return base.deadRows(line);
    }

    /**
     * The deleted rows of a file as the source has them now.
     *
     * @param rows how many the file has
     */
    DeletedRows fromSource(SourceFile file, long rows) throws FileChangedException, InterruptedException {
        return inBudget(file, () -> read(file, rows));
    }

    private DeletedRows read(SourceFile file, long rows) throws FileChangedException, InterruptedException {
        if (file.deletesVersion() == null) {
            return DeletedRows.NONE;
        }
        DeletedRows deleted;
        try {
            deleted = Objects.requireNonNull(source.deletedRows(file));
        } catch (IOException e) {
            throw LittoralException.input("Cannot read the deleted rows of " + file.path() + ": " + e.getMessage());
        }
        if (!deleted.isEmpty() && Long.compareUnsigned(deleted.last(), rows) >= 0) {
            throw LittoralException.input("The deleted rows of " + file.path() + " go up to row "
                    + Long.toUnsignedString(deleted.last()) + "; expected less than " + rows
                    + ", the rows of the file");
        }
        return deleted;
    }
}
