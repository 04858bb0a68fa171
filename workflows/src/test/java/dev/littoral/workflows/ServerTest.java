package dev.littoral.workflows;

import static dev.littoral.workflows.CollectionFixture.A;
import static dev.littoral.workflows.CollectionFixture.B;
import static dev.littoral.workflows.CollectionFixture.C;
import static dev.littoral.workflows.CollectionFixture.source;
import static dev.littoral.workflows.Lab.ID;
import static dev.littoral.workflows.model.UpdateState.COMMITTED;
import static dev.littoral.workflows.model.UpdateState.UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FolderSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.SourceRequest;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.testing.TemporalServer;
import io.grpc.Status;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.api.history.v1.ActivityTaskScheduledEventAttributes;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.client.BatchRequest;
import io.temporal.client.UpdateOptions;
import io.temporal.client.WithStartWorkflowOperation;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowServiceException;
import io.temporal.client.WorkflowUpdateStage;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.common.interceptors.WorkflowInboundCallsInterceptor;
import io.temporal.common.interceptors.WorkflowInboundCallsInterceptorBase;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.worker.WorkerOptions;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.slf4j.LoggerFactory;

/** What only the real server can show: races, bursts, runs that follow each other, crashes, state that is gone. */
@Execution(ExecutionMode.CONCURRENT)
class ServerTest {
    private final FakeLake lake = new FakeLake();

    private Lab lab(TemporalServer server) {
        return lab(server, Policies.HISTORY);
    }

    private Lab lab(TemporalServer server, Policies.History history) {
        return Lab.onServer(server, server.newNamespace(), lake, SourcePolicy.NONE, history);
    }

    private void nothingIsLeftBehind(Lab lab) throws InterruptedException {
        lab.await("staging to be empty", () -> lake.staged().isEmpty());
        lab.await("objects that no head names to be gone", () -> lake.garbage().isEmpty());
        Histories.areInOrder(lab.client);
    }

    // ------------------------------------------------------------------ starts

    @Test
    void ofManyStartsAtOnceOneIsTaken() throws Exception {
        try (Lab lab = lab(TemporalServer.shared())) {
            List<Boolean> taken = atOnce(8, i -> {
                try {
                    lab.start(A);
                    return true;
                } catch (WorkflowExecutionAlreadyStarted refused) {
                    return false;
                }
            });
            lab.awaitEnd(1, COMMITTED);

            assertThat(taken).containsOnlyOnce(true);
            assertThatThrownBy(() -> lab.start(B)).isInstanceOf(WorkflowExecutionAlreadyStarted.class);
            assertThat(runs(lab)).hasSize(1);
            assertThat(lake.newest(ID).source()).isEqualTo(A);
            nothingIsLeftBehind(lab);
        }
    }

    @Test
    void aSignalWithStartStartsACollectionOrReachesTheOneThatRuns() throws Exception {
        try (Lab lab = lab(TemporalServer.shared())) {
            signalWithStart(lab, B);
            lab.await("the commit of B", () -> isCommitted(B));
            assertThat(lake.log(ID)).extracting(Head::source).doesNotContain(A);
            signalWithStart(lab, C);
            lab.await("the commit of C", () -> isCommitted(C));

            assertThat(runs(lab)).hasSize(1);
            assertThat(lake.log(ID)).extracting(Head::source).containsExactly(B, B, C, C);
            nothingIsLeftBehind(lab);
        }
    }

    private static void signalWithStart(Lab lab, ExternalSource source) {
        ExternalCollectionWorkflow collection = lab.unstarted();
        BatchRequest batch = lab.client.newSignalWithStartRequest();
        batch.add(collection::run, CollectionInput.of(A, CollectionOptions.DEFAULTS), null);
        batch.add(collection::sourceChanged, SourceRequest.of(source));
        lab.client.signalWithStart(batch);
    }

