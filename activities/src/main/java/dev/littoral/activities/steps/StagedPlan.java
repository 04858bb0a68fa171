package dev.littoral.activities.steps;

import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.StagingGoneException;
import dev.littoral.activities.listing.ListingPlan;
import dev.littoral.activities.listing.ListingPlan.Touched;
import dev.littoral.workflows.model.ListRequest;
import java.util.List;

/**
 * A listing's plan in the staging area, and the keys of what later steps stage next to it. Each attempt of a listing
 * has a folder of its own, so plans never mix.
 *
 * @param key the plan's key
 * @param plan the plan
 */
record StagedPlan(String key, ListingPlan plan) {
    /** What the names of all folders begin with in which attempts of a listing stage. */
    static String foldersOf(ListRequest request) {
        return "%s/r%d-".formatted(CollectionCatalog.staging(request.update()), request.round());
    }

    /** The key of the plan in an attempt's folder. */
    static String keyIn(String folder) {
        return folder + "/plan.json.zst";
    }

    /**
     * Reads a plan.
     *
     * @throws StagingGoneException when it is gone, or was written by a build whose plans do not name their base
     */
    static StagedPlan read(CollectionCatalog catalog, String key) throws InterruptedException {
        ListingPlan plan = catalog.one(key, ListingPlan.class);
        if (plan.base() == null) {
            throw new StagingGoneException(key);
        }
        return new StagedPlan(key, plan);
    }

    List<Touched> touched() {
        return plan.touched();
    }

    /** The key of a touched shard's difference to the base. */
    String changesKey(int shard) {
        return beside("changes-%06d.jsonl.zst", shard);
    }

    List<FileEntry> changes(CollectionCatalog catalog, int shard) throws InterruptedException {
        return catalog.lines(changesKey(shard), FileEntry.class);
    }

    /** The key of a touched shard's {@link BalancedShard}. */
    String balancedKey(int shard) {
        return beside("balanced-%06d.json.zst", shard);
    }

    private String beside(String name, int shard) {
        return key.substring(0, key.lastIndexOf('/') + 1) + name.formatted(shard);
    }
}
