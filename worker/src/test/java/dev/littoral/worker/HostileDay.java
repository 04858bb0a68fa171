package dev.littoral.worker;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.retention.SnapshotExpirer;
import dev.littoral.activities.source.SourceReader;
import dev.littoral.activities.source.registry.FormatRegistry;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.storage.s3.S3Clients;
import dev.littoral.activities.storage.s3.S3Stores;
import dev.littoral.activities.testing.FaultyNetwork;
import dev.littoral.activities.testing.LogAudit;
import dev.littoral.activities.testing.Openers;
import dev.littoral.activities.testing.S3Server;
import dev.littoral.activities.verify.Verifier;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.CleanRequest;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.RollbackAnswer;
import dev.littoral.workflows.model.SourceRequest;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.model.VersionRequest;
import dev.littoral.workflows.testing.TemporalServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Collections that follow sources in an S3 server, with their catalog there too, while everything between and around
 * them fails: the network, the workers, Temporal. Each actor draws from a split of the seed of its own.
 */
final class HostileDay implements AutoCloseable {
    private static final String TASK_QUEUE = "day";
    private static final String CATALOG = "catalog";
    private static final int WORKERS = 3;

    /**
     * How long clean-up leaves versions that were replaced. Options grant days, as a write may be under way as long as
     * an update may run; here none is for longer than a paused worker, a few silences of the network and their tries
     * last.
     */
    private static final Duration KEPT = Duration.ofMinutes(4);

    private static final Duration NEVER_REMOVED = Duration.ofDays(1);

    /** Longer than any heartbeat time-out, so that what a worker did goes on at another one before it wakes up. */
    private static final long LONG_PAUSE_MILLIS = 33_000;

    private final long seed;
    private final Path folder;
    private final S3Server s3;
    private final boolean mayKillStore;
    private final TemporalServer temporal;
    private final String bucket;
    private final FaultyNetwork network;
    private final S3Client faulty;
    private final CatalogStore store;
    private final Fleet fleet;
    private final List<Tenant> tenants = new ArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<?>> actors = new ArrayList<>();
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private final Map<String, AtomicLong> counts = Collections.synchronizedMap(new TreeMap<>());
    /** Requests that wait for their answer. */
    private final AtomicInteger asked = new AtomicInteger();

    private volatile boolean over;

    /** A collection with its two sources and those who watch it. */
    private record Tenant(
            Following collection,
            ChangingSource left,
            ChangingSource right,
            boolean cleaned,
            boolean reset,
            CatalogWatch catalog,
            UpdateEnds ends) {

        String id() {
            return collection.id();
        }

        ChangingSource lake(boolean isLeft) {
            return isLeft ? left : right;
        }

        ChangingSource lake(String uri) {
            return left.source().uri().equals(uri) ? left : right;
        }
    }

    /**
     * A day to come.
     *
     * @param mayKillStore whether the store keeps what it stored when it is killed
     */
    HostileDay(long seed, Path folder, S3Server s3, boolean mayKillStore, TemporalServer temporal) {
        this.seed = seed;
        this.mayKillStore = mayKillStore;
        this.folder = folder;
        this.s3 = s3;
        this.temporal = temporal;
        this.bucket = s3.newBucket();
        this.network = new FaultyNetwork(s3.endpoint(), seed);
        this.faulty = S3Clients.connect(network.endpoint(), s3.accessKey(), s3.secretKey());
        this.store = catalog(s3.client());
        this.fleet = new Fleet(
                folder,
                "s3://" + bucket + "/" + CATALOG,
                TASK_QUEUE,
                Map.of(
                        "TEMPORAL_ADDRESS", temporal.target(),
                        "AWS_ENDPOINT_URL_S3", network.endpoint().toString(),
                        "AWS_REGION", "us-east-1",
                        "AWS_ACCESS_KEY_ID", s3.accessKey(),
                        "AWS_SECRET_ACCESS_KEY", s3.secretKey()),
                violations::add);
    }

    private CatalogStore catalog(S3Client client) {
        return S3Stores.catalog(client, "s3://" + bucket + "/" + CATALOG);
    }

    List<String> violations() {
        return List.copyOf(violations);
    }

    // ------------------------------------------------------------------ run

