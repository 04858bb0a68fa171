package dev.littoral.activities.source.iceberg;

import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.parquet.ColumnCursor;
import dev.littoral.activities.parquet.ParquetColumns;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.BadFileException;
import dev.littoral.activities.source.table.TableStorage;
import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;

/**
 * Position delete files: Parquet files of data files' paths and positions in them. As one often has positions of many
 * data files that are asked for one after the other, some are kept decoded; one that has too many for that is read
 * again for each data file. Safe for use by many threads.
 */
final class PositionDeletes {
    private static final String PATH = "file_path";
    private static final String POSITION = "pos";

    /** How many files are decoded at once. */
    private static final int PARALLEL = 4;

    /** About how much heap all decoded files may take, and one of them. */
    private static final long KEPT_BYTES = 64L << 20;

    private static final long KEPT_BYTES_OF_ONE = 16L << 20;

    /** Of a path in UTF-8. */
    private static final int MAX_PATH_BYTES = 3 * TableStorage.MAX_PATH;

    /** About what a path, and 65,536 positions of which one is there, take in a bitmap. */
    private static final int PATH_BYTES = 1000;

    private static final int CHUNK_BYTES = 80;
    private static final int CHUNK_SHIFT = 16;

    /** Few bytes may stand for billions of positions. */
    private static final int ROWS_BETWEEN_INTERRUPTS = 1 << 16;

    private final TableStorage storage;
    private final long keptBytesOfOne;
    private final Semaphore decoding = new Semaphore(PARALLEL);
    private final Map<String, Decoded> kept = new LinkedHashMap<>(16, 0.75f, true);

    PositionDeletes(TableStorage storage) {
        this(storage, KEPT_BYTES_OF_ONE);
    }

    PositionDeletes(TableStorage storage, long keptBytesOfOne) {
        this.storage = storage;
        this.keptBytesOfOne = keptBytesOfOne;
    }

    /**
     * The positions that a delete file has of a data file.
     *
     * @param path of the data file, as the delete file has it
     * @param rows how many the data file has; positions beyond delete nothing
     * @throws IOException when the delete file is damaged
     */
    DeletedRows of(DeleteRef ref, String path, long rows)
            throws FileChangedException, InterruptedException, IOException {
        Decoded file = kept(storage.address(ref.path()), ref.bytes());
        decoding.acquire();
        try {
            return file.of(path, rows);
        } catch (BadFileException e) {
            throw new IOException(e.getMessage(), e);
        } finally {
            decoding.release();
            trim();
        }
    }

    private Decoded kept(String address, long bytes) {
        synchronized (kept) {
            return kept.computeIfAbsent(address, each -> new Decoded(new SourceFile(each, null, bytes)));
        }
    }

    private void trim() {
        synchronized (kept) {
            long bytes = kept.values().stream().mapToLong(each -> each.bytes).sum();
            Iterator<Decoded> oldest = kept.values().iterator();
            while (bytes > KEPT_BYTES && oldest.hasNext()) {
                bytes -= oldest.next().bytes;
                oldest.remove();
            }
        }
    }

    /** Gets each row of a delete file. */
    private interface Rows {
        /** Whether to go on. */
        boolean row(String path, long position);
    }

    private void read(SourceFile file, Rows rows) throws FileChangedException, InterruptedException, IOException {
        ParquetColumns columns = ParquetColumns.open(
                (each, offset, length) -> storage.read(each.path(), each.bytes(), offset, length),
                file,
                name -> name.equals(PATH) || name.equals(POSITION));
        List<String> names = columns.columns();
        if (names.size() != 2) {
            throw new IOException("position delete file " + file.path() + " has columns " + names + "; expected " + PATH
                    + " and " + POSITION);
        }
        for (int group = 0; group < columns.rowGroups(); group++) {
            ParquetColumns.RowGroup rowGroup = columns.rowGroup(group);
            ColumnCursor paths = rowGroup.column(names.indexOf(PATH));
            ColumnCursor positions = rowGroup.column(names.indexOf(POSITION));
            for (long row = 0; row < rowGroup.rows(); row++) {
                if (row % ROWS_BETWEEN_INTERRUPTS == 0 && Thread.interrupted()) {
                    throw new InterruptedException();
                }
                paths.nextRow();
                positions.nextRow();
                if (!paths.isPresent() || !positions.isPresent() || positions.number() < 0) {
                    throw new IOException("position delete file " + file.path() + " has a row without a " + PATH
                            + " or without a " + POSITION + " from 0");
                }
                if (!rows.row(paths.text(MAX_PATH_BYTES), positions.number())) {
                    return;
                }
            }
        }
    }

    /** A delete file, decoded when it is asked for first. */
    private final class Decoded {
        private final SourceFile file;
        private volatile long bytes = PATH_BYTES;
        private boolean isTooLarge;
        private Map<String, DeletedRows> all;

        Decoded(SourceFile file) {
            this.file = file;
        }

        DeletedRows of(String path, long rows) throws FileChangedException, InterruptedException, IOException {
            synchronized (this) {
                if (all == null && !isTooLarge) {
                    decode();
                }
                if (all != null) {
                    return all.getOrDefault(path, DeletedRows.NONE);
                }
            }
            DeletedRows.Builder found = new DeletedRows.Builder();
            read(file, (each, position) -> {
                if (position < rows && each.equals(path)) {
                    found.add(position);
                }
                return true;
            });
            return found.build();
        }

        private void decode() throws FileChangedException, InterruptedException, IOException {
            Map<String, Positions> building = new HashMap<>();
            long[] size = {PATH_BYTES};
            read(file, (path, position) -> {
                Positions positions = building.get(path);
                if (positions == null) {
                    positions = new Positions();
                    building.put(path, positions);
                    size[0] += PATH_BYTES + path.length();
                }
                size[0] += positions.add(position);
                isTooLarge = size[0] > keptBytesOfOne;
                return !isTooLarge;
            });
            if (isTooLarge) {
                return;
            }
            Map<String, DeletedRows> built = new HashMap<>();
            building.forEach((path, positions) -> built.put(path, positions.rows.build()));
            all = built;
            bytes = size[0];
        }
    }

    /** The positions of one data file while they are read. */
    private static final class Positions {
        private final DeletedRows.Builder rows = new DeletedRows.Builder();
        private long lastChunk = -1;

        /** About how many bytes it takes more. */
        int add(long position) {
            rows.add(position);
            long chunk = position >>> CHUNK_SHIFT;
            boolean isNew = chunk != lastChunk;
            lastChunk = chunk;
            return isNew ? CHUNK_BYTES : 2;
        }
    }
}
