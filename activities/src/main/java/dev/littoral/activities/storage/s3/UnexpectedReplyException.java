package dev.littoral.activities.storage.s3;

import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * A reply that no store should give: not one that was cut off, but one that says what was not asked, in a form that is
 * not S3's, or without an end. The SDK does not try again, {@link S3Bucket} does once. The message says what is wrong
 * with the reply, and what is expected of one.
 */
public final class UnexpectedReplyException extends SdkClientException {
    private static final long serialVersionUID = 1L;

    private final boolean slow;

    public UnexpectedReplyException(String what) {
        this(what, false);
    }

    private UnexpectedReplyException(String what, boolean slow) {
        super(SdkClientException.builder().message(what));
        this.slow = slow;
    }

    /** A reply that takes so long that asking again at once would only take as long again. */
    static UnexpectedReplyException slow(String what) {
        return new UnexpectedReplyException(what, true);
    }

    /** The SDK makes another exception of one, to say how often it has tried; this one is its cause then. */
    @Override
    public Builder toBuilder() {
        return super.toBuilder().cause(this);
    }

    boolean isSlow() {
        return slow;
    }
}
