package dev.littoral.worker;

import dev.littoral.workflows.model.UpdateReport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs the end of each update, in one line. */
final class UpdateLog implements UpdateObserver {
    private static final Logger LOG = LoggerFactory.getLogger(UpdateLog.class);

    @Override
    public void ended(UpdateReport report) {
        LOG.info(
                "Update ended {} at version {}: {} files listed, {} new, {} changed, {} removed, {} "
                        + "skipped; {} rows in {} segments; {} indexed anew, {} deleted in place, {} dropped; {}",
                report.outcome(),
                report.version(),
                report.files().listed(),
                report.files().added(),
                report.files().changed(),
                report.files().removed(),
                report.files().skipped(),
                report.rows(),
                report.segments().total(),
                report.newRows(),
                report.deletedRows(),
                report.droppedRows(),
                report.reason());
    }

    @Override
    public void stopped() {
        LOG.info("Update was stopped by its collection");
    }
}
