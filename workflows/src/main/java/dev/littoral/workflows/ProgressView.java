package dev.littoral.workflows;

import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.ProgressSignal;
import dev.littoral.workflows.model.RetryInfo;
import dev.littoral.workflows.model.RunningProgress;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * The progress of the running update as its workers report it, added up over workers. For display only: nothing is
 * decided on it.
 */
final class ProgressView {
    /** The number of workers whose share is added up. */
    private static final int MAX_WORKERS = 100;

    private final Map<String, Long> doneByWorker = new TreeMap<>();
    private RetryInfo retry;
    private Instant retrySince;
    private RunningProgress progress;

    /**
     * A worker reports progress, or a failure that is tried again.
     *
     * @param running the running update, or null
     */
    void onProgress(ProgressSignal.Report report, Job running, Instant now) {
        if (report.retry() != null) {
            retrySince = retry == null ? report.retry().time() : retrySince;
            retry = report.retry();
        }
        if (running == null
                || running.update() != report.update()
                || report.step() == null
                || report.worker() == null) {
            return;
        }
        if (progress == null
                || progress.update() != report.update()
                || !report.step().equals(progress.step())) {
            doneByWorker.clear();
        }
        if (report.retry() == null) {
            clearRetry();
        }
        if (doneByWorker.size() < MAX_WORKERS || doneByWorker.containsKey(report.worker())) {
            doneByWorker.merge(report.worker(), report.done(), Math::max);
        }
        long done = doneByWorker.values().stream().mapToLong(Long::longValue).sum();
        progress = new RunningProgress(
                report.update(), report.step(), report.of() > 0 ? Math.min(done, report.of()) : done, report.of(), now);
    }

    /** What was tried again has succeeded. */
    void clearRetry() {
        retry = null;
        retrySince = null;
    }

    /** The update has ended. */
    void clearProgress() {
        clearRetry();
        progress = null;
        doneByWorker.clear();
    }

    /** What is tried again, or null. */
    RetryInfo retry() {
        return retry;
    }

    /** When it failed first, or null. */
    Instant retrySince() {
        return retrySince;
    }

    /** The progress of the running update, or null while none was reported. */
    RunningProgress progress() {
        return progress;
    }
}
