package dev.littoral.activities.vortex;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.littoral.activities.concurrent.MemoryBudget;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.flatbuffers.FlatBufferException;
import dev.littoral.activities.flatbuffers.FlatTable;
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

/**
 * Reads the footers of Vortex files: one read of the file's last bytes, which mostly have all that is needed, and one
 * for each part that begins before them. The postscript, at the end, says where the parts are. All instances in a
 * process together hold at most 32 MiB of what is made of footers, up to 8 MiB of one, and as much of larger ones, or
 * one that is larger; of one store no more than they leave to others. Safe for use by many threads.
 */
public final class VortexFooters implements FileInspector {
    private static final int TAIL = 64 << 10;
    private static final int MAX_PART = 64 << 20;

    /** More columns than any reader can handle. */
    private static final int MAX_TYPE = 4 << 20;

    /** Layouts are numbered by 16 bits. */
    private static final int MAX_LAYOUTS = 1 << 16;

    /** What is made of a part takes about so many times its bytes. */
    private static final int HEAP_PER_BYTE = 16;

    private static final MemoryBudget SHARED = MemoryBudget.inHalves(64 << 20);

    private static final byte[] MAGIC = "VTXF".getBytes(US_ASCII);

    /** What follows the postscript: a version, the postscript's length and the magic. */
    private static final int TRAILER = 2 + 2 + MAGIC.length;

    private static final int VERSION = 1;

    /** Fields of the postscript, and of the parts that it names. */
    private static final int DTYPE = 0;

    private static final int LAYOUT = 1;
    private static final int FOOTER = 3;
    private static final int COMPRESSION = 3;
    private static final int ENCRYPTION = 4;

    /** The field of the footer with the names of layouts. */
    private static final int LAYOUT_NAMES = 1;

    private final MemoryBudget memory;

    public VortexFooters() {
        this(SHARED);
    }

    VortexFooters(MemoryBudget memory) {
        this.memory = memory;
    }

    @Override
    public FileContents inspect(FileSource files, SourceFile file, List<RequiredColumn> columns)
            throws FileChangedException, InterruptedException {
        try {
            return read(files, file, columns);
        } catch (FlatBufferException e) {
            throw new BadFileException("File " + file.path() + " is a corrupt Vortex file: found " + e.getMessage()
                    + "; expected metadata as Vortex writes it");
        }
    }

    private FileContents read(FileSource files, SourceFile file, List<RequiredColumn> columns)
            throws FileChangedException, InterruptedException, FlatBufferException {
        int length = (int) Math.min(file.bytes(), TAIL + TRAILER);
        String store = StoreName.of(file);
        memory.take(store, length);
        byte[] tail;
        FlatTable postscript;
        try {
            tail = files.read(file, file.bytes() - length, length);
            postscript = postscript(file, tail);
        } catch (FileChangedException | InterruptedException | FlatBufferException | RuntimeException e) {
            memory.giveBack(store, length);
            throw e;
        }
        Parts parts = new Parts(files, file, tail, length);
        try {
            FlatTable names = parts.read(postscript, FOOTER, "footer");
            String[] layouts = layoutNames(names.vector(LAYOUT_NAMES, 4));
            VortexLayout layout = VortexLayout.read(parts.read(postscript, LAYOUT, "layout"), layouts);
            VortexType type = VortexType.read(parts.read(postscript, DTYPE, "type"));
            RequiredColumns.check(file, type, columns);
            return new Contents(layout.rows(), layout.chunkRows(), type.fingerprint());
        } finally {
            memory.giveBack(store, parts.held);
        }
    }

    private static String[] layoutNames(FlatTable.Vector names) throws FlatBufferException {
        if (names.size() > MAX_LAYOUTS) {
            throw new FlatBufferException(names.size() + " names of layouts");
        }
        String[] layouts = new String[names.size()];
        for (int i = 0; i < layouts.length; i++) {
            String name = names.table(i).text(0);
            layouts[i] = name == null ? "" : name;
        }
        return layouts;
    }

