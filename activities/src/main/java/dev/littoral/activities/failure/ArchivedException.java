package dev.littoral.activities.failure;

/**
 * A file that its store keeps and does not hand over, since it is archived. Nothing is known of its bytes, and another
 * time it may be readable.
 */
public final class ArchivedException extends LittoralException {
    private static final long serialVersionUID = 1L;

    public ArchivedException(LittoralException refusal) {
        super(refusal.type(), refusal.getMessage(), refusal);
    }
}
