package dev.littoral.workflows;

import dev.littoral.workflows.model.FailureType;
import io.temporal.payload.codec.PayloadCodecException;

/**
 * A failure of a payload codec, in one sentence without anything of the payload. No {@code DataConverterException}, for
 * which the SDK drops a signal: what cannot be decoded while the codec is away is retried.
 */
public final class CodecException extends PayloadCodecException {
    private static final long serialVersionUID = 1L;

    private final FailureType type;

    /**
     * A failure.
     *
     * @param type TRANSIENT or ACCESS where the codec does not work now, INPUT where it works and cannot decode this
     *     payload
     */
    public CodecException(FailureType type, String sentence) {
        super(sentence);
        this.type = type;
        // It is part of histories, where nobody needs a stack trace.
        setStackTrace(new StackTraceElement[0]);
    }

    public FailureType type() {
        return type;
    }

    /** Whether the codec works, and cannot decode this payload, now or later. */
    boolean isOfPayload() {
        return type == FailureType.INPUT;
    }
}
