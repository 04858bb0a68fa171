package dev.littoral.starter.server;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.Output;
import dev.littoral.starter.cli.ShutdownSignal;
import dev.littoral.workflows.ConsumerText;
import dev.littoral.workflows.model.ConsumerState;
import dev.littoral.workflows.model.ConsumerStatus;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.ServingState;
import dev.littoral.workflows.model.ServingStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** The wait until the consumers of a collection serve its newest snapshot. */
public final class ServedWait {
    private static final long FIRST_POLL_MILLIS = 100;
    private static final long MAX_POLL_MILLIS = 2_000;

    /** How long no answer may come meanwhile. */
    private static final Duration SILENCE = Duration.ofSeconds(60);

    private final String collectionId;
    private final ShutdownSignal shutdown;
    private final ProgressDisplay progress;
    private final Duration timeout;

    /**
     * A wait.
     *
     * @param timeout after which it is given up, or null for never
     */
    public ServedWait(String collectionId, ShutdownSignal shutdown, ProgressDisplay progress, Duration timeout) {
        this.collectionId = collectionId;
        this.shutdown = shutdown;
        this.progress = progress;
        this.timeout = timeout;
    }

    /**
     * Waits until all that count serve the newest snapshot, one cannot, or the time is up.
     *
     * @throws LittoralException INPUT where there is nobody to wait for; TRANSIENT where no answer comes
     */
    public ExitCode await(Callable<ServingStatus> question) throws InterruptedException {
        long began = System.nanoTime();
        long heard = began;
        long wait = FIRST_POLL_MILLIS;
        String said = "";
        while (true) {
            try {
                ServingStatus serving = asked(question);
                heard = System.nanoTime();
                Optional<ExitCode> end = end(serving);
                String now = ConsumerText.serving(serving);
                if (!now.equals(said) || end.isPresent()) {
                    progress.say(collectionId + " " + Output.path(now));
                    said = now;
                }
                if (end.isPresent()) {
                    return end.get();
                }
            } catch (LittoralException e) {
                if (e.type() != FailureType.TRANSIENT || System.nanoTime() - heard > SILENCE.toNanos()) {
                    throw e;
                }
            }
            if (timeout != null) {
                long left = timeout.toMillis() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
                if (left <= 0) {
                    progress.say(collectionId + " stopped waiting for its consumers after " + timeout);
                    return ExitCode.REFUSED;
                }
                wait = Math.min(wait, left);
            }
            if (shutdown.isRequestedWithin(wait)) {
                return ExitCode.STOPPED;
            }
            wait = Math.min(MAX_POLL_MILLIS, wait * 3 / 2);
        }
    }

    private static ServingStatus asked(Callable<ServingStatus> question) throws InterruptedException {
        try {
            return question.call();
        } catch (RuntimeException | InterruptedException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("Asking for consumers throws nothing else that is checked", e);
        }
    }

    private Optional<ExitCode> end(ServingStatus serving) {
        if (serving.state() == ServingState.SERVED) {
            return Optional.of(ExitCode.OK);
        }
        if (serving.state() == ServingState.WRONG) {
            return Optional.of(ExitCode.REFUSED);
        }
        if (serving.state() == null) {
            throw LittoralException.input("Collection " + collectionId + " has no consumer to wait for;"
                    + " expected one that the option consumers names, or that has written to the catalog");
        }
        boolean cannot = serving.consumers().stream()
                .filter(consumer -> consumer.named() || consumer.goesOn())
                .anyMatch(consumer -> cannotServe(consumer, serving.version()));
        return cannot ? Optional.of(ExitCode.REFUSED) : Optional.empty();
    }

    /** One that is gone, was let go, or could not build: it may come back, but nobody knows when. */
    private static boolean cannotServe(ConsumerStatus consumer, long newest) {
        boolean failed = consumer.state() == ConsumerState.FAILED && consumer.version() >= newest;
        return !consumer.servesNewest() && (failed || consumer.letGo() || consumer.state() == ConsumerState.GONE);
    }
}
