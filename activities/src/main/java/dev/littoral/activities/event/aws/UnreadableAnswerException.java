package dev.littoral.activities.event.aws;

import java.io.IOException;

/** An answer that arrived and that neither SNS nor SQS gives. Its message says what it is and repeats nothing of it. */
final class UnreadableAnswerException extends IOException {
    private static final long serialVersionUID = 1L;

    UnreadableAnswerException(String found) {
        super(found);
    }
}
