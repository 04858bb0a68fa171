package dev.littoral.activities.event;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.DiffTotals;
import dev.littoral.activities.catalog.SnapshotDiff;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.model.StateEvent;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The CloudEvents of a collection, in JSON's structured mode: one for each version of its log, and those of its state.
 * The schema is {@code docs/schemas/event.schema.json}.
 */
final class CloudEvents {
    private static final Logger LOG = LoggerFactory.getLogger(CloudEvents.class);

    private static final String TYPE = "dev.littoral.collection.";
    private static final String TYPE_VERSION = ".v1";

    /** An event costs a few requests: a difference that would take more is left out. */
    static final int MAX_DIFF_SHARDS = 32;

    private final CollectionCatalog catalog;
    private final String collectionId;
    private final String source;

    /**
     * Events of a collection.
     *
     * @param location the catalog's address
     */
    CloudEvents(CollectionCatalog catalog, String collectionId, String location) {
        this.catalog = catalog;
        this.collectionId = collectionId;
        this.source = source(location);
    }

    /**
     * A CloudEvent.
     *
     * @param source the catalog
     * @param subject the collectionId
     */
    private record CloudEvent(
            String specversion,
            String id,
            String type,
            String source,
            String subject,
            @JsonFormat(shape = JsonFormat.Shape.STRING) Instant time,
            String datacontenttype,
            Object data) {}

    /** Versions of which there will be no event, as they were cleaned away before it was sent. */
    record Missed(long from, long to) {}

    /** What an event says of a version. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record VersionData(
            String collectionId,
            long version,
            Long previousVersion,
            Missed missed,
            String sourceUri,
            long generation,
            long update,
            SnapshotRef snapshot,
            @JsonFormat(shape = JsonFormat.Shape.STRING) Instant listedAt,
            DiffTotals diff,
            String reason) {}

    /** What an event says of a collection's state. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record StateData(String collectionId, long version, Long update, String reason) {}

    /** When the snapshot of a version was listed, and what is different in it, as far as that is known. */
    private record Changes(Instant listedAt, DiffTotals diff) {
        static final Changes UNKNOWN = new Changes(null, null);
    }

    /**
     * The event of a version.
     *
     * @param missed null where the event before it was sent
     */
    Event of(Head head, Missed missed) throws InterruptedException {
        Changes changes = changes(head);
        return event(
                head.commitId(),
                head.kind().name().toLowerCase(Locale.ROOT),
                head.time(),
                new VersionData(
                        collectionId,
                        head.version(),
                        head.version() == 1 ? null : head.version() - 1,
                        missed,
                        head.source().uri(),
                        head.generation(),
                        head.update(),
                        head.snapshot(),
                        changes.listedAt(),
                        changes.diff(),
                        head.reason()));
    }

    Event of(StateEvent state) {
        return event(
                state.id(),
                state.kind().wireName(),
                state.time(),
                new StateData(
                        collectionId, state.version(), state.update() == 0 ? null : state.update(), state.reason()));
    }

    /** Of a version that serves what the one before serves there are none. */
    private Changes changes(Head head) throws InterruptedException {
        if (head.kind() != HeadKind.COMMITTED && head.kind() != HeadKind.ROLLED_BACK) {
            return Changes.UNKNOWN;
        }
        try {
            Optional<Head> before = head.version() == 1
                    ? Optional.of(Head.NONE)
                    : catalog.heads().at(head.version() - 1);
            SnapshotDiff diff = SnapshotDiff.between(catalog, before.orElse(Head.NONE), head);
            return new Changes(
                    diff.listedAt().orElse(null),
                    before.isPresent() && diff.shardsToRead() <= MAX_DIFF_SHARDS ? diff.totals() : null);
        } catch (LittoralException e) {
            if (e.type() != FailureType.INPUT) {
                throw e;
            }
            // What is damaged or cleaned away holds no event up.
            LOG.info("The event of version {} does not say what changed: {}", head.version(), e.getMessage());
            return Changes.UNKNOWN;
        }
    }

    private Event event(String id, String kind, Instant time, Object data) {
        CloudEvent event = new CloudEvent(
                "1.0", id, TYPE + kind + TYPE_VERSION, source, collectionId, time, "application/json", data);
        try {
            return new Event(id, collectionId, time, Json.JSON.writeValueAsString(event));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("An event is always JSON", e);
        }
    }

    /** A catalog's address as a URI. */
    static String source(String location) {
        int scheme = location.indexOf("://");
        if (scheme < 0) {
            return Path.of(location).toUri().toASCIIString();
        }
        int path = location.indexOf('/', scheme + 3);
        try {
            return new URI(
                            location.substring(0, scheme),
                            location.substring(scheme + 3, path < 0 ? location.length() : path),
                            path < 0 ? null : location.substring(path),
                            null,
                            null)
                    .toASCIIString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("A catalog's address can be written as a URI", e);
        }
    }
}
