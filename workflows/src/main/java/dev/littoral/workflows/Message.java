package dev.littoral.workflows;

import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.UpdateReport;

/** What reaches a collection, in the order it came. Handlers only enqueue it; the main loop acts. */
sealed interface Message {
    /** A source that was checked; {@code reply} is null for a signal. */
    record Change(ExternalSource source, String trigger, PendingReply reply) implements Message {}

    /** A signal that is not right. */
    record Rejected(String signal, String reason) implements Message {}

    record Refresh(String trigger, PendingReply reply) implements Message {}

    record CancelUpdate() implements Message {}

    record Pause() implements Message {}

    record Resume() implements Message {}

    record Retire() implements Message {}

    /** An update's workflow closed: with a report, or with a failure. */
    record UpdateClosed(long update, UpdateReport report, RuntimeException failure) implements Message {}
}
