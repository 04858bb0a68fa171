package dev.littoral.activities.failure;

import java.util.Optional;

/**
 * Failures of the process rather than of its work: it ran out of memory, or its classes cannot be loaded. A stack
 * overflow is not one of them, but a bug of the work.
 */
public final class ProcessFailures {
    private ProcessFailures() {}

    /** What is wrong with the process, in a sentence, where a failure or one of its causes shows it. */
    public static Optional<String> in(Throwable failure) {
        return of(failure).map(error -> switch (error) {
            case OutOfMemoryError e -> "the worker ran out of memory; expected a larger heap (-Xmx)";
            case LinkageError e ->
                "a class cannot be loaded (" + e.getClass().getSimpleName()
                        + "); expected the jar that the worker was started from";
            default -> "the Java virtual machine failed (" + error.getClass().getSimpleName() + ")";
        });
    }

    /** The failure itself or the first of its causes that is one of these. */
    public static Optional<Error> of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if ((cause instanceof VirtualMachineError && !(cause instanceof StackOverflowError))
                    || cause instanceof LinkageError) {
                return Optional.of((Error) cause);
            }
        }
        return Optional.empty();
    }
}
