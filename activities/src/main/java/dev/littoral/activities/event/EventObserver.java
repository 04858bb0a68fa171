package dev.littoral.activities.event;

/** Observer of the tries to send events. Called on threads of activities; it must not block. */
@FunctionalInterface
public interface EventObserver {
    /** Observes nothing. */
    EventObserver NONE = (sink, sent) -> {};

    /**
     * An event was sent to a sink, or was not taken.
     *
     * @param sink the sink's name
     */
    void tried(String sink, boolean sent);
}
