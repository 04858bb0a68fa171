package dev.littoral.activities.parquet;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.FailureType;

/**
 * A data file that is corrupt or unsupported: its bytes were read, and are not a Parquet file that can be served. Only
 * this package makes one, so an answer of a store or a file system is never taken for a property of a file.
 */
public final class BadFileException extends LittoralException {
    private static final long serialVersionUID = 1L;

    BadFileException(String message) {
        super(FailureType.INPUT, message);
    }
}
