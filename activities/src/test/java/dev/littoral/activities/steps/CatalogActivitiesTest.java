package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.HeadLog;
import dev.littoral.activities.catalog.ObjectCache;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.activities.testing.MutableClock;
import dev.littoral.workflows.CatalogActivities;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.UpdateExternalCollectionWorkflow;
import dev.littoral.workflows.model.CleanRequest;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.DeclareRequest;
import dev.littoral.workflows.model.DiscardRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.RetireRequest;
import dev.littoral.workflows.model.RollbackRequest;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.model.Totals;
import io.temporal.activity.ActivityOptions;
import io.temporal.failure.ApplicationFailure;
import io.temporal.testing.TestActivityEnvironment;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the steps on a catalog do beside reading and writing it, for a worker that may read one source. */
@Timeout(600)
class CatalogActivitiesTest {
    private static final ExternalSource ALLOWED = new ExternalSource("s3://lake/a/", ExternalSpec.parquet());
    private static final ExternalSource OTHER = new ExternalSource("s3://lake/b/", ExternalSpec.parquet());

    private static final ActivityCaller COLLECTION = new ActivityCaller("c", ExternalCollectionWorkflow.TYPE, 1);

    private final TestActivityEnvironment temporal = TestActivityEnvironment.newInstance();
    private final MemoryCatalogStore objects = new MemoryCatalogStore();
    private final WatchedStore store = new WatchedStore(objects);
    private final CatalogActivities steps;
    private ActivityCaller caller = COLLECTION;
    private final MutableClock clock = new MutableClock(Instant.parse("2026-11-01T12:00:00Z"));

    CatalogActivitiesTest() {
        temporal.registerActivitiesImplementations(new CatalogActivitiesImpl(
                store,
                ObjectCache.NONE,
                source -> source.equals(ALLOWED) ? Optional.empty() : Optional.of(source.uri() + " is not allowed"),
                clock,
                new StepInputs(),
                () -> caller));
        steps = temporal.newActivityStub(
                CatalogActivities.class,
                ActivityOptions.newBuilder()
                        .setStartToCloseTimeout(Duration.ofMinutes(3))
                        .setHeartbeatTimeout(Duration.ofSeconds(30))
                        .build());
    }

    @AfterEach
    void close() {
        temporal.close();
    }

    private CommitOutcome declare(ExternalSource source) {
        return steps.declareSource(new DeclareRequest("c", 1, source, Head.NONE, "commit-1", "a test"));
    }

    private static ActivityCaller update(long number) {
        return new ActivityCaller("c/update-" + number, UpdateExternalCollectionWorkflow.TYPE, 1);
    }

