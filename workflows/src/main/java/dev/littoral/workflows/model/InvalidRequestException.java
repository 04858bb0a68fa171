package dev.littoral.workflows.model;

/**
 * A message that is not valid. Its text is one sentence: the key, what was found, what is expected. It has no stack
 * trace and prints as that sentence, as Temporal answers a query that fails with what the exception prints.
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