    /**
     * Starts everything, lets everything fail until it is enough, waits until all is idle, and checks.
     *
     * @param isEnough asked with the number of updates that started and ended
     */
    void run(int collections, IntPredicate isEnough) throws Exception {
        if (collections > 0) {
            fleet.start(WORKERS);
        }
        for (int i = 0; i < collections; i++) {
            tenants.add(tenant(i));
        }
        network.rage();
        for (Tenant tenant : tenants) {
            act(() -> watchCatalog(tenant));
            act(() -> watchEnds(tenant));
            act(() -> user(tenant, random("user of " + tenant.id())));
            if (tenant.cleaned()) {
                act(() -> cleaner(tenant, random("cleaner of " + tenant.id())));
                act(() -> consumer(tenant, random("consumer of " + tenant.id())));
            }
            if (tenant.reset()) {
                act(() -> operator(tenant, random("operator of " + tenant.id())));
            }
        }
        holdVersions();
        if (!tenants.isEmpty()) {
            act(() -> injectFault(random("trouble")));
            act(() -> audit(random("audit")));
        }
        long begun = System.nanoTime();
        for (long minute = 1; violations.isEmpty() && !isEnough.test(ended()); Thread.sleep(200)) {
            if (System.nanoTime() - begun > TimeUnit.MINUTES.toNanos(minute)) {
                System.out.println("minute " + minute + ": " + ended() + " updates started and ended");
                minute++;
            }
        }
        over = true;
        for (Future<?> actor : actors) {
            actor.get(3, TimeUnit.MINUTES);
        }
        if (violations.isEmpty()) {
            try {
                awaitIdle();
            } catch (AssertionError e) {
                writeHistories();
                throw e;
            }
        }
    }

    /** What somebody needs to replay a collection that does not go on. */
    private void writeHistories() throws Exception {
        for (Tenant tenant : tenants) {
            String history = temporal.client().fetchHistory(tenant.id()).toJson(true);
            Files.writeString(folder.resolve(tenant.id() + ".json"), history);
        }
    }

    /** The updates that started and ended. */
    private int ended() {
        return tenants.stream().mapToInt(tenant -> tenant.ends().count()).sum();
    }

    private Tenant tenant(int number) throws Exception {
        String id = "c-%02d".formatted(number);
        SplittableRandom random = random("lakes of " + id);
        ChangingSource left = changing("lake/" + id + "-left/", number);
        ChangingSource right = changing("lake/" + id + "-right/", number + 1);
        for (int i = 0; i < 8; i++) {
            left.append(1 + random.nextInt(100));
            right.append(1 + random.nextInt(100));
        }
        boolean cleaned = number % 2 == 1;
        Duration refreshEvery = number % 3 == 0 ? Duration.ofSeconds(2) : null;
        Following collection = Following.start(
                temporal.client(),
                id,
                TASK_QUEUE,
                left.source(),
                new CollectionOptions(100, refreshEvery, false, 1, Duration.ofDays(2), null));
        Map<String, ChangingSource> lakes =
                Map.of(left.source().uri(), left, right.source().uri(), right);
        CatalogWatch catalog = new CatalogWatch(
                s3.client(), bucket, CATALOG, store, id, lakes, cleaned ? KEPT : NEVER_REMOVED, violations::add);
        boolean reset = number % 5 == 2;
        return new Tenant(
                collection,
                left,
                right,
                cleaned,
                reset,
                catalog,
                new UpdateEnds(collection, catalog, lakes, reset, violations::add));
    }

    /** A folder of files, or at every third place a table, of which every second keeps the ids of moved rows. */
    private ChangingSource changing(String prefix, int place) {
        LakeObjects objects = new LakeObjects(s3.client());
        String uri = "s3://" + bucket + "/" + prefix;
        boolean keepsIds = place % 12 < 6;
        return switch (place % 6) {
            case 1 -> new SeededIcebergTable(objects, uri, keepsIds);
            case 4 -> new SeededDeltaTable(objects, uri, folder, keepsIds);
            default -> new SeededLake(objects, uri);
        };
    }

    // ------------------------------------------------------------------ actors

    private interface Actor {
        void act() throws Exception;
    }

