package dev.littoral.workflows.model;

import java.util.List;

/**
 * The input of sending events.
 *
 * @param collectionId the collection
 * @param sink the sink's name in the worker's settings
 * @param cursor the version whose event was sent last, or 0
 * @param newest the newest version known: events are sent up to it
 * @param states events of the collection's state that the sink has not got, oldest first; they follow those of the log
 */
public record EventRequest(String collectionId, String sink, long cursor, long newest, List<StateEvent> states) {
    /** The most events of the state that wait for a sink. */
    public static final int MAX_STATES = 50;
}
