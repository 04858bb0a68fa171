package dev.littoral.workflows;

import static dev.littoral.workflows.model.UpdateState.COMMITTED;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.workflows.model.CarriedState;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.FileCounts;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.ProgressSignal;
import dev.littoral.workflows.model.SegmentCounts;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.model.Totals;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.spec.JobsPage;
import dev.littoral.workflows.spec.RollbackTarget;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.RetryState;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.ChildWorkflowFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A collection under test, the log that it works with, and what happens to both, in short. */
abstract class CollectionFixture {
    static final ExternalSource A = source("s3://lake/a/");
    static final ExternalSource B = source("s3://lake/b/");
    static final ExternalSource C = source("s3://lake/c/");

    /** The id of each launch here. Commits name none, as those of older builds. */
    static final String LAUNCH = "xa";

    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    static final CollectionOptions HOURLY =
            new CollectionOptions(1_000, Duration.ofHours(1), false, 1, Duration.ofDays(7), null);

    /** The defaults, and consumers that are waited for. */
    static CollectionOptions naming(List<String> consumers, Integer maxAhead) {
        ObjectNode json = (ObjectNode) Json.tree(CollectionOptions.DEFAULTS);
        if (consumers != null) {
            json.set("consumers", Json.tree(consumers));
        }
        if (maxAhead != null) {
            json.put("maxAhead", maxAhead);
        }
        return Json.JSON.convertValue(json, CollectionOptions.class);
    }

    final CollectionState state;
    Instant now = START;
    Head head = Head.NONE;

    CollectionFixture() {
        this(HOURLY);
    }

    CollectionFixture(CollectionOptions options) {
        state = new CollectionState("orders", options);
    }

    PendingReply change(ExternalSource source) {
        PendingReply reply = new PendingReply();
        state.handle(new Message.ChangeSource(source, "changeSource", reply), now);
        assertThat(reply.isSet()).isTrue();
        return reply;
    }

    PendingReply refresh() {
        PendingReply reply = new PendingReply();
        state.handle(new Message.Refresh("refresh", reply), now);
        assertThat(reply.isSet()).isTrue();
        return reply;
    }

    void declare() {
        Decision.Declare declare = (Decision.Declare) state.next(now);
        head = next(
                head, HeadKind.DECLARED, declare.job().source(), declare.job().update());
        state.advanceHead(head);
        state.declared(now);
    }

    void launch() {
        Decision.Launch launch = (Decision.Launch) state.next(now);
        state.launched(launch.job(), LAUNCH, now);
    }

    /** A collection whose update 1 runs. */
    void running(ExternalSource source) {
        state.opened(Head.NONE);
        change(source);
        declare();
        launch();
    }

    void commit(long update) {
        head = next(head, HeadKind.COMMITTED, head.source(), update);
    }

    void finish(long update) {
        commit(update);
        closed(update, report(update, COMMITTED));
        assertThat(state.next(now)).isEqualTo(new Decision.ReadHead(update));
        state.inspected(update, head, Head.NONE, now);
        assertThat(job(update).state()).isEqualTo(COMMITTED);
    }

    /** A rollback of version 1 that is written. */
    void rollBack() {
        PendingReply reply = new PendingReply();
        state.handle(new Message.Rollback(new RollbackTarget(1, "a bad load"), reply), now);
        assertThat(state.next(now)).isEqualTo(new Decision.RollBack(new RollbackTarget(1, "a bad load")));
        rolledBack();
        assertThat(reply.job()).isEqualTo(head.version());
    }

    void rolledBack() {
        head = next(head, HeadKind.ROLLED_BACK, head.source(), state.lastUpdate());
        state.advanceHead(head);
        state.rollbacks().written(now);
        state.declared(now);
    }

    void retire() {
        head = next(head, HeadKind.RETIRED, head.source(), state.lastUpdate());
        state.advanceHead(head);
        state.retired(now);
    }

    void closed(long update, UpdateReport report) {
        state.handle(new Message.UpdateClosed(update, report, null), now);
    }

    void closed(long update, RuntimeException failure) {
        state.handle(new Message.UpdateClosed(update, null, failure), now);
    }

