package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.catalog.DiffTotals;
import dev.littoral.activities.catalog.SnapshotDiff;
import dev.littoral.activities.event.EventObserver;
import dev.littoral.activities.event.RecordingSink;
import dev.littoral.activities.event.Sinks;
import dev.littoral.activities.protocol.InActivity;
import dev.littoral.activities.testing.CatalogSchemas;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.model.EventRequest;
import dev.littoral.workflows.model.EventResult;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.StateEvent;
import io.temporal.failure.ApplicationFailure;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Events of a collection whose updates are real. */
@Timeout(600)
class EventActivitiesTest {
    @TempDir
    private Path folder;

    private final MemoryCatalogStore store = new MemoryCatalogStore();
    private final Pipeline pipeline = new Pipeline(store, PipelineTest.local(), 10);
    private final RecordingSink sink = new RecordingSink();
    private final Sinks sinks = new Sinks(Map.of("indexer", sink), EventObserver.NONE, Clock.systemUTC());

    @AfterEach
    void close() {
        pipeline.close();
    }

    private <T> T asked(String workflowId, String type, Function<EventActivitiesImpl, T> call) {
        return InActivity.call(
                () -> call.apply(new EventActivitiesImpl(store, sinks, () -> new ActivityCaller(workflowId, type, 1))));
    }

    private EventResult send(EventRequest request) {
        return asked("c", ExternalCollectionWorkflow.TYPE, activities -> activities.sendEvents(request));
    }

    private void refused(EventRequest request, String sentence) {
        assertThatThrownBy(() -> send(request))
                .hasRootCauseInstanceOf(ApplicationFailure.class)
                .rootCause()
                .hasMessageContaining(sentence)
                .hasMessageContaining("; expected");
        assertThat(sink.events()).isEmpty();
    }

    @Test
    void anEventSaysWhatItsVersionChangedAndFollowsTheSchema() throws Exception {
        Lake lake = Lake.in(folder.resolve("lake"));
        ExternalSource source = new ExternalSource(lake.place().uri(), ExternalSpec.parquet());
        for (int i = 0; i < 5; i++) {
            lake.write("part-%02d.parquet".formatted(i), 1_000, 0);
        }
        pipeline.update(source, PipelineTest.options(5_000));
        lake.write("part-06.parquet", 700, 0);
        lake.delete("part-00.parquet");
        pipeline.update(source, PipelineTest.options(5_000));

        assertThat(send(new EventRequest("c", "indexer", 0, 3, List.of())).cursor())
                .isEqualTo(3);
        assertThat(sink.summary()).containsExactly("declared 1", "committed 2", "committed 3");
        for (JsonNode event : sink.events()) {
            assertThat(CatalogSchemas.EVENT.faults(event)).as(event.toString()).isEmpty();
        }
        JsonNode data = sink.events().get(2).get("data");
        Head head = pipeline.head();
        DiffTotals totals = SnapshotDiff.between(
                        pipeline.catalog(), pipeline.catalog().heads().at(2).orElseThrow(), head)
                .totals();
        assertThat(totals.newRows()).isEqualTo(700);
        assertThat(data.get("diff")).hasToString(Json.tree(totals).toString());
        assertThat(data.get("snapshot")).hasToString(Json.tree(head.snapshot()).toString());
        assertThat(data.get("listedAt").asText()).isNotBlank();
        assertThat(sink.events().get(1).at("/data/diff/newRows").asLong()).isEqualTo(5_000);
        assertThat(sink.events().get(0).at("/data/diff").isMissingNode()).isTrue();
    }

    @Test
    void onlyItsCollectionCanAskForEvents() {
        EventRequest request = new EventRequest("c", "indexer", 0, 0, List.of());
        assertThatThrownBy(() -> asked("d", ExternalCollectionWorkflow.TYPE, each -> each.sendEvents(request)))
                .rootCause()
                .hasMessageContaining("expected the collection c");
        assertThatThrownBy(() -> asked("c", "Other", each -> each.sendEvents(request)))
                .rootCause()
                .hasMessageContaining("of the type " + ExternalCollectionWorkflow.TYPE);
    }

    @Test
    void inputThatNoCollectionSendsIsRefused() {
        StateEvent event = StateEvent.of("c", 1, StateEvent.Kind.FAILED, Instant.EPOCH, 1, 1, "x");
        refused(null, "the request is missing");
        refused(new EventRequest("c", "Indexer!", 0, 0, List.of()), "sink is");
        refused(new EventRequest("c", null, 0, 0, List.of()), "sink is");
        refused(new EventRequest("c", "indexer", -1, 0, List.of()), "cursor is -1");
        refused(new EventRequest("c", "indexer", 0, Long.MAX_VALUE, List.of()), "newest is");
        refused(new EventRequest("c", "indexer", 0, 0, null), "states has no entries");
        refused(new EventRequest("c", "indexer", 0, 0, Collections.nCopies(51, event)), "states has 51 entries");
        refused(
                new EventRequest("c", "indexer", 0, 0, Arrays.asList((StateEvent) null)),
                "states has what is no event");
        refused(
                new EventRequest(
                        "c",
                        "indexer",
                        0,
                        0,
                        List.of(new StateEvent(1, StateEvent.Kind.FAILED, "a b", Instant.EPOCH, 1, 1, "x"))),
                "states has what is no event");
        refused(
                new EventRequest(
                        "c",
                        "indexer",
                        0,
                        0,
                        List.of(StateEvent.of("c", 1, StateEvent.Kind.FAILED, Instant.EPOCH, 1, 1, "a\nb"))),
                "states has what is no event");
    }

    @Test
    void sinksThatTheWorkerDoesNotKnowAreRefusedAtTheStart() {
        assertThatThrownBy(() -> asked("c", ExternalCollectionWorkflow.TYPE, each -> {
                    each.checkSinks("c", List.of("indexer", "other"));
                    return null;
                }))
                .rootCause()
                .hasMessageContaining("Sink other is not one of this worker's; expected indexer");
        asked("c", ExternalCollectionWorkflow.TYPE, each -> {
            each.checkSinks("c", List.of("indexer"));
            return null;
        });
    }
}
