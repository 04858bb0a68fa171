package dev.littoral.activities.source;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.FailureType;

/**
 * A data file that is corrupt or unsupported: its bytes were read, and are not a file that can be served. Only code
 * that inspects or splits files throws it, so an answer of a store or a file system is never taken for a property of a
 * file.
 */
public final class BadFileException extends LittoralException {
    private static final long serialVersionUID = 1L;

    public BadFileException(String message) {
        super(FailureType.INPUT, message);
    }
}
