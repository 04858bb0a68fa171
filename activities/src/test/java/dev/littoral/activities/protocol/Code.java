package dev.littoral.activities.protocol;

import dev.littoral.activities.catalog.HeadLog;
import dev.littoral.activities.consumer.ConsumerClient;
import dev.littoral.activities.consumer.Lease;
import dev.littoral.activities.steps.ParquetSource;
import dev.littoral.activities.steps.RealSteps;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.workflows.CatalogActivities;
import dev.littoral.workflows.UpdateActivities;
import dev.littoral.workflows.model.BalanceResult;
import dev.littoral.workflows.model.CommitRequest;
import dev.littoral.workflows.model.CommitResult;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.ListingOutcome;
import dev.littoral.workflows.model.PreparedSnapshot;
import dev.littoral.workflows.model.ReadOutcome;
import dev.littoral.workflows.model.SegmentProgress;
import io.temporal.failure.ApplicationFailure;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Runs steps with the code that ships, on a thread that Temporal takes for an activity's. */
final class Code {
    /** When everything in a world happens. */
    static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

    /** Of which two ticks of a world are more. */
    private static final Duration LEASE = Duration.ofMinutes(10);

    private final Safeguard lost;
    private final int maxFilesPerShard;
    /** Null where time passes. */
    private final Instant now;

    Code(Safeguard lost, int maxFilesPerShard, Instant now) {
        this.lost = lost;
        this.maxFilesPerShard = maxFilesPerShard;
        this.now = now;
    }

    /** What consumers' clocks say: they are behind by as much as they may be. */
    static Instant consumerTime(Instant time) {
        return time.minus(Lease.CLOCK_MARGIN);
    }

    /** A clock of its own that a world has; what it says is an answer like those of the store. */
    private static final class AskedClock extends Clock {
        private final RecordedStore world;
        private final UnaryOperator<Instant> shown;

        AskedClock(RecordedStore world, UnaryOperator<Instant> shown) {
            this.world = world;
            this.shown = shown;
        }

