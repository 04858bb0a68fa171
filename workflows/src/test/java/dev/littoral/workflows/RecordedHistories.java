package dev.littoral.workflows;

import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.SourceRequest;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.model.VersionRequest;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Histories of every path, kept beside the tests: a worker of a newer build must be able to go on from each. Its main
 * method records them anew, into the folder given; that is right only before a release, as what runs then has no such
 * histories.
 */
final class RecordedHistories {
    /** Every path, by the name of its files. */
    static final List<String> PATHS = List.of(
            "first-update", "unchanged", "superseded", "cancelled", "paused", "failed", "continued-as-new", "retired");

    /** Paths that there are since build 5. */
    static final List<String> ROLLBACK_PATHS = List.of("rolled-back", "meets-rollback");

    /** Paths that there are since build 6. */
    static final List<String> EVENT_PATHS = List.of("notifies");

    /** Paths that there are since build 8. */
    static final List<String> PREPARED_PATHS = List.of("prepared", "prepared-and-moved");

    /** Paths that there are since build 9. */
    static final List<String> CHANGE_PATHS = List.of("asked-again");

    /** So short that a test can reach it. */
    static final Policies.History SHORT = new Policies.History(40, 400);

    private static final ExternalSource A = new ExternalSource("s3://lake/a/", ExternalSpec.parquet());
    private static final ExternalSource B = new ExternalSource("s3://lake/b/", ExternalSpec.parquet());

    private final Path folder;

    private RecordedHistories(Path folder) {
        this.folder = folder;
    }

    public static void main(String[] args) throws Exception {
        new RecordedHistories(Files.createDirectories(Path.of(args[0]))).record();
        System.exit(0);
    }

    private void record() throws Exception {
        firstUpdateAndUnchanged();
        superseded();
        cancelled();
        paused();
        failed();
        continuedAsNew();
        retired();
        rolledBack();
        meetsRollback();
        notifies();
        prepared();
        preparedAndMoved();
        askedAgain();
    }

    private void firstUpdateAndUnchanged() throws Exception {
        try (Lab lab = new Lab(new FakeLake())) {
            lab.start(A);
            lab.awaitEnd(1, UpdateState.COMMITTED);
            save(lab, "first-update", 1);
            lab.collection().signalRefresh();
            lab.awaitEnd(2, UpdateState.UNCHANGED);
            save(lab, "unchanged", 2);
        }
    }

    private void superseded() throws Exception {
        FakeLake lake = new FakeLake();
        try (Lab lab = new Lab(lake)) {
            FakeLake.Hold reading = lake.hold("readFragments");
            lab.start(A);
            reading.awaitReached();
            lab.collection().sourceChanged(SourceRequest.of(B));
            lab.awaitEnd(1, UpdateState.SUPERSEDED);
            lab.awaitEnd(2, UpdateState.COMMITTED);
            lab.awaitClosed(lab.update(1), WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED);
            save(lab, "superseded", 1);
        }
    }

    private void cancelled() throws Exception {
        FakeLake lake = new FakeLake();
        try (Lab lab = new Lab(lake)) {
            FakeLake.Hold listing = lake.hold("listFiles");
            lab.start(A);
            listing.awaitReached();
            lab.collection().cancelUpdate();
            lab.awaitEnd(1, UpdateState.CANCELED);
            save(lab, "cancelled", 1);
        }
    }

    private void paused() throws Exception {
        CollectionOptions hourly =
                new CollectionOptions(1_000, Duration.ofHours(1), false, 1, Duration.ofDays(7), null);
        try (Lab lab = new Lab(new FakeLake())) {
            lab.start(A, hourly);
            lab.awaitEnd(1, UpdateState.COMMITTED);
            lab.pass(Duration.ofMinutes(61));
            lab.awaitEnd(2, UpdateState.UNCHANGED);
            lab.collection().pause();
            lab.awaitStatus(status -> status.state().equals("paused"));
            lab.collection().resume();
            lab.awaitStatus(status -> status.state().equals("idle"));
            save(lab, "paused", 2);
        }
    }

    private void failed() throws Exception {
        FakeLake lake = new FakeLake();
        try (Lab lab = new Lab(lake)) {
            lake.fail("balanceSegments", FailureType.INPUT, 2);
            lab.start(A);
            lab.awaitEnd(1, UpdateState.FAILED);
            save(lab, "failed", 1);
        }
    }

    private void continuedAsNew() throws Exception {
        try (Lab lab = new Lab(new FakeLake(), SHORT)) {
            lab.start(A);
            lab.awaitEnd(1, UpdateState.COMMITTED);
            String firstRun = lab.client
                    .newUntypedWorkflowStub(Lab.ID)
                    .describe()
                    .getExecution()
                    .getRunId();
            long update = 1;
            while (lab.untyped().describe().getExecution().getRunId().equals(firstRun)) {
                lab.collection().signalRefresh();
                lab.awaitEnd(++update, UpdateState.UNCHANGED);
            }
            write("continued-as-new", lab.client.fetchHistory(Lab.ID, firstRun).toJson(true));
            write("continued-as-new-next", lab.client.fetchHistory(Lab.ID).toJson(true));
        }
    }

