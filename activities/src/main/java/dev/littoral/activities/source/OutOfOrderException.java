package dev.littoral.activities.source;

/** A listing that is not in UTF-8 byte order. */
public final class OutOfOrderException extends Exception {
    private static final long serialVersionUID = 1L;

    public OutOfOrderException(String before, String after) {
        super("The store listed " + before + " before " + after + ", which is not the order of UTF-8 bytes");
    }
}
