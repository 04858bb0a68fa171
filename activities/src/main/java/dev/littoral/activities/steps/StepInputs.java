package dev.littoral.activities.steps;

import static dev.littoral.activities.steps.InputChecks.given;
import static dev.littoral.activities.steps.InputChecks.quoted;
import static dev.littoral.activities.steps.InputChecks.range;
import static dev.littoral.activities.steps.InputChecks.refused;

import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.catalog.SnapshotRoot;
import dev.littoral.activities.listing.ListingPlan;
import dev.littoral.activities.listing.ListingPlan.Subject;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.Policies;
import dev.littoral.workflows.UpdateExternalCollectionWorkflow;
import dev.littoral.workflows.model.CleanRequest;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CommitRequest;
import dev.littoral.workflows.model.DeclareRequest;
import dev.littoral.workflows.model.DiscardRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.ListRequest;
import dev.littoral.workflows.model.RetireRequest;
import dev.littoral.workflows.model.RollbackRequest;
import dev.littoral.workflows.model.ShardsRequest;
import dev.littoral.workflows.spec.CollectionId;
import dev.littoral.workflows.spec.OptionsParser;
import dev.littoral.workflows.spec.RollbackTarget;
import dev.littoral.workflows.spec.SourceParser;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Validates the input of activities. Anybody who may start workflows in a namespace can schedule an activity with any
 * input, so it is checked as strictly as a message. A refusal is one sentence of the type INPUT.
 */
class StepInputs {
    private static final long MAX_VERSION = 9_999_999_998L;
    private static final long MAX_UPDATE = 9_999_999_999L;
    private static final long MAX_SEGMENT_ID = 1L << 62;

    /** More updates than end without a commit, one a minute for many years. */
    private static final long MOST_UPDATES_AHEAD = 10_000_000;

    /** More segments than an update can make. */
    private static final long MOST_NEW_SEGMENTS = 1L << 40;

    /** More than any source has. */
    private static final int MAX_SHARDS = 10_000_000;

    private static final Pattern COMMIT_ID = Pattern.compile("[0-9a-z-]{1,100}");

    /** The commitIds of older builds, which do not put the update's number first. */
    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private static final Pattern REASON = Pattern.compile("[ -~]{1,200}");

    void checkOpen(ActivityCaller caller, String collectionId, ExternalSource source) {
        fromCollection(caller, collectionId);
        if (source != null) {
            source(source);
        }
    }

    void checkRead(ActivityCaller caller, String collectionId) {
        fromCollection(caller, collectionId);
    }

    void checkFind(ActivityCaller caller, String collectionId, long update) {
        fromCollection(caller, collectionId);
        range("update", update, 1, MAX_UPDATE);
    }

    void checkDeclare(ActivityCaller caller, DeclareRequest request) {
        given(request);
        fromCollection(caller, request.collectionId());
        source(request.source());
        write(request.update(), request.base(), request.commitId(), request.reason());
    }

    void checkRetire(ActivityCaller caller, RetireRequest request) {
        given(request);
        fromCollection(caller, request.collectionId());
        write(request.update(), request.base(), request.commitId(), "retired");
        exists(request.base());
    }

    void checkRollback(ActivityCaller caller, RollbackRequest request) {
        given(request);
        fromCollection(caller, request.collectionId());
        write(request.update(), request.base(), request.commitId(), "rolled back");
        exists(request.base());
        RollbackTarget.check(request.version(), request.reason());
    }

    void checkList(ActivityCaller caller, ListRequest request) {
        given(request);
        update(caller, request.collectionId(), request.update(), request.round());
        spec(request.source(), request.options());
        base(request.base());
        if (request.previousPlan() != null) {
            plan("previousPlan", request.previousPlan(), request.update());
        }
        if (request.commitId() != null) {
            PreparedInputs.checkCommitId(request);
        }
    }

    /** A listing against its base, as the log has it. */
    void checkList(ListRequest request, Head base) {
        source(request.source(), base);
    }

    private static void source(ExternalSource source, Head base) {
        if (!source.equals(base.source())) {
            throw refused("source is " + quoted(source.uri()) + "; expected the one that version " + base.version()
                    + " declares");
        }
    }

    void checkShards(ActivityCaller caller, ShardsRequest request) {
        given(request);
        update(caller, request.collectionId(), request.update(), request.round());
        spec(request.source(), request.options());
        plan("plan", request.plan(), request.update());
        range("from", request.from(), 0, MAX_SHARDS);
        range("to", request.to(), request.from() + 1L, MAX_SHARDS);
        range("firstSegmentId", request.firstSegmentId(), 0, MAX_SEGMENT_ID);
        range("files", request.files(), 0, Long.MAX_VALUE);
        objects("objects", request.objects(), request.update());
    }