    private void retired() throws Exception {
        try (Lab lab = new Lab(new FakeLake())) {
            lab.start(A);
            lab.awaitEnd(1, UpdateState.COMMITTED);
            lab.collection().retire();
            lab.awaitClosed(lab.untyped(), WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED);
            write("retired", lab.client.fetchHistory(Lab.ID).toJson(true));
        }
    }

    private void rolledBack() throws Exception {
        FakeLake lake = new FakeLake();
        try (Lab lab = new Lab(lake)) {
            lab.start(A);
            lab.awaitEnd(1, UpdateState.COMMITTED);
            lake.touch(A);
            lab.collection().signalRefresh();
            lab.awaitEnd(2, UpdateState.COMMITTED);
            lake.touch(A);
            FakeLake.Hold reading = lake.hold("readFragments");
            lab.collection().signalRefresh();
            reading.awaitReached();
            lab.collection().updateRollback(VersionRequest.of(2, "a bad load"));
            lab.awaitEnd(3, UpdateState.SUPERSEDED);
            lab.awaitClosed(lab.update(3), WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED);
            lab.collection().resume();
            lab.collection().updateRefresh();
            lab.awaitEnd(4, UpdateState.COMMITTED);
            save(lab, "rolled-back", 3);
        }
    }

    private void meetsRollback() throws Exception {
        FakeLake lake = new FakeLake();
        try (Lab lab = new Lab(lake)) {
            FakeLake.Hold commit = lake.hold("commitSnapshot");
            lab.start(A);
            commit.awaitReached();
            lake.write(Lab.ID, HeadKind.ROLLED_BACK, A, 1);
            commit.release();
            lab.awaitEnd(1, UpdateState.SUPERSEDED);
            lab.awaitStatus(status -> status.rolledBack() != null);
            save(lab, "meets-rollback", 1);
        }
    }

    private void notifies() throws Exception {
        FakeLake lake = new FakeLake();
        FakeSinks sinks = new FakeSinks();
        try (Lab lab = Lab.withSinks(lake, sinks, Policies.HISTORY)) {
            sinks.down("indexer", "is down");
            lab.startWith("{'source':{'uri':'s3://lake/a/'},'options':{'notify':['alerts','indexer']}}");
            lab.awaitEnd(1, UpdateState.COMMITTED);
            lab.awaitStatus(status -> status.sinks().getLast().failure() != null);
            sinks.up("indexer");
            lab.pass(Duration.ofMinutes(1));
            lake.touch(A);
            lake.fail("listFiles", FailureType.INPUT, 1);
            lab.collection().signalRefresh();
            lab.awaitEnd(2, UpdateState.FAILED);
            lab.collection().signalRefresh();
            lab.awaitEnd(3, UpdateState.COMMITTED);
            lab.await(
                    "events",
                    () -> sinks.received("indexer").equals(List.of("1", "2", "failed 2", "3"))
                            && sinks.received("alerts").equals(sinks.received("indexer")));
            write("notifies", lab.client.fetchHistory(Lab.ID).toJson(true));
        }
    }

    private void prepared() throws Exception {
        FakeLake lake = new FakeLake();
        lake.prepare();
        try (Lab lab = new Lab(lake)) {
            lab.start(A);
            lab.awaitEnd(1, UpdateState.COMMITTED);
            save(lab, "prepared", 1);
        }
    }

    private void preparedAndMoved() throws Exception {
        FakeLake lake = new FakeLake();
        lake.prepare();
        try (Lab lab = new Lab(lake)) {
            FakeLake.Hold commit = lake.hold("commitSnapshot");
            lab.start(A);
            commit.awaitReached();
            lake.write(Lab.ID, HeadKind.COMMITTED, A, 0);
            commit.release();
            lab.awaitEnd(1, UpdateState.COMMITTED);
            save(lab, "prepared-and-moved", 1);
        }
    }

    private void askedAgain() throws Exception {
        FakeLake lake = new FakeLake();
        try (Lab lab = new Lab(lake)) {
            lab.start(A);
            lab.awaitEnd(1, UpdateState.COMMITTED);
            lab.collection().changeSource(SourceRequest.of(A));
            lake.write(Lab.ID, HeadKind.DECLARED, B, 1);
            lab.collection().changeSource(SourceRequest.of(A));
            lab.awaitEnd(2, UpdateState.UNCHANGED);
            save(lab, "asked-again", 2);
        }
    }

    private void save(Lab lab, String path, long update) throws IOException {
        write(path, lab.client.fetchHistory(Lab.ID).toJson(true));
        write(
                path + "-update",
                lab.client
                        .fetchHistory(UpdateExternalCollectionWorkflow.id(Lab.ID, update))
                        .toJson(true));
    }

    private void write(String name, String json) throws IOException {
        // Who ran it is of no interest.
        Files.writeString(
                folder.resolve(name + ".json"),
                json.replaceAll("\"identity\": \"[^\"]*\"", "\"identity\": \"worker\""));
    }
}
