package dev.littoral.workflows.model;

/**
 * A message that asks for something that cannot be. The text is one sentence: the key, what was found, what is expected. Nothing
 * else is said of it wherever it is printed: Temporal answers a query that fails with its stack, which is of no use to whoever
 * sent it.
 */
public final class InvalidRequestException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidRequestException(String message) {
        super(message, null, false, false);
    }

    @Override
    @SuppressWarnings("OverrideThrowableToString") // the class name is to be left out, too
    public String toString() {
        return getMessage();
    }
}
