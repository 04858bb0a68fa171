package dev.littoral.workflows;

import dev.littoral.workflows.model.ConsumersSeen;
import dev.littoral.workflows.model.EventResult;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.spec.RollbackTarget;

/** A message to a collection. Handlers put it into the inbox; the main loop handles it. */
sealed interface Message {
    /** A request that is served, or refused. */
    sealed interface Request extends Message {
        /** The message's name. */
        String trigger();

        /** Where an update handler waits, or null for a signal. */
        PendingReply reply();
    }

    /** A valid source. */
    record ChangeSource(ExternalSource source, String trigger, PendingReply reply) implements Request {}

    /** A signal that is not valid. */
    record Rejected(String signal, String reason) implements Message {}

    record Refresh(String trigger, PendingReply reply) implements Request {}

    /** A valid rollback. */
    record Rollback(RollbackTarget target, PendingReply reply) implements Request {
        @Override
        public String trigger() {
            return MessageNames.ROLLBACK;
        }
    }

    record CancelUpdate() implements Message {}

    record Pause() implements Message {}

    record Resume() implements Message {}

    record Retire() implements Message {}

    /** An update's workflow closed: with a report, or with a failure. */
    record UpdateClosed(long update, UpdateReport report, RuntimeException failure) implements Message {}

    /** Sending events to a sink has ended: with a result, or with a failure. */
    record EventsSent(String sink, EventResult result, RuntimeException failure) implements Message {}

    /** A consumer has said something by a message. */
    record ConsumerSaid() implements Message {}

    /** A look at the consumers has ended: with what it found, or with a failure. */
    record ConsumersLooked(ConsumersSeen found, RuntimeException failure) implements Message {}
}
