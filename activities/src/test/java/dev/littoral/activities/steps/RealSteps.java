package dev.littoral.activities.steps;

import dev.littoral.activities.catalog.ObjectCache;
import dev.littoral.activities.catalog.SnapshotRoot;
import dev.littoral.activities.listing.ListingPlan;
import dev.littoral.activities.source.SourceReader;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.workflows.CatalogActivities;
import dev.littoral.workflows.SourcePolicy;
import dev.littoral.workflows.UpdateActivities;
import dev.littoral.workflows.model.CleanRequest;
import dev.littoral.workflows.model.CommitRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.ListRequest;
import dev.littoral.workflows.model.ShardsRequest;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Function;

/** The steps of an update as they ship, for tests elsewhere, with a source of the test's and a name for the attempt. */
public final class RealSteps {
    private RealSteps() {}

    /** What a test asks for by itself, as if the right workflow did. */
    static class AnyCaller extends StepInputs {
        @Override
        void from(ActivityCaller caller, String type, boolean right, String expected) {
            // Any caller may ask.
        }

        @Override
        void source(ExternalSource source) {
            // A format of tomorrow's, too.
        }
    }

    /** Takes requests for consistent that are not, so that what a safeguard is for can be seen without it. */
    private static final class Trusting extends AnyCaller {
        @Override
        void checkList(ListRequest request, Head base) {}

        @Override
        void checkBalance(ShardsRequest request, ListingPlan plan) {}

        @Override
        void checkCommit(ActivityCaller caller, CommitRequest request) {}

        @Override
        void checkCommit(CommitRequest request, Head base) {}

        @Override
        void checkCommit(CommitRequest request, ListingPlan plan, Head base) {}

        @Override
        void checkCommit(CommitRequest request, Head base, SnapshotRoot root, long freeSegmentId) {}

        @Override
        void checkCommit(CommitRequest request, Head base, List<BalancedShard> shards) {}

        @Override
        void checkBase(long update, Head base) {}

        @Override
        void checkClean(ActivityCaller caller, CleanRequest request) {}
    }

    private static StepInputs inputs(boolean trusting) {
        return trusting ? new Trusting() : new AnyCaller();
    }

    private static ActivityCaller caller(int attempt) {
        return new ActivityCaller("a test", "a test", attempt);
    }

    /**
     * The steps on a store that read and grow heads.
     *
     * @param trusting whether requests are taken for consistent
     */
    public static CatalogActivities catalog(CatalogStore store, Clock clock, int attempt, boolean trusting) {
        return new CatalogActivitiesImpl(
                store, ObjectCache.NONE, SourcePolicy.NONE, clock, inputs(trusting), () -> caller(attempt));
    }

    /**
     * The steps on a store.
     *
     * @param maxFilesPerShard the most files a shard has
     * @param attempt names the attempt that runs them
     * @param trusting whether requests are taken for consistent
     */
    public static UpdateActivities on(
            CatalogStore store,
            Function<ExternalSource, SourceReader> sources,
            int maxFilesPerShard,
            String attempt,
            boolean trusting) {
        return new UpdateActivitiesImpl(
                store,
                ObjectCache.NONE,
                (source, allowEmpty, requests) -> sources.apply(source),
                maxFilesPerShard,
                () -> attempt,
                inputs(trusting),
                () -> caller(1),
                Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
    }

    /** A Parquet file with this number of rows. */
    public static byte[] parquet(int rows) {
        return ParquetFiles.of(rows, 0);
    }
}
