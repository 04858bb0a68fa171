package dev.littoral.activities.source;

/** The store lists in another order than UTF-8 bytes. */
public final class OutOfOrderException extends Exception {
    private static final long serialVersionUID = 1L;

    public OutOfOrderException(String before, String after) {
        super("The store listed " + before + " before " + after + ", which is not the order of UTF-8 bytes");
    }
}
