package dev.littoral.activities;

import dev.littoral.workflows.model.FailureType;

/** A failure with the class that decides what happens next. Its message is one sentence that a person can act on. */
public class LittoralException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final FailureType type;

    public LittoralException(FailureType type, String message) {
        this(type, message, null);
    }

    public LittoralException(FailureType type, String message, Throwable cause) {
        super(message, cause);
        this.type = type;
    }

    public static LittoralException input(String message) {
        return new LittoralException(FailureType.INPUT, message);
    }

    public FailureType type() {
        return type;
    }
}
