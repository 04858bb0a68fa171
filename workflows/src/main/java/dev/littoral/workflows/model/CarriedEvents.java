package dev.littoral.workflows.model;

import java.util.List;

/**
 * What a collection carries of its events: the log has the others.
 *
 * @param sinks how far each sink is
 * @param states events of the state that some sink has not got, oldest first
 * @param last the number of the last event of the state, or 0
 */
public record CarriedEvents(List<SinkCursor> sinks, List<StateEvent> states, long last) {}
