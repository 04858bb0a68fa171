package dev.littoral.activities.listing;

import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.catalog.SnapshotRoot;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.FileListDiff;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.SourceChanges;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.SkippedFile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * A listing made of the base's shards and what a source says differs from them. Only the shards concerned are read.
 *
 * @param folder where it stages; unique to this attempt
 * @param maxFiles the most files a shard has
 * @param progress counts the files of the shards that are read
 */
record ChangeLister(CollectionCatalog catalog, String folder, int maxFiles, SkippedFiles skips, AtomicLong progress) {

    /**
     * The ranges of the base's shards as they are now. Empty where a path is in the base that is said to be new: then
     * the source has it twice.
     *
     * @param base at least one shard
     * @param changed in order
     */
    Optional<List<RangeListing>> list(List<ShardRef> base, SourceChanges changed) throws InterruptedException {
        List<SourceFile> changes = changed.files();
        List<RangeListing> ranges = new ArrayList<>(base.size());
        int at = 0;
        for (int i = 0; i < base.size(); i++) {
            int start = at;
            String end = i + 1 < base.size() ? base.get(i + 1).from() : null;
            while (at < changes.size()
                    && (end == null || PathOrder.compare(changes.get(at).path(), end) < 0)) {
                at++;
            }
            if (at == start) {
                ranges.add(RangeListing.unchanged(base.get(i)));
                continue;
            }
            List<SourceFile> before = new ArrayList<>();
            catalog.readShard(base.get(i), entry -> before.add(entry.file()));
            if (before.stream().anyMatch(file -> changed.added().contains(file.path()))) {
                return Optional.empty();
            }
            ranges.add(list(i, base.get(i), before, changes.subList(start, at)));
        }
        return Optional.of(ranges);
    }

    /**
     * Takes over the base's skip report, as it is now.
     *
     * @return whether it could: not where it is damaged
     */
    boolean skip(SnapshotRoot base, SourceChanges changed) throws InterruptedException {
        Set<String> differing = new HashSet<>();
        changed.files().forEach(file -> differing.add(file.path()));
        changed.leftOut().forEach(left -> differing.add(left.file().path()));
        try (Stream<SkippedFile> before = catalog.skipped(base)) {
            before.filter(line -> !differing.contains(line.file())).forEach(skips::add);
        } catch (LittoralException e) {
            if (e.type() == FailureType.INPUT) {
                return false;
            }
            throw e;
        }
        for (SourceChanges.LeftOut left : changed.leftOut()) {
            if (left.file().version() != null) {
                skips.add(new SkippedFile(left.file().path(), left.reason().text()));
            }
        }
        return true;
    }

    private RangeListing list(int number, ShardRef shard, List<SourceFile> before, List<SourceFile> changes)
            throws InterruptedException {
        RangeDigester digester =
                new RangeDigester(catalog, CatalogLayout.listedRange(folder, number), shard, maxFiles, skips, progress);
        for (SourceFile file : FileListDiff.apply(before, changes)) {
            digester.file(file);
        }
        return digester.finish(null, false);
    }
}
