package dev.littoral.activities.steps;

import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.ObjectCache;
import dev.littoral.activities.catalog.StagingBuffer;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.listing.ListingPlan;
import dev.littoral.activities.listing.StagedFiles;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.SourceReader;
import dev.littoral.workflows.model.BalanceResult;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.ListRequest;
import dev.littoral.workflows.model.PreparedSnapshot;
import dev.littoral.workflows.model.ReadOutcome;
import dev.littoral.workflows.model.ShardsRequest;
import dev.littoral.workflows.model.SnapshotRef;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The preparation of the next snapshot within an attempt of a listing, where so little changed that handing it over
 * would cost more than the work: it reads and balances the touched shards and writes the root, to a folder of its own.
 *
 * @param staging has what the attempt has staged, and what these steps stage for each other
 * @param catalog that of the listing, on {@code staging}
 * @param attemptId the attempt's: no two of them write to one folder
 */
record SnapshotPreparation(
        StagingBuffer staging, CollectionCatalog catalog, StepInputs inputs, ListRequest request, String attemptId) {
    /** They are read and balanced one after the other. */
    private static final int MAX_SHARDS = 4;

    /** The most files that these shards list anew: so few are opened before anybody asks how far a listing is. */
    private static final int MAX_FILES = 64;

    /** The most bytes that these files are staged in, compressed. */
    private static final int MAX_BYTES = 16 << 10;

    /** Whether little enough changed. Asked before the plan is staged, which is larger the more shards there are. */
    boolean isWorthwhile(ListingPlan plan) throws InterruptedException {
        if (plan.reopen() || !staging.isAtMost(MAX_BYTES) || plan.touched().size() > MAX_SHARDS) {
            return false;
        }
        int files = 0;
        for (ListingPlan.Touched touched : plan.touched()) {
            for (StagedFiles part : touched.shard().parts()) {
                files += catalog.lines(part.object(), SourceFile.class).size();
            }
        }
        return files <= MAX_FILES;
    }

    /**
     * Prepares it.
     *
     * @param source the listing's, whose version is that of the plan
     */
    PreparedSnapshot run(String planKey, Head base, SourceReader source)
            throws FileChangedException, InterruptedException {
        StagedPlan plan = StagedPlan.read(catalog, planKey);
        int touched = plan.plan().touched().size();
        String commitId = request.commitId() + "-" + attemptId;
        String objects = CatalogLayout.objects(base.version() + 1, commitId);
        ShardsRequest shards = new ShardsRequest(
                request.collectionId(),
                request.update(),
                request.round(),
                request.source(),
                request.options(),
                planKey,
                0,
                touched,
                base.nextSegmentId(),
                objects,
                0);
        long began = System.nanoTime();
        ReadOutcome.Read read = touched == 0
                ? StepTotals.NO_READ
                : new TouchedShardsReader(shards, Optional.empty()).read(plan, catalog, source);
        long wasRead = System.nanoTime();
        BalanceResult balance =
                new BalanceStep(staging, ObjectCache.NONE, inputs, shards, Optional.empty()).balance(plan, catalog);
        RootWriter writer =
                new RootWriter(catalog, request.collectionId(), request.source(), request.options(), objects);
        SnapshotRef snapshot = writer.write(base, plan.plan(), RootWriter.shards(plan.plan(), writer.balanced(plan)));
        return new PreparedSnapshot(
                commitId,
                objects,
                snapshot,
                read,
                balance,
                TimeUnit.NANOSECONDS.toMillis(wasRead - began),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - wasRead));
    }
}
