package dev.littoral.activities.source.iceberg;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.table.TableStorage;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.SeekableInputStream;

/**
 * Read-only access of Iceberg's library to a table's storage, for manifests and lists of them, which are Avro files. A
 * list is read whole; a manifest in chunks, most in one. Checked exceptions of the storage leave it in a
 * {@link LibraryFailures.Carrier}. Safe for use by many threads.
 */
final class StorageFileIO implements FileIO {
    private static final long serialVersionUID = 1L;

    private static final int MAX_LIST = 64 << 20;
    private static final int CHUNK = 16 << 20;

    private final transient TableStorage storage;

    StorageFileIO(TableStorage storage) {
        this.storage = storage;
    }

    @Override
    public InputFile newInputFile(String path) {
        return new Whole(path);
    }

    @Override
    public InputFile newInputFile(String path, long length) {
        return new Chunked(path, length);
    }

    @Override
    public OutputFile newOutputFile(String path) {
        throw new UnsupportedOperationException("Tables are only read: " + path);
    }

    @Override
    public void deleteFile(String path) {
        throw new UnsupportedOperationException("Tables are only read: " + path);
    }

    @Override
    public Map<String, String> properties() {
        return Map.of();
    }

    /** Reads from the store. */
    private interface Read<T> {
        T read() throws FileChangedException, InterruptedException;
    }

    private static <T> T carried(Read<T> read) {
        try {
            return read.read();
        } catch (FileChangedException e) {
            throw new LibraryFailures.Carrier(e);
        } catch (InterruptedException e) {
            throw new LibraryFailures.Carrier(e);
        }
    }

    /** An object of the table's storage. */
    private abstract class StoredFile implements InputFile {
        private final String path;
        final String address;

        StoredFile(String path) {
            this.path = path;
            this.address = storage.address(path);
        }

        @Override
        public String location() {
            return path;
        }

        @Override
        public boolean exists() {
            return true;
        }
    }

    /** An object that is read whole, as its length is not known before. Of what was read only that is kept. */
    private final class Whole extends StoredFile {
        private static final long UNKNOWN = -1;

        private long length = UNKNOWN;

        Whole(String path) {
            super(path);
        }

        @Override
        public long getLength() {
            if (length == UNKNOWN) {
                length = carried(() -> storage.size(address).orElseThrow(this::gone));
            }
            return length;
        }

        @Override
        public SeekableInputStream newStream() {
            byte[] body = carried(() -> storage.get(address, MAX_LIST).orElseThrow(this::gone));
            length = body.length;
            return new Stream(length, (offset, bytes) -> body);
        }

        private FileChangedException gone() {
            return new FileChangedException(address, "it is gone");
        }
    }

    /** An object whose length is known, which is read in chunks. */
    private final class Chunked extends StoredFile {
        private final long length;

        Chunked(String path, long length) {
            super(path);
            this.length = length;
            if (length < 0) {
                throw new IllegalArgumentException(path + " is said to have " + length + " bytes");
            }
        }

        @Override
        public long getLength() {
            return length;
        }

        @Override
        public SeekableInputStream newStream() {
            return new Stream(length, this::chunk);
        }

        private byte[] chunk(long offset, int bytes) {
            return carried(() -> {
                try {
                    return storage.read(address, length, offset, bytes);
                } catch (FileChangedException e) {
                    Optional<Long> size = storage.size(address);
                    if (size.isPresent() && size.get() != length) {
                        throw LittoralException.input("Manifest " + address + " has " + size.get()
                                + " bytes; expected " + length + ", as the list of manifests says: the table is"
                                + " damaged, repair it or serve another version of it");
                    }
                    throw e;
                }
            });
        }
    }

    /** Reads a chunk of an object. */
    private interface Chunks {
        byte[] at(long offset, int bytes);
    }

    /** A stream over chunks, whose framing is checked. It seeks within the chunk that it is at, and forward. */
    private static final class Stream extends SeekableInputStream {
        private final long length;
        private final Chunks chunks;
        private final AvroFraming framing;
        private byte[] chunk = {};
        private long chunkStart;
        private long position;

        Stream(long length, Chunks chunks) {
            this.length = length;
            this.chunks = chunks;
            this.framing = new AvroFraming(length);
        }

        @Override
        public long getPos() {
            return position;
        }

        @Override
        public void seek(long to) throws IOException {
            if (to < chunkStart || to > chunkStart + chunk.length) {
                throw new IOException("it is read from its beginning to its end only");
            }
            position = to;
        }

        private boolean atEnd() throws IOException {
            if (position < chunkStart + chunk.length) {
                return false;
            }
            if (position >= length) {
                return true;
            }
            byte[] read = chunks.at(position, (int) Math.min(CHUNK, length - position));
            framing.accept(read);
            chunkStart = position;
            chunk = read;
            return false;
        }

        @Override
        public int read() throws IOException {
            return atEnd() ? -1 : chunk[(int) (position++ - chunkStart)] & 0xff;
        }

        @Override
        public int read(byte[] to, int offset, int count) throws IOException {
            if (count == 0) {
                return 0;
            }
            if (atEnd()) {
                return -1;
            }
            int from = (int) (position - chunkStart);
            int copied = Math.min(count, chunk.length - from);
            System.arraycopy(chunk, from, to, offset, copied);
            position += copied;
            return copied;
        }

        @Override
        public int available() {
            return (int) Math.min(Integer.MAX_VALUE, length - position);
        }
    }
}
