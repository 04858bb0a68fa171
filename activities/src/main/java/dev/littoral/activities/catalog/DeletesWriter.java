package dev.littoral.activities.catalog;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.littoral.activities.catalog.FileEntry.Deletes;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.digest.Sha256;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Writes the bitmaps of a shard's deleted rows into objects, the parts, one after another. Holds one part in memory.
 * Safe for use by many threads.
 */
public final class DeletesWriter {
    /** The most bytes of a part, unless one bitmap alone has more. */
    static final int PART_BYTES = 32 << 20;

    private final CollectionCatalog catalog;
    private final Naming naming;
    private final int partBytes;

    @GuardedBy("this")
    private final List<String> keys = new ArrayList<>();

    @GuardedBy("this")
    private final List<byte[]> part = new ArrayList<>();

    @GuardedBy("this")
    private int size;

    public DeletesWriter(CollectionCatalog catalog, Naming naming) {
        this(catalog, naming, PART_BYTES);
    }

    DeletesWriter(CollectionCatalog catalog, Naming naming, int partBytes) {
        this.catalog = catalog;
        this.naming = naming;
        this.partBytes = partBytes;
    }

    /** Names parts. */
    public interface Naming {
        /**
         * The key of a part.
         *
         * @param number counts the parts from 0
         * @param sha256 the hex digest of its bytes
         */
        String key(int number, String sha256);
    }

    /** How many parts bitmaps of these sizes come to. */
    public static int parts(List<Integer> lengths) {
        int parts = 0;
        long size = 0;
        for (int length : lengths) {
            if (parts == 0 || isFull(size, length, PART_BYTES)) {
                parts++;
                size = 0;
            }
            size += length;
        }
        return parts;
    }

    private static boolean isFull(long size, long more, int partBytes) {
        return size > 0 && size + more > partBytes;
    }

    /**
     * Adds the bitmap of a file's deleted rows.
     *
     * @return where it is, but for the key, which {@link #located} puts in
     */
    public Deletes add(DeletedRows rows) throws InterruptedException {
        return add(rows.bytes(), rows.count());
    }

    /** Adds a bitmap that says that so many rows are deleted, as {@link #add(DeletedRows)} does. */
    public synchronized Deletes add(byte[] bitmap, long count) throws InterruptedException {
        if (isFull(size, bitmap.length, partBytes)) {
            write();
        }
        Deletes added = new Deletes(Integer.toString(keys.size()), size, bitmap.length, count, Sha256.hex(bitmap));
        part.add(bitmap);
        size += bitmap.length;
        return added;
    }

    /** Writes what is left. Nothing can be added after. */
    public synchronized void finish() throws InterruptedException {
        if (size > 0) {
            write();
        }
    }

    /** The same file; where this writer wrote its bitmap it names the object. To be called after {@link #finish}. */
    public synchronized FileEntry located(FileEntry file) {
        Deletes deletes = file.deletes();
        // A key has slashes.
        return deletes == null || deletes.key().indexOf('/') >= 0
                ? file
                : file.withDeletes(deletes.in(keys.get(Integer.parseInt(deletes.key()))));
    }

    @GuardedBy("this")
    private void write() throws InterruptedException {
        ByteBuffer object = ByteBuffer.allocate(size);
        part.forEach(object::put);
        part.clear();
        size = 0;
        String key = naming.key(keys.size(), Sha256.hex(object.array()));
        catalog.write(key, object.array());
        keys.add(key);
    }

    /** The keys of the objects that lines name, sorted. */
    public static List<String> keys(List<FileEntry> lines) {
        TreeSet<String> keys = new TreeSet<>();
        for (FileEntry line : lines) {
            if (line.deletes() != null) {
                keys.add(line.deletes().key());
            }
        }
        return List.copyOf(keys);
    }
}