        @Override
        public Instant instant() {
            return shown.apply((Instant) world.ask(Call.clock()));
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    /** The clock of clean-up. */
    private Clock clock(RecordedStore world) {
        if (now != null) {
            return Clock.fixed(now, ZoneOffset.UTC);
        }
        return lost == Safeguard.CLOCK_MARGIN
                ? new AskedClock(world, time -> time.plus(Lease.CLOCK_MARGIN))
                : new AskedClock(world, time -> time);
    }

    private ConsumerClient consumer(String name, CatalogStore store, RecordedStore world) {
        Clock clock = new AskedClock(world, Code::consumerTime);
        if (lost == Safeguard.END_OF_LEASE) {
            Instant[] first = new Instant[1];
            clock = new AskedClock(world, time -> first[0] = first[0] == null ? consumerTime(time) : first[0]);
        }
        return new ConsumerClient(store, World.COLLECTION, name, clock);
    }

    Safeguard lost() {
        return lost;
    }

    /** A step's failure, as Temporal hands it to the workflow. */
    record Failed(FailureType type, String message) {}

    /** What a step needed of staging is gone. */
    record Gone(String message) {}

    /** What a step asks next given these answers, or its end: a result or {@link Failed}. */
    Object run(Step step, String attempt, List<Object> answers) {
        RecordedStore store =
                new RecordedStore(answers.stream().map(Call.Answer.class::cast).toList());
        Object end;
        try {
            end = result(step, attempt, store, MutantStore.of(lost, step, store));
        } catch (ApplicationFailure e) {
            end = e.getType().equals(UpdateActivities.STAGING_GONE)
                    ? new Gone(e.getOriginalMessage())
                    : new Failed(FailureType.valueOf(e.getType()), e.getOriginalMessage());
        } catch (dev.littoral.activities.failure.LittoralException e) {
            end = new Failed(e.type(), e.getMessage());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return store.asked() != null ? store.asked() : new Play.Done(end);
    }

    private Object result(Step step, String attempt, RecordedStore source, CatalogStore store)
            throws InterruptedException {
        CatalogActivities catalog = RealSteps.catalog(
                store,
                clock(source),
                lost == Safeguard.FIRST_ATTEMPT_OF_COMMIT ? 1 : numberOf(attempt),
                lost.trusting());
        UpdateActivities update = RealSteps.on(
                store,
                from -> Lakes.isTable(from.uri())
                        ? RecordedTable.reader(source, from, lost)
                        : new ParquetSource(new RecordedSource(source, from.uri(), lost)),
                maxFilesPerShard,
                lost == Safeguard.LISTING_PER_ATTEMPT || lost == Safeguard.FOLDER_PER_ATTEMPT ? "same" : attempt,
                lost.trusting());
        HeadLog heads = new HeadLog(store, World.COLLECTION);
        return switch (step) {
            case Step.ReadHead ignored -> catalog.readHead(World.COLLECTION);
            case Step.Open ignored -> catalog.openCollection(World.COLLECTION, null);
            case Step.FindCommit find -> catalog.findCommit(World.COLLECTION, find.update());
            case Step.Declare declare -> catalog.declareSource(declare.request());
            case Step.ListFiles list -> uncounted(update.listFiles(list.request()));
            case Step.ReadFragments read -> uncounted(update.readFragments(read.request()));
            case Step.Balance balance -> uncounted(update.balanceSegments(balance.request()));
            case Step.Commit commit -> uncounted(catalog.commitSnapshot(commit(commit.request(), heads)));
            case Step.Retire retire -> catalog.retireCollection(retire.request());
            case Step.Discard discard -> {
                catalog.discardStaging(discard.request());
                yield true;
            }
            case Step.Clean clean -> {
                switch (lost) {
                    case FOLDER_OF_FUTURE_VERSION, REACHED_BY_KEPT_VERSIONS ->
                        MutantCleaner.clean(
                                lost, store, now.minus(clean.request().keepVersionsFor()));
                    default -> catalog.cleanCatalog(clean.request());
                }
                yield true;
            }
            case Step.FindOldest ignored ->
                heads.newest(Long.MAX_VALUE, 1_000).stream()
                        .filter(head -> head.kind() == HeadKind.COMMITTED)
                        .reduce((newer, older) -> older)
                        .orElse(Head.NONE);
            case Step.Lease lease -> consumer(lease.consumer(), store, source).lease(lease.version(), LEASE);
            case Step.Answer answer -> {
                consumer(answer.consumer(), store, source).serving(answer.version(), 1, new SegmentProgress(1, 0, 1));
                yield true;
            }
            case Step.RollBack back -> catalog.rollBack(back.request());
        };
    }

    private static int numberOf(String attempt) {
        return Integer.parseInt(attempt.substring(attempt.lastIndexOf('-') + 1));
    }

    private CommitRequest commit(CommitRequest request, HeadLog heads) throws InterruptedException {
        if (lost != Safeguard.NO_MOVE_IN_ACTIVITY) {
            return request;
        }
        return Requests.upon(request, heads.newest());
    }

    // How many requests a step made tells two of its histories apart, and nothing depends on it.

    private static ListingOutcome uncounted(ListingOutcome l) {
        return new ListingOutcome(
                l.plan(),
                l.touched(),
                l.touchedFiles(),
                l.staged(),
                l.listed(),
                l.skipped(),
                l.skippedFiles(),
                l.carried(),
                l.vanished(),
                l.schemas(),
                l.targetRowsBefore(),
                Map.of(),
                l.newest(),
                l.listedAt(),
                null,
                l.prepared() == null ? null : untimed(l.prepared()));
    }

    private static PreparedSnapshot untimed(PreparedSnapshot p) {
        return new PreparedSnapshot(p.commitId(), p.objects(), p.snapshot(), p.read(), p.balance(), 0, 0);
    }

    private static ReadOutcome uncounted(ReadOutcome outcome) {
        return switch (outcome) {
            case ReadOutcome.Read r ->
                new ReadOutcome.Read(
                        r.added(),
                        r.changed(),
                        r.removed(),
                        r.unchanged(),
                        r.skipped(),
                        r.skippedFiles(),
                        r.fragments(),
                        r.addedRows(),
                        r.removedRows(),
                        r.movedRows(),
                        Map.of());
            case ReadOutcome.Changed c -> new ReadOutcome.Changed(c.reason(), Map.of());
        };
    }

    private static BalanceResult uncounted(BalanceResult r) {
        return new BalanceResult(
                r.totals(),
                r.newSegments(),
                r.newRows(),
                r.deletedRows(),
                r.droppedRows(),
                r.keptRows(),
                r.nextSegmentId(),
                Map.of());
    }

    private static CommitResult uncounted(CommitResult r) {
        return new CommitResult(r.outcome(), r.schemas(), Map.of());
    }

    /** Requests of commits, changed. */
    static final class Requests {
        private Requests() {}

        static CommitRequest upon(CommitRequest r, Head base) {
            return new CommitRequest(
                    r.collectionId(),
                    r.update(),
                    r.round(),
                    r.source(),
                    r.options(),
                    r.plan(),
                    r.objects(),
                    base,
                    r.commitId(),
                    r.nextSegmentId(),
                    r.reason(),
                    r.snapshot());
        }
    }
}
