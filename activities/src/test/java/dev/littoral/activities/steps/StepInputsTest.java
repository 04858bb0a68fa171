package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.listing.ListingPlan;
import dev.littoral.activities.listing.PlannedShard;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.UpdateExternalCollectionWorkflow;
import dev.littoral.workflows.model.CleanRequest;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CommitRequest;
import dev.littoral.workflows.model.DeclareRequest;
import dev.littoral.workflows.model.DiscardRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.FolderSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.ListRequest;
import dev.littoral.workflows.model.OnBadFile;
import dev.littoral.workflows.model.RetireRequest;
import dev.littoral.workflows.model.RollbackRequest;
import dev.littoral.workflows.model.ShardsRequest;
import dev.littoral.workflows.model.Totals;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the steps of an update refuse to be asked for. */
class StepInputsTest {
    private static final ExternalSource A = new ExternalSource("s3://lake/a/", ExternalSpec.parquet());
    private static final CollectionOptions OPTIONS = CollectionOptions.DEFAULTS;
    private static final Head BASE =
            new Head(6, "6-x", HeadKind.DECLARED, A, 3, 7, null, 40, Instant.parse("2026-11-01T12:00:00Z"), "a test");
    private static final Head COMMITTED =
            new Head(6, "6-x", HeadKind.COMMITTED, A, 3, 7, null, 40, Instant.parse("2026-11-01T12:00:00Z"), "a test");
    private static final ActivityCaller COLLECTION = new ActivityCaller("c", ExternalCollectionWorkflow.TYPE, 1);
    private static final ActivityCaller UPDATE =
            new ActivityCaller("c/update-7", UpdateExternalCollectionWorkflow.TYPE, 1);
    private static final String PLAN = "staging/0000000007/r1-x/plan.json.zst";
    private static final String OBJECTS = "snapshots/0000000007-7-x";

    private final StepInputs inputs = new StepInputs();

    private static void refused(ThrowingCallable call, String... words) {
        assertThatThrownBy(call)
                .isInstanceOfAny(LittoralException.class, InvalidRequestException.class)
                .satisfies(e -> {
                    for (String word : words) {
                        assertThat(e).hasMessageContaining(word);
                    }
                });
    }

    private static ListRequest list(int round, Head base, String previousPlan) {
        return new ListRequest("c", 7, round, A, OPTIONS, base, previousPlan, null);
    }

    private static ShardsRequest shards(String plan, int from, int to, long firstId, String objects, long files) {
        return new ShardsRequest("c", 7, 1, A, OPTIONS, plan, from, to, firstId, objects, files);
    }

    private static CommitRequest commit(String objects, String commitId, long nextSegmentId, String reason) {
        return new CommitRequest("c", 7, 1, A, OPTIONS, PLAN, objects, BASE, commitId, nextSegmentId, reason, null);
    }

    @Test
    void whatAnUpdateAsksForIsTaken() {
        assertThatCode(() -> {
                    inputs.checkList(UPDATE, list(1, BASE, null));
                    inputs.checkList(UPDATE, list(5, BASE, PLAN));
                    inputs.checkShards(UPDATE, shards(PLAN, 0, 1, 0, OBJECTS, 0));
                    inputs.checkCommit(UPDATE, commit(OBJECTS, "7-x", 40, "3 files new, 0 changed, 0 removed"));
                    inputs.checkDiscard(UPDATE, new DiscardRequest("c", 7, List.of(OBJECTS)));
                })
                .doesNotThrowAnyException();
    }

