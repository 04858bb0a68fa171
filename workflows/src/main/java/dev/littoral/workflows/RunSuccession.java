package dev.littoral.workflows;

import dev.littoral.workflows.model.CarriedInput;
import dev.littoral.workflows.model.CollectionInput;
import io.temporal.workflow.Workflow;
import java.util.Deque;

/** The succession of a collection's runs: the workflow continues as new before its history is too long. */
final class RunSuccession {
    private final CollectionState state;
    private final Deque<Message> inbox;
    private final Policies.History history;
    private final CollectionAttributes attributes;

    RunSuccession(
            CollectionState state, Deque<Message> inbox, Policies.History history, CollectionAttributes attributes) {
        this.state = state;
        this.inbox = inbox;
        this.history = history;
        this.attributes = attributes;
    }

    /**
     * Whether the run ends as soon as nothing goes on beside. While a job waits, a handler may wait for its
     * declaration, which only the loop makes; one that waits for a consumer is declared.
     */
    boolean endsWhenQuiet() {
        boolean waits = state.view().status().pending() != null && state.view().waits() == null;
        return isLong() && state.isBetweenUpdates() && !waits;
    }

    /** A running child would be lost to the next run, and so would a handler that waits: neither is left behind. */
    void continueIfLong(CollectionInput input) {
        if (!isLong() || !state.isBetweenUpdates()) {
            return;
        }
        // What the handlers wait for is done, and they finish as soon as this thread waits.
        Workflow.await(() -> !inbox.isEmpty() || Workflow.isEveryHandlerFinished());
        if (inbox.isEmpty()) {
            Workflow.continueAsNew(attributes.continued(), input, CarriedInput.of(state.carry()));
        }
    }

    private boolean isLong() {
        return Workflow.getInfo().isContinueAsNewSuggested()
                || Workflow.getInfo().getHistoryLength() > history.enough();
    }

    /** Whether even an update that runs has to be stopped. */
    boolean isTooLong() {
        return Workflow.getInfo().getHistoryLength() > history.most();
    }
}
