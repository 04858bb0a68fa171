package dev.littoral.activities.consumer;

/** An entry of a log cannot be read as what it should be. Its message says how, in one sentence. */
final class DamagedEntryException extends Exception {
    private static final long serialVersionUID = 1L;

    DamagedEntryException(String message, Throwable cause) {
        super(message, cause);
    }
}
