package dev.littoral.activities.steps;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.HeadLog;
import dev.littoral.activities.catalog.ObjectCache;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.catalog.StagingBuffer;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.listing.Checkpoint;
import dev.littoral.activities.listing.ListingPlan;
import dev.littoral.activities.listing.SkippedFiles;
import dev.littoral.activities.listing.SourceLister;
import dev.littoral.activities.source.SourceChanges;
import dev.littoral.activities.source.SourceReader;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.RequestCounts;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.ListRequest;
import dev.littoral.workflows.model.ListingOutcome;
import dev.littoral.workflows.model.PreparedSnapshot;
import dev.littoral.workflows.model.SkippedFile;
import dev.littoral.workflows.model.TableVersion;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One attempt of listing a source: compares it with the base's shards and stages a plan for the steps after it. */
final class ListStep {
    private static final Logger LOG = LoggerFactory.getLogger(ListStep.class);

    private final RequestCounts requests = new RequestCounts();
    private final StagingBuffer staging;
    private final ObjectCache cache;
    private final UpdateActivitiesImpl.Opener sources;
    private final StepInputs inputs;
    private final int maxFilesPerShard;
    private final ListRequest request;
    private final String attemptId;
    private final boolean again;
    private final Checkpoint from;
    private final Instant began;
    private final AtomicLong listed = new AtomicLong();
    private volatile SourceLister lister;

    /** The version of the table that is listed; null before it is known, and where the source is no table. */
    private volatile TableVersion pinned;

    /**
     * An attempt.
     *
     * @param attemptId unique: an earlier attempt that still runs cannot write over what this one refers to
     * @param again whether there was an attempt before, which may have staged something
     * @param before what an attempt before has heartbeated
     * @param now when it begins
     */
    ListStep(
            CatalogStore store,
            ObjectCache cache,
            UpdateActivitiesImpl.Opener sources,
            StepInputs inputs,
            int maxFilesPerShard,
            ListRequest request,
            String attemptId,
            boolean again,
            Optional<Progress> before,
            Instant now) {
        this.staging = new StagingBuffer(store.observed(requests), request.collectionId(), request.commitId() != null);
        this.cache = cache;
        this.sources = sources;
        this.inputs = inputs;
        this.maxFilesPerShard = maxFilesPerShard;
        this.request = request;
        this.attemptId = attemptId;
        this.again = again;
        this.from = before.map(Progress::from)
                .filter(checkpoint -> checkpoint.isOf(CatalogLayout.attempts(request.update(), request.round())))
                .filter(checkpoint -> before.get().began() != null)
                .orElse(null);
        this.pinned = before.map(Progress::table)
                .filter(table -> table.isRight()
                        && table.format().equals(request.source().spec().format()))
                .filter(table -> before.get().began() != null)
                .orElse(null);
        this.began = from == null && pinned == null ? now : before.orElseThrow().began();
    }

    /**
     * What listing heartbeats.
     *
     * @param done files listed so far
     * @param from where another attempt goes on, or null
     * @param began when the attempt began that listed what is taken over
     * @param table the version of the table that is listed, or null
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Progress(
            long done,
            Checkpoint from,
            @JsonFormat(shape = JsonFormat.Shape.STRING) Instant began,
            TableVersion table) implements StepProgress {}

    /** How far it is. Safe to call from any thread. */
    Progress progress() {
        SourceLister running = lister;
        Checkpoint reached = running == null ? from : running.checkpoint();
        return new Progress(listed.get(), reached == null ? null : reached.upTo(staging::holds), began, pinned);
    }

    ListingOutcome run() throws InterruptedException {
        // An update bases nothing on an object that is damaged by now: the later steps know what this one read.
        CollectionCatalog catalog = new CollectionCatalog(staging, request.collectionId(), cache.refreshing());
        HeadLog heads = catalog.heads();
        Optional<Head> named =
                heads.at(request.base().version() + 1).isEmpty() ? heads.resolve(request.base()) : Optional.empty();
        if (named.isEmpty()) {
            // Another version has taken the base's place, which may have been cleaned away: a listing against it is of
            // no use.
            return ListingOutcome.moved(heads.newest(), again, requests.counts());
        }
        Head base = named.get();
        inputs.checkList(request, base);
        ListedBase before = new ListedBase(base, catalog.root(base), request);
        String folder = CatalogLayout.attempts(request.update(), request.round()) + attemptId;
        try (SourceReader source =
                sources.open(request.source(), request.options().allowEmpty(), requests)) {
            boolean inherited = pinned != null;
            try {
                return list(before, source, catalog, folder);
            } catch (FileChangedException gone) {
                if (!inherited) {
                    throw movedOn(gone);
                }
                return listAnew(pinned, gone, before, source, catalog, folder);
            }
        }
    }

