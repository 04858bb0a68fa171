package dev.littoral.activities.event;

import java.time.Duration;
import java.util.Optional;

/**
 * The failure of a sink to take an event. Its message says what the sink does, as {@code answers 503; expected a status
 * of 200 to 299}, without secrets.
 */
public final class SinkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Duration retryAfter;
    private final boolean unavailable;

    private SinkException(String message, boolean unavailable, Duration retryAfter, Throwable cause) {
        super(message, cause);
        this.unavailable = unavailable;
        this.retryAfter = retryAfter;
    }

    /** The sink cannot be reached. */
    public static SinkException unreachable(String message, Throwable cause) {
        return new SinkException(message, true, null, cause);
    }

    /** The sink takes no event of anybody now, and says until when; null where it does not. */
    public static SinkException unavailable(String message, Duration retryAfter) {
        return new SinkException(message, true, retryAfter, null);
    }

    /** The sink does not take this event. */
    public static SinkException refused(String message, Duration retryAfter) {
        return new SinkException(message, false, retryAfter, null);
    }

    /** Whether it would not take another event either. */
    public boolean isUnavailable() {
        return unavailable;
    }

    /** How long the sink wants to be left alone. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
