package dev.littoral.activities.parquet;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.BadFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Reads the values of some columns of a Parquet file, one row group after the other. Only those columns are read:
 * chunks that lie side by side with one request, large ones in pieces. Whatever the bytes are, the result is values or
 * a {@link BadFileException}; the memory is that of one page and one piece a column, within a bound. One thread.
 */
public final class ParquetColumns {
    /** Chunks are read together as long as they make no more than this, and a larger one in pieces of it. */
    private static final int PIECE = 4 << 20;

    /** What is read between two chunks to save a request. */
    private static final int GAP = 64 << 10;

    private static final ParquetFooters FOOTERS = new ParquetFooters();

    private final RangeReader source;
    private final SourceFile file;
    private final ColumnChunks chunks;

    private ParquetColumns(RangeReader source, SourceFile file, ColumnChunks chunks) {
        this.source = source;
        this.file = file;
        this.chunks = chunks;
    }

    /**
     * Opens a file: reads its footer.
     *
     * @param wanted says of the path of a column, its names joined by dots, whether it will be read
     * @throws BadFileException naming the file when it is not a Parquet file or its footer is not right
     */
    public static ParquetColumns open(RangeReader source, SourceFile file, Predicate<String> wanted)
            throws FileChangedException, InterruptedException {
        ColumnChunks chunks = FOOTERS.read(source, file, (each, bytes, start, length) -> {
            FooterDecoder.decode(each, bytes, start, length);
            return ColumnChunks.decode(each, bytes, start, length, wanted);
        });
        return new ParquetColumns(source, file, chunks);
    }

    /** The paths of the columns that were wanted and are there, in the file's order. */
    public List<String> columns() {
        return chunks.columns().stream().map(ColumnChunks.Column::path).toList();
    }

    public int rowGroups() {
        return chunks.rowGroups();
    }

    /** Rows of the whole file, 0 to 2<sup>40</sup>. */
    public long rows() {
        long rows = 0;
        for (int group = 0; group < rowGroups(); group++) {
            rows += chunks.rows(group);
        }
        return rows;
    }

    /** Begins to read a row group. The cursors of others are not used any more. */
    public RowGroup rowGroup(int group) {
        return new RowGroup(group);
    }

    /** The columns of a row group, to be read in step, as each keeps a page in memory. */
    public final class RowGroup {
        private final int group;
        private final PageMemory memory = new PageMemory();
        private final Map<Integer, Region> regions = new HashMap<>();

        private RowGroup(int group) {
            this.group = group;
            plan();
        }

        public long rows() {
            return chunks.rows(group);
        }

        /** A column by its place among {@link ParquetColumns#columns}, before its first row. */
        public ColumnCursor column(int column) {
            ColumnChunks.Column about = chunks.columns().get(column);
            ColumnChunks.Chunk chunk = chunks.chunk(group, column);
            return new ColumnCursor(
                    new ChunkPages(source, file, about, chunk, regions.get(column), memory), about, chunk.values());
        }

        private void plan() {
            List<Integer> order = new ArrayList<>();
            for (int column = 0; column < chunks.columns().size(); column++) {
                order.add(column);
            }
            order.sort(Comparator.comparingLong(
                    column -> chunks.chunk(group, column).start()));
            Region last = null;
            for (int column : order) {
                ColumnChunks.Chunk chunk = chunks.chunk(group, column);
                boolean joins = last != null
                        && chunk.start() - last.end <= GAP
                        && Math.max(chunk.end(), last.end) - last.start <= PIECE;
                if (!joins) {
                    last = new Region(chunk.start(), chunk.end());
                }
                last.end = Math.max(last.end, chunk.end());
                regions.put(column, last);
            }
        }
    }

    /** A stretch of the file that is read with one request, unless it is larger than a piece. */
    static final class Region {
        private final long start;
        private long end;
        private byte[] bytes;

        Region(long start, long end) {
            this.start = start;
            this.end = end;
        }

        boolean isSmall() {
            return end - start <= PIECE;
        }

        long start() {
            return start;
        }

        byte[] bytes(RangeReader source, SourceFile file) throws FileChangedException, InterruptedException {
            if (bytes == null) {
                bytes = source.read(file, start, (int) (end - start));
            }
            return bytes;
        }

        static int piece(long left) {
            return (int) Math.min(left, PIECE);
        }
    }

    /** What the pages that are open in a row group take up, which hostile ones could make too much of. */
    static final class PageMemory {
        private static final long MAX = 96 << 20;

        private long used;

        boolean take(long bytes) {
            used += bytes;
            return used <= MAX;
        }

        void giveBack(long bytes) {
            used -= bytes;
        }
    }
}