    /** Has an actor act until the day is over. */
    private void act(Actor actor) {
        actors.add(threads.submit(() -> guarded(actor)));
    }

    /** What an actor throws is a violation. */
    private void guarded(Actor actor) {
        try {
            actor.act();
        } catch (Exception | AssertionError e) {
            violations.add(e + " at " + List.of(e.getStackTrace()));
        }
    }

    private SplittableRandom random(String actor) {
        return new SplittableRandom(new SplittableRandom(seed).nextLong() ^ (actor.hashCode() * 0x9e3779b97f4a7c15L));
    }

    private void count(String what, long howOften) {
        counts.computeIfAbsent(what, any -> new AtomicLong()).addAndGet(howOften);
    }

    /** Waits, but not when the day is over. */
    private void pause(long millis) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        while (!over && System.nanoTime() < end) {
            Thread.sleep(Math.min(50, millis));
        }
    }

    /** Changes files, and says so, or not, and changes its mind. */
    private void user(Tenant tenant, SplittableRandom random) throws Exception {
        boolean isLeft = true;
        while (!over) {
            pause(500 + random.nextInt(3_000));
            for (int i = random.nextInt(4); i > 0; i--) {
                count(tenant.lake(random.nextInt(5) > 0 == isLeft).change(random), 1);
            }
            boolean other = random.nextInt(3) > 0;
            switch (random.nextInt(40)) {
                case 0, 1, 2 -> {
                    isLeft = isLeft != other;
                    SourceRequest source = SourceRequest.of(tenant.lake(isLeft).source());
                    request(tenant, "changeSource", workflow -> workflow.changeSource(source));
                }
                case 3 -> {
                    isLeft = isLeft != other;
                    change(tenant, isLeft);
                }
                case 4 -> {
                    change(tenant, !isLeft);
                    change(tenant, isLeft);
                    change(tenant, !isLeft);
                    change(tenant, isLeft);
                }
                case 5 -> say(tenant, "cancelUpdate", ExternalCollectionWorkflow::cancelUpdate);
                case 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 ->
                    request(tenant, "refresh", ExternalCollectionWorkflow::updateRefresh);
                case 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30 ->
                    say(tenant, "refresh", ExternalCollectionWorkflow::signalRefresh);
                case 31, 32 -> rollback(tenant, random);
                case 33, 34, 35, 36, 37 -> say(tenant, "resume", ExternalCollectionWorkflow::resume);
                default -> {}
            }
        }
    }

    private void change(Tenant tenant, boolean toLeft) {
        SourceRequest source = SourceRequest.of(tenant.lake(toLeft).source());
        say(tenant, "sourceChanged", workflow -> workflow.sourceChanged(source));
    }

    private void say(Tenant tenant, String what, Consumer<ExternalCollectionWorkflow> message) {
        count(tenant.collection().send(message) ? "sent " + what : "not sent for certain", 1);
    }

    private interface Request {
        ChangeAnswer to(ExternalCollectionWorkflow workflow);
    }

    /** Sends a request and goes on; its answer, when it comes, is checked. */
    private void request(Tenant tenant, String what, Request request) {
        ask(() -> {
            ChangeAnswer[] answer = new ChangeAnswer[1];
            if (!tenant.collection().send(workflow -> answer[0] = request.to(workflow))) {
                count("not sent for certain", 1);
                return;
            }
            count("answered " + what, 1);
            if (answer[0].generation() > 0) {
                tenant.catalog().answered(answer[0].generation());
            }
        });
    }

    /**
     * Asks for any version that was ever there again; one that has no snapshot, is served or is gone is refused. Not of
     * a collection that is reset: it would not know of it.
     */
    private void rollback(Tenant tenant, SplittableRandom random) {
        List<CatalogWatch.Version> versions = tenant.catalog().versions();
        if (tenant.reset() || versions.isEmpty()) {
            return;
        }
        long version = versions.get(random.nextInt(versions.size())).number();
        ask(() -> {
            RollbackAnswer[] answer = new RollbackAnswer[1];
            if (!tenant.collection()
                    .send(workflow -> answer[0] = workflow.updateRollback(VersionRequest.of(version, "a test")))) {
                count("rollbacks refused or not sent for certain", 1);
                return;
            }
            count("answered rollback", 1);
            if (answer[0].restored() != version) {
                violations.add(tenant.id() + ": a rollback to " + version + " was answered " + answer[0]);
            }
        });
    }

    /** Collections of versions that are there only while they are held, beside the others. */
    private void holdVersions() {
        for (int i = 0; i < 3; i++) {
            String id = "held-" + i;
            HeldVersions held = new HeldVersions(id, store, () -> over, this::count, violations::add);
            CatalogStore through = i == 0 ? catalog(faulty) : store;
            act(() -> held.write(random("writer of " + id)));
            act(() -> held.clean(through, random("cleaner of " + id)));
            act(() -> held.clean(through, random("other cleaner of " + id)));
            act(() -> held.consume(through, random("consumer of " + id)));
        }
    }

    /** Asks something in a thread of its own. */
    private void ask(Actor question) {
        asked.incrementAndGet();
        threads.execute(() -> guarded(() -> {
            try {
                question.act();
            } finally {
                asked.decrementAndGet();
            }
        }));
    }

    /** Removes old versions through the same network, again and again. */
    private void cleaner(Tenant tenant, SplittableRandom random) throws Exception {
        SnapshotExpirer cleaner = new SnapshotExpirer(catalog(faulty), tenant.id(), Clock.systemUTC());
        while (!over) {
            pause(2_000 + random.nextInt(6_000));
            clean(tenant, cleaner, KEPT);
        }
    }

    /** Holds versions that the cleaner is about to remove, and reads them. */
    private void consumer(Tenant tenant, SplittableRandom random) throws Exception {
        HostileConsumer consumer =
                new HostileConsumer(catalog(faulty), store, tenant.id(), random, this::count, violations::add);
        while (!over) {
            consumer.act();
            pause(random.nextInt(2_000));
        }
        consumer.end(store);
    }

    /** Resets the collection to any moment of its run, with and without the messages that came since. */
    private void operator(Tenant tenant, SplittableRandom random) throws Exception {
        while (!over) {
            pause(5_000 + random.nextInt(10_000));
            if (!over) {
                boolean done = tenant.collection().reset(random.nextInt(), random.nextBoolean());
                count(done ? "resets" : "resets that were not made", 1);
            }
        }
    }

    private void clean(Tenant tenant, SnapshotExpirer cleaner, Duration kept) throws InterruptedException {
        try {
            SnapshotExpirer.Result removed = cleaner.clean(new CleanRequest(tenant.id(), kept, null));
            count("clean-ups", 1);
            count("versions removed", removed.versions());
            count("objects removed", removed.objects());
        } catch (LittoralException e) {
            if (e.type() != FailureType.TRANSIENT) {
                violations.add("clean-up: " + e.type() + " " + e.getMessage());
            }
            count("clean-ups failed", 1);
        }
    }

    private enum Fault {
        KILL,
        SHORT_PAUSE,
        LONG_PAUSE,
        TEMPORAL_RESTART,
        STORE_RESTART
    }

    /** Kills and pauses workers and the server, everything in each few turns. */
    private void injectFault(SplittableRandom random) throws Exception {
        Deque<Fault> next = new ArrayDeque<>();
        Set<Integer> paused = ConcurrentHashMap.newKeySet();
        List<Future<?>> pauses = new ArrayList<>();
        while (!over) {
            if (next.isEmpty()) {
                next.addAll(shuffled(random));
            }
            pause(3_000 + random.nextInt(5_000));
            int worker = random.nextInt(WORKERS);
            int millis = random.nextInt(8_000);
            if (over || paused.contains(worker)) {
                continue;
            }
            switch (next.removeFirst()) {
                case KILL -> {
                    fleet.kill(worker);
                    count("workers killed", 1);
                }
                case SHORT_PAUSE -> pauses.add(paused(paused, worker, millis));
                case LONG_PAUSE -> {
                    pauses.add(paused(paused, worker, LONG_PAUSE_MILLIS + millis));
                    count("of these past every heartbeat time-out", 1);
                }
                case STORE_RESTART -> {
                    if (mayKillStore) {
                        s3.killAndRestart(millis / 4);
                        count("store killed and restarted", 1);
                    }
                }
                case TEMPORAL_RESTART -> {
                    temporal.kill();
                    Thread.sleep(millis / 4);
                    temporal.restart();
                    count("Temporal killed and restarted", 1);
                }
            }
            fleet.supervise();
        }
        for (Future<?> pause : pauses) {
            pause.get();
        }
    }

    private static List<Fault> shuffled(SplittableRandom random) {
        List<Fault> bag = new ArrayList<>(List.of(
                Fault.KILL,
                Fault.KILL,
                Fault.KILL,
                Fault.SHORT_PAUSE,
                Fault.SHORT_PAUSE,
                Fault.LONG_PAUSE,
                Fault.TEMPORAL_RESTART,
                Fault.STORE_RESTART));
        List<Fault> shuffled = new ArrayList<>();
        while (!bag.isEmpty()) {
            shuffled.add(bag.remove(random.nextInt(bag.size())));
        }
        return shuffled;
    }

    private Future<?> paused(Set<Integer> paused, int worker, long millis) throws Exception {
        WorkerProcess process = fleet.get(worker);
        paused.add(worker);
        process.pause();
        count("workers paused", 1);
        return threads.submit(() -> {
            pause(millis);
            process.resume();
            paused.remove(worker);
            return null;
        });
    }

    private void watchCatalog(Tenant tenant) throws Exception {
        while (!over) {
            tenant.catalog().look();
            pause(1_000);
        }
    }

    private void watchEnds(Tenant tenant) throws Exception {
        while (!over) {
            tenant.ends().look();
            pause(1_000);
        }
    }

    private void audit(SplittableRandom random) throws Exception {
        while (!over) {
            Tenant tenant = tenants.get(random.nextInt(tenants.size()));
            count(
                    tenant.catalog().audit(tenant.cleaned()) ? "audits meanwhile" : "audits that found the store away",
                    1);
            pause(500);
        }
    }

    // ------------------------------------------------------------------ checks at the end

    private void awaitIdle() throws Exception {
        network.calm();
        Following.await("what the network holds back", network::isQuiet);
        Following.await("the workers", 60, this::workersAreThere);
        for (Tenant tenant : tenants) {
            tenant.collection().insist("the pause", ExternalCollectionWorkflow::pause);
            if (tenant.reset()) {
                // An update whose end was not reported is checked soon.
                tenant.collection().insist("a refresh", ExternalCollectionWorkflow::signalRefresh);
            }
        }
        Following.await("the answers", () -> asked.get() == 0);
        for (Tenant tenant : tenants) {
            // After a rollback nothing is listed until this, which takes the periodic refresh up too.
            tenant.collection().insist("the end of a rollback", ExternalCollectionWorkflow::resume);
            tenant.collection().insist("the pause", ExternalCollectionWorkflow::pause);
        }
        for (Tenant tenant : tenants) {
            tenant.collection().awaitIdle();
            // One that was stopped is not waited for by its collection.
            tenant.ends().awaitWorkflows();
            tenant.ends().look();
            count(
                    "left in staging at rest",
                    store.list(tenant.id() + "/staging/", null, 1_000).size());
        }
        for (Tenant tenant : tenants) {
            tenant.lake(tenant.collection().awaitIdle().source().uri()).append(7);
            tenant.collection().insist("a last refresh", ExternalCollectionWorkflow::signalRefresh);
        }
        for (Tenant tenant : tenants) {
            CollectionStatus status = tenant.collection().awaitIdle();
            boolean followed = tenant.reset() && status.last().state() == UpdateState.UNCHANGED;
            if (status.last().state() != UpdateState.COMMITTED && !followed) {
                violations.add(tenant.id() + ": a last refresh ended as " + status.last());
            }
            // What is to be refreshed while a rollback is served is refused, and a version that cannot be served again.
            status.rejected().stream()
                    .filter(message -> !message.reason().contains("expected resume first")
                            && !(message.message().equals("rollback")
                                    && message.reason().startsWith("version ")))
                    .forEach(message -> violations.add(tenant.id() + " did not take " + message));
            tenant.catalog().look();
            tenant.ends().look();
            tenant.ends().check();
            count("ran as workflows", tenant.ends().checkWorkflows());
            SnapshotExpirer cleaner = new SnapshotExpirer(store, tenant.id(), Clock.systemUTC());
            clean(tenant, cleaner, KEPT);
            check(tenant, status);
            if (tenant.cleaned()) {
                // With nobody at work nothing but the newest version is needed.
                clean(tenant, cleaner, Duration.ZERO);
                check(tenant, status);
            }
        }
    }

    private boolean workersAreThere() {
        try {
            fleet.supervise();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        return fleet.isReady();
    }

    /** Now that all is idle nothing at all may be found. */
    private void check(Tenant tenant, CollectionStatus status) throws Exception {
        new Verifier(store, tenant.id(), finding -> violations.add(tenant.id() + ": " + finding))
                .verifyWithSource(this::opened);
        for (String finding : LogAudit.findings(store, tenant.id())) {
            violations.add(tenant.id() + ": " + finding);
        }
        Map<String, Long> served = LogAudit.served(store, tenant.id());
        // Of a table a file can be there whose rows are all deleted.
        served.values().removeIf(rows -> rows == 0);
        ChangingSource lake = tenant.lake(status.source().uri());
        if (!served.equals(lake.rows())) {
            violations.add(tenant.id() + " serves " + served + ", but was given " + lake.rows());
        }
        Map<String, Long> fresh = lake.fresh(folder);
        if (!served.equals(fresh)) {
            violations.add(tenant.id() + " serves " + served + ", but the source has " + fresh);
        }
        Map<String, List<Long>> deleted = LogAudit.deleted(store, tenant.id());
        deleted.keySet().retainAll(served.keySet());
        if (!deleted.equals(lake.deleted())) {
            violations.add(tenant.id() + " leaves out rows " + deleted + ", but deleted are " + lake.deleted());
        }
    }

    private SourceReader opened(JsonNode source) {
        try {
            ExternalSource of = Json.JSON.treeToValue(source, ExternalSource.class);
            return FormatRegistry.formats()
                    .of(of.spec())
                    .open(S3Stores.store(s3.client(), of.uri(), StoreObserver.NONE), Openers.NONE, of.spec(), true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ------------------------------------------------------------------ log

    /** What happened, line by line. */
    List<String> summary() {
        Map<UpdateState, Long> states = new TreeMap<>();
        long versions = 0;
        long late = 0;
        long differing = 0;
        long kept = 0;
        long indexedAnew = 0;
        for (Tenant tenant : tenants) {
            tenant.ends().byState().forEach((state, n) -> states.merge(state, n, Long::sum));
            versions += tenant.catalog().versions().size();
            late += tenant.ends().lateCommits();
            differing += tenant.ends().differing();
            kept += tenant.ends().keptRows();
            indexedAnew += tenant.ends().movedRows();
        }
        List<String> lines = new ArrayList<>(List.of("| what | how often |", "|---|---|", row("seed", seed)));
        lines.add(row("collections", tenants.size()));
        lines.add(row("updates that started and ended", ended()));
        states.forEach((state, n) -> lines.add(row("of all updates " + state, n)));
        lines.add(row("commits of updates said to have failed", late));
        lines.add(row("tasks that differed from their history", differing));
        lines.add(row("rows moved by tables and kept in their segments", kept));
        lines.add(row("rows moved by tables and indexed anew", indexedAnew));
        lines.add(row("versions", versions));
        counts.forEach((what, n) -> lines.add(row(what, n)));
        lines.add(row("workers that found the store away at the start", fleet.startedAgain()));
        lines.add(row("requests of the store", network.requests()));
        network.faults().forEach((fault, n) -> lines.add(row("of these " + fault, n)));
        lines.add(row("violations", violations.size()));
        return lines;
    }

    /**
     * The log of each collection that a violation names, which the store does not have any more when it is looked for.
     */
    List<String> logs() {
        List<String> lines = new ArrayList<>();
        for (Tenant tenant : tenants) {
            if (violations.stream().anyMatch(violation -> violation.startsWith(tenant.id()))) {
                tenant.catalog().versions().forEach(version -> lines.add(tenant.id() + " " + version));
            }
        }
        return lines;
    }

    private static String row(String what, Object value) {
        return "| " + what + " | " + value + " |";
    }

    @Override
    public void close() {
        over = true;
        threads.shutdownNow();
        fleet.close();
        faulty.close();
        network.close();
    }
}
