package dev.littoral.activities.parquet;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.FailureType;

/**
 * A finding about a file: its bytes were read, and they are not what a source's file has to be. Only this package makes one, so
 * that nothing a store or a file system answers is ever taken for a property of a file.
 */
public final class BadFileException extends LittoralException {
    private static final long serialVersionUID = 1L;

    BadFileException(String message) {
        super(FailureType.INPUT, message);
    }
}
