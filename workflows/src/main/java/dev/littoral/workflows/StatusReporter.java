package dev.littoral.workflows;

import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.Job;
import io.temporal.workflow.Workflow;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reports a collection's status to Temporal: its page in the web UI, the workflow's memo, and a counter of ended
 * updates, whose ends go to the outbox too.
 */
final class StatusReporter {
    private final CollectionState state;

    /** Whether the memo is written; runs of older builds do not. It is a command of the history. */
    private final boolean writesMemo;

    /** Whether the memo says as of when the source is served. */
    private final boolean writesFreshness;

    private Map<String, Object> memo = Map.of();

    StatusReporter(CollectionState state, int version) {
        this.state = state;
        this.writesMemo = version >= WorkflowVersions.MEMO;
        this.writesFreshness = version >= WorkflowVersions.FRESHNESS;
    }

    /** Reports all of it; what is unchanged costs nothing. */
    void report() {
        for (Job job : state.takeNewlyEnded()) {
            Workflow.getMetricsScope()
                    .tagged(Map.of("outcome", job.state().name()))
                    .counter("littoral_updates")
                    .inc(1);
            state.outbox().ended(job);
        }
        CollectionStatus status = state.view().status();
        details(status);
        Map<String, Object> entries = new TreeMap<>();
        entries.put("state", status.state());
        entries.put("rows", status.snapshot().rows());
        if (status.source() != null) {
            entries.put("source", status.source().uri());
        }
        if (writesFreshness && status.listedAt() != null) {
            entries.put("listedAt", status.listedAt().toString());
        }
        if (writesMemo && !entries.equals(memo)) {
            memo = entries;
            Workflow.upsertMemo(entries);
        }
    }

    /** Shows a status on the workflow's page; no command of the history. */
    static void details(CollectionStatus status) {
        Workflow.setCurrentDetails(StatusText.details(status));
    }
}
