package dev.littoral.activities.tablecatalog.rest;

import java.io.IOException;

/** An answer that arrived and is none of the protocol. Its message repeats nothing of it. */
final class BadReplyException extends IOException {
    private static final long serialVersionUID = 1L;

    BadReplyException(String found) {
        super(found);
    }
}
