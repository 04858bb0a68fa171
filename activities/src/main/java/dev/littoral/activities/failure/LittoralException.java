package dev.littoral.activities.failure;

import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.PrintableText;

/**
 * A classified failure: its type decides whether it is retried. Its message is one sentence that a person can act on.
 */
public class LittoralException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Attempts of a step in which a store gives an invalid reply: a passing cause is gone by then. */
    private static final int TRIES_OF_A_STRANGE_REPLY = 3;

    private final FailureType type;
    private final int tries;

    public LittoralException(FailureType type, String message) {
        this(type, message, null);
    }

    public LittoralException(FailureType type, String message, Throwable cause) {
        this(type, message, cause, Integer.MAX_VALUE);
    }

    private LittoralException(FailureType type, String message, Throwable cause, int tries) {
        super(PrintableText.sentence(message), cause);
        this.type = type;
        this.tries = tries;
    }

    public static LittoralException input(String message) {
        return new LittoralException(FailureType.INPUT, message);
    }

    /**
     * A store's reply is invalid: TRANSIENT, as a proxy on the way may have sent it, but retried no more than a few
     * times.
     */
    public static LittoralException strangeReply(String message, Throwable cause) {
        return new LittoralException(FailureType.TRANSIENT, message, cause, TRIES_OF_A_STRANGE_REPLY);
    }

    public FailureType type() {
        return type;
    }

    /**
     * Whether a retry can help.
     *
     * @param attempt the attempt that failed, from 1
     */
    public boolean helpsToTryAgain(int attempt) {
        return type == FailureType.TRANSIENT && attempt < tries;
    }
}
