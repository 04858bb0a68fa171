package dev.littoral.activities.event;

/** A sink: what takes events. Safe for use by many threads. */
public interface Sink extends AutoCloseable {
    /**
     * Sends an event. When it returns, the sink has it.
     *
     * @throws SinkException when the sink may not have it
     */
    void send(Event event) throws InterruptedException;

    /** Where it is, for people: no path, query or user of a URL, as these can be secrets. */
    String place();

    @Override
    void close();
}
