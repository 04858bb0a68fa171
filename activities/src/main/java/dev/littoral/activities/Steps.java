package dev.littoral.activities;

import dev.littoral.workflows.model.FailureType;
import io.temporal.activity.Activity;
import io.temporal.client.ActivityCompletionException;
import io.temporal.failure.ApplicationFailure;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The edge between activities and Temporal: every failure leaves with its class, and without its stack. */
final class Steps {
    private static final Logger LOG = LoggerFactory.getLogger(Steps.class);

    private Steps() {}

    /** Runs a step. A failure that is not classified is a bug: its stack goes to the log, a sentence to Temporal. */
    static <T> T run(Callable<T> step) {
        try {
            return step.call();
        } catch (ActivityCompletionException e) {
            throw e;
        } catch (LittoralException e) {
            throw failure(e.type(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(FailureType.TRANSIENT, "the worker was stopped");
        } catch (Exception e) {
            String name = Activity.getExecutionContext().getInfo().getActivityType();
            LOG.error("Activity {} failed unexpectedly", name, e);
            throw failure(
                    FailureType.INTERNAL,
                    name + " failed with " + e.getClass().getSimpleName()
                            + ", a bug in Littoral; the worker's log has the stack");
        }
    }

    private static ApplicationFailure failure(FailureType type, String message) {
        ApplicationFailure failure = type == FailureType.TRANSIENT
                ? ApplicationFailure.newFailure(message, type.name())
                : ApplicationFailure.newNonRetryableFailure(message, type.name());
        failure.setStackTrace(new StackTraceElement[0]);
        return failure;
    }
}
