package dev.littoral.workflows;

import dev.littoral.workflows.model.BalanceResult;
import dev.littoral.workflows.model.ListRequest;
import dev.littoral.workflows.model.ListingOutcome;
import dev.littoral.workflows.model.ReadOutcome;
import dev.littoral.workflows.model.ShardsRequest;
import io.temporal.activity.ActivityInterface;

/**
 * The activities of an update's steps. Each sends heartbeats, resumes from its last one, and stops soon after a cancel.
 */
@ActivityInterface
public interface UpdateActivities {
    /** The failure type for staged files that are gone. A retry does not help; listing again does. */
    String STAGING_GONE = "STAGING_GONE";

    /** Lists the source, compares it with the base shard by shard and stages a plan of what is to be done. */
    ListingOutcome listFiles(ListRequest request);

    /** Opens the files of touched shards that are new or changed and stages their fragments. */
    ReadOutcome readFragments(ShardsRequest request);

    /** Balances the fragments of touched shards into segments and writes these shards to the catalog. */
    BalanceResult balanceSegments(ShardsRequest request);
}
