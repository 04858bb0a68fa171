package dev.littoral.activities.steps;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.HeadLog;
import dev.littoral.activities.catalog.JsonLines;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.catalog.SnapshotRoot;
import dev.littoral.activities.catalog.StagingGoneException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.listing.Checkpoint;
import dev.littoral.activities.listing.ListingPlan;
import dev.littoral.activities.listing.SkippedFiles;
import dev.littoral.activities.listing.SourceLister;
import dev.littoral.activities.parquet.ParquetFooters;
import dev.littoral.activities.path.FileListDiff;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.source.FileChangedException;
import dev.littoral.activities.source.Sources;
import dev.littoral.activities.storage.CountingStore;
import dev.littoral.activities.storage.ObjectStore;
import dev.littoral.workflows.UpdateActivities;
import dev.littoral.workflows.model.BalanceResult;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.ListRequest;
import dev.littoral.workflows.model.ListingOutcome;
import dev.littoral.workflows.model.ReadOutcome;
import dev.littoral.workflows.model.ShardsRequest;
import dev.littoral.workflows.model.SkippedFile;
import io.temporal.activity.Activity;
import io.temporal.common.converter.DataConverterException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Lists, reads and balances. One object serves all collections of a worker, on many threads. */
public final class UpdateActivitiesImpl implements UpdateActivities {
    private final ObjectStore store;
    private final Opener sources;
    private final int maxFilesPerShard;
    private final Supplier<String> attemptIds;
    private final StepInputs inputs;
    private final Supplier<ActivityCaller> callers;
    private final ParquetFooters footers = new ParquetFooters();

    public UpdateActivitiesImpl(ObjectStore store, Sources sources) {
        this(store, sources::open, SourceLister.MAX_FILES);
    }

    UpdateActivitiesImpl(ObjectStore store, Opener sources, int maxFilesPerShard) {
        this(
                store,
                sources,
                maxFilesPerShard,
                () -> UUID.randomUUID().toString(),
                new StepInputs(),
                ActivityCaller::now);
    }

    /**
     * Activities on a store.
     *
     * @param attemptIds names each attempt of a listing, never two by one name
     */
    UpdateActivitiesImpl(
            ObjectStore store,
            Opener sources,
            int maxFilesPerShard,
            Supplier<String> attemptIds,
            StepInputs inputs,
            Supplier<ActivityCaller> callers) {
        this.inputs = inputs;
        this.callers = callers;
        this.store = store;
        this.sources = sources;
        this.maxFilesPerShard = maxFilesPerShard;
        this.attemptIds = attemptIds;
    }

    /** Opens a source, as {@link Sources} does. */
    interface Opener {
        Sources.Opened open(ExternalSource source, boolean allowEmpty);
    }

    /**
     * What listing heartbeats.
     *
     * @param done files listed so far
     * @param from where another attempt goes on, or null
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ListProgress(String step, long done, Checkpoint from) implements StepProgress {}

    /**
     * What reading heartbeats.
     *
     * @param done files opened so far
     * @param shards shards that are finished; another attempt goes on after them
     * @param sum what the finished shards add up to
     */
    record ReadProgress(String step, long done, int shards, ReadOutcome.Read sum) implements StepProgress {}

    /**
     * What balancing heartbeats.
     *
     * @param done shards balanced so far
     * @param shards shards that are finished; another attempt goes on after them
     * @param sum what the finished shards add up to
     */
    record BalanceProgress(String step, long done, int shards, BalanceResult sum) implements StepProgress {}

    @Override
    public ListingOutcome listFiles(ListRequest request) {
        return ActivityFailures.run(() -> {
            ActivityCaller caller = callers.get();
            inputs.list(caller, request);
            AtomicLong listed = new AtomicLong();
            // An attempt before this one may have staged something.
            boolean again = caller.attempt() > 1;
            Checkpoint from = heartbeat(ListProgress.class)
                    .map(ListProgress::from)
                    .filter(checkpoint -> checkpoint.isOf(staging(request)))
                    .orElse(null);
            AtomicReference<SourceLister> lister = new AtomicReference<>();
            return Heartbeats.during(
                    () -> new ListProgress(
                            "listed",
                            listed.get(),
                            Optional.ofNullable(lister.get())
                                    .map(SourceLister::checkpoint)
                                    .orElse(from)),
                    () -> list(request, from, lister, listed, again));
        });
    }

