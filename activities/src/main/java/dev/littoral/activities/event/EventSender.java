package dev.littoral.activities.event;

import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.HeadLog;
import dev.littoral.activities.event.CloudEvents.Missed;
import dev.littoral.activities.event.Sinks.NamedSink;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.workflows.model.EventRequest;
import dev.littoral.workflows.model.EventResult;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.StateEvent;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a collection's events to one sink: those of the versions beyond a cursor in the order of the log, then those of
 * its state. The log is the outbox, so an event that may not have arrived is sent again, under the same id.
 */
public final class EventSender {
    private static final Logger LOG = LoggerFactory.getLogger(EventSender.class);

    /** The most events of one call, so that its cursor is kept now and then. */
    private static final int MAX_EVENTS = 100;

    /** After that no further event of a call is begun. */
    private static final Duration MAX_TIME = Duration.ofSeconds(15);

    private final CatalogStore store;
    private final Sinks sinks;

    public EventSender(CatalogStore store, Sinks sinks) {
        this.store = store;
        this.sinks = sinks;
    }

    /** Sends what there is. A sink or a catalog that fails ends it, and the result says why. */
    public EventResult send(EventRequest request) throws InterruptedException {
        Optional<NamedSink> sink = sinks.find(request.sink());
        if (sink.isEmpty()) {
            return new EventResult(
                    request.cursor(), 0, sinks.refusal(request.sink()).orElseThrow(), null);
        }
        Sending sending = new Sending(request, sink.get());
        try {
            sending.run();
        } catch (SinkException e) {
            String sentence = sink.get().sentence(e);
            LOG.info("{}", sentence);
            return sending.result(sentence, e.retryAfter().orElse(null));
        } catch (LittoralException e) {
            return sending.result(e.getMessage(), null);
        }
        return sending.result(null, null);
    }

    /** One call: how far it is. */
    private final class Sending {
        private final EventRequest request;
        private final NamedSink sink;
        private final HeadLog heads;
        private final CloudEvents events;
        private final long end = System.nanoTime() + MAX_TIME.toNanos();
        private long cursor;
        private long state;
        private int sent;

        Sending(EventRequest request, NamedSink sink) {
            CollectionCatalog catalog = new CollectionCatalog(store, request.collectionId());
            this.request = request;
            this.sink = sink;
            this.heads = catalog.heads();
            this.events = new CloudEvents(catalog, request.collectionId(), store.location());
            this.cursor = request.cursor();
        }

        EventResult result(String failure, Duration retryAfter) {
            return new EventResult(cursor, state, failure, retryAfter);
        }

        void run() throws InterruptedException {
            while (cursor < request.newest() && goesOn()) {
                Head next = next();
                send(events.of(next, next.version() == cursor + 1 ? null : new Missed(cursor + 1, next.version() - 1)));
                cursor = next.version();
            }
            for (StateEvent event : request.states()) {
                if (!goesOn()) {
                    return;
                }
                send(events.of(event));
                state = event.number();
            }
        }

        private boolean goesOn() {
            return sent < MAX_EVENTS && System.nanoTime() - end < 0;
        }

        private void send(Event event) throws InterruptedException {
            sink.send(event);
            sent++;
        }

        /** The version after the cursor, or the oldest one that is kept where that was cleaned away. */
        private Head next() throws InterruptedException {
            Optional<Head> next = heads.at(cursor + 1);
            if (next.isEmpty()) {
                next = heads.at(Math.max(heads.oldest(), cursor + 1));
            }
            return next.orElseThrow(() -> new LittoralException(
                    FailureType.TRANSIENT,
                    "The log of collection " + request.collectionId() + " in catalog " + store.location()
                            + " has no version " + (cursor + 1) + "; expected those up to " + request.newest()));
        }
    }
}
