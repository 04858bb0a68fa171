package dev.littoral.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.littoral.workflows.model.Json;
import io.temporal.api.common.v1.Payload;
import io.temporal.common.converter.RawValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;

/** Messages that are nearly right: valid ones changed by a seed, as trees, as text, as bytes and as payloads. */
final class Messages {
    static final String SOURCE = "{'uri':'s3://lake/a/','spec':{'format':'parquet','include':['*.parquet'],"
            + "'exclude':['tmp/**'],'columns':['id',{'name':'a.b','type':'int64'}],'onBadFile':'skip','profile':'p'}}";
    static final String START = "{'source':" + SOURCE + ",'options':{'targetRowsPerSegment':1000,'refreshEvery':'PT1H',"
            + "'allowEmpty':true,'maxDropShare':0.5,'keepVersionsFor':'P7D'}}";
    static final String PAGE = "{'before':7,'limit':10}";
    static final String ROLLBACK = "{'version':2,'reason':'a bad load'}";
    static final String LEASE = "{'consumer':'search','version':2,'duration':'PT1H'}";
    static final String ACKNOWLEDGE =
            "{'consumer':'search','version':2,'rows':30,'segments':{'done':2,'failed':0,'total':2}}";
    static final String NEWS = "{'update':1,'step':'read','worker':'w','done':3,'of':9,'trouble':{'step':'list',"
            + "'cause':'no answer','attempt':2,'time':'2026-01-01T00:00:00Z','nextTry':'2026-01-01T00:01:00Z'}}";
    static final String TOTALS = "{'files':1,'bytes':1,'rows':1,'segments':1,'fragments':1,'skipped':0}";
    static final String HEAD = "{'version':2,'commitId':'x','kind':'COMMITTED','source':" + SOURCE
            + ",'generation':1,'update':1,'snapshot':{'key':'k','sha256':'00'},'totals':" + TOTALS
            + ",'nextSegmentId':2,'time':'2026-01-01T00:00:00Z','reason':'r'}";
    static final String UPDATE = "{'collectionId':'orders','update':1,'source':" + SOURCE
            + ",'options':{'targetRowsPerSegment':1000,'keepVersionsFor':'P7D','maxDropShare':0.5},'base':" + HEAD
            + "}";
    static final String CARRIED = "{'head':" + HEAD + ",'wanted':" + SOURCE
            + ",'nextUpdate':2,'jobs':[],'requests':[{'id':'i','job':1}],'doubtful':0,'paused':false,'rejected':[]}";

    private static final List<String> ENCODINGS = List.of(
            "json/plain", "json/protobuf", "binary/plain", "binary/null", "binary/protobuf", "nobody/knows", "");

    private final Random random;

    Messages(Random random) {
        this.random = random;
    }

    /** Arguments that are nearly those; about one in eight is right. */
    Object[] arguments(String... valid) {
        List<Object> arguments = new ArrayList<>();
        for (String each : valid) {
            arguments.add(argument(each));
        }
        switch (random.nextInt(16)) {
            case 0 -> arguments.clear();
            case 1 -> arguments.add(argument(valid.length == 0 ? "7" : valid[0]));
            case 2 -> arguments.add(argument("{'x':[1,2]}"));
            default -> {
                // As many as there should be.
            }
        }
        return arguments.toArray();
    }

    private RawValue argument(String valid) {
        byte[] json = json(valid);
        Payload.Builder payload = Payload.newBuilder().setData(ByteString.copyFrom(json));
        String encoding = random.nextInt(6) > 0 ? ENCODINGS.get(0) : ENCODINGS.get(random.nextInt(ENCODINGS.size()));
        switch (random.nextInt(24)) {
            case 0 -> payload.putMetadata("encoding", ByteString.copyFrom(new byte[] {(byte) 0xc3, 0x28, 0}));
            case 1 -> payload.clearMetadata();
            case 2 ->
                payload.putMetadata("encoding", ByteString.copyFromUtf8(encoding))
                        .putMetadata("messageType", ByteString.copyFromUtf8("temporal.api.common.v1.Payload"));
            case 3 ->
                payload.putMetadata("encoding", ByteString.copyFromUtf8(encoding))
                        .clearData();
            default -> payload.putMetadata("encoding", ByteString.copyFromUtf8(encoding));
        }
        return new RawValue(payload.build());
    }

