package dev.littoral.workflows;

import dev.littoral.workflows.model.FailureType;
import io.temporal.payload.codec.PayloadCodecException;

/**
 * A failure of a payload codec, in a sentence that repeats nothing of a payload. No {@code DataConverterException}, as the SDK
 * drops a signal for that: what a codec that is away cannot decode is tried again.
 */
public final class CodecException extends PayloadCodecException {
    private static final long serialVersionUID = 1L;

    private final FailureType type;

    /**
     * A failure.
     *
     * @param type TRANSIENT or ACCESS where the codec does not work now, INPUT where it works and cannot decode this payload
     */
    public CodecException(FailureType type, String sentence) {
        super(sentence);
        this.type = type;
        // It stands in histories, where its reader has no use for a stack.
        setStackTrace(new StackTraceElement[0]);
    }

    public FailureType type() {
        return type;
    }

    /** Whether the codec works, and it is the payload that it cannot decode, now and for ever. */
    boolean isOfPayload() {
        return type == FailureType.INPUT;
    }
}
