package dev.littoral.workflows;

import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.UpdateInput;
import dev.littoral.workflows.model.UpdateProgress;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.model.UpdateState;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInit;

/** The update workflow: rounds of steps until one commits or ends the update otherwise, then clean-up. */
public class UpdateExternalCollectionWorkflowImpl implements UpdateExternalCollectionWorkflow {
    /** The input, or null where no collection has started this workflow. */
    private final UpdateInput input;

    private final UpdateReporter reporter = new UpdateReporter();
    private final UpdateReportBuilder builder;
    private final StagingCleaner cleaner;
    private final ShardFanOut fanOut;
    private Head base;

    @WorkflowInit
    public UpdateExternalCollectionWorkflowImpl(UpdateInput input) {
        // A constructor that fails would block the workflow for ever.
        boolean byCollection = isFromCollection(input);
        this.input = byCollection ? input : null;
        this.base = byCollection ? input.base() : null;
        this.builder = byCollection ? new UpdateReportBuilder(input) : null;
        this.cleaner = new StagingCleaner(input);
        this.fanOut = byCollection ? new ShardFanOut(input) : null;
    }

    /**
     * Whether its collection has started it: any workflow can start it as its child, with any input. The rest is
     * checked by the activities.
     */
    private static boolean isFromCollection(UpdateInput input) {
        return input != null
                && Workflow.getInfo()
                        .getParentWorkflowId()
                        .filter(parent -> parent.equals(input.collectionId()))
                        .isPresent()
                && input.source() != null
                && input.source().uri() != null
                && input.options() != null
                && input.base() != null
                && input.base().exists()
                && input.base().totals() != null;
    }

    @Override
    public UpdateReport run(UpdateInput sameInput) {
        if (input == null) {
            throw FailureReason.input("an update is started by its collection; expected " + MessageNames.REFRESH
                            + " or " + MessageNames.SOURCE_CHANGED + ", sent to that")
                    .thrown();
        }
        reporter.line(
                "Source",
                StatusText.code(input.source().uri()) + ", generation " + base.generation() + ", upon version "
                        + base.version());
        try {
            UpdateReport result = rounds();
            reporter.line("Ended", result.outcome() + ", " + StatusText.plain(result.reason()));
            builder.requests(cleaner.removeStaging());
            if (result.outcome() == UpdateState.COMMITTED && result.version() % Policies.CLEAN_EVERY == 0) {
                builder.requests(cleaner.cleanCatalog());
            }
            return result.with(builder.traffic());
        } catch (CanceledFailure e) {
            reporter.line("Ended", UpdateState.CANCELED.name());
            cleaner.removeStaging();
            throw e;
        } catch (ActivityFailure e) {
            builder.requests(cleaner.removeStaging());
            if (e.getCause() instanceof CanceledFailure) {
                reporter.line("Ended", UpdateState.CANCELED.name());
                throw e;
            }
            throw failed(FailureReason.of(e));
        } catch (ApplicationFailure e) {
            builder.requests(cleaner.removeStaging());
            throw failed(FailureReason.of(e));
        }
    }

    @Override
    public UpdateProgress progress() {
        return reporter.progress();
    }

    @Override
    public void ping() {
        // The answer is that it could be sent.
    }

    private UpdateReport rounds() {
        String plan = null;
        for (int number = 1; ; number++) {
            UpdateRound round = new UpdateRound(input, base, number, plan, builder, reporter, cleaner, fanOut);
            switch (round.run()) {
                case UpdateRound.Outcome.Ended ended -> {
                    return ended.report();
                }
                case UpdateRound.Outcome.Again again -> {
                    if (number == Policies.MAX_ROUNDS) {
                        throw new FailureReason(
                                        FailureType.TRANSIENT,
                                        "gave up after listing " + Policies.MAX_ROUNDS + " times: " + again.reason())
                                .thrown();
                    }
                    base = again.base();
                    plan = round.plan();
                    builder.startRound(base);
                    reporter.line("Lists again", StatusText.plain(again.reason()));
                    Workflow.sleep(again.pause());
                }
            }
        }
    }

    private ApplicationFailure failed(FailureReason failure) {
        reporter.line("Ended", UpdateState.FAILED + ", " + failure.type() + ": " + StatusText.plain(failure.reason()));
        return failure.thrown(builder.build(UpdateState.FAILED, base, failure.type(), failure.reason()));
    }
}
