package dev.littoral.activities.event;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The sinks of a worker by name. One that takes nothing now is not asked again for a moment: each of many collections
 * would wait for it in turn. Safe for use by many threads.
 */
public final class Sinks implements AutoCloseable {
    /** How long a sink that takes nothing is not asked. */
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private static final Duration MAX_PAUSE = Duration.ofMinutes(1);

    private final Map<String, NamedSink> sinks = new TreeMap<>();
    private final EventObserver observer;
    private final Clock clock;

    /** Sinks by name, closed with this. */
    public Sinks(Map<String, Sink> named, EventObserver observer, Clock clock) {
        this.observer = observer;
        this.clock = clock;
        named.forEach((name, sink) -> sinks.put(name, new NamedSink(name, sink)));
    }

    /** The sink of a name, or empty where the worker knows none. */
    Optional<NamedSink> find(String name) {
        return Optional.ofNullable(sinks.get(name));
    }

    /** Why a sink is not known, in one sentence, or empty where it is. */
    public Optional<String> refusal(String name) {
        return sinks.containsKey(name)
                ? Optional.empty()
                : Optional.of("Sink " + name + " is not one of this worker's; expected "
                        + (sinks.isEmpty() ? "a worker that --sink names one for" : String.join(", ", sinks.keySet())));
    }

    @Override
    public void close() {
        sinks.values().forEach(named -> named.sink.close());
    }

    /** A sink, and whether it takes nothing now. */
    final class NamedSink {
        private final String name;
        private final Sink sink;
        private volatile Refusal refusal;

        /** What a sink said that takes nothing, and until when that counts. */
        private record Refusal(String message, Instant until) {}

        NamedSink(String name, Sink sink) {
            this.name = name;
            this.sink = sink;
        }

        /**
         * Sends an event.
         *
         * @throws SinkException when the sink may not have it
         */
        void send(Event event) throws InterruptedException {
            Refusal last = refusal;
            if (last != null && clock.instant().isBefore(last.until())) {
                throw SinkException.unavailable(last.message(), Duration.between(clock.instant(), last.until()));
            }
            try {
                sink.send(event);
                refusal = null;
                observer.tried(name, true);
            } catch (SinkException e) {
                observer.tried(name, false);
                if (e.isUnavailable()) {
                    Duration pause = e.retryAfter().orElse(PAUSE);
                    pause = pause.compareTo(MAX_PAUSE) > 0 ? MAX_PAUSE : pause;
                    refusal = new Refusal(e.getMessage(), clock.instant().plus(pause));
                }
                throw e;
            }
        }

        /** A failure as a sentence. */
        String sentence(SinkException failure) {
            return "Sink " + name + " at " + sink.place() + " " + failure.getMessage();
        }
    }
}
