package dev.littoral.activities.steps;

import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.BadFileException;
import dev.littoral.activities.source.FileInspector;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.OutOfOrderException;
import dev.littoral.activities.source.SkipReason;
import dev.littoral.activities.source.SourceFormat;
import dev.littoral.activities.source.SourceFormats;
import dev.littoral.activities.source.SourceReader;
import dev.littoral.activities.source.StoreOpener;
import dev.littoral.activities.source.files.FilesFormat;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.FolderSpec;
import dev.littoral.workflows.model.OnBadFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A format of a test's own: how many rows a file has is in a hidden file beside it, and which of them are deleted in
 * another one, as a portable 64-bit Roaring bitmap.
 */
final class DeletesBeside implements SourceFormat {
    private static final String NAME = "deletes-beside";

    /** A folder of such files, changed by a test. */
    record Lake(Path folder) {
        ExternalSource source(OnBadFile onBadFile) {
            return new ExternalSource(
                    "file://" + folder + "/", new FolderSpec(NAME, List.of(), List.of(), List.of(), onBadFile, null));
        }

        ExternalSource source() {
            return source(OnBadFile.FAIL);
        }

        String path(String name) {
            return folder.resolve(name).toString();
        }

        /** Writes a file, over the one there is; none of its rows is deleted. */
        void write(String name, long rows, int content) {
            put(name, Integer.toString(content).getBytes(StandardCharsets.UTF_8));
            keep(name, rows);
        }

        /** Says what a file that is written otherwise has: rows, none of them deleted. */
        void keep(String name, long rows) {
            put("_" + name, Long.toString(rows).getBytes(StandardCharsets.UTF_8));
            remove("_deletes-" + name);
        }

        void delete(String name, long... rows) {
            put("_deletes-" + name, DeletedRows.of(rows).bytes());
        }

        void deleteRange(String name, long from, long to) {
            put("_deletes-" + name, DeletedRows.range(from, to).bytes());
        }

        void put(String name, byte[] bytes) {
            try {
                Files.createDirectories(folder);
                Files.write(folder.resolve(name), bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void remove(String name) {
            try {
                Files.deleteIfExists(folder.resolve(name));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    static UpdateActivitiesImpl.Opener opener() {
        return PipelineTest.local(new SourceFormats(new DeletesBeside()));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public SourceReader open(BlobStore store, StoreOpener elsewhere, ExternalSpec spec, boolean allowEmpty) {
        SourceReader files = new FilesFormat(NAME, (of, file, columns) -> new Rows(rows(file)))
                .open(store, elsewhere, spec, allowEmpty);
        return new SourceReader() {
            private final FileSource listing = new WithDeletes(files.files());

            @Override
            public FileSource files() {
                return listing;
            }

            @Override
            public FileInspector.FileContents inspect(SourceFile file, long targetRows)
                    throws FileChangedException, InterruptedException {
                return files.inspect(file, targetRows);
            }

            @Override
            public DeletedRows deletedRows(SourceFile file) throws FileChangedException, IOException {
                if (!file.deletesVersion().equals(deletesVersion(file.path()))) {
                    throw new FileChangedException(file.path(), "other rows of it are deleted by now");
                }
                return DeletedRows.parse(Files.readAllBytes(deletes(file.path())));
            }
        };
    }

    private record Rows(long rows) implements FileInspector.FileContents {
        @Override
        public long[] rowGroupRows() {
            return new long[] {rows};
        }

        @Override
        public String schemaFingerprint() {
            return "0".repeat(64);
        }
    }

    private static long rows(SourceFile file) {
        Path path = Path.of(file.path());
        try {
            return Long.parseLong(Files.readString(path.resolveSibling("_" + path.getFileName())));
        } catch (IOException e) {
            throw new BadFileException("File " + file.path() + " has no number of rows beside it");
        }
    }

    private static Path deletes(String file) {
        Path path = Path.of(file);
        return path.resolveSibling("_deletes-" + path.getFileName());
    }

    private static String deletesVersion(String file) {
        Path deletes = deletes(file);
        try {
            return Files.exists(deletes) ? HexFormat.of().formatHex(Files.readAllBytes(deletes)) : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A listing that says which version of deleted rows each file has. */
    private record WithDeletes(FileSource files) implements FileSource {
        private static Visitor visitor(Visitor to) {
            return new Visitor() {
                @Override
                public void file(SourceFile file) throws InterruptedException {
                    to.file(new SourceFile(file.path(), file.version(), file.bytes(), deletesVersion(file.path())));
                }

                @Override
                public void skipped(String path, SkipReason reason) throws InterruptedException {
                    to.skipped(path, reason);
                }

                @Override
                public boolean accepts(String path) {
                    return to.accepts(path);
                }
            };
        }

        @Override
        public String list(PathRange range, Visitor visitor) throws InterruptedException, OutOfOrderException {
            return files.list(range, visitor(visitor));
        }

        @Override
        public void listSorted(Visitor visitor) throws FileChangedException, InterruptedException {
            files.listSorted(visitor(visitor));
        }

        @Override
        public int parallelListings() {
            return files.parallelListings();
        }

        @Override
        public ParallelTasks.Threads readers() {
            return files.readers();
        }

        @Override
        public List<String> splitPoints(String recent, String last, String to, int limit) throws InterruptedException {
            return files.splitPoints(recent, last, to, limit);
        }

        @Override
        public byte[] read(SourceFile file, long offset, int length) throws FileChangedException, InterruptedException {
            return files.read(file, offset, length);
        }

        @Override
        public Optional<String> disagreement(String path) throws InterruptedException {
            return files.disagreement(path);
        }

        @Override
        public void close() {
            files.close();
        }
    }
}