    @Test
    void anUpdateWithStartStartsACollectionOrReachesTheOneThatRuns() throws Exception {
        try (Lab lab = lab(TemporalServer.shared())) {
            ChangeAnswer first = updateWithStart(lab, B);
            lab.awaitEnd(first.update(), COMMITTED);
            ChangeAnswer second = updateWithStart(lab, C);
            lab.awaitEnd(second.update(), COMMITTED);

            assertThat(first.generation()).isEqualTo(1);
            assertThat(second.generation()).isEqualTo(2);
            assertThat(second.update()).isEqualTo(first.update() + 1);
            assertThat(runs(lab)).hasSize(1);
            nothingIsLeftBehind(lab);
        }
    }

    private static ChangeAnswer updateWithStart(Lab lab, ExternalSource source) {
        ExternalCollectionWorkflow collection = lab.client.newWorkflowStub(
                ExternalCollectionWorkflow.class,
                WorkflowOptions.newBuilder(Lab.options(ID))
                        .setWorkflowIdConflictPolicy(WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING)
                        .build());
        return WorkflowClient.executeUpdateWithStart(
                collection::changeSource,
                SourceRequest.of(source),
                UpdateOptions.<ChangeAnswer>newBuilder()
                        .setWaitForStage(WorkflowUpdateStage.COMPLETED)
                        .build(),
                new WithStartWorkflowOperation<>(collection::run, new CollectionInput(null), null));
    }

    // ------------------------------------------------------------------ many messages

    @Test
    void ofAThousandSignalsTheLastIsCommittedAfterAHandfulOfUpdates() throws Exception {
        // Every update lists until it is stopped.
        List<FakeLake.Hold> lists =
                Stream.generate(() -> lake.hold("listFiles")).limit(40).toList();
        try (Lab lab = lab(TemporalServer.shared())) {
            lab.start(A);
            lists.get(0).awaitReached();
            atOnce(16, thread -> {
                for (int i = thread; i < 999; i += 16) {
                    lab.collection().sourceChanged(SourceRequest.of(source("s3://lake/" + i + "/")));
                }
                return null;
            });
            lab.collection().sourceChanged(SourceRequest.of(source("s3://lake/last/")));
            CollectionStatus status = lab.awaitStatus(each ->
                    each.update() != null && each.update().source().uri().equals("s3://lake/last/"));
            assertThat(status.update().update())
                    .as("one number for each change")
                    .isEqualTo(1_001);
            lists.forEach(FakeLake.Hold::release);
            lab.awaitEnd(1_001, COMMITTED);

            List<List<HistoryEvent>> runs = runs(lab);
            Histories.launchesAreSpaced(runs.reversed().stream()
                    .map(Histories::launches)
                    .flatMap(List::stream)
                    .toList());
            assertThat(runs).allMatch(events -> events.size() < 4_000);
            assertThat(lake.newest(ID).source().uri()).isEqualTo("s3://lake/last/");
            assertThat(lab.collection().jobs(null))
                    .hasSize(100)
                    .allMatch(job -> job.state().isEnd());
            nothingIsLeftBehind(lab);
        }
    }

    @Test
    void noSignalIsLostBetweenRuns() throws Exception {
        int signals = 120;
        try (Lab lab = lab(TemporalServer.shared(), new Policies.History(30, 10_000))) {
            lab.start(A);
            for (int i = 0; i < signals; i++) {
                lab.collection().sourceChanged(SourceRequest.of(source("s3://lake/" + i + "/")));
                if (i % 15 == 0) {
                    // A moment without an update, in which a run can end.
                    lab.awaitEnd(2 + i, COMMITTED);
                }
            }
            lab.awaitEnd(1 + signals, COMMITTED);

            assertThat(runs(lab)).as("runs").hasSizeGreaterThan(3);
            assertThat(lake.newest(ID).source().uri()).isEqualTo("s3://lake/" + (signals - 1) + "/");
            assertThat(lake.newest(ID).update())
                    .as("one number for each change")
                    .isEqualTo(1 + signals);
            assertThat(lake.calls("openCollection")).isEqualTo(1);
            nothingIsLeftBehind(lab);
        }
    }

