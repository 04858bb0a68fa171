package dev.littoral.workflows.model;

/** A message that asks for something that cannot be. The text is one sentence: the key, what was found, what is expected. */
public final class InvalidRequestException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidRequestException(String message) {
        super(message);
    }
}