    private ListingOutcome list(
            ListRequest request,
            Checkpoint from,
            AtomicReference<SourceLister> started,
            AtomicLong progress,
            boolean again)
            throws InterruptedException {
        CountingStore counted = new CountingStore(store);
        CollectionCatalog catalog = new CollectionCatalog(counted, request.collectionId());
        Optional<Head> newest = newest(catalog.heads(), request.base());
        if (newest.isPresent()) {
            return ListingOutcome.moved(newest.get(), again, counted.requests());
        }
        Head named = catalog.heads().named(request.base()).orElseThrow();
        inputs.list(request, named);
        Optional<SnapshotRoot> root = catalog.root(named);
        List<ShardRef> base = root.map(SnapshotRoot::shards).orElse(List.of());
        boolean reopen = root.isPresent()
                && readsOtherwise(root.get().source().spec(), request.source().spec());
        Long targetBefore = root.map(SnapshotRoot::targetRowsPerSegment)
                .filter(target -> target != request.options().targetRowsPerSegment())
                .orElse(null);
        boolean touchAll = reopen || targetBefore != null;
        // Unique to this attempt: an earlier one that still runs cannot write over what this one refers to.
        String folder = staging(request) + attemptIds.get();
        try (Sources.Opened source =
                sources.open(request.source(), request.options().allowEmpty())) {
            SourceLister lister = new SourceLister(source.files(), catalog, folder, maxFilesPerShard, progress);
            started.set(lister);
            SourceLister.Result result = lister.list(base, touchAll, reopen, request.previousPlan(), from);
            SkippedFiles skips = result.skips();
            boolean unchanged = root.isPresent()
                    && (result.same()
                            || (base.isEmpty() && result.plan().shards().isEmpty()));
            String planKey = null;
            if (!unchanged) {
                String skipKey = null;
                if (skips.count() > 0) {
                    skipKey = folder + "/skipped.jsonl.zst";
                    catalog.write(skipKey, skips.finish());
                }
                planKey = folder + "/plan.json.zst";
                catalog.writeOne(planKey, result.plan().complete(named, skipKey));
            }
            Map<String, Long> requests = new TreeMap<>();
            counted.addTo(requests);
            source.addTo(requests);
            return new ListingOutcome(
                    planKey,
                    result.plan().touched().size(),
                    result.plan().touched().stream()
                            .map(touched -> touched.shard().files())
                            .toList(),
                    planKey != null || result.staged() || again,
                    result.listed(),
                    skips.count(),
                    bounded(result.unread(), skips.first()),
                    result.plan().carried(),
                    result.plan().vanished(),
                    unchanged ? schemas(base) : 0,
                    targetBefore,
                    requests,
                    null);
        }
    }

    /** The newest version, where another has taken the base's place: what the source lists as is then of no use. */
    private static Optional<Head> newest(HeadLog heads, Head base) throws InterruptedException {
        return heads.at(base.version() + 1).isEmpty() ? Optional.empty() : Optional.of(heads.newest());
    }

    /** What the names of all folders begin with in which attempts of this listing stage. */
    private static String staging(ListRequest request) {
        return "%s/r%d-".formatted(CollectionCatalog.staging(request.update()), request.round());
    }

    /** A plan of this build. */
    static ListingPlan plan(CollectionCatalog catalog, String key) throws InterruptedException {
        ListingPlan plan = catalog.one(key, ListingPlan.class);
        if (plan.base() == null) {
            throw new StagingGoneException(key);
        }
        return plan;
    }

    /** Whether a spec asks for other things of a file than the one it was read with. */
    private static boolean readsOtherwise(ExternalSpec before, ExternalSpec now) {
        return !before.format().equals(now.format())
                || !before.columns().equals(now.columns())
                || before.onBadFile() != now.onBadFile();
    }

    static int schemas(List<ShardRef> shards) {
        return (int) shards.stream()
                .flatMap(shard -> shard.schemas().stream())
                .distinct()
                .count();
    }

