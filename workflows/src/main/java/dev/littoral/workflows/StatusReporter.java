package dev.littoral.workflows;

import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.ServingState;
import dev.littoral.workflows.model.ServingStatus;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.unsafe.WorkflowUnsafe;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reports a collection's status to Temporal, as its page in the web UI and the workflow's memo and search attributes,
 * and to an observer. Ends of updates go to the outbox too.
 */
final class StatusReporter {
    /** A memo is read by lists of many collections; the whole sentence is in the status. */
    private static final int MAX_CAUSE_CHARS = 300;

    private final CollectionState state;
    private final CollectionObserver observer;
    private final CollectionAttributes attributes;

    /** Whether the memo is written; runs of older builds do not. It is a command of the history. */
    private final boolean writesMemo;

    /** Whether the memo says as of when the source is served. */
    private final boolean writesFreshness;

    private Map<String, Object> memo = Map.of();

    StatusReporter(CollectionState state, CollectionObserver observer, CollectionAttributes attributes, int version) {
        this.state = state;
        this.observer = observer;
        this.attributes = attributes;
        this.writesMemo = version >= WorkflowVersions.MEMO;
        this.writesFreshness = version >= WorkflowVersions.FRESHNESS;
    }

    /** Reports all of it; what is unchanged costs nothing. */
    void report() {
        for (Job job : state.takeNewlyEnded()) {
            if (!WorkflowUnsafe.isReplaying()) {
                observer.ended(job);
            }
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
        if (writesFreshness) {
            freshness(status).forEach((name, value) -> entries.put(name, value.toString()));
        }
        if (status.serving() != null && status.serving().state() != null) {
            entries.put("serving", serving(status.serving()));
        }
        if (writesMemo && !entries.equals(memo)) {
            Map<String, Object> changed = new TreeMap<>(entries);
            // What is not named stays in the memo; null takes it out.
            memo.keySet().forEach(name -> changed.putIfAbsent(name, null));
            memo = entries;
            Workflow.upsertMemo(changed);
        }
        attributes.report(status);
        if (state.isClosed()) {
            looked(null);
        }
    }

    private static Map<String, Object> freshness(CollectionStatus status) {
        Map<String, Object> entries = new TreeMap<>();
        if (status.listedAt() != null) {
            entries.put("listedAt", status.listedAt());
        }
        if (status.table() != null) {
            entries.put("table", status.table().words());
        }
        if (status.freshness().asOf() != null) {
            entries.put("freshAsOf", status.freshness().asOf());
        }
        if (status.freshness().behind() && status.freshness().cause() != null) {
            String sentence = status.freshness().cause().sentence();
            entries.put("behind", status.freshness().cause().kind());
            entries.put("behindSince", status.freshness().since());
            entries.put(
                    "cause",
                    sentence.codePointCount(0, sentence.length()) <= MAX_CAUSE_CHARS
                            ? sentence
                            : sentence.substring(0, sentence.offsetByCodePoints(0, MAX_CAUSE_CHARS)) + "…");
        }
        return entries;
    }

    /**
     * Passes on how the collection stands, but not again when it is replayed.
     *
     * @param until when it looks again at the latest, or null
     */
    void looked(Instant until) {
        if (!WorkflowUnsafe.isReplaying()) {
            observer.looked(state.view().status(), until);
        }
    }

    /** The state, and in the list of collections who lags. */
    private static String serving(ServingStatus serving) {
        String lagging = ConsumerWatch.lagging(serving);
        return StatusText.summary(
                serving.state() + (lagging.isEmpty() || serving.state() == ServingState.SERVED ? "" : ": " + lagging));
    }

    /** Shows a status on the workflow's page; no command of the history. */
    static void details(CollectionStatus status) {
        Workflow.setCurrentDetails(StatusText.details(status));
    }
}