    /** What was asked for against the plan that it names. */
    void checkShards(ShardsRequest request, ListingPlan plan) {
        range("to", request.to(), request.from() + 1L, plan.touched().size());
        PlanInputs.check(Subject.of(request.source(), request.options()), plan);
    }

    void checkBalance(ShardsRequest request, ListingPlan plan) {
        checkShards(request, plan);
        segmentId("firstSegmentId", request.firstSegmentId(), plan.base().nextSegmentId());
        if (CatalogLayout.versionOfFolder(request.objects()) != plan.base().version() + 1) {
            throw refused("objects is " + quoted(request.objects()) + "; expected a folder of version "
                    + (plan.base().version() + 1) + ", as the plan has the base "
                    + plan.base().version());
        }
    }

    void checkCommit(ActivityCaller caller, CommitRequest request) {
        given(request);
        update(caller, request.collectionId(), request.update(), request.round());
        spec(request.source(), request.options());
        plan("plan", request.plan(), request.update());
        write(request.update(), request.base(), request.commitId(), request.reason());
        range("nextSegmentId", request.nextSegmentId(), 1, MAX_SEGMENT_ID);
        objects("objects", request.objects(), request.update());
        String expected = CatalogLayout.objects(request.base().version() + 1, request.commitId());
        if (!request.objects().equals(expected)) {
            throw refused("objects is " + quoted(request.objects()) + "; expected " + expected
                    + ", named by the version to be and the commitId");
        }
        if (request.snapshot() != null) {
            PreparedInputs.checkNamed(request);
        }
    }

    /** A plan against the commit that names it, and that one's base, as the log has it. */
    void checkCommit(CommitRequest request, ListingPlan plan, Head base) {
        PlanInputs.check(Subject.of(request.source(), request.options()), plan);
        if (plan.base().version() != base.version() || !plan.base().commitId().equals(base.commitId())) {
            throw refused("plan has the base " + plan.base().version() + "; expected version " + base.version()
                    + ", the base that is named");
        }
    }

    /**
     * A prepared snapshot against the commit that names it.
     *
     * @param base the commit's base, as the log has it
     * @param freeSegmentId segment ids from here on are in no new shard
     */
    void checkCommit(CommitRequest request, Head base, SnapshotRoot root, long freeSegmentId) {
        PreparedInputs.check(request, base, root);
        segmentId("nextSegmentId", request.nextSegmentId(), freeSegmentId);
    }

    /**
     * A commit against its base.
     *
     * @param base as the log has it
     */
    void checkCommit(CommitRequest request, Head base) {
        source(request.source(), base);
        if (base.kind() == HeadKind.COMMITTED && base.update() == request.update()) {
            throw refused("update is " + request.update() + "; expected another, as it has committed version "
                    + base.version());
        }
        if (base.kind() == HeadKind.ROLLED_BACK && base.update() == request.update()) {
            throw refused("update is " + request.update() + "; expected a greater one, as version " + base.version()
                    + " is " + base.reason());
        }
    }

    /** New segments have ids of their own, which the next version counts. */
    void checkCommit(CommitRequest request, Head base, List<BalancedShard> shards) {
        List<BalancedShard> inOrder = shards.stream()
                .filter(shard -> shard.nextSegmentId() > shard.firstSegmentId())
                .sorted(Comparator.comparingLong(BalancedShard::firstSegmentId))
                .toList();
        long free = base.nextSegmentId();
        for (BalancedShard shard : inOrder) {
            if (shard.firstSegmentId() < free) {
                throw refused("two segments were balanced with the id " + shard.firstSegmentId()
                        + "; expected ids that were never handed out, from " + free);
            }
            free = shard.nextSegmentId();
        }
        segmentId("nextSegmentId", request.nextSegmentId(), free);
    }

    /** One write must not use up the ids of all that come after it. */
    private static void segmentId(String name, long id, long free) {
        range(name, id, free, Math.min(MAX_SEGMENT_ID, free + MOST_NEW_SEGMENTS));
    }

    /** A write against its base, as the log has it. It must not use up the numbers of all updates after it. */
    void checkBase(long update, Head base) {
        if (base.retired()) {
            throw refused("base is version " + base.version() + ", the collection's end; expected no write after it");
        }
        range("update", update, base.update(), Math.min(MAX_UPDATE, base.update() + MOST_UPDATES_AHEAD));
    }

