package dev.littoral.workflows;

import dev.littoral.workflows.model.ListingOutcome;
import dev.littoral.workflows.model.UpdateProgress;
import dev.littoral.workflows.model.UpdateStep;
import io.temporal.workflow.Workflow;

/** Reports an update to Temporal while it runs: its progress as a query, and what it did on its page in the web UI. */
final class UpdateReporter {
    private final StringBuilder page = new StringBuilder();
    private UpdateProgress progress = new UpdateProgress(UpdateStep.LIST, 1, 0, 0);

    UpdateProgress progress() {
        return progress;
    }

    void listing(int round) {
        progress = new UpdateProgress(UpdateStep.LIST, round, 0, 0);
    }

    void step(UpdateStep step, int round, ListingOutcome listing) {
        progress = new UpdateProgress(step, round, listing.touched(), listing.listed());
    }

    /** Adds a line to the page; no command of the history. */
    void line(String name, String text) {
        StatusText.line(page, name, text);
        Workflow.setCurrentDetails(page.toString());
    }
}