    @Override
    public ReadOutcome readFragments(ShardsRequest request) {
        return ActivityFailures.run(() -> {
            inputs.shards(callers.get(), request);
            AtomicLong opened = new AtomicLong();
            AtomicReference<ReadProgress> done = new AtomicReference<>(heartbeat(ReadProgress.class)
                    .filter(before -> isWithin(before.shards(), request) && StepTotals.isPlausible(before.sum()))
                    .orElse(new ReadProgress("opened", 0, 0, StepTotals.NO_READ)));
            return Heartbeats.during(
                    () -> new ReadProgress(
                            "opened",
                            opened.get(),
                            done.get().shards(),
                            done.get().sum()),
                    () -> read(request, opened, done));
        });
    }

    private ReadOutcome read(ShardsRequest request, AtomicLong opened, AtomicReference<ReadProgress> done)
            throws InterruptedException {
        CountingStore counted = new CountingStore(store);
        CollectionCatalog catalog = new CollectionCatalog(counted, request.collectionId());
        ListingPlan plan = plan(catalog, request.plan());
        inputs.shards(request, plan);
        List<ListingPlan.Touched> touched = plan.touched();
        try (Sources.Opened source =
                sources.open(request.source(), request.options().allowEmpty())) {
            ShardReader reader = new ShardReader(
                    catalog,
                    source.files(),
                    footers,
                    request.source().spec(),
                    request.options().targetRowsPerSegment(),
                    opened);
            // The other activities of this step report too.
            int skipChars = StepTotals.MAX_SKIPPED_CHARS / Math.ceilDiv(touched.size(), request.to() - request.from());
            try {
                for (int i = request.from() + done.get().shards(); i < request.to(); i++) {
                    ShardReader.Result shard =
                            reader.read(plan, touched.get(i), readBefore(catalog, plan, touched.get(i)));
                    catalog.write(changesKey(request.plan(), i), JsonLines.write(shard.changes()));
                    ReadProgress before = done.get();
                    done.set(new ReadProgress(
                            before.step(),
                            opened.get(),
                            before.shards() + 1,
                            StepTotals.plus(before.sum(), shard, skipChars)));
                }
            } catch (FileChangedException e) {
                if (plan.previous() != null) {
                    source.files().disagreement(e.path()).ifPresent(reason -> {
                        throw LittoralException.input("Cannot read " + e.path() + ": " + reason);
                    });
                }
                return new ReadOutcome.Changed(e.getMessage(), requests(counted, source));
            }
            return StepTotals.with(done.get().sum(), requests(counted, source));
        }
    }

    /** What the round before has read in the shard's range. */
    private static Map<String, FileEntry> readBefore(
            CollectionCatalog catalog, ListingPlan plan, ListingPlan.Touched touched) throws InterruptedException {
        Map<String, FileEntry> files = new HashMap<>();
        if (plan.previous() == null) {
            return files;
        }
        ListingPlan previous = catalog.one(plan.previous(), ListingPlan.class);
        List<ListingPlan.Touched> before = previous.touched();
        for (int i = 0; i < before.size(); i++) {
            boolean apart = (touched.to() != null
                            && PathOrder.compare(before.get(i).shard().from(), touched.to()) >= 0)
                    || (before.get(i).to() != null
                            && PathOrder.compare(
                                            before.get(i).to(), touched.shard().from())
                                    <= 0);
            String key = changesKey(plan.previous(), i);
            if (!apart && catalog.find(key).isPresent()) {
                // Where every file was opened, those that are as in the base were read too.
                List<FileEntry> base = previous.reopen() ? base(catalog, before.get(i)) : List.of();
                for (FileEntry file : FileListDiff.apply(base, catalog.lines(key, FileEntry.class))) {
                    files.put(
                            file.path(),
                            file.with(file.fragments().stream()
                                    .map(fragment -> fragment.in(null))
                                    .toList()));
                }
            }
        }
        return files;
    }

