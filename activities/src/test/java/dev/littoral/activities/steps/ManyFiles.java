package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.Segment;
import dev.littoral.activities.catalog.Snapshot;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.listing.SourceLister;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.PlainSource;
import dev.littoral.activities.steps.Pipeline.Update;
import dev.littoral.activities.storage.local.LocalStores;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.FileCounts;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Updates of a source with very many small files that nobody has to write; the program of {@link BoundedMemoryTest}.
 */
final class ManyFiles {
    static final int ROWS = 100;
    private static final long TARGET = 1_000_000;

    private ManyFiles() {}

    /**
     * Runs a first update, a refresh that finds nothing, and one that finds a file changed, and reads it all as a
     * consumer does. Prints a line for each and ends with 1 when something is not as it should be.
     *
     * @param args the catalog's folder, and how many files
     */
    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, true);
        int files = Integer.parseInt(args[1]);
        Synthetic lake = new Synthetic(files);
        WatchedSources sources = new WatchedSources((source, allowEmpty, requests) -> new ParquetSource(lake), false);
        ExternalSource source = new ExternalSource("file:///lake/", ExternalSpec.parquet());
        int status = 1;
        try (Pipeline pipeline = new Pipeline(LocalStores.catalog(Path.of(args[0])), sources, SourceLister.MAX_FILES)) {
            Update first = step(out, "first update", pipeline, source);
            assertThat(first.files()).isEqualTo(new FileCounts(files, files, 0, 0, 0, 0));
            assertThat(sources.count()).isEqualTo(files);
            assertThat(first.head().totals().rows()).isEqualTo((long) files * ROWS);
            long snapshotBytes = snapshotBytes(args[0], first);

            Update refresh = step(out, "unchanged refresh", pipeline, source);
            assertThat(refresh.committed()).isFalse();
            assertThat(refresh.files()).isEqualTo(new FileCounts(files, 0, 0, 0, files, 0));
            assertThat(pipeline.store.written()).isEmpty();
            assertThat(sources.count()).isZero();

            lake.changed = files / 2;
            Update changed = step(out, "one file changed", pipeline, source);
            assertThat(changed.files()).isEqualTo(new FileCounts(files, 0, 1, 0, files - 1L, 0));
            assertThat(sources.count()).isEqualTo(1);
            assertThat(changed.touched()).isEqualTo(1);
            long newBytes = snapshotBytes(args[0], changed);
            out.printf(
                    "snapshot: %,d bytes in %d shards, then %,d bytes more%n",
                    snapshotBytes, first.touched(), newBytes);
            assertThat(pipeline.store.bytesWritten())
                    .as("all that was written, staging too")
                    .isLessThan(snapshotBytes / 100);

            long start = System.nanoTime();
            Verified verified =
                    Verified.withSource(pipeline.store, (of, allowEmpty, requests) -> new ParquetSource(lake));
            out.printf("verified with its source: %.1f s%n", (System.nanoTime() - start) / 1e9);
            assertThat(verified.lines()).hasSize(1).first().asString().contains("_littoral/store.json");
            assertThat(verified.summary().sourceFiles()).isEqualTo(files);

            start = System.nanoTime();
            Snapshot snapshot = CatalogReader.on(pipeline.store).snapshot("c");
            assertThat(snapshot.files().count()).isEqualTo(files);
            assertThat(snapshot.segments().mapToLong(Segment::rows).sum()).isEqualTo((long) files * ROWS);
            out.printf("read twice by its consumers: %.1f s%n", (System.nanoTime() - start) / 1e9);
            status = 0;
        } catch (AssertionError e) {
            e.printStackTrace(out);
        }
        System.exit(status);
    }

    static Update step(PrintStream out, String name, Pipeline pipeline, ExternalSource source)
            throws InterruptedException {
        pipeline.store.forget();
        pipeline.sources.forget();
        long start = System.nanoTime();
        Update update = pipeline.update(source, PipelineTest.options(TARGET));
        long peak = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .map(MemoryPoolMXBean::getPeakUsage)
                .mapToLong(usage -> usage.getUsed())
                .sum();
        out.printf(
                "%s: %.1f s, %,d bytes written, %,d files opened, peak heap %,d MiB%n",
                name,
                (System.nanoTime() - start) / 1e9,
                pipeline.store.bytesWritten(),
                pipeline.sources.count(),
                peak >> 20);
        return update;
    }

    /** The size of the objects that an update's snapshot does not share with the one before. */
    static long snapshotBytes(String catalog, Update update) throws IOException {
        Path root = Path.of(catalog, "c", update.head().snapshot().key());
        try (Stream<Path> objects = Files.list(root.getParent())) {
            return objects.mapToLong(object -> object.toFile().length()).sum();
        }
    }

    /** Files of one content, a thousand in a folder. */
    static final class Synthetic implements PlainSource, ParquetSource.WithDeletes {
        private final int files;
        private final byte[] content = ParquetFiles.of(ROWS, 0);
        private volatile int changed = -1;

        /** How many rows of each file are deleted, and how many more of one. */
        volatile int deleted;

        volatile int deletedMoreOf = -1;

        Synthetic(int files) {
            this.files = files;
        }

        private static String path(int file) {
            String number = Integer.toString(10_000_000 + file);
            return "/lake/folder=" + number.substring(1, 5) + "/part-" + number.substring(5)
                    + "-5a1e4bd0-9d1c-4f2c-8a55-6ff8b6f4b3c1.c000.parquet";
        }

        private SourceFile file(int file) {
            String version = (file == changed ? "w-" : "v-") + Integer.toHexString(file * 0x9E3779B9) + "a58c41d0e7b3";
            int gone = deleted + (file == deletedMoreOf ? 1 : 0);
            return new SourceFile(path(file), version, content.length, gone == 0 ? null : file + " " + gone);
        }

        /** Rows all over the file, others in each. */
        @Override
        public DeletedRows deletedRows(SourceFile file) {
            String[] version = file.deletesVersion().split(" ", -1);
            DeletedRows.Builder rows = new DeletedRows.Builder();
            for (int i = 0; i < Integer.parseInt(version[1]); i++) {
                rows.add((Integer.parseInt(version[0]) + 37L * i) % ROWS);
            }
            return rows.build();
        }

        /** The first file at or beyond a path. */
        private int firstAt(String from) {
            int low = 0;
            int high = files;
            while (from != null && low < high) {
                int middle = (low + high) >>> 1;
                if (PathOrder.compare(path(middle), from) < 0) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        @Override
        public String list(PathRange range, Visitor visitor) throws InterruptedException {
            for (int i = firstAt(range.from()); i < files; i++) {
                SourceFile file = file(i);
                if (range.to() != null && PathOrder.compare(file.path(), range.to()) >= 0) {
                    return file.path();
                }
                visitor.file(file);
            }
            return null;
        }

        @Override
        public void listSorted(Visitor visitor) throws InterruptedException {
            list(PathRange.ALL, visitor);
        }

        @Override
        public List<String> splitPoints(String recent, String last, String to, int wanted) {
            return List.of(path(files / 4), path(files / 2));
        }

        @Override
        public byte[] read(SourceFile file, long offset, int length) {
            return Arrays.copyOfRange(content, (int) offset, (int) offset + length);
        }

        @Override
        public void close() {}
    }
}
