package dev.littoral.activities.source.iceberg;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.FailureType;
import java.util.concurrent.Callable;
import org.apache.avro.InvalidAvroMagicException;

/**
 * Failures of Iceberg's library, run on what a table says. The store's own come out as they are, whatever the library
 * wraps them in; all others mean that the table is damaged.
 */
final class LibraryFailures {
    private static final int MAX_REASON = 300;

    /** As Avro's library says it. */
    private static final String UNKNOWN_CODEC = "Unrecognized codec: ";

    private LibraryFailures() {}

    /** Carries a checked exception of the store through the library. */
    static final class Carrier extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Carrier(Exception carried) {
            super(carried);
        }
    }

    /**
     * Runs the library.
     *
     * @param what is read, as a message begins with it
     * @throws LittoralException INPUT when that is damaged
     */
    static <T> T read(String what, Callable<T> library) throws FileChangedException, InterruptedException {
        try {
            return library.call();
        } catch (Exception | StackOverflowError | LinkageError e) {
            throw failure(what, e);
        }
    }

    /**
     * The failure to throw for what the library threw.
     *
     * @throws FileChangedException as the store threw it, as are its other failures
     */
    private static RuntimeException failure(String what, Throwable failure)
            throws FileChangedException, InterruptedException {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof FileChangedException changed) {
                throw changed;
            } else if (each instanceof InterruptedException interrupted) {
                throw interrupted;
            } else if (each instanceof LittoralException known) {
                throw known;
            }
        }
        if (failure instanceof LinkageError) {
            return damaged(what, "it needs a codec that is not there, " + reason(failure), failure);
        }
        return damaged(what, reason(failure), failure);
    }

    private static LittoralException damaged(String what, String reason, Throwable cause) {
        return new LittoralException(
                FailureType.INPUT,
                what + " cannot be read: found that " + reason
                        + "; expected what the specification of Iceberg says: repair the table, or serve another"
                        + " version of it",
                cause);
    }

    /** What the library says, in one line of bounded length. */
    private static String reason(Throwable failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null && deepest.getCause() != deepest) {
            deepest = deepest.getCause();
        }
        if (deepest instanceof IndexOutOfBoundsException
                || deepest instanceof ClassCastException
                || deepest instanceof NullPointerException
                || deepest instanceof NegativeArraySizeException) {
            // What the library says then is about its own code.
            return "its content is not as it says itself that it is ("
                    + deepest.getClass().getSimpleName() + ")";
        }
        if (deepest instanceof InvalidAvroMagicException) {
            return "it is no Avro file";
        }
        String message = deepest.getMessage() == null
                ? deepest.getClass().getSimpleName()
                : deepest.getMessage().replaceAll("\\s+", " ");
        if (message.startsWith(UNKNOWN_CODEC)) {
            message = AvroCodecs.unknown(message.substring(UNKNOWN_CODEC.length()));
        }
        return message.length() <= MAX_REASON ? message : message.substring(0, MAX_REASON) + "…";
    }
}
