package dev.littoral.activities.steps;

import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.DeletesWriter;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.JsonLines;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.listing.ListingPlan;
import dev.littoral.activities.listing.ListingPlan.Touched;
import dev.littoral.activities.path.FileListDiff;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.source.SourceReader;
import dev.littoral.workflows.model.ReadOutcome;
import dev.littoral.workflows.model.ShardsRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The reading of touched shards: opens files that are new or changed and stages each shard's difference to the base.
 */
final class TouchedShardsReader {
    private final ShardsRequest request;
    private final AtomicLong opened = new AtomicLong();
    private volatile ReadStep.Progress done;

    /**
     * Reads what is asked for.
     *
     * @param before what an attempt before has heartbeated
     */
    TouchedShardsReader(ShardsRequest request, Optional<ReadStep.Progress> before) {
        this.request = request;
        this.done = before.filter(
                        found -> StepTotals.isWithin(found.shards(), request) && StepTotals.isPlausible(found.sum()))
                .orElse(new ReadStep.Progress(0, 0, StepTotals.NO_READ));
    }

    /** How far it is. Safe to call from any thread. */
    ReadStep.Progress progress() {
        return done.with(opened.get());
    }

    /**
     * Reads them.
     *
     * @param source one that is open, whose version is that of the plan
     * @return what the shards add up to, without the requests
     */
    ReadOutcome.Read read(StagedPlan plan, CollectionCatalog catalog, SourceReader source)
            throws FileChangedException, InterruptedException {
        List<Touched> touched = plan.plan().touched();
        long targetRows = request.options().targetRowsPerSegment();
        ShardReader reader = new ShardReader(
                catalog,
                source,
                request.source().spec().onBadFile(),
                targetRows,
                request.options().maxDeadShare(),
                opened);
        // The other activities of this step report too.
        int skipChars = StepTotals.MAX_SKIPPED_CHARS / Math.ceilDiv(touched.size(), request.to() - request.from());
        for (int i = request.from() + done.shards(); i < request.to(); i++) {
            int number = i;
            ShardReader.Result shard = reader.read(
                    plan.plan(),
                    touched.get(i),
                    filesOfPreviousRound(catalog, plan.plan(), touched.get(i)),
                    new DeletesWriter(catalog, (part, sha256) -> plan.deletesKey(number, sha256)));
            catalog.write(plan.changesKey(i), JsonLines.write(shard.changes().staged()));
            ReadStep.Progress before = done;
            done = new ReadStep.Progress(
                    opened.get(), before.shards() + 1, StepTotals.plus(before.sum(), shard, skipChars));
        }
        return done.sum();
    }

    /** What the round before has read in the shard's range, by path. */
    private static Map<String, FileEntry> filesOfPreviousRound(
            CollectionCatalog catalog, ListingPlan plan, Touched touched) throws InterruptedException {
        Map<String, FileEntry> files = new HashMap<>();
        if (plan.previous() == null) {
            return files;
        }
        StagedPlan previous = new StagedPlan(plan.previous(), catalog.one(plan.previous(), ListingPlan.class));
        if (!Objects.equals(previous.plan().subject(), plan.subject())) {
            // It may have been read otherwise.
            return files;
        }
        List<Touched> before = previous.plan().touched();
        for (int i = 0; i < before.size(); i++) {
            if (overlap(before.get(i), touched)
                    && catalog.find(previous.changesKey(i)).isPresent()) {
                // Where every file was opened, those that are as in the base were read too.
                List<FileEntry> base = previous.plan().reopen() ? base(catalog, before.get(i)) : List.of();
                for (FileEntry file :
                        FileListDiff.apply(base, previous.changes(catalog, i).files())) {
                    files.put(file.path(), file.content());
                }
            }
        }
        return files;
    }

    private static boolean overlap(Touched one, Touched other) {
        return beginsBeforeEndOf(one, other) && beginsBeforeEndOf(other, one);
    }

    private static boolean beginsBeforeEndOf(Touched one, Touched other) {
        return other.to() == null || PathOrder.compare(one.shard().from(), other.to()) < 0;
    }

    /** The base's files in a shard's range. */
    private static List<FileEntry> base(CollectionCatalog catalog, Touched touched) throws InterruptedException {
        List<FileEntry> base = new ArrayList<>();
        for (ShardRef shard : touched.shard().base()) {
            catalog.readShard(shard, file -> {
                if (touched.range().contains(file.path())) {
                    base.add(file);
                }
            });
        }
        return base;
    }
}