    private void refused(ThrowingCallable call, String... words) {
        Map<String, byte[]> before = contents();
        assertThatThrownBy(call).cause().isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
            assertThat(failure.getType()).isEqualTo(FailureType.INPUT.name());
            assertThat(failure.isNonRetryable()).isTrue();
            for (String word : words) {
                assertThat(failure.getOriginalMessage()).contains(word);
            }
        });
        assertThat(contents()).usingRecursiveComparison().isEqualTo(before);
    }

    private Map<String, byte[]> contents() {
        Map<String, byte[]> contents = new TreeMap<>();
        objects.keys().forEach(key -> contents.put(key, objects.get(key).orElseThrow()));
        return contents;
    }

    /**
     * Anybody who may start workflows in the namespace can ask for an activity; only the workflow that it is for is
     * heard.
     */
    @Test
    void onlyTheCollectionAndItsUpdatesAreHeard() {
        Head head = ((CommitOutcome.Created) declare(ALLOWED)).head();
        for (ActivityCaller stranger : List.of(
                new ActivityCaller("d", ExternalCollectionWorkflow.TYPE, 1),
                new ActivityCaller("c", "Another", 1),
                new ActivityCaller("c/update-1", ExternalCollectionWorkflow.TYPE, 1),
                update(1))) {
            caller = stranger;
            refused(() -> steps.openCollection("c", null), "asked for by");
            refused(() -> steps.readHead("c"), "asked for by");
            refused(
                    () -> steps.declareSource(new DeclareRequest("c", 2, ALLOWED, head, "commit-2", "a test")),
                    "asked for by");
            refused(() -> steps.retireCollection(new RetireRequest("c", 2, head, "commit-2")), "asked for by");
            refused(() -> steps.rollBack(new RollbackRequest("c", 2, 1, head, "commit-2", null)), "asked for by");
        }
        for (ActivityCaller stranger : List.of(
                COLLECTION,
                update(2),
                new ActivityCaller("d/update-1", update(1).workflowType(), 1))) {
            caller = stranger;
            refused(() -> steps.discardStaging(new DiscardRequest("c", 1, List.of())), "asked for by");
        }
        for (ActivityCaller stranger :
                List.of(COLLECTION, new ActivityCaller("d/update-1", update(1).workflowType(), 1))) {
            caller = stranger;
            refused(() -> steps.cleanCatalog(new CleanRequest("c", Duration.ofDays(7), null)), "asked for by");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "snapshots",
                "head",
                "staging",
                "/",
                "..",
                "snapshots/",
                "snapshots/0000000001",
                "snapshots/0000000001-1-x/",
                "snapshots/0000000001-1-x/../../../d",
                "snapshots/0000000001-../../d",
                "../d/snapshots/0000000001-1-x",
                "/snapshots/0000000001-1-x",
                "snapshots/1-1-x",
                "snapshots/0000000001-2-x",
                "snapshots/0000000001-11-x",
                "snapshots/0000000001-x",
                "snapshots/0000000001-1-X"
            })
    void onlyAFolderOfTheUpdateIsDiscarded(String folder) {
        declare(ALLOWED);
        objects.put("c/snapshots/0000000001-1-x/root.json.zst", new byte[] {1});
        objects.put("d/snapshots/0000000001-1-x/root.json.zst", new byte[] {1});
        caller = update(1);
        refused(() -> steps.discardStaging(new DiscardRequest("c", 1, List.of(folder))), "objects[0]");
    }

    @Test
    void aFolderThatAVersionNamesIsNotDiscardedNorOneOfAVersionThatWasCleanedAway() {
        Head declared = ((CommitOutcome.Created) declare(ALLOWED)).head();
        HeadLog heads = new CollectionCatalog(objects, "c").heads();
        Head committed = committed(declared, "1-x");
        assertThat(create(heads, declared, committed)).isInstanceOf(CommitOutcome.Created.class);
        objects.put("c/snapshots/0000000002-1-x/shard-000000.jsonl.zst", new byte[] {1});
        objects.put("c/snapshots/0000000001-1-x/shard-000000.jsonl.zst", new byte[] {1});
        caller = update(1);
        refused(
                () -> steps.discardStaging(new DiscardRequest("c", 1, List.of("snapshots/0000000002-1-x"))),
                "version 2");
        objects.delete(objects.keys().stream()
                .filter(key -> key.startsWith("c/head/") && key.endsWith("98.json"))
                .toList());
        refused(
                () -> steps.discardStaging(new DiscardRequest("c", 1, List.of("snapshots/0000000001-1-x"))),
                "version 1");
    }

    private static CommitOutcome create(HeadLog heads, Head base, Head next) {
        try {
            return heads.create(base, next);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Head committed(Head base, String commitId) {
        return new Head(
                base.version() + 1,
                commitId,
                HeadKind.COMMITTED,
                base.source(),
                base.generation(),
                base.update(),
                new SnapshotRef(
                        "snapshots/%010d-%s/root.json.zst".formatted(base.version() + 1, commitId),
                        "0".repeat(64),
                        Totals.NONE,
                        null),
                base.nextSegmentId() + 5,
                base.time(),
                "a test");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT47H59M", "P3651D"})
    void versionsAreKeptAsLongAsAMessageCouldAskFor(Duration keep) {
        caller = update(1);
        declare(ALLOWED, COLLECTION);
        refused(() -> steps.cleanCatalog(new CleanRequest("c", keep, null)), "keepVersionsFor is");
        refused(() -> steps.cleanCatalog(new CleanRequest("c", null, null)), "keepVersionsFor is missing");
        steps.cleanCatalog(new CleanRequest("c", Duration.ofDays(2), null));
    }

    private void declare(ExternalSource source, ActivityCaller as) {
        ActivityCaller before = caller;
        caller = as;
        declare(source);
        caller = before;
    }

    /** The base of a version is what the log says, whatever the request says of it. */
    @Test
    void aBaseThatTheLogDoesNotHaveIsRefusedAndOneThatIsToldOtherwiseIsReadBack() {
        Head head = ((CommitOutcome.Created) declare(ALLOWED)).head();
        Head told = new Head(1, "commit-1", head.kind(), OTHER, 77, 0, null, -3, Instant.EPOCH, "forged");
        Head next = ((CommitOutcome.Created)
                        steps.declareSource(new DeclareRequest("c", 2, ALLOWED, told, "commit-2", "a test")))
                .head();
        assertThat(next.generation()).isEqualTo(2);
        assertThat(next.nextSegmentId()).isEqualTo(1);
        assertThat(next.time()).isEqualTo(clock.instant());
        for (Head forged : List.of(
                committed(next, "x"),
                committed(committed(next, "x"), "y"),
                new Head(2, "x", head.kind(), ALLOWED, 2, 2, null, 1, clock.instant(), ""),
                new Head(0, "x", head.kind(), ALLOWED, 2, 2, null, 1, clock.instant(), ""),
                new Head(-1, "x", head.kind(), ALLOWED, 2, 2, null, 1, clock.instant(), ""),
                new Head(2, null, head.kind(), ALLOWED, 2, 2, null, 1, clock.instant(), ""))) {
            refused(
                    () -> steps.declareSource(new DeclareRequest("c", 3, ALLOWED, forged, "commit-3", "a test")),
                    "base");
        }
        refused(() -> steps.declareSource(new DeclareRequest("c", 3, ALLOWED, null, "commit-3", "a test")), "base");
    }

    @Test
    void noVersionIsWrittenByAnUpdateBeforeTheLastNorAfterTheEnd() {
        Head head = ((CommitOutcome.Created)
                        steps.declareSource(new DeclareRequest("c", 11, ALLOWED, Head.NONE, "commit-1", "a test")))
                .head();
        refused(
                () -> steps.declareSource(new DeclareRequest("c", 9, ALLOWED, head, "commit-2", "a test")),
                "update is 9; expected 11");
        refused(() -> steps.retireCollection(new RetireRequest("c", 9, head, "commit-2")), "update is 9");
        Head end =
                ((CommitOutcome.Created) steps.retireCollection(new RetireRequest("c", 11, head, "commit-2"))).head();
        refused(
                () -> steps.declareSource(new DeclareRequest("c", 12, ALLOWED, end, "commit-3", "a test")),
                "the collection's end");
    }

    /** Another cluster's service has gone on meanwhile, or the collection is reset to before its first version. */
    @Test
    void theFirstVersionsPlaceIsNotTakenAgainOnceItWasCleanedAway() throws InterruptedException {
        Head first = ((CommitOutcome.Created) declare(ALLOWED)).head();
        HeadLog heads = new CollectionCatalog(objects, "c").heads();
        Head second = committed(first, "1-x");
        Head third = committed(second, "1-y");
        assertThat(declare(ALLOWED)).as("the answer was lost").isEqualTo(new CommitOutcome.Created(first));
        create(heads, first, second);
        assertThat(declare(ALLOWED)).as("and comes late").isEqualTo(new CommitOutcome.Created(first));
        create(heads, second, third);
        heads.delete(List.of(1L));
        Map<String, byte[]> before = contents();
        assertThat(declare(ALLOWED)).isEqualTo(new CommitOutcome.Moved(third));
        assertThat(contents()).usingRecursiveComparison().isEqualTo(before);
    }

    @Test
    void whatDeclaresNoSourceHasABase() {
        declare(ALLOWED);
        refused(
                () -> steps.retireCollection(new RetireRequest("c", 1, Head.NONE, "commit-2")),
                "base is none; expected a version of the log");
        refused(
                () -> steps.rollBack(new RollbackRequest("c", 1, 1, Head.NONE, "commit-2", null)),
                "base is none; expected a version of the log");
    }

    static List<DeclareRequest> declarationsThatAreNotRight() {
        ExternalSource secret = new ExternalSource("s3://AKIAIOSFODNN7EXAMPLE:secret@lake/", ExternalSpec.parquet());
        return List.of(
                new DeclareRequest("C", 1, ALLOWED, Head.NONE, "commit-1", "a test"),
                new DeclareRequest("../c", 1, ALLOWED, Head.NONE, "commit-1", "a test"),
                new DeclareRequest(null, 1, ALLOWED, Head.NONE, "commit-1", "a test"),
                new DeclareRequest("c", -1, ALLOWED, Head.NONE, "commit-1", "a test"),
                new DeclareRequest("c", Long.MAX_VALUE, ALLOWED, Head.NONE, "commit-1", "a test"),
                new DeclareRequest("c", 1, null, Head.NONE, "commit-1", "a test"),
                new DeclareRequest("c", 1, secret, Head.NONE, "commit-1", "a test"),
                new DeclareRequest("c", 1, new ExternalSource("ftp://x/", null), Head.NONE, "commit-1", "a test"),
                new DeclareRequest("c", 1, new ExternalSource(null, null), Head.NONE, "commit-1", "a test"),
                new DeclareRequest(
                        "c", 1, new ExternalSource("s3://lake", ExternalSpec.parquet()), Head.NONE, "x", "x"),
                new DeclareRequest("c", 1, ALLOWED, Head.NONE, "", "a test"),
                new DeclareRequest("c", 1, ALLOWED, Head.NONE, null, "a test"),
                new DeclareRequest("c", 1, ALLOWED, Head.NONE, "x".repeat(101), "a test"),
                new DeclareRequest("c", 1, ALLOWED, Head.NONE, "commit-1", null),
                new DeclareRequest("c", 1, ALLOWED, Head.NONE, "commit-1", "x".repeat(201)));
    }

    @ParameterizedTest
    @MethodSource("declarationsThatAreNotRight")
    void aDeclarationIsCheckedLikeAMessage(DeclareRequest request) {
        refused(() -> steps.declareSource(request));
        refused(() -> steps.declareSource(null));
    }

    @Test
    void aCollectionIsNotOpenedUponASourceThatIsNotAllowed() {
        assertThatThrownBy(() -> steps.openCollection("c", OTHER))
                .cause()
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo(FailureType.INPUT.name());
                    assertThat(failure.getOriginalMessage()).contains("s3://lake/b/ is not allowed");
                });
        assertThat(steps.openCollection("c", ALLOWED)).isEqualTo(Head.NONE);
    }

    @Test
    void aSourceThatIsNotAllowedIsNotDeclared() {
        assertThat(declare(OTHER)).isEqualTo(new CommitOutcome.Refused("s3://lake/b/ is not allowed"));
        assertThat(objects.keys()).isEmpty();
        assertThat(declare(ALLOWED)).isInstanceOf(CommitOutcome.Created.class);
    }

    @Test
    void openingRemovesWhatEarlierUpdatesStagedAndNothingElse() {
        steps.declareSource(new DeclareRequest("c", 7, ALLOWED, Head.NONE, "commit-1", "a test"));
        String head = objects.keys().get(0);
        objects.put("c/staging/0000000006/r1-x/plan.json.zst", new byte[] {1});
        objects.put("c/staging/0000000007/r1-x/plan.json.zst", new byte[] {1});
        objects.put("c/staging/0000000008/r1-x/plan.json.zst", new byte[] {1});
        objects.put("c/snapshots/0000000001-x/root.json.zst", new byte[] {1});
        objects.put("d/staging/0000000007/r1-x/plan.json.zst", new byte[] {1});
        steps.openCollection("c", null);
        assertThat(objects.keys())
                .as("the next update runs already where this is a try that was paused, the one that "
                        + "declared on another service")
                .containsExactly(
                        head,
                        "c/snapshots/0000000001-x/root.json.zst",
                        "c/staging/0000000007/r1-x/plan.json.zst",
                        "c/staging/0000000008/r1-x/plan.json.zst",
                        "d/staging/0000000007/r1-x/plan.json.zst");
    }

    @Test
    void anUpdateRemovesItsOwnStagingAndTheSnapshotsItNames() {
        for (String key : List.of(
                "c/snapshots/0000000003-3-mine/root.json.zst",
                "c/snapshots/0000000003-3-mine2/root.json.zst",
                "c/staging/0000000002/r1-x/plan.json.zst",
                "c/staging/0000000003/r1-x/plan.json.zst",
                "c/staging/0000000004/r1-x/plan.json.zst")) {
            objects.put(key, new byte[] {1});
        }
        caller = update(3);
        steps.discardStaging(new DiscardRequest("c", 3, List.of("snapshots/0000000003-3-mine")));
        List<String> others = List.of(
                "c/snapshots/0000000003-3-mine2/root.json.zst",
                "c/staging/0000000002/r1-x/plan.json.zst",
                "c/staging/0000000004/r1-x/plan.json.zst");
        assertThat(objects.keys()).containsExactlyElementsOf(others);
        // Whatever number somebody gives an update of theirs, what others have staged is not its own.
        caller = update(9_999_999_999L);
        steps.discardStaging(new DiscardRequest("c", 9_999_999_999L, List.of()));
        assertThat(objects.keys()).containsExactlyElementsOf(others);
    }

    /** So that a worker that dies in it is soon noticed. */
    @Test
    void aStepOnTheCatalogHeartbeats() {
        CountDownLatch heard = new CountDownLatch(1);
        temporal.setActivityHeartbeatListener(String.class, word -> heard.countDown());
        store.beforeEachWrite(key -> {
            if (!heard.await(8, TimeUnit.MINUTES)) {
                throw new AssertionError("no heartbeat");
            }
        });
        assertThat(declare(ALLOWED)).isInstanceOf(CommitOutcome.Created.class);
    }

    /** Retention counts from these times. */
    @Test
    void timesInTheLogDoNotGoBackWhateverAWorkersClockSays() {
        Head first = ((CommitOutcome.Created) declare(ALLOWED)).head();
        assertThat(first.time()).isEqualTo(clock.instant());
        clock.pass(Duration.ofHours(-1));
        Head second = ((CommitOutcome.Created)
                        steps.declareSource(new DeclareRequest("c", 2, ALLOWED, first, "commit-2", "a test")))
                .head();
        assertThat(second.time()).isEqualTo(first.time());
        clock.pass(Duration.ofHours(2));
        Head third = ((CommitOutcome.Created)
                        steps.declareSource(new DeclareRequest("c", 3, ALLOWED, second, "commit-3", "a test")))
                .head();
        assertThat(third.time()).isEqualTo(clock.instant());
    }
}
