package dev.littoral.activities.failure;

/**
 * A file that its store does not return because it is archived. Nothing is known about its bytes, and it may be
 * readable later.
 */
public final class ArchivedException extends LittoralException {
    private static final long serialVersionUID = 1L;

    public ArchivedException(LittoralException refusal) {
        super(refusal.type(), refusal.getMessage(), refusal);
    }
}
