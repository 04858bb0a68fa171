package dev.littoral.activities.source;

import io.delta.kernel.TableManager;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.data.Row;
import io.delta.kernel.defaults.engine.DefaultEngine;
import io.delta.kernel.defaults.engine.fileio.FileIO;
import io.delta.kernel.defaults.engine.fileio.InputFile;
import io.delta.kernel.defaults.engine.fileio.OutputFile;
import io.delta.kernel.defaults.engine.fileio.SeekableInputStream;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.internal.util.Utils;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Delta Kernel with its default engine, on local files: Hadoop's file systems do not run on a new Java. */
final class DeltaKernelPeer {
    private DeltaKernelPeer() {}

    /** How many data files the newest version of a table has. */
    static int files(Path table) throws IOException {
        Engine engine = DefaultEngine.create(new LocalIO());
        int files = 0;
        try (CloseableIterator<FilteredColumnarBatch> batches = TableManager.loadSnapshot(table.toString())
                .build(engine)
                .getScanBuilder()
                .build()
                .getScanFiles(engine)) {
            while (batches.hasNext()) {
                try (CloseableIterator<Row> rows = batches.next().getRows()) {
                    while (rows.hasNext()) {
                        rows.next();
                        files++;
                    }
                }
            }
        }
        return files;
    }

    private static Path local(String path) {
        return Path.of(path.replaceFirst("^file:/*", "/"));
    }

    private static FileStatus status(Path path) throws IOException {
        return FileStatus.of(
                path.toString(),
                Files.size(path),
                Files.getLastModifiedTime(path).toMillis());
    }

    /** Reads local files. */
    private static final class LocalIO implements FileIO {
        @Override
        public CloseableIterator<FileStatus> listFrom(String path) throws IOException {
            Path from = local(path);
            if (!Files.isDirectory(from.getParent())) {
                throw new FileNotFoundException(path);
            }
            List<FileStatus> found = new ArrayList<>();
            try (Stream<Path> all = Files.list(from.getParent())) {
                for (Path each : all.sorted().toList()) {
                    if (each.compareTo(from) >= 0) {
                        found.add(status(each));
                    }
                }
            }
            return Utils.toCloseableIterator(found.iterator());
        }

        @Override
        public FileStatus getFileStatus(String path) throws IOException {
            return status(local(path));
        }

        @Override
        public String resolvePath(String path) {
            return local(path).toString();
        }

        @Override
        public InputFile newInputFile(String path, long size) {
            return new LocalFile(local(path));
        }

        @Override
        public Optional<String> getConf(String key) {
            return Optional.empty();
        }

        @Override
        public boolean mkdirs(String path) {
            throw new UnsupportedOperationException(path);
        }

        @Override
        public OutputFile newOutputFile(String path) {
            throw new UnsupportedOperationException(path);
        }

        @Override
        public boolean delete(String path) {
            throw new UnsupportedOperationException(path);
        }

        @Override
        public void copyFileAtomically(String from, String to, boolean overwrite) {
            throw new UnsupportedOperationException(from);
        }
    }

    private record LocalFile(Path file) implements InputFile {
        @Override
        public long length() throws IOException {
            return Files.size(file);
        }

        @Override
        public String path() {
            return file.toString();
        }

        @Override
        public SeekableInputStream newStream() throws IOException {
            return new LocalStream(new RandomAccessFile(file.toFile(), "r"));
        }
    }

    private static final class LocalStream extends SeekableInputStream {
        private final RandomAccessFile file;

        LocalStream(RandomAccessFile file) {
            this.file = file;
        }

        @Override
        public int read() throws IOException {
            return file.read();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return file.read(into, offset, length);
        }

        @Override
        public long getPos() throws IOException {
            return file.getFilePointer();
        }

        @Override
        public void seek(long to) throws IOException {
            file.seek(to);
        }

        @Override
        public void readFully(byte[] into, int offset, int length) throws EOFException, IOException {
            file.readFully(into, offset, length);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