    void checkDiscard(ActivityCaller caller, DiscardRequest request) {
        given(request);
        update(caller, request.collectionId(), request.update(), 1);
        if (request.objects() == null || request.objects().size() > Policies.MAX_ROUNDS) {
            throw refused("objects has "
                    + (request.objects() == null ? "no" : request.objects().size()) + " entries; expected at most "
                    + Policies.MAX_ROUNDS + ", one a round");
        }
        for (int i = 0; i < request.objects().size(); i++) {
            objects("objects[" + i + "]", request.objects().get(i), request.update());
        }
    }

    void checkClean(ActivityCaller caller, CleanRequest request) {
        given(request);
        CollectionId.check(request.collectionId());
        String id = caller.workflowId();
        from(
                caller,
                UpdateExternalCollectionWorkflow.TYPE,
                UpdateExternalCollectionWorkflow.collectionOf(id).equals(request.collectionId())
                        && UpdateExternalCollectionWorkflow.numberOf(id) > 0,
                "an update of " + request.collectionId());
        OptionsParser.checkKeepVersionsFor(request.keepVersionsFor());
        OptionsParser.checkForgetConsumersAfter(request.forgetConsumersAfter());
    }

    // ------------------------------------------------------------------ parts

    void fromCollection(ActivityCaller caller, String collectionId) {
        CollectionId.check(collectionId);
        from(
                caller,
                ExternalCollectionWorkflow.TYPE,
                caller.workflowId().equals(collectionId),
                "the collection " + collectionId);
    }

    private void update(ActivityCaller caller, String collectionId, long update, int round) {
        CollectionId.check(collectionId);
        range("update", update, 1, MAX_UPDATE);
        range("round", round, 1, Policies.MAX_ROUNDS);
        String expected = UpdateExternalCollectionWorkflow.id(collectionId, update);
        from(caller, UpdateExternalCollectionWorkflow.TYPE, caller.workflowId().equals(expected), expected);
    }

    /** Refuses what another workflow asks for than the one that may. */
    void from(ActivityCaller caller, String type, boolean right, String expected) {
        if (!right || !type.equals(caller.workflowType())) {
            throw refused("the activity was asked for by " + quoted(caller.workflowId()) + ", a workflow of the type "
                    + quoted(caller.workflowType()) + "; expected " + expected + ", of the type " + type);
        }
    }

    void source(ExternalSource source) {
        SourceParser.check(source);
    }

    private void spec(ExternalSource source, CollectionOptions options) {
        source(source);
        OptionsParser.check(options);
    }

    private static void base(Head base) {
        if (base == null) {
            throw refused("base is missing; expected a version of the log");
        }
        range("base.version", base.version(), 0, MAX_VERSION);
        boolean whole = base.commitId() != null && base.kind() != null && base.source() != null && base.time() != null;
        if (base.exists() ? !whole : !base.equals(Head.NONE)) {
            throw refused("base is no version; expected one of the log, or none");
        }
    }

    /** What declares no source of its own takes over its base's. */
    private static void exists(Head base) {
        if (!base.exists()) {
            throw refused("base is none; expected a version of the log");
        }
    }

    private static void write(long update, Head base, String commitId, String reason) {
        range("update", update, 0, MAX_UPDATE);
        base(base);
        if (commitId == null || !COMMIT_ID.matcher(commitId).matches()) {
            throw refused("commitId is " + quoted(commitId) + "; expected 1 to 100 characters of 0-9 a-z -");
        }
        if (reason == null || !REASON.matcher(reason).matches()) {
            throw refused("reason is " + quoted(reason) + "; expected 1 to 200 printable characters");
        }
    }

    private static void plan(String name, String key, long update) {
        if (key == null || !CatalogLayout.isPlan(key, update)) {
            throw refused(name + " is " + quoted(key) + "; expected the key of a plan in "
                    + CatalogLayout.staging(update) + "/");
        }
    }

    /** A folder of snapshot objects belongs to the update whose number its commitId begins with. */
    private static void objects(String name, String folder, long update) {
        Optional<String> commitId = Optional.ofNullable(folder).flatMap(CatalogLayout::commitIdOf);
        if (commitId.filter(
                        id -> id.startsWith(update + "-") || UUID.matcher(id).matches())
                .isEmpty()) {
            throw refused(name + " is " + quoted(folder) + "; expected snapshots/<version>-" + update
                    + "-<id>, a folder of update " + update);
        }
    }
}
