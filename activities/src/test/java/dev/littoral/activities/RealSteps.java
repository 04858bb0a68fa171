package dev.littoral.activities;

import dev.littoral.activities.catalog.ObjectStore;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.Sources;
import dev.littoral.workflows.UpdateActivities;
import dev.littoral.workflows.model.ExternalSource;
import java.util.Map;
import java.util.function.Function;

/** The steps of an update as they ship, for tests elsewhere, with a source of the test's and a name for the attempt. */
public final class RealSteps {
    private RealSteps() {}

    /**
     * The steps on a store.
     *
     * @param maxFilesPerShard the most files a shard has
     * @param attempt names the attempt that runs them
     */
    public static UpdateActivities on(
            ObjectStore store, Function<ExternalSource, FileSource> sources, int maxFilesPerShard, String attempt) {
        return new UpdateActivitiesImpl(
                store,
                (source, allowEmpty) -> new Sources.Opened() {
                    private final FileSource files = sources.apply(source);

                    @Override
                    public FileSource files() {
                        return files;
                    }

                    @Override
                    public void addTo(Map<String, Long> requests) {}

                    @Override
                    public void close() {}
                },
                maxFilesPerShard,
                () -> attempt);
    }

    /** A Parquet file of so many rows. */
    public static byte[] parquet(int rows) {
        return ParquetFiles.of(rows, 0);
    }
}
