package dev.littoral.activities.source.delta;

import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.activities.source.table.TableStorage.Listed;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Reads the files of a log, which never change: small ones whole, and they are kept, so that what is read for two
 * purposes is one request; large ones in pieces. Safe for use by many threads.
 */
final class LogFiles {
    private static final int SMALL = 2 << 20;
    private static final int PIECE = 4 << 20;
    private static final long MAX_KEPT = 24 << 20;
    private static final int PARALLEL = 16;

    private final TableStorage storage;
    private final Map<String, byte[]> kept = new HashMap<>();
    private long keptBytes;

    LogFiles(TableStorage storage) {
        this.storage = storage;
    }

    String table() {
        return storage.root();
    }

    /** Reads the small ones among the first files in parallel, as many as are kept. */
    void prefetch(List<Listed> files) throws FileChangedException, InterruptedException {
        List<Callable<byte[]>> reads = new ArrayList<>();
        long bytes = 0;
        for (Listed file : files) {
            if (file.bytes() <= SMALL) {
                bytes += file.bytes();
                if (bytes > MAX_KEPT) {
                    break;
                }
                reads.add(() -> whole(file.address(), file.bytes()));
            }
        }
        ParallelTasks.run(ParallelTasks.Threads.virtual(PARALLEL), reads, FileChangedException.class);
    }

    /** A range of a file. */
    byte[] range(SourceFile file, long offset, int length) throws FileChangedException, InterruptedException {
        if (file.bytes() > SMALL) {
            return storage.read(file.path(), file.bytes(), offset, length);
        }
        return Arrays.copyOfRange(whole(file.path(), file.bytes()), (int) offset, (int) offset + length);
    }

    private byte[] whole(String address, long bytes) throws FileChangedException, InterruptedException {
        synchronized (this) {
            byte[] found = kept.get(address);
            if (found != null) {
                return found;
            }
        }
        byte[] read = storage.read(address, bytes, 0, (int) bytes);
        synchronized (this) {
            if (keptBytes + read.length > MAX_KEPT) {
                kept.clear();
                keptBytes = 0;
            }
            if (kept.put(address, read) == null) {
                keptBytes += read.length;
            }
        }
        return read;
    }

    /** Reads the actions of a file of JSON. */
    void read(Listed file, ActionVisitor visitor) throws FileChangedException, InterruptedException {
        try (InputStream in = open(file)) {
            new ActionReader(file.address(), in, visitor).read();
        } catch (InterruptedIOException e) {
            throw (InterruptedException) new InterruptedException(e.getMessage()).initCause(e);
        } catch (IOException e) {
            if (e.getCause() instanceof FileChangedException changed) {
                throw changed;
            }
            if (e.getCause() instanceof LittoralException failure) {
                throw failure;
            }
            throw LittoralException.input("The Delta table " + table()
                    + " has a damaged log: found what is no action in JSON in " + file.address() + " ("
                    + ActionReader.reason(e) + "), expected one in each line");
        }
    }

    private InputStream open(Listed file) throws FileChangedException, InterruptedException {
        return file.bytes() <= SMALL ? new ByteArrayInputStream(whole(file.address(), file.bytes())) : new Pieces(file);
    }

    /** A file, read in pieces. A failure is the cause of the IOException. */
    private final class Pieces extends InputStream {
        private final Listed file;
        private byte[] piece = new byte[0];
        private int at;
        private long next;

        Pieces(Listed file) {
            this.file = file;
        }

        @Override
        public int read() throws IOException {
            return fill() ? piece[at++] & 0xff : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (!fill()) {
                return -1;
            }
            int count = Math.min(length, piece.length - at);
            System.arraycopy(piece, at, into, offset, count);
            at += count;
            return count;
        }

        private boolean fill() throws IOException {
            if (at == piece.length && next < file.bytes()) {
                int length = (int) Math.min(PIECE, file.bytes() - next);
                try {
                    piece = storage.read(file.address(), file.bytes(), next, length);
                } catch (InterruptedException e) {
                    throw (IOException) new InterruptedIOException(e.getMessage()).initCause(e);
                } catch (FileChangedException | LittoralException e) {
                    throw new IOException(e);
                }
                next += length;
                at = 0;
            }
            return at < piece.length;
        }
    }
}
