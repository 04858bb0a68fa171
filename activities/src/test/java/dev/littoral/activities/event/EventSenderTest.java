package dev.littoral.activities.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.catalog.HeadLog;
import dev.littoral.activities.testing.CatalogSchemas;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.model.EventRequest;
import dev.littoral.workflows.model.EventResult;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.model.StateEvent;
import dev.littoral.workflows.model.StateEvent.Kind;
import dev.littoral.workflows.model.Totals;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The way of events from the log of a collection, whose snapshots have no objects, to a sink. */
class EventSenderTest {
    private static final Instant TIME = Instant.parse("2026-11-01T12:00:00Z");
    private static final ExternalSource SOURCE = new ExternalSource("s3://lake/products/", ExternalSpec.parquet());

    private final MemoryCatalogStore store = new MemoryCatalogStore();
    private final HeadLog heads = new HeadLog(store, "products");
    private final RecordingSink sink = new RecordingSink();
    private final EventSender sender =
            new EventSender(store, new Sinks(Map.of("indexer", sink), EventObserver.NONE, Clock.systemUTC()));

    private Head grow(HeadKind... kinds) throws InterruptedException {
        Head newest = heads.newest();
        for (HeadKind kind : kinds) {
            Head next = new Head(
                    newest.version() + 1,
                    newest.version() + 1 + "-xab-7",
                    kind,
                    SOURCE,
                    1,
                    newest.version(),
                    kind == HeadKind.DECLARED
                            ? null
                            : new SnapshotRef(
                                    "snapshots/%010d-1-x/root.json.zst".formatted(newest.version()),
                                    "0".repeat(64),
                                    Totals.NONE,
                                    TIME),
                    7,
                    TIME,
                    "a reason");
            heads.create(newest, next);
            newest = next;
        }
        return newest;
    }

    private EventResult send(long cursor, StateEvent... states) throws InterruptedException {
        return sender.send(
                new EventRequest("products", "indexer", cursor, heads.newest().version(), List.of(states)));
    }

    private static StateEvent state(long number, Kind kind) {
        return StateEvent.of("products", number, kind, TIME, 4, 3, "file x is not Parquet");
    }

    private void delete(long version) {
        store.delete(List.of("products/head/%010d.json".formatted(9_999_999_999L - version)));
    }

    @Test
    void everyVersionIsAnEventInTheOrderOfTheLogThatFollowsTheSchema() throws InterruptedException {
        grow(HeadKind.DECLARED, HeadKind.COMMITTED, HeadKind.ROLLED_BACK, HeadKind.RETIRED);
        assertThat(send(0, state(1, Kind.FAILED), state(2, Kind.BEHIND), state(3, Kind.FRESH)))
                .isEqualTo(new EventResult(4, 3, null, null));
        assertThat(sink.summary())
                .containsExactly(
                        "declared 1", "committed 2", "rolled_back 3", "retired 4", "failed 3", "behind 3", "fresh 3");
        sink.events()
                .forEach(event -> assertThat(CatalogSchemas.EVENT.faults(event))
                        .as(event.toString())
                        .isEmpty());
        JsonNode event = sink.events().get(1);
        assertThat(event.get("specversion").asText()).isEqualTo("1.0");
        assertThat(event.get("id").asText()).isEqualTo("2-xab-7");
        assertThat(event.get("type").asText()).isEqualTo("dev.littoral.collection.committed.v1");
        assertThat(event.get("subject").asText()).isEqualTo("products");
        assertThat(event.get("time").asText()).isEqualTo("2026-11-01T12:00:00Z");
        assertThat(event.at("/data/previousVersion").asLong()).isEqualTo(1);
        assertThat(event.at("/data/sourceUri").asText()).isEqualTo("s3://lake/products/");
        assertThat(event.at("/data/snapshot/sha256").asText()).hasSize(64);
        assertThat(sink.events().get(4).at("/data/reason").asText()).isEqualTo("file x is not Parquet");
    }

    @Test
    void nothingIsSentTwiceWhereTheCursorIsKept() throws InterruptedException {
        grow(HeadKind.DECLARED, HeadKind.COMMITTED);
        EventResult first = send(0);
        grow(HeadKind.COMMITTED);
        assertThat(send(first.cursor()).cursor()).isEqualTo(3);
        assertThat(send(3)).isEqualTo(new EventResult(3, 0, null, null));
        assertThat(sink.summary()).containsExactly("declared 1", "committed 2", "committed 3");
    }

