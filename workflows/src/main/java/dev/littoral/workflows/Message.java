package dev.littoral.workflows;

import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.UpdateReport;

/** What reaches a collection, in the order it came. Handlers only enqueue it; the main loop acts. */
sealed interface Message {
    /** A source that was checked; {@code ticket} is null for a signal. */
    record Change(ExternalSource source, String trigger, Ticket ticket) implements Message {}

    /** A signal that is not right. */
    record Bad(String signal, String reason) implements Message {}

    record Refresh(String trigger, Ticket ticket) implements Message {}

    record CancelUpdate() implements Message {}

    record Pause() implements Message {}

    record Resume() implements Message {}

    record Retire() implements Message {}

    /** An update's workflow closed: with a report, or with a failure. */
    record UpdateClosed(long update, UpdateReport report, RuntimeException failure) implements Message {}

    /** Where a waiting request reads which job serves it. Written by the main loop. */
    final class Ticket {
        private long job;
        private String refusal;

        boolean isTaken() {
            return job > 0 || refusal != null;
        }

        /** Why the request cannot be served, or null. */
        String refusal() {
            return refusal;
        }

        void refuse(String reason) {
            refusal = reason;
        }

        long job() {
            return job;
        }

        void job(long number) {
            job = number;
        }
    }
}
