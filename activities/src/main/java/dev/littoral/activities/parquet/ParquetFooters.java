package dev.littoral.activities.parquet;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.littoral.activities.concurrent.MemoryBudget;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.path.StoreName;
import dev.littoral.activities.source.BadFileException;
import dev.littoral.activities.source.FileInspector;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.RequiredColumns;
import dev.littoral.workflows.model.RequiredColumn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Reads the footers of Parquet files: one read of the file's last bytes, a second one only where the footer is larger.
 * How many bytes the first read asks for grows with the footers it meets, from 16 KiB to at most 1 MiB. All instances
 * in a process together hold at most 32 MiB of footers of up to 8 MiB, and as much of larger ones, or one that is
 * larger; of one store no more than they leave to others. Safe for use by many threads; one instance per worker or
 * shard.
 */
public final class ParquetFooters implements FileInspector {
    private static final int FIRST_TAIL = 16 << 10;
    private static final int MAX_TAIL = 1 << 20;
    private static final int MAX_FOOTER = 128 << 20;
    private static final MemoryBudget SHARED = MemoryBudget.inHalves(64 << 20);

    private static final byte[] PLAIN = "PAR1".getBytes(US_ASCII);
    private static final byte[] ENCRYPTED = "PARE".getBytes(US_ASCII);
    private static final int MAGIC = PLAIN.length;

    /** What follows the footer: its length and the magic. */
    static final int TRAILER = 4 + MAGIC;

    private final MemoryBudget memory;
    private final AtomicInteger tail = new AtomicInteger(FIRST_TAIL);

    public ParquetFooters() {
        this(SHARED);
    }

    ParquetFooters(MemoryBudget memory) {
        this.memory = memory;
    }

    @Override
    public Footer inspect(FileSource files, SourceFile file, List<RequiredColumn> columns)
            throws FileChangedException, InterruptedException {
        Footer footer = read(files, file);
        RequiredColumns.check(file, footer.schema(), columns);
        return footer;
    }

    /**
     * Reads the footer of a file. Waits while other footers take up the memory.
     *
     * @throws FileChangedException when the file is gone or has another version
     * @throws BadFileException naming the file when it is not a Parquet file, its footer is encrypted,
     *     corrupt or larger than 128 MiB, or says what cannot be; whatever the source throws otherwise
     */
    public Footer read(FileSource source, SourceFile file) throws FileChangedException, InterruptedException {
        return read(source::read, file, FooterDecoder::decode);
    }

    /** Decodes the footer that lies in part of an array, which is not kept. */
    interface Decoder<T> {
        T decode(SourceFile file, byte[] bytes, int start, int length);
    }

    <T> T read(RangeReader source, SourceFile file, Decoder<T> decoder)
            throws FileChangedException, InterruptedException {
        int length = (int) Math.min(file.bytes(), tail.get());
        int footer;
        String store = StoreName.of(file);
        memory.take(store, length);
        try {
            byte[] bytes = source.read(file, file.bytes() - length, length);
            footer = footerLength(file, bytes);
            tail.accumulateAndGet(footer + TRAILER, ParquetFooters::grown);
            if (footer + TRAILER <= length) {
                return decoder.decode(file, bytes, length - TRAILER - footer, footer);
            }
        } finally {
            memory.giveBack(store, length);
        }
        memory.take(store, footer);
        try {
            byte[] bytes = source.read(file, file.bytes() - TRAILER - footer, footer);
            return decoder.decode(file, bytes, 0, footer);
        } finally {
            memory.giveBack(store, footer);
        }
    }

    private static int grown(int tail, int needed) {
        int powerOfTwo = Integer.highestOneBit(needed - 1) << 1;
        return Math.max(tail, Math.min(powerOfTwo, MAX_TAIL));
    }

    /** Checks the magics that the tail shows and the footer's length. */
    private static int footerLength(SourceFile file, byte[] tail) {
        // Read all the same: that it is too small is so far only what a listing said.
        if (tail.length < MAGIC + TRAILER) {
            throw notParquet(file, tail.length + " bytes", "at least " + (MAGIC + TRAILER));
        }
        int end = tail.length - MAGIC;
        if (is(ENCRYPTED, tail, end)) {
            throw new BadFileException("File " + file.path()
                    + " has an encrypted footer: found PARE at its end, expected a plain footer, PAR1");
        }
        if (!is(PLAIN, tail, end)) {
            throw notParquet(file, ParquetNames.escaped(tail, end, MAGIC) + " at its end", "PAR1");
        }
        if (tail.length == file.bytes() && !is(PLAIN, tail, 0)) {
            throw notParquet(file, ParquetNames.escaped(tail, 0, MAGIC) + " at its start", "PAR1");
        }
        int length = ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN).getInt(tail.length - TRAILER);
        long room = file.bytes() - MAGIC - TRAILER;
        if (length < 0 || length > room) {
            throw new BadFileException("File " + file.path() + " has a wrong footer length: found " + length
                    + ", expected 0 to " + room + " in a file of " + file.bytes() + " bytes");
        }
        if (length > MAX_FOOTER) {
            throw new BadFileException("File " + file.path() + " has too large a footer: found " + length
                    + " bytes, expected at most " + MAX_FOOTER);
        }
        return length;
    }

    private static boolean is(byte[] magic, byte[] bytes, int at) {
        return Arrays.equals(magic, 0, MAGIC, bytes, at, at + MAGIC);
    }

    private static BadFileException notParquet(SourceFile file, String found, String expected) {
        return new BadFileException(
                "File " + file.path() + " is not a Parquet file: found " + found + ", expected " + expected);
    }
}