    /** Runs that a build began which named its commits so go on. */
    @Test
    void aFolderOfABuildBeforeIsTaken() {
        String uuid = "0190163d-8694-739b-aea5-966c26f8ad91";
        assertThatCode(() -> inputs.checkCommit(UPDATE, commit("snapshots/0000000007-" + uuid, uuid, 40, "x")))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "c, UpdateExternalCollection",
        "c/update-8, UpdateExternalCollection",
        "c/update-07, UpdateExternalCollection",
        "d/update-7, UpdateExternalCollection",
        "c/update-7/x, UpdateExternalCollection",
        "c/update-7, ExternalCollection"
    })
    void onlyTheUpdateItselfIsHeard(String id, String type) {
        ActivityCaller stranger = new ActivityCaller(id, type, 1);
        refused(() -> inputs.checkList(stranger, list(1, BASE, null)), "asked for by", "c/update-7");
        refused(() -> inputs.checkShards(stranger, shards(PLAN, 0, 1, 0, OBJECTS, 0)), "asked for by");
        refused(() -> inputs.checkCommit(stranger, commit(OBJECTS, "7-x", 40, "x")), "asked for by");
        refused(() -> inputs.checkDiscard(stranger, new DiscardRequest("c", 7, List.of())), "asked for by");
    }

    @Test
    void aRequestThatIsMissingIsRefused() {
        refused(() -> inputs.checkList(UPDATE, null));
        refused(() -> inputs.checkShards(UPDATE, null));
        refused(() -> inputs.checkCommit(UPDATE, null));
        refused(() -> inputs.checkDiscard(UPDATE, null));
        refused(() -> inputs.checkClean(UPDATE, null));
        refused(() -> inputs.checkDeclare(UPDATE, null));
        refused(() -> inputs.checkRetire(UPDATE, null));
        refused(() -> inputs.checkRollback(UPDATE, null));
        refused(() -> inputs.checkOpen(UPDATE, null, A));
        refused(() -> inputs.checkRead(UPDATE, null));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "staging/0000000008/r1-x/plan.json.zst",
                "staging/0000000007/../0000000008/r1-x/plan.json.zst",
                "staging/0000000007/r1-x/../../../d/plan.json.zst",
                "/staging/0000000007/r1-x/plan.json.zst",
                "../d/staging/0000000007/r1-x/plan.json.zst",
                "staging/7/r1-x/plan.json.zst",
                "staging/0000000007/plan.json.zst",
                "staging/0000000007/r1-x/shard-000000.json.zst",
                "head/9999999998.json",
                "snapshots/0000000006-7-x/root.json.zst"
            })
    void aPlanIsInTheStagingOfItsUpdate(String plan) {
        refused(() -> inputs.checkShards(UPDATE, shards(plan, 0, 1, 0, OBJECTS, 0)), "plan is");
        refused(
                () -> inputs.checkCommit(
                        UPDATE, new CommitRequest("c", 7, 1, A, OPTIONS, plan, OBJECTS, BASE, "7-x", 40, "x", null)),
                "plan is");
        if (plan != null) {
            refused(() -> inputs.checkList(UPDATE, list(1, BASE, plan)), "previousPlan is");
        }
    }

    @Test
    void numbersAreInTheirRanges() {
        refused(() -> inputs.checkList(UPDATE, list(0, BASE, null)), "round is 0");
        refused(() -> inputs.checkList(UPDATE, list(6, BASE, null)), "round is 6");
        refused(() -> inputs.checkShards(UPDATE, shards(PLAN, -1, 1, 0, OBJECTS, 0)), "from is -1");
        refused(() -> inputs.checkShards(UPDATE, shards(PLAN, 1, 1, 0, OBJECTS, 0)), "to is 1");
        refused(() -> inputs.checkShards(UPDATE, shards(PLAN, 0, Integer.MAX_VALUE, 0, OBJECTS, 0)), "to is");
        refused(() -> inputs.checkShards(UPDATE, shards(PLAN, 0, 1, -1, OBJECTS, 0)), "firstSegmentId is -1");
        refused(() -> inputs.checkShards(UPDATE, shards(PLAN, 0, 1, Long.MAX_VALUE, OBJECTS, 0)), "firstSegmentId is");
        refused(() -> inputs.checkShards(UPDATE, shards(PLAN, 0, 1, 0, OBJECTS, -1)), "files is -1");
        refused(() -> inputs.checkCommit(UPDATE, commit(OBJECTS, "7-x", 0, "x")), "nextSegmentId is 0");
        refused(() -> inputs.checkCommit(UPDATE, commit(OBJECTS, "7-x", Long.MAX_VALUE, "x")), "nextSegmentId is");
    }

    @Test
    void aCommitIsIntoTheFolderOfItsVersionAndCommitId() {
        for (String objects : new String[] {
            null,
            "",
            "head",
            "snapshots",
            "snapshots/0000000008-7-x",
            "snapshots/0000000006-7-x",
            "snapshots/0000000007-7-y",
            "snapshots/0000000007-8-x",
            "snapshots/0000000007-7-x/../../head"
        }) {
            refused(() -> inputs.checkCommit(UPDATE, commit(objects, "7-x", 40, "x")), "objects is");
        }
        for (String commitId : new String[] {null, "", "../7-x", "x".repeat(101)}) {
            refused(() -> inputs.checkCommit(UPDATE, commit(OBJECTS, commitId, 40, "x")), "commitId is");
        }
        for (String reason : new String[] {null, "", "x".repeat(201), "a\nb"}) {
            refused(() -> inputs.checkCommit(UPDATE, commit(OBJECTS, "7-x", 40, reason)), "reason is");
        }
    }

    @Test
    void listsAreBoundedAndHoldNothingEmpty() {
        refused(() -> inputs.checkDiscard(UPDATE, new DiscardRequest("c", 7, null)), "objects has no entries");
        refused(
                () -> inputs.checkDiscard(UPDATE, new DiscardRequest("c", 7, Collections.nCopies(6, OBJECTS))),
                "6 entries");
        refused(
                () -> inputs.checkDiscard(UPDATE, new DiscardRequest("c", 7, Collections.singletonList(null))),
                "objects[0] is missing");
    }

    @Test
    void sourceAndOptionsAreThoseOfAMessage() {
        for (ExternalSource source : new ExternalSource[] {
            null,
            new ExternalSource(null, ExternalSpec.parquet()),
            new ExternalSource("s3://lake/a/", null),
            new ExternalSource("S3://lake/a/", ExternalSpec.parquet()),
            new ExternalSource("file://relative/", ExternalSpec.parquet()),
            new ExternalSource("s3://key:secret@lake/a/", ExternalSpec.parquet()),
            new ExternalSource("s3://" + "x".repeat(3_000) + "/", ExternalSpec.parquet())
        }) {
            refused(() -> inputs.checkList(UPDATE, new ListRequest("c", 7, 1, source, OPTIONS, BASE, null, null)));
        }
        for (CollectionOptions options : new CollectionOptions[] {
            null,
            new CollectionOptions(0, null, false, 1, Duration.ofDays(7), null),
            new CollectionOptions(-1, null, false, 1, Duration.ofDays(7), null),
            new CollectionOptions(Long.MAX_VALUE, null, false, 1, Duration.ofDays(7), null),
            new CollectionOptions(1, Duration.ZERO, false, 1, Duration.ofDays(7), null),
            new CollectionOptions(1, null, false, 1.5, Duration.ofDays(7), null),
            new CollectionOptions(1, null, false, Double.NaN, Duration.ofDays(7), null),
            new CollectionOptions(1, null, false, 1, Duration.ZERO, null)
        }) {
            refused(() -> inputs.checkList(UPDATE, new ListRequest("c", 7, 1, A, options, BASE, null, null)));
        }
    }

    @Test
    void theBaseIsAVersion() {
        for (Head base : new Head[] {
            null,
            new Head(6, null, HeadKind.DECLARED, A, 3, 7, null, 40, Instant.EPOCH, "x"),
            new Head(6, "x", null, A, 3, 7, null, 40, Instant.EPOCH, "x"),
            new Head(6, "x", HeadKind.DECLARED, null, 3, 7, null, 40, Instant.EPOCH, "x"),
            new Head(6, "x", HeadKind.DECLARED, A, 3, 7, null, 40, null, "x"),
            new Head(0, "x", HeadKind.DECLARED, A, 3, 7, null, 40, Instant.EPOCH, "x"),
            new Head(-6, "x", HeadKind.DECLARED, A, 3, 7, null, 40, Instant.EPOCH, "x"),
            new Head(Long.MAX_VALUE, "x", HeadKind.DECLARED, A, 3, 7, null, 40, Instant.EPOCH, "x")
        }) {
            refused(() -> inputs.checkList(UPDATE, list(1, base, null)), "base");
        }
    }

    private static DeclareRequest declaration(long update, ExternalSource source, Head base, String commitId) {
        return new DeclareRequest("c", update, source, base, commitId, "a test");
    }

    @Test
    void whatACollectionAsksForIsTaken() {
        assertThatCode(() -> {
                    inputs.checkOpen(COLLECTION, "c", null);
                    inputs.checkOpen(COLLECTION, "c", A);
                    inputs.checkRead(COLLECTION, "c");
                    inputs.checkDeclare(COLLECTION, declaration(7, A, BASE, "7-x"));
                    inputs.checkDeclare(COLLECTION, declaration(0, A, Head.NONE, "0-x"));
                    inputs.checkRetire(COLLECTION, new RetireRequest("c", 7, BASE, "7-x"));
                    inputs.checkRollback(COLLECTION, new RollbackRequest("c", 7, 3, BASE, "7-x", null));
                    inputs.checkRollback(COLLECTION, new RollbackRequest("c", 7, 3, BASE, "7-x", "zurück"));
                    inputs.checkDiscard(UPDATE, new DiscardRequest("c", 7, Collections.nCopies(5, OBJECTS)));
                    inputs.checkClean(UPDATE, new CleanRequest("c", Duration.ofDays(7), null));
                    inputs.checkClean(
                            new ActivityCaller("c/update-1", UpdateExternalCollectionWorkflow.TYPE, 1),
                            new CleanRequest("c", Duration.ofDays(2), null));
                })
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"d, ExternalCollection", "c/update-7, ExternalCollection", "c, UpdateExternalCollection", "c, Other"})
    void onlyTheCollectionItselfIsHeard(String id, String type) {
        ActivityCaller stranger = new ActivityCaller(id, type, 1);
        refused(() -> inputs.checkOpen(stranger, "c", A), "asked for by", "expected the collection c");
        refused(() -> inputs.checkRead(stranger, "c"), "asked for by");
        refused(() -> inputs.checkDeclare(stranger, declaration(7, A, BASE, "7-x")), "asked for by");
        refused(() -> inputs.checkRetire(stranger, new RetireRequest("c", 7, BASE, "7-x")), "asked for by");
        refused(
                () -> inputs.checkRollback(stranger, new RollbackRequest("c", 7, 3, BASE, "7-x", null)),
                "asked for by");
    }

    @Test
    void aCollectionsRequestsAreCheckedLikeMessages() {
        ExternalSource secret = new ExternalSource("s3://key:secret@lake/a/", ExternalSpec.parquet());
        refused(() -> inputs.checkOpen(COLLECTION, "c", secret));
        refused(() -> inputs.checkDeclare(COLLECTION, declaration(7, secret, BASE, "7-x")));
        refused(() -> inputs.checkDeclare(COLLECTION, declaration(-1, A, BASE, "7-x")), "update is -1");
        refused(() -> inputs.checkDeclare(COLLECTION, declaration(7, A, null, "7-x")), "base is missing");
        refused(() -> inputs.checkDeclare(COLLECTION, declaration(7, A, BASE, "../x")), "commitId is");
        refused(() -> inputs.checkRetire(COLLECTION, new RetireRequest("c", 7, null, "7-x")), "base is missing");
        refused(() -> inputs.checkRetire(COLLECTION, new RetireRequest("c", 7, BASE, null)), "commitId is missing");
        refused(
                () -> inputs.checkRollback(COLLECTION, new RollbackRequest("c", 7, 0, BASE, "7-x", null)),
                "rollback.version is 0");
        refused(
                () -> inputs.checkRollback(COLLECTION, new RollbackRequest("c", 7, 3, BASE, "7-x", "a\nb")),
                "rollback.reason is");
        refused(
                () -> inputs.checkRollback(COLLECTION, new RollbackRequest("c", -1, 3, BASE, "7-x", null)),
                "update is -1");
        refused(
                () -> inputs.checkRollback(COLLECTION, new RollbackRequest("c", 7, 3, null, "7-x", null)),
                "base is missing");
    }

    @ParameterizedTest
    @CsvSource({
        "c, ExternalCollection",
        "c, UpdateExternalCollection",
        "c/update-0, UpdateExternalCollection",
        "c/update-07, UpdateExternalCollection",
        "d/update-7, UpdateExternalCollection",
        "c/update-7, ExternalCollection"
    })
    void onlyAnUpdateOfTheCollectionCleans(String id, String type) {
        refused(
                () -> inputs.checkClean(
                        new ActivityCaller(id, type, 1), new CleanRequest("c", Duration.ofDays(7), null)),
                "asked for by",
                "an update of c");
    }

    @Test
    void versionsAreKeptAsLongAsOptionsMaySay() {
        for (Duration keep : new Duration[] {null, Duration.ZERO, Duration.ofHours(47), Duration.ofDays(3_651)}) {
            refused(() -> inputs.checkClean(UPDATE, new CleanRequest("c", keep, null)), "keepVersionsFor");
        }
    }

    @Test
    void everyStepOfAnUpdateHasASourceAndOptions() {
        ExternalSource secret = new ExternalSource("s3://key:secret@lake/a/", ExternalSpec.parquet());
        refused(() ->
                inputs.checkShards(UPDATE, new ShardsRequest("c", 7, 1, secret, OPTIONS, PLAN, 0, 1, 0, OBJECTS, 0)));
        refused(() -> inputs.checkShards(UPDATE, new ShardsRequest("c", 7, 1, A, null, PLAN, 0, 1, 0, OBJECTS, 0)));
        refused(() -> inputs.checkCommit(
                UPDATE, new CommitRequest("c", 7, 1, secret, OPTIONS, PLAN, OBJECTS, BASE, "7-x", 40, "x", null)));
        refused(() -> inputs.checkCommit(
                UPDATE, new CommitRequest("c", 7, 1, A, null, PLAN, OBJECTS, BASE, "7-x", 40, "x", null)));
    }

    @Test
    void anUpdateHasANumberAndItsObjectsBearIt() {
        ActivityCaller none = new ActivityCaller("c/update-0", UpdateExternalCollectionWorkflow.TYPE, 1);
        refused(
                () -> inputs.checkDiscard(none, new DiscardRequest("c", 0, List.of())),
                "update is 0; expected 1 to 9999999999");
        refused(() -> inputs.checkShards(UPDATE, shards(PLAN, 0, 1, 0, "snapshots/0000000007-8-x", 0)), "objects is");
        refused(() -> inputs.checkShards(UPDATE, shards(PLAN, 0, 1, 0, OBJECTS, -1)), "expected 0 or more");
        refused(
                () -> inputs.checkCommit(
                        UPDATE, new CommitRequest("c", 7, 1, A, OPTIONS, PLAN, OBJECTS, null, "7-x", 40, "x", null)),
                "base is missing");
    }

    private static ListingPlan plan(long baseVersion, String baseCommitId) {
        return plan(baseVersion, baseCommitId, ListingPlan.Subject.of(A, OPTIONS));
    }

    private static ListingPlan plan(long baseVersion, String baseCommitId, ListingPlan.Subject subject) {
        PlannedShard touched = new PlannedShard("", null, List.of(), null, List.of());
        return new ListingPlan(
                new ListingPlan.Base(baseVersion, baseCommitId, 40),
                List.of(touched),
                Totals.NONE,
                false,
                0,
                null,
                null,
                null,
                null,
                null,
                null,
                subject);
    }

    @Test
    void aListingIsOfTheSourceThatItsBaseDeclares() {
        assertThatCode(() -> inputs.checkList(list(1, BASE, null), BASE)).doesNotThrowAnyException();
        ExternalSource other = new ExternalSource("s3://lake/b/", ExternalSpec.parquet());
        refused(
                () -> inputs.checkList(new ListRequest("c", 7, 1, other, OPTIONS, BASE, null, null), BASE),
                "source is \"s3://lake/b/\"; expected the one that version 6 declares");
    }

    @Test
    void shardsAreThoseOfThePlan() {
        assertThatCode(() -> inputs.checkShards(shards(PLAN, 0, 1, 0, OBJECTS, 0), plan(6, "6-x")))
                .doesNotThrowAnyException();
        refused(
                () -> inputs.checkShards(shards(PLAN, 0, 2, 0, OBJECTS, 0), plan(6, "6-x")),
                "to is 2; expected 1 to 1");
    }

    @Test
    void whatIsReadBalancedAndCommittedIsWhatWasListed() {
        ExternalSource skips = new ExternalSource(
                A.uri(), new FolderSpec(FolderSpec.PARQUET, List.of(), List.of(), List.of(), OnBadFile.SKIP, null));
        List<ListingPlan.Subject> others = List.of(
                new ListingPlan.Subject(skips, OPTIONS.targetRowsPerSegment(), OPTIONS.maxDeadShare()),
                new ListingPlan.Subject(A, OPTIONS.targetRowsPerSegment() + 1, OPTIONS.maxDeadShare()),
                new ListingPlan.Subject(A, OPTIONS.targetRowsPerSegment(), 0.5));
        List<String> sentences = List.of(
                "source is {\"uri\":\"s3://lake/a/\",\"spec\":{\"format\":\"parquet\",\"onBadFile\":\"fail\"}}; "
                        + "expected {\"uri\":\"s3://lake/a/\","
                        + "\"spec\":{\"format\":\"parquet\",\"onBadFile\":\"skip\"}}, as the plan has it",
                "targetRowsPerSegment is 1000000; expected 1000001, as the plan has it",
                "maxDeadShare is 0.3; expected 0.5, as the plan has it");
        for (int i = 0; i < others.size(); i++) {
            ListingPlan plan = plan(6, "6-x", others.get(i));
            refused(() -> inputs.checkShards(shards(PLAN, 0, 1, 0, OBJECTS, 0), plan), sentences.get(i));
            refused(() -> inputs.checkBalance(shards(PLAN, 0, 1, 40, OBJECTS, 0), plan), sentences.get(i));
            refused(() -> inputs.checkCommit(commit(OBJECTS, "7-x", 40, "x"), plan, BASE), sentences.get(i));
        }
        ListingPlan ofAnOlderBuild = plan(6, "6-x", null);
        assertThatCode(() -> inputs.checkShards(shards(PLAN, 0, 1, 0, OBJECTS, 0), ofAnOlderBuild))
                .doesNotThrowAnyException();
        assertThatCode(() -> inputs.checkCommit(commit(OBJECTS, "7-x", 40, "x"), ofAnOlderBuild, BASE))
                .doesNotThrowAnyException();
    }

    @Test
    void segmentsAreBalancedForTheVersionAfterThePlansBase() {
        assertThatCode(() -> inputs.checkBalance(shards(PLAN, 0, 1, 40, OBJECTS, 0), plan(6, "6-x")))
                .doesNotThrowAnyException();
        refused(() -> inputs.checkBalance(shards(PLAN, 0, 2, 40, OBJECTS, 0), plan(6, "6-x")), "to is 2");
        refused(() -> inputs.checkBalance(shards(PLAN, 0, 1, 39, OBJECTS, 0), plan(6, "6-x")), "firstSegmentId is 39");
        refused(
                () -> inputs.checkBalance(shards(PLAN, 0, 1, 40, OBJECTS, 0), plan(7, "7-y")),
                "expected a folder of version 8, as the plan has the base 7");
    }

    @Test
    void aCommitIsUponTheBaseOfItsPlan() {
        CommitRequest request = commit(OBJECTS, "7-x", 40, "x");
        assertThatCode(() -> inputs.checkCommit(request, BASE)).doesNotThrowAnyException();
        assertThatCode(() -> inputs.checkCommit(request, plan(6, "6-x"), BASE)).doesNotThrowAnyException();
        refused(() -> inputs.checkCommit(request, plan(5, "6-x"), BASE), "plan has the base 5");
        refused(() -> inputs.checkCommit(request, plan(6, "6-y"), BASE), "plan has the base 6");
        ExternalSource other = new ExternalSource("s3://lake/b/", ExternalSpec.parquet());
        refused(
                () -> inputs.checkCommit(
                        new CommitRequest("c", 7, 1, other, OPTIONS, PLAN, OBJECTS, BASE, "7-x", 40, "x", null), BASE),
                "source is");
    }

    @Test
    void anUpdateCommitsOnce() {
        refused(
                () -> inputs.checkCommit(commit(OBJECTS, "7-x", 40, "x"), COMMITTED),
                "update is 7; expected another, as it has committed version 6");
        Head back =
                new Head(6, "6-x", HeadKind.ROLLED_BACK, A, 3, 7, null, 40, BASE.time(), "rolled back to version 2");
        refused(
                () -> inputs.checkCommit(commit(OBJECTS, "7-x", 40, "x"), back),
                "update is 7; expected a greater one, as version 6 is rolled back to version 2");
        CommitRequest next = new CommitRequest(
                "c",
                8,
                1,
                A,
                OPTIONS,
                "staging/0000000008/r1-x/plan.json.zst",
                OBJECTS,
                COMMITTED,
                "8-x",
                40,
                "x",
                null);
        assertThatCode(() -> inputs.checkCommit(next, COMMITTED)).doesNotThrowAnyException();
    }

    private static BalancedShard balanced(long firstId, long nextId) {
        return new BalancedShard(
                new ShardRef("", "key", "digest", "listing", Totals.NONE, List.of(), 0L, null, 0), firstId, nextId);
    }

    @Test
    void newSegmentsHaveIdsOfTheirOwnThatTheCommitCounts() {
        List<BalancedShard> shards = List.of(balanced(45, 47), balanced(3, 3), balanced(40, 45));
        assertThatCode(() -> inputs.checkCommit(commit(OBJECTS, "7-x", 47, "x"), BASE, shards))
                .doesNotThrowAnyException();
        assertThatCode(() -> inputs.checkCommit(commit(OBJECTS, "7-x", 50, "x"), BASE, shards))
                .doesNotThrowAnyException();
        refused(() -> inputs.checkCommit(commit(OBJECTS, "7-x", 46, "x"), BASE, shards), "nextSegmentId is 46");
        // No write uses up the ids of those after it.
        long most = 47 + (1L << 40);
        assertThatCode(() -> inputs.checkCommit(commit(OBJECTS, "7-x", most, "x"), BASE, shards))
                .doesNotThrowAnyException();
        refused(
                () -> inputs.checkCommit(commit(OBJECTS, "7-x", most + 1, "x"), BASE, shards),
                "nextSegmentId is " + (most + 1) + "; expected 47 to " + most);
        refused(
                () -> inputs.checkCommit(
                        commit(OBJECTS, "7-x", 50, "x"), BASE, List.of(balanced(44, 47), balanced(40, 45))),
                "two segments were balanced with the id 44",
                "from 45");
        refused(
                () -> inputs.checkCommit(commit(OBJECTS, "7-x", 50, "x"), BASE, List.of(balanced(39, 41))),
                "the id 39",
                "from 40");
    }

    @Test
    void nothingIsWrittenAfterACollectionsEndOrWithANumberThatIsPast() {
        assertThatCode(() -> inputs.checkBase(7, BASE)).doesNotThrowAnyException();
        refused(() -> inputs.checkBase(6, BASE), "update is 6; expected 7 to");
        // No write uses up the numbers of those after it.
        assertThatCode(() -> inputs.checkBase(10_000_007, BASE)).doesNotThrowAnyException();
        refused(() -> inputs.checkBase(10_000_008, BASE), "update is 10000008; expected 7 to 10000007");
        Head last = new Head(6, "6-x", HeadKind.COMMITTED, A, 3, 9_999_999_000L, null, 40, Instant.EPOCH, "x");
        refused(() -> inputs.checkBase(10_000_000_000L, last), "expected 9999999000 to 9999999999");
        Head end = new Head(6, "6-x", HeadKind.RETIRED, A, 3, 7, null, 40, Instant.EPOCH, "retired");
        refused(() -> inputs.checkBase(8, end), "the collection's end");
    }
}
