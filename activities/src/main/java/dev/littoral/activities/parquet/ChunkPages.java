package dev.littoral.activities.parquet;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.BadFileException;
import java.util.zip.CRC32;

/** The pages of a column chunk, one after the other; a dictionary is kept. One thread. */
final class ChunkPages {
    /** Writers make pages of 1 MiB; those that make them of a row group stay within this too. */
    private static final int MAX_PAGE = 64 << 20;

    /** Enough of a header, which may hold the least and the greatest value, for the first try. */
    private static final int HEADER = 64 << 10;

    private static final int DATA = 0;
    private static final int DICTIONARY = 2;
    private static final int DATA_V2 = 3;

    private final RangeReader source;
    private final SourceFile file;
    private final ColumnChunks.Column column;
    private final ColumnChunks.Chunk chunk;
    private final ParquetColumns.Region region;
    private final ParquetColumns.PageMemory memory;

    /** Where in the file the next page begins. */
    private long at;

    private byte[] piece = new byte[0];
    private long pieceStart;
    private Dictionary dictionary;
    private long taken;

    ChunkPages(
            RangeReader source,
            SourceFile file,
            ColumnChunks.Column column,
            ColumnChunks.Chunk chunk,
            ParquetColumns.Region region,
            ParquetColumns.PageMemory memory) {
        this.source = source;
        this.file = file;
        this.column = column;
        this.chunk = chunk;
        this.region = region;
        this.memory = memory;
        this.at = chunk.start();
    }

    /** The next page of values. The one before is not used any more. */
    DataPage next() throws FileChangedException, InterruptedException {
        memory.giveBack(taken);
        taken = 0;
        while (at < chunk.end()) {
            PageHeader header = header();
            if (header.type == DATA || header.type == DATA_V2) {
                taken = header.uncompressed;
                byte[] body = body(header);
                return DataPage.of(header.type == DATA_V2, column, header, body, dictionary);
            }
            if (header.type == DICTIONARY) {
                if (dictionary != null) {
                    throw corrupt("a second dictionary", "one");
                }
                dictionary = dictionary(header);
            } else {
                at += header.compressed;
            }
        }
        throw corrupt("its end", "more values");
    }

    private PageHeader header() throws FileChangedException, InterruptedException {
        int first = (int) Math.min(HEADER, chunk.end() - at);
        load(first);
        PageHeader header;
        try {
            header = parse(first);
        } catch (BadFileException e) {
            int more = ParquetColumns.Region.piece(chunk.end() - at);
            if (more == first) {
                throw e;
            }
            load(more);
            header = parse(more);
        }
        if (header.compressed < 0 || header.compressed > chunk.end() - at) {
            throw corrupt("a page of " + header.compressed + " bytes", "at most " + (chunk.end() - at));
        }
        if (header.uncompressed < 0 || header.uncompressed > MAX_PAGE) {
            throw corrupt("a page of " + header.uncompressed + " bytes uncompressed", "at most " + MAX_PAGE);
        }
        return header;
    }

    private PageHeader parse(int length) {
        int from = (int) (at - pieceStart);
        CompactReader in = new CompactReader(file, "page header", piece, from, from + length);
        PageHeader header = PageHeader.read(in);
        at += in.position() - from;
        return header;
    }

    /** Makes sure that so many bytes from here are in the piece. */
    private void load(int length) throws FileChangedException, InterruptedException {
        if (at >= pieceStart && at + length <= pieceStart + piece.length) {
            return;
        }
        if (region.isSmall()) {
            piece = region.bytes(source, file);
            pieceStart = region.start();
        } else {
            piece = source.read(file, at, Math.max(length, ParquetColumns.Region.piece(chunk.end() - at)));
            pieceStart = at;
        }
    }

    /** A dictionary is there until the chunk's end. */
    private Dictionary dictionary(PageHeader header) throws FileChangedException, InterruptedException {
        if (!memory.take(Dictionary.memory(header.values))) {
            throw corrupt("a dictionary of " + header.values + " values", "fewer");
        }
        byte[] body = body(header);
        try {
            return new Dictionary(column.physical(), header, body);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw corrupt("a dictionary that cannot be decoded (" + e.getMessage() + ")", "one that can");
        }
    }

    /** The page's bytes, of which those of a version 2 that are levels were never compressed. */
    private byte[] body(PageHeader header) throws FileChangedException, InterruptedException {
        if (header.compressed > MAX_PAGE) {
            throw corrupt("a page of " + header.compressed + " bytes", "at most " + MAX_PAGE);
        }
        if (!memory.take(header.uncompressed)) {
            throw corrupt("pages that take up too much memory together", "pages of a few megabytes");
        }
        load(header.compressed);
        int from = (int) (at - pieceStart);
        checkSum(header, from);
        at += header.compressed;
        int levels = header.levelBytes();
        if (levels < 0 || levels > Math.min(header.compressed, header.uncompressed)) {
            throw corrupt("levels of " + levels + " bytes", "at most " + header.compressed);
        }
        try {
            int codec = header.isCompressed ? chunk.codec() : Decompression.NONE;
            byte[] body = new byte[header.uncompressed];
            System.arraycopy(piece, from, body, 0, levels);
            Decompression.of(codec).decompress(piece, from + levels, header.compressed - levels, body, levels);
            return body;
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw corrupt("a page that cannot be decompressed (" + e.getMessage() + ")", "one that can");
        }
    }

    private void checkSum(PageHeader header, int from) {
        if (header.crc != null) {
            CRC32 crc = new CRC32();
            crc.update(piece, from, header.compressed);
            if ((int) crc.getValue() != header.crc) {
                throw corrupt("a page with another checksum than it says", "equal ones");
            }
        }
    }

    BadFileException corrupt(String found, String expected) {
        return new BadFileException("File " + file.path() + " has a corrupt column " + column.path() + ": found "
                + found + ", expected " + expected);
    }
}