    /** The base's files in a shard's range. */
    private static List<FileEntry> base(CollectionCatalog catalog, ListingPlan.Touched touched)
            throws InterruptedException {
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

    @Override
    public BalanceResult balanceSegments(ShardsRequest request) {
        return ActivityFailures.run(() -> {
            inputs.shards(callers.get(), request);
            AtomicReference<BalanceProgress> done = new AtomicReference<>(heartbeat(BalanceProgress.class)
                    .filter(before -> isWithin(before.shards(), request)
                            && StepTotals.isPlausible(before.sum(), request.firstSegmentId()))
                    .orElse(new BalanceProgress("balanced", 0, 0, StepTotals.noBalance(request.firstSegmentId()))));
            return Heartbeats.during(done::get, () -> balance(request, done));
        });
    }

    private static boolean isWithin(int shards, ShardsRequest request) {
        return shards >= 0 && shards <= request.to() - request.from();
    }

    private BalanceResult balance(ShardsRequest request, AtomicReference<BalanceProgress> done)
            throws InterruptedException {
        CountingStore counted = new CountingStore(store);
        CollectionCatalog catalog = new CollectionCatalog(counted, request.collectionId());
        ListingPlan plan = plan(catalog, request.plan());
        inputs.balance(request, plan);
        if (catalog.isNamed(request.objects())) {
            // Whoever still waits for this answer is not the update that committed it.
            throw LittoralException.input("objects is \"" + request.objects()
                    + "\", which a version names already; expected a folder that none names");
        }
        List<ListingPlan.Touched> touched = plan.touched();
        for (int i = request.from() + done.get().shards(); i < request.to(); i++) {
            BalanceProgress before = done.get();
            List<FileEntry> base = new ArrayList<>();
            for (ShardRef ref : touched.get(i).shard().base()) {
                catalog.readShard(ref, file -> {
                    checkSegments(file, request.firstSegmentId(), ref, catalog);
                    base.add(file);
                });
            }
            ShardBalancer.Result shard = ShardBalancer.balance(
                    base,
                    touched.get(i).range(),
                    catalog.lines(changesKey(request.plan(), i), FileEntry.class),
                    request.options().targetRowsPerSegment(),
                    before.sum().nextSegmentId());
            String key = "%s/shard-%06d.jsonl.zst".formatted(request.objects(), i);
            String sha256 = catalog.write(key, JsonLines.write(shard.files()));
            long firstId = before.sum().nextSegmentId();
            catalog.writeOne(
                    balancedKey(request.plan(), i),
                    new BalancedShard(
                            new ShardRef(
                                    touched.get(i).shard().from(),
                                    key,
                                    sha256,
                                    shard.listing(),
                                    shard.totals(),
                                    shard.schemas(),
                                    shard.unread()),
                            firstId,
                            firstId + shard.newSegments()));
            done.set(new BalanceProgress(
                    before.step(), before.done() + 1, before.shards() + 1, StepTotals.plus(before.sum(), shard)));
        }
        Map<String, Long> requests = new TreeMap<>();
        counted.addTo(requests);
        return StepTotals.with(done.get().sum(), requests);
    }

    /** The base's segments were handed out before. */
    private static void checkSegments(FileEntry file, long firstNew, ShardRef shard, CollectionCatalog catalog) {
        for (FileEntry.FragmentEntry fragment : file.fragments()) {
            if (fragment.segment() != null && fragment.segment() >= firstNew) {
                throw catalog.damaged(
                        shard.key(),
                        file.path() + " is in segment " + fragment.segment() + "; expected one below " + firstNew
                                + ", as no other was handed out");
            }
        }
    }

    private static Map<String, Long> requests(CountingStore counted, Sources.Opened source) {
        Map<String, Long> requests = new TreeMap<>();
        counted.addTo(requests);
        source.addTo(requests);
        return requests;
    }

    /** Where it is staged how a touched shard differs from the base, beside its plan: another plan's are elsewhere. */
    private static String changesKey(String plan, int shard) {
        return beside(plan, "changes-%06d.jsonl.zst", shard);
    }

    /** Where a balanced shard is staged. */
    static String balancedKey(String plan, int shard) {
        return beside(plan, "balanced-%06d.json.zst", shard);
    }

    private static String beside(String plan, String name, int shard) {
        return plan.substring(0, plan.lastIndexOf('/') + 1) + name.formatted(shard);
    }

    private static List<SkippedFile> bounded(List<SkippedFile> unread, List<SkippedFile> skipped) {
        return StepTotals.bounded(
                StepTotals.bounded(List.of(), unread, StepTotals.MAX_SKIPPED_CHARS),
                skipped,
                StepTotals.MAX_SKIPPED_CHARS);
    }

    /** What an attempt before has heartbeated. Anybody in the namespace can heartbeat for it; what is nothing of the kind is none. */
    private static <T> Optional<T> heartbeat(Class<T> type) {
        try {
            return Activity.getExecutionContext().getHeartbeatDetails(type);
        } catch (DataConverterException e) {
            return Optional.empty();
        }
    }
}