    private byte[] json(String valid) {
        JsonNode tree;
        try {
            tree = Json.JSON.readTree(valid.replace('\'', '"'));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (int changes = random.nextInt(4); changes > 0; changes--) {
            tree = changed(tree);
        }
        String text = tree.toString();
        if (random.nextInt(4) > 0) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        return switch (random.nextInt(14)) {
            case 0 -> bytes(text.substring(0, random.nextInt(text.length())));
            case 1 -> bytes(text + text);
            case 2 -> bytes(text + " ]");
            case 3 -> bytes("\uFEFF" + text);
            case 4 -> text.getBytes(Charset.forName("UTF-16"));
            case 5 -> bytes(text.replaceFirst("\"[a-zA-Z]+\":", "$0 null, $0"));
            case 6 -> bytes(text.replaceFirst(":[^,}\\]]*", ":" + literal()));
            case 7 -> bytes("/* so */ " + text);
            case 8 -> bytes("[".repeat(5_000) + "]".repeat(5_000));
            case 9 -> bytes("{\"source\":".repeat(900) + text + "}".repeat(900));
            case 10 -> bytes(" ".repeat(100_000) + text);
            case 11 -> new byte[random.nextInt(3)];
            case 12 -> {
                byte[] noise = new byte[random.nextInt(200)];
                random.nextBytes(noise);
                yield noise;
            }
            default -> {
                byte[] flipped = bytes(text);
                for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                    flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
                }
                yield flipped;
            }
        };
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** What JSON cannot say, or only just. */
    private String literal() {
        List<String> literals = List.of(
                "NaN",
                "-Infinity",
                "1e999999999",
                "-1e-999999999",
                "9".repeat(900),
                "9".repeat(2_000),
                "007",
                "0x10",
                "\"\\ud800\"",
                "\"\\u0000\"",
                "'single'",
                "undefined");
        return literals.get(random.nextInt(literals.size()));
    }

    /** The tree with one change anywhere in it. */
    private JsonNode changed(JsonNode tree) {
        List<JsonNode> holders = new ArrayList<>();
        collect(tree, holders);
        if (holders.isEmpty() || random.nextInt(20) == 0) {
            return value();
        }
        JsonNode holder = holders.get(random.nextInt(holders.size()));
        if (holder instanceof ObjectNode object) {
            change(object);
        } else {
            change((ArrayNode) holder);
        }
        return tree;
    }

    private static void collect(JsonNode node, List<JsonNode> holders) {
        if (node.isContainerNode()) {
            holders.add(node);
            node.forEach(child -> collect(child, holders));
        }
    }

    private void change(ObjectNode object) {
        List<String> names = new ArrayList<>();
        for (Iterator<String> each = object.fieldNames(); each.hasNext(); ) {
            names.add(each.next());
        }
        String name = names.isEmpty() ? "uri" : names.get(random.nextInt(names.size()));
        switch (random.nextInt(6)) {
            case 0 -> object.remove(name);
            case 1 -> object.set(word(), value());
            case 2 -> {
                JsonNode moved = object.remove(name);
                object.set(name.isEmpty() ? "x" : name.toUpperCase(java.util.Locale.ROOT), moved);
            }
            default -> object.set(name, value());
        }
    }

    private void change(ArrayNode array) {
        switch (random.nextInt(3)) {
            case 0 -> array.removeAll();
            case 1 -> array.insert(random.nextInt(array.size() + 1), value());
            default -> {
                for (int i = random.nextInt(1_500); i > 0; i--) {
                    array.add("x" + i);
                }
            }
        }
    }

    private JsonNode value() {
        JsonNodeFactory json = JsonNodeFactory.instance;
        return switch (random.nextInt(12)) {
            case 0 -> json.nullNode();
            case 1 -> json.booleanNode(random.nextBoolean());
            case 2 ->
                json.numberNode(List.of(0L, -1L, 1L, 1L << 53, Long.MAX_VALUE, Long.MIN_VALUE, 31_556_889_864_403_199L)
                        .get(random.nextInt(7)));
            case 3 ->
                json.numberNode(Arrays.asList(0.0, -0.0, 1e308, 4.9e-324, Double.NaN, Double.POSITIVE_INFINITY, 1.5)
                        .get(random.nextInt(7)));
            case 4 -> json.numberNode(java.math.BigInteger.TEN.pow(1 + random.nextInt(300)));
            case 5 -> json.objectNode();
            case 6 -> json.arrayNode();
            case 7 -> {
                JsonNode nested = json.textNode("x");
                for (int depth = 1 + random.nextInt(400); depth > 0; depth--) {
                    nested = random.nextBoolean()
                            ? json.arrayNode().add(nested)
                            : json.objectNode().set("uri", nested);
                }
                yield nested;
            }
            default -> json.textNode(word());
        };
    }

    private String word() {
        List<String> words = List.of(
                "",
                "x",
                "uri",
                "source",
                "s3://lake/b/",
                "s3://lake/../b//\u0007\n/",
                "s3:///",
                "file:///etc",
                "file://host/x",
                "S3://LAKE",
                "PT0S",
                "-PT1H",
                "PT99999999999999999H",
                "P999999999D",
                "+1000000000-12-31T23:59:59Z",
                "-1000000000-01-01T00:00:00Z",
                "2026-02-30T00:00:00Z",
                "1e400",
                "null",
                "{}",
                "[a-",
                "{a,{b",
                "**/**/**/*?*?*?*",
                "list<list<",
                "decimal(99999999999,-1)",
                "\u0000",
                "\u001b[31mred",
                "e\u0301\u202e\uFFFF",
                "\ud83d",
                "a".repeat(1_025),
                "{".repeat(3_000),
                "(".repeat(3_000),
                "y".repeat(60_000));
        return words.get(random.nextInt(words.size()));
    }
}
