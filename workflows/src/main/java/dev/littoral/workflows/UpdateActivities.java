package dev.littoral.workflows;

import dev.littoral.workflows.model.BalanceResult;
import dev.littoral.workflows.model.ListRequest;
import dev.littoral.workflows.model.ListingOutcome;
import dev.littoral.workflows.model.ReadOutcome;
import dev.littoral.workflows.model.ShardsRequest;
import io.temporal.activity.ActivityInterface;

/** The steps of an update. Each heartbeats, goes on from its last heartbeat, and stops soon after a cancel. */
@ActivityInterface
public interface UpdateActivities {
    /** The type of the failure that says that what was staged is gone. Trying again does not help; listing again does. */
    String STAGING_GONE = "STAGING_GONE";

    /** Lists the source, compares it with the base shard by shard and stages a plan of what is to be done. */
    ListingOutcome listFiles(ListRequest request);

    /** Opens the files of touched shards that are new or changed and stages their fragments. */
    ReadOutcome readFragments(ShardsRequest request);

    /** Balances the fragments of touched shards into segments and writes these shards to the catalog. */
    BalanceResult balanceSegments(ShardsRequest request);
}
