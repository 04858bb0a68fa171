package dev.littoral.activities.protocol;

import dev.littoral.workflows.model.BalanceResult;
import dev.littoral.workflows.model.CleanRequest;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.CommitRequest;
import dev.littoral.workflows.model.CommitResult;
import dev.littoral.workflows.model.DiscardRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.ListRequest;
import dev.littoral.workflows.model.ListingOutcome;
import dev.littoral.workflows.model.PreparedSnapshot;
import dev.littoral.workflows.model.ReadOutcome;
import dev.littoral.workflows.model.ShardsRequest;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.model.UpdateState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The update workflow's order of steps and what it makes of their answers, without Temporal.
 *
 * @param launchId the service that runs it: another one can run an update of the same number
 * @param cleans whether it cleans the catalog after its commit
 * @param lost the safeguard it goes without
 */
record UpdateFlow(long number, String launchId, ExternalSource source, Head base, boolean cleans, Safeguard lost)
        implements Flow.Program {
    private static final int MAX_ROUNDS = 5;

    static final CollectionOptions OPTIONS = new CollectionOptions(1_000, null, false, 1.0, Duration.ofDays(7), null);

    UpdateFlow(long number, ExternalSource source, Head base, boolean cleans, Safeguard lost) {
        this(number, Flow.UpdateName.FIRST_SERVICE, source, base, cleans, lost);
    }

    /** Updates of even numbers have their listing prepare what changed little; others go step by step. */
    private boolean prepares() {
        return number % 2 == 0;
    }

    Flow.UpdateName name() {
        return new Flow.UpdateName(number, launchId);
    }

    /** How an update ended; the outcome is null where it failed, and the failure too where it was stopped. */
    record End(UpdateState outcome, Head head, FailureType failure) {}

    @Override
    public void run(Flow flow) {
        End end = update(flow);
        flow.say(new Flow.Fact.Ended(
                name(),
                end.outcome() != null
                        ? end.outcome()
                        : end.failure() == null ? UpdateState.CANCELED : UpdateState.FAILED,
                end.failure(),
                end.head()));
    }

    /** Runs it to its end, its clean-up included. */
    End update(Flow flow) {
        List<String> garbage = new ArrayList<>();
        End end = new Rounds(flow, garbage).run();
        try {
            flow.detached(new Step.Discard(new DiscardRequest(World.COLLECTION, number, garbage)), Boolean.class);
            if (end.outcome() == UpdateState.COMMITTED && cleans) {
                flow.detached(clean(lost), Boolean.class);
            }
        } catch (Flow.StepFailed e) {
            // It cannot change how the update ended.
            return end;
        }
        return end;
    }

    static Step clean(Safeguard lost) {
        return new Step.Clean(new CleanRequest(
                World.COLLECTION,
                lost == Safeguard.RETENTION_WINDOW ? Duration.ofSeconds(-1) : OPTIONS.keepVersionsFor(),
                OPTIONS.forgetConsumersAfter()));
    }

    private final class Rounds {
        private final Flow flow;
        private final List<String> garbage;
        private Head upon = base;
        private String uncommitted;
        private String previousPlan;

        Rounds(Flow flow, List<String> garbage) {
            this.flow = flow;
            this.garbage = garbage;
        }

        End run() {
            try {
                for (int round = 1; round <= MAX_ROUNDS; round++) {
                    End end = attempted(round);
                    if (end != null) {
                        return end;
                    }
                }
                return new End(null, upon, FailureType.TRANSIENT);
            } catch (Flow.StepFailed e) {
                if (uncommitted != null) {
                    garbage.add(uncommitted);
                }
                return new End(null, upon, e.type());
            }
        }

        /** A round; where what it staged is gone, another one follows. */
        private End attempted(int round) {
            String commitId = name() + "-commit-" + round;
            String objects = "snapshots/%010d-%s".formatted(upon.version() + 1, commitId);
            try {
                return round(round, commitId, objects);
            } catch (Flow.StagingGone e) {
                if (lost == Safeguard.LIST_AGAIN_WITHOUT_STAGING) {
                    throw new Flow.StepFailed(FailureType.INPUT, e.getMessage());
                }
                garbage.add(objects);
                uncommitted = null;
                previousPlan = null;
                return null;
            }
        }

        /** Another version has taken the base's place: the end, or null where it lists again. */
        private End moved(Head newest) {
            boolean retired = newest.retired() && lost != Safeguard.END_BY_RETIREMENT;
            boolean over = newest.generation() != upon.generation()
                    && !(lost == Safeguard.END_BY_GENERATION && newest.source().equals(source));
            boolean past = newest.isPast(number)
                    && lost != Safeguard.END_BY_NUMBER
                    && lost != Safeguard.END_BY_GENERATION
                    && lost != Safeguard.END_BY_RETIREMENT;
            boolean rolledBack = newest.kind() == HeadKind.ROLLED_BACK && lost != Safeguard.END_BY_ROLLBACK;
            if (retired || over || past || rolledBack) {
                return new End(UpdateState.SUPERSEDED, newest, null);
            }
            upon = newest;
            return null;
        }

        private End round(int round, String commitId, String objects) {
            uncommitted = prepares() && round == 1 ? objects : null;
            ListingOutcome listing = flow.step(
                    new Step.ListFiles(new ListRequest(
                            World.COLLECTION,
                            number,
                            round,
                            source,
                            OPTIONS,
                            upon,
                            previousPlan,
                            prepares() && round == 1 ? commitId : null)),
                    ListingOutcome.class);
            uncommitted = null;
            if (listing.newest() != null) {
                return moved(listing.newest());
            }
            if (listing.unchanged()) {
                return new End(UpdateState.UNCHANGED, upon, null);
            }
            if (listing.prepared() != null) {
                PreparedSnapshot prepared = listing.prepared();
                return committed(
                        round,
                        listing.plan(),
                        prepared.objects(),
                        prepared.commitId(),
                        prepared.balance().nextSegmentId(),
                        prepared.snapshot());
            }
            previousPlan = listing.plan();
            long afterIds = upon.nextSegmentId();
            if (listing.touched() > 0) {
                ReadOutcome read =
                        flow.step(new Step.ReadFragments(shards(listing, round, 0, objects)), ReadOutcome.class);
                if (read instanceof ReadOutcome.Changed) {
                    return null;
                }
                uncommitted = objects;
                afterIds = flow.step(
                                new Step.Balance(shards(listing, round, upon.nextSegmentId(), objects)),
                                BalanceResult.class)
                        .nextSegmentId();
            }
            return committed(round, listing.plan(), objects, commitId, afterIds, null);
        }

        private End committed(
                int round, String plan, String objects, String commitId, long afterIds, SnapshotRef prepared) {
            if (lost == Safeguard.LIST_AFTER_BASE) {
                Head read = flow.step(new Step.ReadHead(), Head.class);
                upon = read.generation() == upon.generation() ? read : upon;
            }
            String sent = objects;
            uncommitted = lost == Safeguard.OBJECTS_UNTIL_REFUSED ? objects : null;
            while (true) {
                // Once it is sent, a stop does not interrupt a commit: its answer decides how the update ends.
                CommitResult result = flow.detached(
                        new Step.Commit(new CommitRequest(
                                World.COLLECTION,
                                number,
                                round,
                                source,
                                OPTIONS,
                                plan,
                                sent,
                                upon,
                                commitId,
                                lost == Safeguard.FRESH_SEGMENT_IDS ? upon.nextSegmentId() : afterIds,
                                "update " + number,
                                prepared)),
                        CommitResult.class);
                switch (result.outcome()) {
                    case CommitOutcome.Created created -> {
                        uncommitted = null;
                        return new End(UpdateState.COMMITTED, created.head(), null);
                    }
                    case CommitOutcome.Refused ignored -> throw new Flow.StepFailed(FailureType.INPUT, "refused");
                    case CommitOutcome.Moved moved -> {
                        if (lost == Safeguard.EXACT_BASE
                                && !moved.newest().retired()
                                && moved.newest().generation() == upon.generation()) {
                            upon = moved.newest();
                            continue;
                        }
                        garbage.add(objects);
                        uncommitted = null;
                        return moved(moved.newest());
                    }
                }
            }
        }

        private ShardsRequest shards(ListingOutcome listing, int round, long firstId, String objects) {
            return new ShardsRequest(
                    World.COLLECTION,
                    number,
                    round,
                    source,
                    OPTIONS,
                    listing.plan(),
                    0,
                    listing.touched(),
                    firstId,
                    objects,
                    0);
        }
    }
}