    private static FlatTable postscript(SourceFile file, byte[] tail) throws FlatBufferException {
        if (tail.length < MAGIC.length + TRAILER) {
            throw notVortex(file, tail.length + " bytes", "at least " + (MAGIC.length + TRAILER));
        }
        int end = tail.length - TRAILER;
        if (!is(tail, tail.length - MAGIC.length)) {
            throw notVortex(file, "another end than VTXF", "VTXF");
        }
        if (tail.length == file.bytes() && !is(tail, 0)) {
            throw notVortex(file, "another start than VTXF", "VTXF");
        }
        ByteBuffer trailer = ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN);
        int version = Short.toUnsignedInt(trailer.getShort(end));
        if (version != VERSION) {
            throw new BadFileException("File " + file.path() + " is a Vortex file of version " + version
                    + ", which is not supported; expected version " + VERSION);
        }
        int length = Short.toUnsignedInt(trailer.getShort(end + 2));
        if (length > end) {
            throw new BadFileException("File " + file.path() + " is a corrupt Vortex file: found a postscript of "
                    + length + " bytes, expected at most " + end);
        }
        return FlatTable.root(tail, end - length, end);
    }

    private static BadFileException notVortex(SourceFile file, String found, String expected) {
        return new BadFileException(
                "File " + file.path() + " is not a Vortex file: found " + found + ", expected " + expected);
    }

    private static boolean is(byte[] bytes, int at) {
        return Arrays.equals(MAGIC, 0, MAGIC.length, bytes, at, at + MAGIC.length);
    }

    /** The parts of one file, and the memory that is taken for what is read of it. */
    private final class Parts {
        private final FileSource files;
        private final SourceFile file;
        private final String store;
        private final byte[] tail;
        private int held;

        Parts(FileSource files, SourceFile file, byte[] tail, int held) {
            this.files = files;
            this.file = file;
            this.store = StoreName.of(file);
            this.tail = tail;
            this.held = held;
        }

        FlatTable read(FlatTable postscript, int field, String name)
                throws FlatBufferException, FileChangedException, InterruptedException {
            FlatTable part = postscript.table(field);
            if (part == null) {
                throw new BadFileException("File " + file.path() + " is a Vortex file without its " + name
                        + ", which is not supported; expected one that has it");
            }
            FlatTable compression = part.table(COMPRESSION);
            if (part.has(ENCRYPTION) || (compression != null && compression.u8(0) != 0)) {
                throw new BadFileException("File " + file.path() + " is a Vortex file whose " + name
                        + " is compressed or encrypted, which is not supported; expected a plain one");
            }
            long offset = part.i64(0);
            long length = part.u32(1);
            if (offset < 0 || offset > file.bytes() - length) {
                throw new BadFileException("File " + file.path() + " is a corrupt Vortex file: found a " + name
                        + " at byte " + offset + " with " + length + " bytes in a file of " + file.bytes());
            }
            if (length > (field == DTYPE ? MAX_TYPE : MAX_PART)) {
                throw new BadFileException("File " + file.path() + " has too large a " + name + ": found " + length
                        + " bytes, expected at most " + (field == DTYPE ? MAX_TYPE : MAX_PART));
            }
            long start = offset - (file.bytes() - tail.length);
            if (start >= 0) {
                return FlatTable.root(tail, (int) start, (int) (start + length));
            }
            // What is held must be given back before more is taken; the tail is small, and its bytes still count.
            memory.giveBack(store, held);
            held = 0;
            int more = (int) Math.min(Integer.MAX_VALUE, length * HEAP_PER_BYTE + tail.length);
            memory.take(store, more);
            held = more;
            return FlatTable.root(files.read(file, offset, (int) length), 0, (int) length);
        }
    }

    /** What is in a Vortex file. */
    private record Contents(long rows, List<Long> chunkRows, String schemaFingerprint) implements FileContents {
        @Override
        public long[] rowGroupRows() {
            return chunkRows.stream().mapToLong(each -> each).toArray();
        }
    }
}
