package dev.littoral.activities.steps;

import dev.littoral.activities.catalog.StagingGoneException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.failure.ProcessFailures;
import dev.littoral.workflows.UpdateActivities;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.InvalidRequestException;
import io.temporal.activity.Activity;
import io.temporal.client.ActivityCompletionException;
import io.temporal.client.ActivityWorkerShutdownException;
import io.temporal.failure.ApplicationFailure;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Converts failures of activities to Temporal's: each gets its type, which decides whether it is retried, and no stack
 * trace.
 */
final class ActivityFailures {
    private static final Logger LOG = LoggerFactory.getLogger(ActivityFailures.class);

    private static final String STOPPED = "the worker was stopped";

    private ActivityFailures() {}

    /**
     * Runs a step. A failure that is not classified is a bug: its stack goes to the log, a sentence to Temporal.
     *
     * @throws Error where the process is what failed, see {@link ProcessFailures}
     */
    static <T> T run(Callable<T> step) {
        try {
            return step.call();
        } catch (ActivityWorkerShutdownException e) {
            throw failure(FailureType.TRANSIENT, STOPPED, true);
        } catch (ActivityCompletionException e) {
            throw e;
        } catch (StagingGoneException e) {
            throw failure(ApplicationFailure.newNonRetryableFailure(e.getMessage(), UpdateActivities.STAGING_GONE));
        } catch (InvalidRequestException e) {
            throw failure(FailureType.INPUT, e.getMessage(), false);
        } catch (LittoralException e) {
            if (e.type() == FailureType.INTERNAL) {
                LOG.error("Activity {} failed unexpectedly", activity(), e);
            }
            throw failure(
                    e.type(),
                    e.getMessage(),
                    e.helpsToTryAgain(Activity.getExecutionContext().getInfo().getAttempt()));
        } catch (InterruptedException e) {
            throw failure(FailureType.TRANSIENT, STOPPED, true);
        } catch (Exception | Error e) {
            LOG.error("Activity {} failed unexpectedly", activity(), e);
            Optional<Error> failed = ProcessFailures.of(e);
            if (failed.isPresent()) {
                throw failed.get();
            }
            // An error on another thread arrives wrapped.
            Throwable bug = e instanceof ExecutionException ? e.getCause() : e;
            throw failure(
                    FailureType.INTERNAL,
                    activity() + " failed with " + bug.getClass().getSimpleName()
                            + ", a bug in Littoral; the worker's log has the stack",
                    false);
        } finally {
            // A worker that stops has interrupted this thread. With the interrupt set, the SDK could not report how the
            // step ended, and another worker would resume only after the heartbeat timeout.
            Thread.interrupted();
        }
    }

    private static String activity() {
        return Activity.getExecutionContext().getInfo().getActivityType();
    }

    private static ApplicationFailure failure(FailureType type, String message, boolean again) {
        return failure(
                again
                        ? ApplicationFailure.newFailure(message, type.name())
                        : ApplicationFailure.newNonRetryableFailure(message, type.name()));
    }

    private static ApplicationFailure failure(ApplicationFailure failure) {
        failure.setStackTrace(new StackTraceElement[0]);
        return failure;
    }
}
