package dev.littoral.worker;

import dev.littoral.workflows.UpdateExternalCollectionWorkflow;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.model.UpdateState;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.enums.v1.WorkflowTaskFailedCause;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.history.v1.WorkflowTaskFailedEventAttributes;
import io.temporal.client.WorkflowClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How the updates of a collection ended, as it says again and again: each has one end, and says it of what the catalog
 * has.
 */
final class UpdateEnds {
    private final Following collection;
    private final CatalogWatch catalog;
    private final Map<String, ChangingSource> lakes;
    private final Consumer<String> violations;

    /**
     * Whether the collection is reset now and then: a run that goes on from an earlier moment has other jobs under the
     * same numbers.
     */
    private final boolean reset;

    private final TreeMap<Long, Job> ended = new TreeMap<>();
    private long lateCommits;
    private long differing;

    UpdateEnds(
            Following collection,
            CatalogWatch catalog,
            Map<String, ChangingSource> lakes,
            boolean reset,
            Consumer<String> violations) {
        this.reset = reset;
        this.collection = collection;
        this.catalog = catalog;
        this.lakes = lakes;
        this.violations = finding -> violations.accept(collection.id() + ": " + finding);
    }

    /** Asks the collection; nothing happens where it cannot answer. */
    void look() {
        List<Job> jobs = new ArrayList<>();
        collection.send(workflow -> jobs.addAll(workflow.jobs(null)));
        heard(jobs);
    }

    private synchronized void heard(List<Job> jobs) {
        for (Job job : jobs) {
            Job known = ended.get(job.update());
            if (reset && known != null) {
                ended.remove(job.update());
                known = null;
            }
            if (known != null && !known.equals(job)) {
                violations.accept("update " + job.update() + " ended as " + known + ", and now is " + job);
            } else if (known == null && job.state().isEnd()) {
                ended.put(job.update(), job);
                if (job.reason() == null || job.reason().isBlank()) {
                    violations.accept("update " + job.update() + " ended without a reason: " + job);
                }
                // Sources and catalog are whole and may be read: whatever else is said, the network is taken for it.
                if (job.failure() != null && job.failure() != FailureType.TRANSIENT) {
                    violations.accept("update " + job.update() + " failed as " + job.failure() + ": " + job.reason());
                }
            }
        }
    }

    /** The updates that started and ended. */
    synchronized int count() {
        return (int) ended.values().stream()
                .filter(job -> !job.reason().endsWith("before it started"))
                .count();
    }

    synchronized Map<UpdateState, Long> byState() {
        return ended.values().stream().collect(Collectors.groupingBy(Job::state, TreeMap::new, Collectors.counting()));
    }

    /**
     * Commits of updates that had been said to have failed when their tries were used up, before the last one arrived.
     */
    synchronized long lateCommits() {
        return lateCommits;
    }

    /** Tasks of workflows that differed from their history when they were run again. */
    synchronized long differing() {
        return differing;
    }

    /** Rows that tables moved and that stayed in their segments, as jobs say. */
    synchronized long keptRows() {
        return sum(Job::keptRows);
    }

    /** Rows that tables moved and that were indexed anew, as jobs say. */
    synchronized long movedRows() {
        return sum(Job::movedRows);
    }

    private long sum(Function<Job, Long> rows) {
        return ended.values().stream()
                .map(rows)
                .filter(Objects::nonNull)
                .mapToLong(Long::longValue)
                .sum();
    }

    /** When all is idle: no number is missing, and each end is what the catalog and the sources say. */
    synchronized void check() {
        long last = ended.isEmpty() ? 0 : ended.lastKey();
        for (long update = 1; update <= last; update++) {
            if (!reset && !ended.containsKey(update)) {
                violations.accept("update " + update + " of " + last + " has no end");
            }
        }
        Map<Long, List<CatalogWatch.Version>> commits = catalog.versions().stream()
                .filter(CatalogWatch.Version::isCommit)
                .collect(Collectors.groupingBy(CatalogWatch.Version::update));
        commits.forEach((update, versions) -> {
            if (versions.size() > 1) {
                violations.accept("update " + update + " committed " + versions.size() + " times");
            }
            if (!reset) {
                checkCommit(ended.get(update), versions.getFirst());
            }
        });
        for (Job job : ended.values()) {
            if (job.state() == UpdateState.COMMITTED && !commits.containsKey(job.update())) {
                violations.accept("update " + job.update() + " is said to have committed, but no version is its");
            } else if (job.state() == UpdateState.UNCHANGED) {
                lakes.get(job.source().uri())
                        .contradictions(
                                catalog.servedBy(job.version()),
                                job.requested().toEpochMilli(),
                                job.ended().toEpochMilli())
                        .forEach(contradiction -> violations.accept("update " + job.update() + " found version "
                                + job.version() + " unchanged, but " + contradiction));
            }
        }
    }

