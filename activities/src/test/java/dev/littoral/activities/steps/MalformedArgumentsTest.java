package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.activities.catalog.ObjectCache;
import dev.littoral.activities.event.EventObserver;
import dev.littoral.activities.event.RecordingSink;
import dev.littoral.activities.event.Sinks;
import dev.littoral.activities.protocol.InActivity;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.CatalogActivities;
import dev.littoral.workflows.EventActivities;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.MessageConverter;
import dev.littoral.workflows.SourcePolicy;
import dev.littoral.workflows.UpdateActivities;
import dev.littoral.workflows.UpdateExternalCollectionWorkflow;
import dev.littoral.workflows.model.CleanRequest;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.CommitRequest;
import dev.littoral.workflows.model.DeclareRequest;
import dev.littoral.workflows.model.DiscardRequest;
import dev.littoral.workflows.model.EventRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.ListRequest;
import dev.littoral.workflows.model.ListingOutcome;
import dev.littoral.workflows.model.RetireRequest;
import dev.littoral.workflows.model.RollbackRequest;
import dev.littoral.workflows.model.ShardsRequest;
import dev.littoral.workflows.model.StateEvent;
import io.temporal.api.common.v1.Payloads;
import io.temporal.common.converter.DataConverter;
import io.temporal.failure.ApplicationFailure;
import io.temporal.payload.context.ActivitySerializationContext;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Arguments of activities that are null, missing, or of another type, at any depth, as a worker hands them from a
 * payload to the code. Each call is one of a real update with one value changed.
 */
class MalformedArgumentsTest {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final CollectionOptions OPTIONS =
            new CollectionOptions(10, null, false, 1, Duration.ofDays(7), null);

    /** What a value is changed to. */
    private static final List<JsonNode> OTHERS = List.of(
            JSON.nullNode(),
            JSON.textNode("other"),
            JSON.textNode(""),
            JSON.numberNode(-1),
            JSON.numberNode(1.5),
            JSON.numberNode(Long.MAX_VALUE),
            JSON.booleanNode(true),
            JSON.arrayNode().addNull(),
            JSON.arrayNode().add("other"),
            JSON.objectNode(),
            JSON.objectNode().putNull("uri"));

    private static final Set<String> OPTIONAL = Set.of(
            "format",
            "onBadFile",
            "allowEmpty",
            "keepVersionsFor",
            "maxDeadShare",
            "forgetConsumersAfter",
            "from",
            "firstSegmentId",
            "files",
            "previousPlan");

    /** Numbers that can be 0, and why an event was. */
    private static final Set<String> OPTIONAL_OF_EVENTS =
            Set.of("cursor", "newest", "number", "update", "version", "reason");

    private static final Set<String> REQUIRED_OF_BASE = Set.of("base", "version", "commitId", "kind", "source", "time");

    @TempDir
    private Path folder;

    private final Map<String, List<Object>> calls = new TreeMap<>();
    private final MemoryCatalogStore store = new MemoryCatalogStore();

    private static ActivityCaller caller(String activity) {
        return switch (activity) {
            case "openCollection",
                    "readHead",
                    "findCommit",
                    "declareSource",
                    "rollBack",
                    "retireCollection",
                    "checkSinks",
                    "sendEvents" -> new ActivityCaller("c", ExternalCollectionWorkflow.TYPE, 1);
            default -> new ActivityCaller("c/update-1", UpdateExternalCollectionWorkflow.TYPE, 1);
        };
    }

    private static CatalogActivities catalog(MemoryCatalogStore store, String activity) {
        return new CatalogActivitiesImpl(
                store,
                ObjectCache.NONE,
                SourcePolicy.NONE,
                Clock.systemUTC(),
                new StepInputs(),
                () -> caller(activity));
    }

    private static EventActivities events(MemoryCatalogStore store, String activity) {
        Sinks sinks = new Sinks(Map.of("indexer", new RecordingSink()), EventObserver.NONE, Clock.systemUTC());
        return new EventActivitiesImpl(store, sinks, () -> caller(activity));
    }