    /** Temporal terminates a workflow by the bytes of its history too, and says when there are many. */
    @Test
    void aHistoryOfFewLongMessagesContinuesAsNewToo() throws Exception {
        try (Lab lab = lab(TemporalServer.shared())) {
            lab.start(A);
            lab.awaitEnd(1, COMMITTED);
            String firstRun = lab.untyped().describe().getExecution().getRunId();
            SourceRequest longMessage = Lab.request("{'bad':'" + "x".repeat(400_000) + "'}");
            for (int i = 0; i < 12; i++) {
                lab.collection().sourceChanged(longMessage);
            }
            lab.collection().signalRefresh();
            lab.awaitEnd(2, UNCHANGED);
            lab.await(
                    "another run",
                    () -> !lab.untyped().describe().getExecution().getRunId().equals(firstRun));

            assertThat(Histories.of(lab.client, ID, firstRun)).hasSizeLessThan(4_000);
        }
    }

    @Test
    void everyRequestBetweenRunsIsAnswered() throws Exception {
        int requests = 60;
        try (Lab lab = lab(TemporalServer.shared(), new Policies.History(30, 10_000))) {
            lab.start(A);
            List<Long> numbers = new ArrayList<>();
            for (int i = 0; i < requests; i++) {
                lab.collection().resume();
                numbers.add(request(lab, source("s3://lake/" + i + "/"), "request-" + i)
                        .update());
            }
            lab.awaitEnd(numbers.getLast(), COMMITTED);

            assertThat(runs(lab)).as("runs").hasSizeGreaterThan(3);
            assertThat(numbers).hasSize(requests).isSorted().doesNotHaveDuplicates();
            // A task that the server rejects at a run's end is run again. What it has declared stays in the log, and
            // numbers go on after it.
            List<Long> known = Stream.concat(
                            lab.collection().jobs(null).stream().map(Job::update),
                            lake.log(ID).stream().map(Head::update))
                    .toList();
            assertThat(known)
                    .as("a number that no update has is a lost run's")
                    .containsAll(
                            LongStream.rangeClosed(1, numbers.getLast()).boxed().toList());
            nothingIsLeftBehind(lab);
        }
    }

    /** An idle collection that was evicted from the cache costs its worker nothing. */
    @Test
    void aCollectionThatItsWorkerHasForgottenComesBackByOneReplay() throws Exception {
        TemporalServer server = TemporalServer.shared();
        Map<String, AtomicInteger> executions = new ConcurrentHashMap<>();
        // Room for one collection with its update, and for one more.
        WorkerFactoryOptions room = WorkerFactoryOptions.newBuilder()
                .setWorkflowCacheSize(3)
                .setWorkerInterceptors(new CountExecutions(executions))
                .build();
        // However late the worker comes for its tasks: the server takes it for one that has forgotten all after a
        // while.
        WorkerOptions late = Lab.workerOptions()
                .setStickyQueueScheduleToStartTimeout(Duration.ofMinutes(3))
                .build();
        try (Lab lab =
                Lab.onServer(server, server.newNamespace(), lake, SourcePolicy.NONE, Policies.HISTORY, room, late)) {
            for (int i = 0; i < 5; i++) {
                String id = "idle-" + i;
                WorkflowClient.start(
                        lab.client.newWorkflowStub(ExternalCollectionWorkflow.class, Lab.options(id))::run,
                        CollectionInput.of(A, CollectionOptions.DEFAULTS),
                        null);
                lab.await("the first commit of " + id, () -> isCommitted(id, A));
                lab.await("its update to end", () -> isIdle(lab, id));
            }
            int before = executions.get("idle-0").get();
            lab.client
                    .newWorkflowStub(ExternalCollectionWorkflow.class, "idle-0")
                    .sourceChanged(SourceRequest.of(B));
            lab.await("the commit of B", () -> isCommitted("idle-0", B));
            lab.await("its update to end", () -> isIdle(lab, "idle-0"));

            assertThat(executions.get("idle-0")).hasValue(before + 1);
        }
    }

