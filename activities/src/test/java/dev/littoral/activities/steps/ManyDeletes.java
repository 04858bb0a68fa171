package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.Segment;
import dev.littoral.activities.catalog.Snapshot;
import dev.littoral.activities.listing.SourceLister;
import dev.littoral.activities.steps.Pipeline.Update;
import dev.littoral.activities.storage.local.LocalStores;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/** Updates of very many small files, each of which has deleted rows; a program of {@link BoundedMemoryTest}. */
final class ManyDeletes {
    private ManyDeletes() {}

    /**
     * Runs a first update, a refresh that finds nothing, one that finds more deleted rows in one file, and one that
     * finds more in every file, and reads it all as a consumer does. Prints a line for each and ends with 1 when
     * something is not as it should be.
     *
     * @param args the catalog's folder, and how many files
     */
    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, true);
        int files = Integer.parseInt(args[1]);
        ManyFiles.Synthetic lake = new ManyFiles.Synthetic(files);
        WatchedSources sources = new WatchedSources((source, allowEmpty, requests) -> new ParquetSource(lake), false);
        ExternalSource source = new ExternalSource("file:///lake/", ExternalSpec.parquet());
        int status = 1;
        try (Pipeline pipeline = new Pipeline(LocalStores.catalog(Path.of(args[0])), sources, SourceLister.MAX_FILES)) {
            lake.deleted = 10;
            Update first = ManyFiles.step(out, "first update", pipeline, source);
            assertThat(first.head().totals().rows()).isEqualTo(files * 90L);
            assertThat(first.head().totals().dead()).isEqualTo(files * 10L);
            long snapshotBytes = ManyFiles.snapshotBytes(args[0], first);

            assertThat(ManyFiles.step(out, "unchanged refresh", pipeline, source)
                            .committed())
                    .isFalse();
            assertThat(pipeline.store.written()).isEmpty();

            lake.deletedMoreOf = files / 2;
            Update one = ManyFiles.step(out, "a row of one file deleted", pipeline, source);
            assertThat(one.touched()).isEqualTo(1);
            assertThat(one.deletedRows()).isEqualTo(1);
            assertThat(one.newSegments()).isZero();
            assertThat(sources.count()).isZero();
            assertThat(sources.deletesRead()).isEqualTo(1);
            out.printf("snapshot: %,d bytes in %d shards%n", snapshotBytes, first.touched());
            // A shard has 6,000 files: where there are few shards, one is a large part.
            assertThat(pipeline.store.bytesWritten())
                    .as("all that was written, staging too")
                    .isLessThan(first.touched() < 150 ? 2 * snapshotBytes / first.touched() : snapshotBytes / 100);

            lake.deletedMoreOf = -1;
            lake.deleted = 20;
            Update all = ManyFiles.step(out, "rows of every file deleted", pipeline, source);
            assertThat(all.deletedRows()).isEqualTo(files * 10L - 1);
            assertThat(all.newSegments()).isZero();
            assertThat(sources.count()).isZero();

            long start = System.nanoTime();
            List<String> findings = Verified.withSource(
                            pipeline.store, (of, allowEmpty, requests) -> new ParquetSource(lake))
                    .lines();
            assertThat(findings).hasSize(1).first().asString().contains("_littoral/store.json");
            out.printf("verified with its source: %.1f s%n", (System.nanoTime() - start) / 1e9);

            start = System.nanoTime();
            Snapshot snapshot = CatalogReader.on(pipeline.store).snapshot("c");
            assertThat(snapshot.segments().mapToLong(Segment::rows).sum()).isEqualTo(files * 80L);
            assertThat(snapshot.segments()
                            .mapToLong(segment -> snapshot.deadRows(segment).count())
                            .sum())
                    .isEqualTo(files * 20L);
            out.printf("read twice by its consumers: %.1f s%n", (System.nanoTime() - start) / 1e9);
            status = 0;
        } catch (AssertionError e) {
            e.printStackTrace(out);
        }
        System.exit(status);
    }
}
