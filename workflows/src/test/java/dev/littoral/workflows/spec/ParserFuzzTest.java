package dev.littoral.workflows.spec;

import static dev.littoral.workflows.spec.Sent.ACCESS_KEY;
import static dev.littoral.workflows.spec.Sent.LONGEST_MESSAGE;
import static dev.littoral.workflows.spec.Sent.SECRET_KEY;
import static dev.littoral.workflows.spec.Sent.json;
import static dev.littoral.workflows.spec.Sent.refusal;
import static dev.littoral.workflows.spec.Sent.source;
import static dev.littoral.workflows.spec.Sent.spec;
import static dev.littoral.workflows.spec.Sent.uri;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.SourceRequest;
import dev.littoral.workflows.model.VersionRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ParserFuzzTest {
    @Test
    void aLongValueIsShortenedAndStaysText() {
        String smileys = "😀".repeat(300);
        for (String json : List.of(
                spec("'format':'x" + smileys + "'"),
                spec("'" + smileys + "':1"),
                spec("'include':['/" + smileys + "']"),
                spec("'columns':[{'name':'a','type':'" + smileys + "'}]"),
                uri("s3://" + smileys),
                "{'uri':'s3://lake/','spec':{'a\\u0000\\nb':1}}")) {
            String message = refusal(() -> source(json));
            assertThat(message).as(json).hasSizeLessThan(LONGEST_MESSAGE);
            assertThat(message.codePoints()
                            .noneMatch(c -> Character.isISOControl(c)
                                    || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)))
                    .as(message)
                    .isTrue();
        }
    }

    @Test
    void whateverIsSentIsTakenOrRefusedInOneBoundedSentence() {
        long seed = 20_261_101;
        Random random = new Random(seed);
        int taken = 0;
        for (int i = 0; i < 20_000; i++) {
            JsonNode json = i % 4 == 0 ? tree(random, 0) : mutated(random, i % 4 == 1);
            Throwable thrown = catchThrowable(() -> {
                CollectionStart start = CollectionStart.parse(new CollectionInput(json));
                // Whatever is taken can be handed on.
                Json.JSON.writeValueAsBytes(start);
                if (start.source() != null) {
                    assertThat(SourceParser.parse(SourceRequest.of(start.source())))
                            .isEqualTo(start.source());
                }
            });
            taken += thrown == null ? 1 : 0;
            assertFair(thrown, json, seed);
            assertFair(catchThrowable(() -> SourceParser.parse(new SourceRequest(json))), json, seed);
            ObjectNode rollback = Json.JSON.createObjectNode().put("version", 3);
            rollback.set(
                    "reason",
                    json.isObject() && !json.isEmpty() ? json.iterator().next() : json);
            assertFair(catchThrowable(() -> RollbackTarget.parse(new VersionRequest(rollback))), rollback, seed);
        }
        assertThat(taken).as("taken, seed %s", seed).isBetween(1_000, 15_000);
    }

    private static void assertFair(Throwable thrown, JsonNode json, long seed) {
        if (thrown != null) {
            assertThat(thrown)
                    .as("seed %s, sent %s", seed, json)
                    .isInstanceOf(InvalidRequestException.class)
                    .satisfies(e -> assertThat(e.getMessage())
                            .hasSizeLessThan(LONGEST_MESSAGE)
                            .doesNotContain(ACCESS_KEY, SECRET_KEY, "wJalrXUtnFEMI"));
        }
    }

    private static final List<String> WORDS = List.of(
            "uri",
            "spec",
            "source",
            "options",
            "format",
            "include",
            "columns",
            "name",
            "type",
            "refreshEvery",
            "allowEmpty",
            "maxDropShare",
            "targetRowsPerSegment",
            "profile",
            "onBadFile",
            "secretKey",
            "s3://lake/",
            "s3://k:" + SECRET_KEY + "@lake/",
            "file:///d/",
            ACCESS_KEY,
            "s3://lake/?X-Amz-Signature=" + SECRET_KEY,
            "parquet",
            "PT1M",
            "\ud83d",
            "😀".repeat(80),
            "**/[a-",
            "\u0000",
            "");

    private static JsonNode tree(Random random, int depth) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        return switch (random.nextInt(depth > 4 ? 6 : 9)) {
            case 0 -> json.nullNode();
            case 1 -> json.booleanNode(random.nextBoolean());
            case 2 -> json.numberNode(random.nextLong());
            case 3 -> json.numberNode(random.nextDouble());
            case 4, 5 -> json.textNode(WORDS.get(random.nextInt(WORDS.size())));
            case 6 -> {
                ArrayNode array = json.arrayNode();
                for (int n = random.nextInt(4); n > 0; n--) {
                    array.add(tree(random, depth + 1));
                }
                yield array;
            }
            default -> {
                ObjectNode object = json.objectNode();
                for (int n = random.nextInt(4); n > 0; n--) {
                    object.set(WORDS.get(random.nextInt(WORDS.size())), tree(random, depth + 1));
                }
                yield object;
            }
        };
    }

    /** A valid input with up to three of its values replaced, removed or set beside it. */
    private static JsonNode mutated(Random random, boolean valid) {
        JsonNode json = json("{'source':{'uri':'s3://lake/orders/','spec':{'format':'parquet','include':['*.parquet'],"
                + "'exclude':['tmp/**'],'columns':['id',{'name':'day','type':'date'}],'onBadFile':'skip',"
                + "'profile':'p'}},'options':{'targetRowsPerSegment':1000,'refreshEvery':'PT1M','allowEmpty':true,"
                + "'maxDropShare':0.5}}");
        for (int n = valid ? 1 : 1 + random.nextInt(3); n > 0; n--) {
            List<JsonNode> containers = new ArrayList<>();
            collect(json, containers);
            switch (containers.get(random.nextInt(containers.size()))) {
                case ObjectNode object -> {
                    List<String> keys = new ArrayList<>();
                    object.fieldNames().forEachRemaining(keys::add);
                    String key = keys.isEmpty() ? "uri" : keys.get(random.nextInt(keys.size()));
                    switch (random.nextInt(valid ? 1 : 3)) {
                        case 0 -> object.remove(key);
                        case 1 -> object.set(key, tree(random, 2));
                        default -> object.set(WORDS.get(random.nextInt(WORDS.size())), tree(random, 2));
                    }
                }
                case ArrayNode array -> {
                    if (valid) {
                        array.removeAll();
                    } else {
                        array.add(tree(random, 2));
                    }
                }
                default -> throw new AssertionError("no container");
            }
        }
        return json;
    }

    private static void collect(JsonNode json, List<JsonNode> containers) {
        if (json.isContainerNode()) {
            containers.add(json);
            json.forEach(child -> collect(child, containers));
        }
    }
}
