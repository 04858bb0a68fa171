package dev.littoral.workflows;

import java.util.List;

/** The names of signals, updates and queries on the wire: what clients send, and what a sentence says was expected. */
public final class MessageNames {
    public static final String SOURCE_CHANGED = "sourceChanged";
    public static final String CHANGE_SOURCE = "changeSource";

    /** Both a signal and an update. */
    public static final String REFRESH = "refresh";

    public static final String CANCEL_UPDATE = "cancelUpdate";
    public static final String PAUSE = "pause";
    public static final String RESUME = "resume";

    /** Both a signal and an update. */
    public static final String ROLLBACK = "rollback";

    public static final String RETIRE = "retire";
    /** Holds a version for a consumer. */
    public static final String LEASE = "lease";

    /** Says what a consumer serves. */
    public static final String ACKNOWLEDGE = "acknowledge";

    public static final String STATUS = "status";
    public static final String JOBS = "jobs";
    public static final String CONSUMERS = "consumers";

    /** The signal by which a worker reports progress and retries to a collection. */
    public static final String PROGRESS_SIGNAL = "news";

    /** The query of an update's progress. */
    public static final String PROGRESS = "progress";

    /** The signal by which a collection learns whether an update's workflow still runs. */
    public static final String PING = "areYouThere";

    /** Signals to a collection that clients send. */
    static final List<String> SIGNALS =
            List.of(SOURCE_CHANGED, REFRESH, CANCEL_UPDATE, PAUSE, RESUME, ROLLBACK, RETIRE);

    /** Updates to a collection. */
    static final List<String> UPDATES = List.of(CHANGE_SOURCE, REFRESH, ROLLBACK, LEASE, ACKNOWLEDGE);

    /** Queries of a collection. */
    static final List<String> QUERIES = List.of(STATUS, JOBS, CONSUMERS);

    private MessageNames() {}

    /** The names as a sentence says them: {@code a, b or c}. */
    static String oneOf(List<String> names) {
        int last = names.size() - 1;
        return String.join(", ", names.subList(0, last)) + " or " + names.get(last);
    }
}