    /** By the server's description: a query would make the worker remember the collection. */
    private static boolean isIdle(Lab lab, String id) {
        DescribeWorkflowExecutionResponse found = lab.client
                .getWorkflowServiceStubs()
                .blockingStub()
                .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                        .setNamespace(lab.client.getOptions().getNamespace())
                        .setExecution(WorkflowExecution.newBuilder().setWorkflowId(id))
                        .build());
        return found.getPendingChildrenCount() == 0 && !found.hasPendingWorkflowTask();
    }

    /** Counts how often a workflow's code begins: once, and once for each replay. */
    private static final class CountExecutions extends WorkerInterceptorBase {
        private final Map<String, AtomicInteger> executions;

        CountExecutions(Map<String, AtomicInteger> executions) {
            this.executions = executions;
        }

        @Override
        public WorkflowInboundCallsInterceptor interceptWorkflow(WorkflowInboundCallsInterceptor next) {
            return new WorkflowInboundCallsInterceptorBase(next) {
                @Override
                public WorkflowOutput execute(WorkflowInput input) {
                    executions
                            .computeIfAbsent(Workflow.getInfo().getWorkflowId(), id -> new AtomicInteger())
                            .incrementAndGet();
                    return super.execute(input);
                }
            };
        }
    }

    /**
     * Sent again, under the same id, where the server asks for it: it cannot tell what became of one that met a run's
     * end.
     */
    private static ChangeAnswer request(Lab lab, ExternalSource source, String id) throws Exception {
        while (true) {
            try {
                return lab.untyped()
                        .startUpdate(
                                UpdateOptions.newBuilder(ChangeAnswer.class)
                                        .setUpdateName("changeSource")
                                        .setUpdateId(id)
                                        .setWaitForStage(WorkflowUpdateStage.ACCEPTED)
                                        .build(),
                                SourceRequest.of(source))
                        .getResultAsync()
                        .get(3, TimeUnit.MINUTES);
            } catch (WorkflowServiceException | ExecutionException e) {
                if (Status.fromThrowable(e).getCode() != Status.Code.FAILED_PRECONDITION) {
                    throw e;
                }
            }
        }
    }

    // ------------------------------------------------------------------ ends while an update runs

    @Test
    void aCollectionThatIsTerminatedHasItsUpdateCancelledWhichCleansUp() throws Exception {
        FakeLake.Hold list = lake.hold("listFiles");
        try (Lab lab = lab(TemporalServer.shared())) {
            lab.start(A);
            list.awaitReached();
            lab.untyped().terminate("a test");

            lab.awaitClosed(lab.update(1), WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED);
            assertThat(lake.calls("discardStaging")).isEqualTo(1);
            assertThat(lake.log(ID)).extracting(Head::kind).containsExactly(HeadKind.DECLARED);
        }
    }

    @Test
    void anUpdateThatIsTerminatedIsToldOfInALineOfTheLog() throws Exception {
        FakeLake.Hold list = lake.hold("listFiles");
        Logger logger = (Logger) LoggerFactory.getLogger(ExternalCollectionWorkflowImpl.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.list = new CopyOnWriteArrayList<>();
        log.start();
        logger.addAppender(log);
        try (Lab lab = lab(TemporalServer.shared())) {
            lab.start(A);
            list.awaitReached();
            lab.update(1).terminate("a test");
            lab.awaitEnd(1, UpdateState.FAILED);
            assertThat(log.list)
                    .filteredOn(event -> event.getLevel() == Level.WARN)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .contains("Update 1 ended without a report: its workflow was terminated");
        } finally {
            logger.detachAppender(log);
            list.release();
        }
    }

    @Test
    void aCollectionThatIsCancelledEndsAfterItsUpdate() throws Exception {
        FakeLake.Hold list = lake.hold("listFiles");
        FakeLake.Hold discard = lake.hold("discardStaging");
        try (Lab lab = lab(TemporalServer.shared())) {
            lab.start(A);
            list.awaitReached();
            lab.untyped().cancel();
            discard.awaitReached();
            discard.release();

            lab.awaitClosed(lab.untyped(), WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED);
            assertThat(lab.events(ID))
                    .as("it has heard of its update's end")
                    .contains(EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED);
        }
    }

    /**
     * A cancel that comes while the last shard is balanced is seen before the commit is sent, which it could not stop.
     */
    @Test
    void anUpdateThatIsCancelledBeforeItsCommitIsSentDoesNotSendIt() throws Exception {
        FakeLake.Hold first = lake.hold("balanceSegments").deafen();
        FakeLake.Hold second = lake.hold("balanceSegments").deafen();
        try (Lab lab = lab(TemporalServer.shared())) {
            lab.start(A);
            first.awaitReached();
            second.awaitReached();
            lab.update(1).cancel();
            lab.await(
                    "the cancel",
                    () -> lab.events(UpdateExternalCollectionWorkflow.id(ID, 1)).stream()
                            .anyMatch(EventType.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED::equals));
            first.release();
            second.release();

            lab.awaitClosed(lab.update(1), WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED);
            assertThat(lake.calls("commitSnapshot")).isZero();
            nothingIsLeftBehind(lab);
        }
    }

    // ------------------------------------------------------------------ bounds

    @Test
    void everyUpdateAndStepHasItsTimeOuts() throws Exception {
        try (Lab lab = lab(TemporalServer.shared())) {
            lab.start(A);
            lab.awaitEnd(1, COMMITTED);
            List<HistoryEvent> started = Histories.of(
                    lab.client,
                    UpdateExternalCollectionWorkflow.id(ID, 1),
                    lab.update(1).describe().getExecution().getRunId());
            assertThat(started.get(0)
                            .getWorkflowExecutionStartedEventAttributes()
                            .getWorkflowExecutionTimeout()
                            .getSeconds())
                    .isEqualTo(Duration.ofHours(24).toSeconds());
            Map<String, Long> heartbeats = new TreeMap<>();
            for (HistoryEvent event : started) {
                if (event.hasActivityTaskScheduledEventAttributes()) {
                    ActivityTaskScheduledEventAttributes step = event.getActivityTaskScheduledEventAttributes();
                    heartbeats.put(
                            step.getActivityType().getName(),
                            step.getHeartbeatTimeout().getSeconds());
                    assertThat(step.getStartToCloseTimeout().getSeconds())
                            .as(step.getActivityType().getName())
                            .isPositive();
                }
            }
            assertThat(heartbeats)
                    .isEqualTo(Map.of(
                            "ListFiles", 30L,
                            "ReadFragments", 30L,
                            "BalanceSegments", 30L,
                            "CommitSnapshot", 30L,
                            "DiscardStaging", 15L));
        }
    }

    /** All inputs of a step travel in one message, of which Temporal takes 4 MB. */
    @Test
    void aLargeSourceOfManyShardsHasFewerAndLargerParts() throws Exception {
        lake.touchedShards(500);
        ExternalSource large = new ExternalSource(
                A.uri(), new FolderSpec("parquet", Collections.nCopies(60, "x".repeat(1_000)), null, null, null, null));
        try (Lab lab = lab(TemporalServer.shared())) {
            lab.start(large);
            lab.awaitEnd(1, COMMITTED);
            int most = (2 << 20) / ((2 << 10) + Json.bytes(large));
            assertThat(lake.calls("readFragments"))
                    .isEqualTo(Math.ceilDiv(500, Math.ceilDiv(500, most)))
                    .isLessThan(34);
            assertThat(lake.calls("balanceSegments")).isEqualTo(lake.calls("readFragments"));
            nothingIsLeftBehind(lab);
        }
    }

    // ------------------------------------------------------------------ crashes

    @Test
    void anUpdateGoesOnAfterACrashOfTheServerInEachStep() throws Exception {
        try (TemporalServer server = TemporalServer.startDurable();
                Lab lab = lab(server)) {
            lab.start(A);
            lab.awaitEnd(1, COMMITTED);
            long update = 1;
            for (String step :
                    List.of("listFiles", "readFragments", "balanceSegments", "commitSnapshot", "committed")) {
                lake.touch(A);
                FakeLake.Hold hold = lake.hold(step);
                lab.collection().signalRefresh();
                hold.awaitReached();
                server.kill();
                if (step.equals("commitSnapshot")) {
                    // What is done meanwhile cannot be reported.
                    hold.release();
                    lab.await("the commit", () -> lake.log(ID).size() == 2 + 4);
                }
                server.restart();
                hold.release();
                update++;
                lab.awaitEnd(update, COMMITTED);
            }

            assertThat(lake.log(ID)).as("nothing is written twice").hasSize(7);
            assertThat(lake.newest(ID).update()).isEqualTo(update);
            nothingIsLeftBehind(lab);
        }
    }

    @Test
    void aSignalThatWasTakenSurvivesACrashOfTheServer() throws Exception {
        try (TemporalServer server = TemporalServer.startDurable();
                Lab lab = lab(server)) {
            FakeLake.Hold list = lake.hold("listFiles");
            lab.start(A);
            list.awaitReached();
            lab.collection().sourceChanged(SourceRequest.of(B));
            server.kill();
            server.restart();

            lab.await("the commit of B", () -> isCommitted(B));
            lab.awaitStatus(status -> status.state().equals("idle"));
            assertThat(lab.ends()).isEqualTo("1 SUPERSEDED, 2 COMMITTED");
            nothingIsLeftBehind(lab);
        }
    }

    @Test
    void onANewEmptyServerACollectionGoesOnFromTheCatalog() throws Exception {
        try (Lab gone = lab(TemporalServer.shared());
                TemporalServer empty = TemporalServer.start();
                Lab lab = lab(empty)) {
            gone.start(A);
            gone.awaitEnd(1, COMMITTED);
            gone.collection().changeSource(SourceRequest.of(B));
            gone.awaitEnd(2, COMMITTED);
            // Whatever still runs there can do no harm.
            lake.touch(B);
            FakeLake.Hold straggler = lake.hold("commitSnapshot");
            gone.collection().signalRefresh();
            straggler.awaitReached();
            long segments = lake.newest(ID).nextSegmentId();

            lab.start(null);
            assertThat(lab.awaitEnd(3, COMMITTED).trigger()).isEqualTo("start");
            lab.collection().changeSource(SourceRequest.of(C));
            lab.awaitEnd(4, COMMITTED);
            straggler.release();
            gone.awaitEnd(5, UNCHANGED);

            assertThat(gone.ends()).isEqualTo("1 COMMITTED, 2 COMMITTED, 3 SUPERSEDED, 5 UNCHANGED");
            assertThat(lake.log(ID))
                    .extracting(head -> head.kind() + " " + head.generation() + " by " + head.update())
                    .containsExactly(
                            "DECLARED 1 by 1",
                            "COMMITTED 1 by 1",
                            "DECLARED 2 by 2",
                            "COMMITTED 2 by 2",
                            "COMMITTED 2 by 3",
                            "DECLARED 3 by 4",
                            "COMMITTED 3 by 4");
            assertThat(lake.newest(ID).nextSegmentId()).isGreaterThan(segments);
            nothingIsLeftBehind(lab);
            nothingIsLeftBehind(gone);
            lab.collection().signalRefresh();
            lab.awaitEnd(5, UNCHANGED);
        }
    }

    // ------------------------------------------------------------------ helpers

    private boolean isCommitted(ExternalSource source) {
        return isCommitted(ID, source);
    }

    private boolean isCommitted(String id, ExternalSource source) {
        Head newest = lake.newest(id);
        return newest.kind() == HeadKind.COMMITTED && newest.source().equals(source);
    }

    /** The histories of the collection's runs, newest first, from one to the one it continues. */
    private static List<List<HistoryEvent>> runs(Lab lab) {
        List<List<HistoryEvent>> runs = new ArrayList<>();
        String run = lab.untyped().describe().getExecution().getRunId();
        while (!run.isEmpty()) {
            List<HistoryEvent> events = Histories.of(lab.client, ID, run);
            runs.add(events);
            run = events.get(0).getWorkflowExecutionStartedEventAttributes().getContinuedExecutionRunId();
        }
        return runs;
    }

    private interface Work<T> {
        T of(int number) throws Exception;
    }

    private static <T> List<T> atOnce(int count, Work<T> work) throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
            List<Callable<T>> calls = IntStream.range(0, count)
                    .<Callable<T>>mapToObj(i -> () -> work.of(i))
                    .toList();
            List<T> results = new ArrayList<>();
            for (Future<T> each : threads.invokeAll(calls)) {
                results.add(each.get());
            }
            return results;
        }
    }
}
