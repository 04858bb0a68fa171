package dev.littoral.activities.steps;

import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.StagingGoneException;
import dev.littoral.activities.listing.ListingPlan;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A listing's plan in the staging area, and the keys of what later steps stage next to it. Each attempt of a listing
 * has a folder of its own, so plans never mix.
 *
 * @param key the plan's key
 * @param plan the plan
 */
record StagedPlan(String key, ListingPlan plan) {
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

    /** The key of a touched shard's difference to the base. */
    String changesKey(int shard) {
        return CatalogLayout.changes(CatalogLayout.folderOf(key), shard);
    }

    /** The key of a part of the deleted rows that were read for a touched shard. */
    String deletesKey(int shard, String sha256) {
        return CatalogLayout.stagedDeletes(CatalogLayout.folderOf(key), shard, sha256);
    }

    /**
     * A touched shard's difference to the base.
     *
     * @param files what turns the files that the base lists into those that are listed now
     * @param moved files that are gone, as they will be: their rows are in others now, or die there
     */
    record Changes(List<FileEntry> files, List<FileEntry> moved) {
        private static Changes of(List<FileEntry> staged) {
            Map<Boolean, List<FileEntry>> byKind =
                    staged.stream().collect(Collectors.partitioningBy(line -> line.movedTo() != null));
            return new Changes(byKind.get(false), byKind.get(true));
        }

        /** The lines that are staged. */
        List<FileEntry> staged() {
            return Stream.concat(files.stream(), moved.stream()).toList();
        }
    }

    Changes changes(CollectionCatalog catalog, int shard) throws InterruptedException {
        return Changes.of(catalog.lines(changesKey(shard), FileEntry.class));
    }

    /** The key of a touched shard's {@link BalancedShard}. */
    String balancedKey(int shard) {
        return CatalogLayout.balanced(CatalogLayout.folderOf(key), shard);
    }
}
