package dev.littoral.worker;

import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.model.UpdateState;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Logs the end of each update, in one line. */
final class UpdateLog implements UpdateObserver {
    private static final Logger LOG = LoggerFactory.getLogger(UpdateLog.class);

    @Override
    public void ended(UpdateReport report) {
        boolean failed = report.outcome() == UpdateState.FAILED;
        LOG.atLevel(failed ? Level.WARN : Level.INFO)
                .log(
                        "Update ended {} at version {} after {} s: {} files listed, {} new, {} changed, {} removed,"
                                + " {} skipped; {} rows in {} segments; {} indexed anew, of which the table only"
                                + " moved {}, {} moved and kept, {} deleted in place, {} dropped; {}",
                        failed ? report.outcome() + ", " + report.failure() + "," : report.outcome(),
                        report.version(),
                        seconds(report.seconds()),
                        report.files().listed(),
                        report.files().added(),
                        report.files().changed(),
                        report.files().removed(),
                        report.files().skipped(),
                        report.rows(),
                        report.segments().total(),
                        report.newRows(),
                        report.movedRows(),
                        report.keptRows(),
                        report.deletedRows(),
                        report.droppedRows(),
                        report.reason());
        if (report.warning() != null && report.outcome() == UpdateState.COMMITTED) {
            LOG.warn("{}", report.warning());
        }
    }

    /** How long the steps took together. */
    private static String seconds(Map<String, Double> steps) {
        double sum = steps == null
                ? 0
                : steps.values().stream().mapToDouble(Double::doubleValue).sum();
        return String.format(Locale.ROOT, "%.1f", sum);
    }

    @Override
    public void stopped() {
        LOG.info("Update was stopped by its collection");
    }
}