    /** All jobs that the collection knows, newest first. */
    static List<Job> jobs(CollectionState state) {
        return state.view().jobs(new JobsPage(Long.MAX_VALUE, Integer.MAX_VALUE));
    }

    static List<Long> stopping(CollectionState state) {
        return state.active().stopping().stream()
                .map(each -> each.job().update())
                .toList();
    }

    Job job(long update) {
        return CollectionFixture.jobs(state).stream()
                .filter(job -> job.update() == update)
                .findFirst()
                .orElseThrow();
    }

    void assertEnd(long update, UpdateState end, String reason) {
        assertThat(job(update).state()).isEqualTo(end);
        assertThat(job(update).ended()).isEqualTo(now);
        if (reason != null) {
            assertThat(job(update).reason()).contains(reason);
        }
    }

    List<String> ends() {
        return CollectionFixture.jobs(state).stream()
                .filter(job -> job.state().isEnd())
                .map(job -> job.update() + " " + job.state())
                .toList();
    }

    static void onProgress(CollectionState state, ProgressSignal.Report report, Instant at) {
        state.progress().onProgress(report, state.active().running(), at);
    }

    void refreshAndCancel(int times) {
        for (int i = 0; i < times; i++) {
            refresh();
            state.handle(new Message.CancelUpdate(), now);
        }
    }

    static ExternalSource source(String uri) {
        return new ExternalSource(uri, ExternalSpec.parquet());
    }

    static Head next(Head base, HeadKind kind, ExternalSource source, long update) {
        return new Head(
                base.version() + 1,
                "commit-" + (base.version() + 1),
                kind,
                source,
                base.generation() + (kind == HeadKind.DECLARED ? 1 : 0),
                update,
                kind == HeadKind.COMMITTED ? snapshot() : base.snapshot(),
                base.nextSegmentId(),
                START,
                kind == HeadKind.ROLLED_BACK ? "rolled back to version 1: a bad load" : "committed by " + update);
    }

    /** The version as another service's update of the same number has committed it. */
    static Head ofAnotherLaunch(Head head) {
        return new Head(
                head.version(),
                head.update() + "-xf00-" + head.commitId(),
                head.kind(),
                head.source(),
                head.generation(),
                head.update(),
                head.snapshot(),
                head.nextSegmentId(),
                head.time(),
                head.reason());
    }

    static SnapshotRef snapshot() {
        return new SnapshotRef("snapshots/x", "00", new Totals(1, 1, 1, 1, 1, 0, 0), null);
    }

    static UpdateReport report(long update, UpdateState outcome) {
        return report(update, outcome, null, null);
    }

    /** Of an update of a table that has moved rows. */
    static UpdateReport report(long update, UpdateState outcome, Long movedRows, Long keptRows) {
        return new UpdateReport(
                "orders",
                update,
                outcome,
                "said so",
                null,
                1,
                1,
                A,
                FileCounts.NONE,
                List.of(),
                0,
                0,
                0,
                null,
                SegmentCounts.NONE,
                null,
                null,
                null,
                movedRows,
                keptRows,
                null,
                0,
                Map.of(),
                Map.of(),
                null,
                null,
                null,
                null);
    }

    static RuntimeException failed(FailureType type, String reason) {
        return child(ApplicationFailure.newNonRetryableFailure(reason, type.name()));
    }

    static RuntimeException cancelled() {
        return child(new CanceledFailure("cancelled"));
    }

    static RuntimeException alreadyStarted() {
        return child(new WorkflowExecutionAlreadyStarted(
                WorkflowExecution.getDefaultInstance(), UpdateExternalCollectionWorkflow.TYPE, null));
    }

    static RuntimeException child(Exception cause) {
        return new ChildWorkflowFailure(
                1,
                2,
                UpdateExternalCollectionWorkflow.TYPE,
                WorkflowExecution.getDefaultInstance(),
                "default",
                RetryState.RETRY_STATE_NON_RETRYABLE_FAILURE,
                cause);
    }

    /** A state that took over from another, over the wire. */
    static CollectionState restored(CollectionState state) throws JsonProcessingException {
        CollectionState next = new CollectionState("orders", state.options());
        next.restore(Json.JSON.readValue(Json.JSON.writeValueAsString(state.carry()), CarriedState.class));
        return next;
    }
}