    /** The version that an attempt before has pinned is gone: this one looks which there is now. */
    private ListingOutcome listAnew(
            TableVersion gone,
            FileChangedException why,
            ListedBase before,
            SourceReader source,
            CollectionCatalog catalog,
            String folder)
            throws InterruptedException {
        pinned = null;
        try {
            return list(before, source, catalog, folder);
        } catch (FileChangedException again) {
            if (gone.isSame(pinned)) {
                throw LittoralException.input("The table at " + request.source().uri() + " has " + gone.words()
                        + ", and not what that names: " + why.getMessage()
                        + "; expected all of it: restore it, or commit to the table");
            }
            throw movedOn(again);
        }
    }

    private ListingOutcome list(ListedBase before, SourceReader source, CollectionCatalog catalog, String folder)
            throws InterruptedException, FileChangedException {
        if (pinned == null) {
            pinned = source.resolve(before.tableAsMeant());
        }
        TableVersion table = pinned;
        if (table != null && before.isUpToDate(table)) {
            return before.unchanged(table, again, requests.counts(), began);
        }
        if (table != null) {
            source.pin(table);
        }
        lister = new SourceLister(source.files(), catalog, folder, maxFilesPerShard, listed);
        Optional<SourceLister.Result> applied = applied(before, source, table);
        SourceLister.Result result = applied.isPresent()
                ? applied.get()
                : lister.list(before.shards(), before.touchAll(), before.reopen(), request.previousPlan(), from);
        SkippedFiles skips = result.skips();
        // What was rolled back to is committed again even where nothing changed: until then the log says that
        // refreshing is paused. So is what is another version of a table, or selects other files of it.
        boolean unchanged = before.hasSnapshot()
                && !before.isRolledBack()
                && (table == null || before.serves(table))
                && (result.same()
                        || (before.shards().isEmpty() && result.plan().shards().isEmpty()));
        SnapshotPreparation preparation = new SnapshotPreparation(staging, catalog, inputs, request, attemptId);
        boolean prepares = !unchanged && preparation.isWorthwhile(result.plan());
        String planKey = unchanged ? null : stage(result, before, source, catalog, folder);
        PreparedSnapshot prepared = prepares ? prepared(preparation, planKey, before.head(), source) : null;
        if (planKey != null && prepared == null) {
            staging.flush();
        }
        List<Long> touched = result.plan().touched().stream()
                .map(shard -> shard.shard().files())
                .toList();
        return new ListingOutcome(
                planKey,
                touched.size(),
                touched,
                staging.hasWritten() || again,
                result.listed(),
                skips.count(),
                bounded(result.unread(), skips.first()),
                result.plan().carried(),
                result.plan().vanished(),
                unchanged ? ShardRef.schemas(before.shards()) : 0,
                before.targetBefore(),
                requests.counts(),
                null,
                began,
                table,
                prepared);
    }

    /** The next snapshot, or null where that failed: the steps after this one try again, and say what is wrong. */
    private static PreparedSnapshot prepared(
            SnapshotPreparation preparation, String planKey, Head base, SourceReader source)
            throws InterruptedException {
        try {
            return preparation.run(planKey, base, source);
        } catch (FileChangedException | LittoralException e) {
            LOG.debug("Could not prepare the next snapshot", e);
            return null;
        }
    }

    /** The listing by what the table says has changed; empty where only a whole listing tells. */
    private Optional<SourceLister.Result> applied(ListedBase before, SourceReader source, TableVersion table)
            throws InterruptedException, FileChangedException {
        Optional<SourceChanges> changes =
                before.isComparable(table) ? source.changesSince(before.table()) : Optional.empty();
        return changes.isEmpty()
                ? Optional.empty()
                : lister.apply(before.root().orElseThrow(), changes.get(), request.previousPlan());
    }

    private static LittoralException movedOn(FileChangedException e) {
        return new LittoralException(
                FailureType.TRANSIENT, "The table moved on while it was listed: " + e.getMessage(), e);
    }

    private String stage(
            SourceLister.Result result,
            ListedBase before,
            SourceReader source,
            CollectionCatalog catalog,
            String folder)
            throws InterruptedException, FileChangedException {
        String skipKey = null;
        if (result.skips().count() > 0) {
            skipKey = CatalogLayout.skipReport(folder);
            catalog.write(skipKey, result.skips().finish());
        }
        String planKey = CatalogLayout.plan(folder);
        catalog.writeOnce(
                planKey,
                result.plan()
                        .complete(
                                before.head(),
                                skipKey,
                                began,
                                pinned,
                                source.schema(),
                                before.sameTable(pinned).orElse(null),
                                ListingPlan.Subject.of(request.source(), request.options())));
        return planKey;
    }

    private static List<SkippedFile> bounded(List<SkippedFile> unread, List<SkippedFile> skipped) {
        return StepTotals.bounded(
                StepTotals.bounded(List.of(), unread, StepTotals.MAX_SKIPPED_CHARS),
                skipped,
                StepTotals.MAX_SKIPPED_CHARS);
    }
}