    private static UpdateActivities work(MemoryCatalogStore store) {
        return new UpdateActivitiesImpl(
                store,
                ObjectCache.NONE,
                PipelineTest.local(),
                10,
                () -> "x",
                new StepInputs(),
                () -> caller("listFiles"),
                Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
    }

    /** An update up to its commit, whose calls are kept. */
    private void update() {
        Lake lake = Lake.in(folder);
        lake.write("a.parquet", 100, 0);
        ExternalSource source = new ExternalSource(lake.place().uri(), ExternalSpec.parquet());
        DeclareRequest declare = new DeclareRequest("c", 1, source, Head.NONE, "1-x", "a test");
        CommitOutcome declared = catalog(store, "declareSource").declareSource(declare);
        Head base = ((CommitOutcome.Created) declared).head();
        ListRequest list = new ListRequest("c", 1, 1, source, OPTIONS, base, null, null);
        ListingOutcome listing = work(store).listFiles(list);
        String objects = "snapshots/0000000002-1-x";
        ShardsRequest shards =
                new ShardsRequest("c", 1, 1, source, OPTIONS, listing.plan(), 0, 1, base.nextSegmentId(), objects, 1);
        work(store).readFragments(shards);
        long nextSegmentId = work(store).balanceSegments(shards).nextSegmentId();
        CommitRequest commit = new CommitRequest(
                "c", 1, 1, source, OPTIONS, listing.plan(), objects, base, "1-x", nextSegmentId, "a test", null);

        calls.put("openCollection", List.of("c", source));
        calls.put("readHead", List.of("c"));
        calls.put("findCommit", List.of("c", 1));
        calls.put("declareSource", List.of(new DeclareRequest("c", 2, source, base, "2-y", "a test")));
        calls.put("rollBack", List.of(new RollbackRequest("c", 2, 1, base, "2-r", "a test")));
        calls.put("retireCollection", List.of(new RetireRequest("c", 2, base, "2-z")));
        calls.put("listFiles", List.of(list));
        calls.put("readFragments", List.of(shards));
        calls.put("balanceSegments", List.of(shards));
        calls.put("commitSnapshot", List.of(commit));
        calls.put("cleanCatalog", List.of(new CleanRequest("c", Duration.ofDays(7), null)));
        calls.put("checkSinks", List.of("c", List.of("indexer")));
        calls.put(
                "sendEvents",
                List.of(new EventRequest(
                        "c",
                        "indexer",
                        0,
                        1,
                        List.of(StateEvent.of("c", 1, StateEvent.Kind.FAILED, Instant.EPOCH, 1, 1, "a test")))));
        calls.put("discardStaging", List.of(new DiscardRequest("c", 1, List.of(objects))));
    }

    private static Stream<Method> activities() {
        return Stream.of(CatalogActivities.class, UpdateActivities.class, EventActivities.class)
                .flatMap(type -> Stream.of(type.getMethods()));
    }

    @Test
    void whatIsNullOrMissingOrOfAnotherTypeIsRefused() {
        InActivity.call(() -> {
            update();
            for (Method activity : activities().toList()) {
                ArrayNode whole = JSON.arrayNode();
                calls.get(activity.getName()).forEach(argument -> whole.add(Json.JSON.<JsonNode>valueToTree(argument)));
                String name = activity.getName();
                assertThat(refusal(activity, whole)).as(name + whole).isEmpty();
                for (List<Object> place : places(whole)) {
                    for (JsonNode other : OTHERS) {
                        boolean mayBeTaken =
                                other.isNull() ? isOptional(name, place) : isOfType(place, at(whole, place), other);
                        assertThat(refusal(activity, changed(whole, place, other))
                                                .isPresent()
                                        || mayBeTaken)
                                .as("%s, %s is %s", name, place, other)
                                .isTrue();
                    }
                    assertThat(refusal(activity, changed(whole, place, null)).isPresent() || isOptional(name, place))
                            .as("%s, %s is missing", name, place)
                            .isTrue();
                }
            }
            return null;
        });
    }

    /** Whole numbers and others are two types. Seconds are a time, too. */
    private static boolean isOfType(List<Object> place, JsonNode right, JsonNode other) {
        return (right.getNodeType() == other.getNodeType()
                        && (!right.isNumber() || right.isFloatingPointNumber() || other.isIntegralNumber()))
                || (place.getLast().equals("time") && other.isNumber());
    }

    /** What has a value when it is not given, and what is read back from the log, whatever a request says of it. */
    private static boolean isOptional(String activity, List<Object> place) {
        return OPTIONAL.contains(place.getLast())
                || place.equals(List.of(0, "snapshot"))
                || (place.contains("base") && !REQUIRED_OF_BASE.contains(place.getLast()))
                || place.equals(List.of(1))
                || (activity.equals("rollBack") && place.getLast().equals("reason"))
                || (activity.equals("sendEvents") && OPTIONAL_OF_EVENTS.contains(place.getLast()))
                || (place.getLast() instanceof Integer && place.size() > 1);
    }

    /** Every value of a call, by the keys and numbers that lead to it. */
    private static List<List<Object>> places(JsonNode node) {
        List<List<Object>> places = new ArrayList<>();
        for (int i = 0; i < node.size() && node.isArray(); i++) {
            below(i, node.get(i), places);
        }
        node.properties().forEach(field -> below(field.getKey(), field.getValue(), places));
        return places;
    }

    private static void below(Object key, JsonNode value, List<List<Object>> places) {
        places.add(List.of(key));
        for (List<Object> place : places(value)) {
            List<Object> longer = new ArrayList<>(List.of(key));
            longer.addAll(place);
            places.add(longer);
        }
    }

    private static JsonNode at(JsonNode whole, List<Object> place) {
        JsonNode node = whole;
        for (Object key : place) {
            node = key instanceof Integer at ? node.get(at) : node.get((String) key);
        }
        return node;
    }

    /** A call with another value at a place, or none there; what comes after a missing argument is missing too. */
    private static ArrayNode changed(ArrayNode whole, List<Object> place, JsonNode other) {
        ArrayNode changed = whole.deepCopy();
        JsonNode parent = at(changed, place.subList(0, place.size() - 1));
        if (place.getLast() instanceof String key) {
            ((ObjectNode) parent).remove(key);
            if (other != null) {
                ((ObjectNode) parent).set(key, other);
            }
        } else {
            int at = (Integer) place.getLast();
            while (other == null && parent.size() > at) {
                ((ArrayNode) parent).remove(at);
            }
            if (other != null) {
                ((ArrayNode) parent).set(at, other);
            }
        }
        return changed;
    }

    /** Why a call is refused, or empty where it is taken. It is made on a catalog of its own. */
    private Optional<String> refusal(Method activity, ArrayNode arguments) throws Exception {
        MemoryCatalogStore copy = new MemoryCatalogStore();
        for (String key : store.keys()) {
            copy.put(key, store.get(key).orElseThrow());
        }
        String name = activity.getName();
        DataConverter converter = new MessageConverter()
                .withContext(new ActivitySerializationContext("default", "c", "a test", name, "littoral", false));
        Payloads.Builder payloads = Payloads.newBuilder();
        arguments.forEach(
                argument -> payloads.addPayloads(converter.toPayload(argument).orElseThrow()));
        try {
            Object[] values = converter.fromPayloads(
                    Optional.of(payloads.build()), activity.getParameterTypes(), activity.getGenericParameterTypes());
            Object on = activity.getDeclaringClass() == CatalogActivities.class
                    ? catalog(copy, name)
                    : activity.getDeclaringClass() == EventActivities.class ? events(copy, name) : work(copy);
            activity.invoke(on, values);
            return Optional.empty();
        } catch (ApplicationFailure e) {
            return Optional.of(sentence(name, arguments, e));
        } catch (InvocationTargetException e) {
            return Optional.of(sentence(name, arguments, e.getCause()));
        }
    }

    private static String sentence(String activity, ArrayNode arguments, Throwable thrown) {
        assertThat(thrown)
                .as("%s %s", activity, arguments)
                .isInstanceOfSatisfying(ApplicationFailure.class, refusal -> {
                    assertThat(refusal.getType()).isEqualTo("INPUT");
                    assertThat(refusal.isNonRetryable()).isTrue();
                    assertThat(refusal.getOriginalMessage())
                            .contains("expected")
                            .doesNotContain("\n", "Exception");
                });
        return thrown.getMessage();
    }
}