    private void checkCommit(Job job, CatalogWatch.Version version) {
        if (job == null || job.state() == UpdateState.COMMITTED) {
            return;
        }
        boolean late = !version.created().plus(Duration.ofSeconds(1)).isBefore(job.ended());
        if (late && (job.state() == UpdateState.FAILED || job.state() == UpdateState.CANCELED)) {
            lateCommits++;
        } else {
            violations.accept("version " + version.number() + " of " + version.created()
                    + " is of an update that ended as " + job);
        }
    }

    /** Waits until no workflow of an update runs. */
    void awaitWorkflows() {
        Following.await(
                "the updates of " + collection.id(),
                () -> collection
                        .client()
                        .listExecutions(workflows() + " AND ExecutionStatus = 'Running'")
                        .findAny()
                        .isEmpty());
    }

    private String workflows() {
        return "WorkflowType = 'UpdateExternalCollection' AND WorkflowId STARTS_WITH '" + collection.id() + "/'";
    }

    /** Compares with Temporal's own records of the updates' workflows, and returns how many there are. */
    synchronized long checkWorkflows() {
        if (reset) {
            return 0;
        }
        WorkflowClient client = collection.client();
        Map<String, WorkflowExecutionStatus> workflows = new TreeMap<>();
        client.listExecutions(workflows()).forEach(execution -> {
            String id = execution.getExecution().getWorkflowId();
            if (workflows.put(id, execution.getStatus()) != null) {
                violations.accept(id + " ran twice");
            }
        });
        checkHistory(client, collection.id());
        workflows.keySet().forEach(id -> checkHistory(client, id));
        for (Job job : ended.values()) {
            String id = UpdateExternalCollectionWorkflow.id(collection.id(), job.update());
            WorkflowExecutionStatus status = workflows.get(id);
            if (status == null) {
                if (job.state() == UpdateState.COMMITTED || job.state() == UpdateState.UNCHANGED) {
                    violations.accept(id + " never ran, and ended as " + job);
                }
                continue;
            }
            switch (status) {
                case WORKFLOW_EXECUTION_STATUS_COMPLETED ->
                    compare(id, client.newUntypedWorkflowStub(id).getResult(UpdateReport.class), job);
                case WORKFLOW_EXECUTION_STATUS_CANCELED, WORKFLOW_EXECUTION_STATUS_FAILED -> {
                    if (job.state() == UpdateState.UNCHANGED) {
                        violations.accept(id + " is " + status + ", and ended as " + job);
                    }
                }
                default -> violations.accept(id + " is " + status + ", and ended as " + job);
            }
        }
        return workflows.size();
    }

    /**
     * Tasks fail where servers are killed and machines too busy, and are tried again; those that differ from their
     * history are counted.
     */
    private void checkHistory(WorkflowClient client, String id) {
        for (HistoryEvent event : client.fetchHistory(id).getEvents()) {
            WorkflowTaskFailedEventAttributes failed = event.getWorkflowTaskFailedEventAttributes();
            if (event.hasWorkflowTaskFailedEventAttributes()
                    && failed.getCause()
                            == WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR) {
                differing++;
            }
        }
    }

    private void compare(String id, UpdateReport report, Job job) {
        boolean commit = report.outcome() == UpdateState.COMMITTED;
        if ((commit && job.state() != UpdateState.COMMITTED)
                || (!commit && job.state() == UpdateState.COMMITTED)
                || (job.state() == UpdateState.UNCHANGED && report.outcome() != UpdateState.UNCHANGED)
                || !Objects.equals(report.source(), job.source())
                || (job.keptRows() != null && !job.keptRows().equals(report.keptRows()))) {
            violations.accept(id + " reports " + report + ", and ended as " + job);
        }
    }
}
