package dev.littoral.activities.catalog;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.littoral.activities.catalog.FileEntry.Deletes;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.digest.Sha256;
import dev.littoral.activities.failure.LittoralException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads the bitmaps of deleted rows that lines of shards name. The objects that were read last are kept, up to some
 * bytes, as neighbouring lines name the same ones. Safe for use by many threads.
 */
public final class DeletesReader {
    private static final long CACHE_BYTES = 64L << 20;

    private final CollectionCatalog catalog;

    /** The one that was used last comes last. */
    @GuardedBy("this")
    private final Map<String, byte[]> objects = new LinkedHashMap<>(16, 0.75f, true);

    @GuardedBy("this")
    private long cached;

    public DeletesReader(CollectionCatalog catalog) {
        this.catalog = catalog;
    }

    /**
     * The dead rows of a line, by their numbers in its file: all of them where the file is dead, and has not moved.
     *
     * @throws LittoralException INPUT when its bitmap is missing or damaged
     */
    public DeletedRows deadRows(FileEntry line) throws InterruptedException {
        if (!line.listed() && line.movedTo() == null) {
            return DeletedRows.range(0, line.rows());
        }
        if (line.deletes() == null) {
            return DeletedRows.NONE;
        }
        DeletedRows rows = parsed(line.path(), line.deletes());
        if (Long.compareUnsigned(rows.last(), line.rows()) >= 0) {
            throw damaged(
                    line.path(),
                    line.deletes(),
                    "go up to row " + Long.toUnsignedString(rows.last()) + "; expected less than " + line.rows()
                            + ", the rows of the file");
        }
        for (FragmentEntry fragment : line.fragments()) {
            checkFragment(line.path(), line.deletes(), rows, fragment.start(), fragment.end(), fragment.dead());
        }
        return rows;
    }

    /**
     * The dead rows of a fragment, by their numbers in its file; of others it may have some too.
     *
     * @throws LittoralException INPUT as {@link #deadRows(FileEntry)}
     */
    DeletedRows deadRows(Segment.FragmentSpan span) throws InterruptedException {
        if (span.deadSince() != null) {
            return DeletedRows.range(span.start(), span.end());
        }
        if (span.deletes() == null || span.dead() == 0) {
            return DeletedRows.NONE;
        }
        DeletedRows rows = parsed(span.file(), span.deletes());
        checkFragment(span.file(), span.deletes(), rows, span.start(), span.end(), span.dead());
        return rows;
    }

    private DeletedRows parsed(String path, Deletes deletes) throws InterruptedException {
        DeletedRows rows;
        try {
            rows = DeletedRows.parse(bytes(path, deletes));
        } catch (IOException e) {
            throw damaged(path, deletes, "cannot be read: " + e.getMessage());
        }
        if (rows.isEmpty() || rows.count() != deletes.count()) {
            throw damaged(path, deletes, "are " + rows.count() + "; expected " + deletes.count());
        }
        return rows;
    }

    private void checkFragment(String path, Deletes deletes, DeletedRows rows, long start, long end, long dead) {
        long found = rows.count(start, end);
        if (found != dead) {
            throw damaged(
                    path,
                    deletes,
                    "are " + found + " from row " + start + " to before " + end + "; expected " + dead
                            + ", those of the fragment");
        }
    }

    /**
     * The bytes of a bitmap.
     *
     * @param path the file whose deleted rows they are
     * @throws StagingGoneException when it is a staged one, and is gone
     * @throws LittoralException INPUT when it is missing or does not have its digest
     */
    public byte[] bytes(String path, Deletes deletes) throws InterruptedException {
        byte[] object = object(deletes.key());
        if (deletes.offset() > object.length - deletes.length()) {
            throw damaged(
                    path,
                    deletes,
                    "are the " + deletes.length() + " bytes from " + deletes.offset() + " on; expected bytes of the "
                            + object.length + " that it has");
        }
        byte[] bytes = Arrays.copyOfRange(object, (int) deletes.offset(), (int) deletes.offset() + deletes.length());
        String found = Sha256.hex(bytes);
        if (!found.equals(deletes.sha256())) {
            throw damaged(path, deletes, "have the SHA-256 " + found + "; expected " + deletes.sha256());
        }
        return bytes;
    }

    private synchronized byte[] object(String key) throws InterruptedException {
        byte[] object = objects.get(key);
        if (object == null) {
            object = catalog.object(key);
            objects.put(key, object);
            cached += object.length;
            Iterator<Map.Entry<String, byte[]>> oldest = objects.entrySet().iterator();
            while (cached > CACHE_BYTES && objects.size() > 1) {
                cached -= oldest.next().getValue().length;
                oldest.remove();
            }
        }
        return object;
    }

    private LittoralException damaged(String path, Deletes deletes, String how) {
        return catalog.damaged(deletes.key(), "the deleted rows of " + path + " " + how);
    }
}