    @Test
    void whatTheSinkDidNotTakeIsSentAgainUnderTheSameId() throws InterruptedException {
        grow(HeadKind.DECLARED, HeadKind.COMMITTED, HeadKind.COMMITTED);
        sink.losesAnswers();
        sink.fail(SinkException.refused("answers 404", Duration.ofSeconds(7)));
        EventResult failed = send(1);
        assertThat(failed)
                .isEqualTo(new EventResult(1, 0, "Sink indexer at memory answers 404", Duration.ofSeconds(7)));
        assertThat(send(failed.cursor()).failure()).isNull();
        assertThat(sink.events())
                .extracting(event -> event.get("id").asText())
                .containsExactly("2-xab-7", "2-xab-7", "3-xab-7");
    }

    @Test
    void aStateEventHasOneIdHoweverOftenItIsSent() throws InterruptedException {
        sink.losesAnswers();
        sink.fail(SinkException.refused("answers 404", null));
        assertThat(send(0, state(1, Kind.FAILED)).state()).isZero();
        assertThat(send(0, state(1, Kind.FAILED)).state()).isEqualTo(1);
        assertThat(sink.events())
                .extracting(event -> event.get("id").asText())
                .hasSize(2)
                .containsOnly(state(1, Kind.FAILED).id());
        assertThat(state(2, Kind.FAILED).id())
                .isNotEqualTo(state(1, Kind.FAILED).id());
    }

    @Test
    void versionsThatWereCleanedAwayAreSaidByTheNextEvent() throws InterruptedException {
        grow(HeadKind.DECLARED, HeadKind.COMMITTED, HeadKind.COMMITTED, HeadKind.COMMITTED, HeadKind.COMMITTED);
        LongStream.rangeClosed(1, 3).forEach(this::delete);
        assertThat(send(1).cursor()).isEqualTo(5);
        assertThat(sink.summary()).containsExactly("committed 4", "committed 5");
        JsonNode first = sink.events().get(0);
        assertThat(first.at("/data/missed")).hasToString("{\"from\":2,\"to\":3}");
        assertThat(CatalogSchemas.EVENT.faults(first)).isEmpty();
        assertThat(sink.events().get(1).at("/data/missed").isMissingNode()).isTrue();
    }

    @Test
    void oneCallSendsAHundredAtMost() throws InterruptedException {
        HeadKind[] kinds = new HeadKind[250];
        Arrays.fill(kinds, HeadKind.DECLARED);
        grow(kinds);
        EventResult result = send(0, state(1, Kind.FAILED));
        assertThat(result).isEqualTo(new EventResult(100, 0, null, null));
        assertThat(send(send(100).cursor(), state(1, Kind.FAILED))).isEqualTo(new EventResult(250, 1, null, null));
        assertThat(sink.events()).hasSize(251);
    }

    @Test
    void aStoreThatFailsEndsTheCallAndKeepsHowFarItCame() throws InterruptedException {
        grow(HeadKind.DECLARED, HeadKind.DECLARED);
        store.fail(MemoryCatalogStore.Call.GET, 3, MemoryCatalogStore.Fault.REQUEST_LOST);
        EventResult result = send(0);
        assertThat(result.cursor()).isEqualTo(1);
        assertThat(result.failure()).isNotBlank();
        assertThat(send(1).cursor()).isEqualTo(2);
    }

    @Test
    void aVersionThatTheLogDoesNotHaveIsAFailure() throws InterruptedException {
        grow(HeadKind.DECLARED);
        EventResult result = sender.send(new EventRequest("products", "indexer", 1, 2, List.of()));
        assertThat(result.cursor()).isEqualTo(1);
        assertThat(result.failure()).contains("has no version 2");
    }

    @Test
    void aSinkThatTheWorkerDoesNotKnowIsAFailure() throws InterruptedException {
        assertThat(sender.send(new EventRequest("products", "other", 3, 3, List.of())))
                .isEqualTo(new EventResult(3, 0, "Sink other is not one of this worker's; expected indexer", null));
    }

    @Test
    void theSourceOfAnEventIsTheCatalogAsAUri() {
        assertThat(CloudEvents.source("s3://bucket/a prefix")).isEqualTo("s3://bucket/a%20prefix");
        assertThat(CloudEvents.source("s3://my_bucket")).isEqualTo("s3://my_bucket");
        assertThat(CloudEvents.source("/data/a catalog")).isEqualTo("file:///data/a%20catalog");
    }
}
