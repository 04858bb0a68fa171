package dev.littoral.activities.verify;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One line of a shard's object: a file with its fragments. One instance is used for all lines, so a file of a million
 * fragments costs no more than their numbers.
 */
final class FileLine {
    private static final int PATH = 1;
    private static final int VERSION = 2;
    private static final int BYTES = 4;
    private static final int ROWS = 8;
    private static final int FRAGMENTS = 16;
    private static final int SCHEMA = 32;
    private static final int SKIPPED = 64;
    private static final int UNREAD = 128;
    private static final int DEAD_SINCE = 256;
    private static final int DELETES = 512;
    private static final int DELETES_VERSION = 1_024;
    private static final int MOVED_TO = 2_048;

    /** Start, end, segment, dead rows, those dead from the beginning, and 1 for moved ones, of each fragment. */
    private static final int NUMBERS = 6;

    /** The prefix of reasons for files that could not be read, where a build did not mark them. */
    private static final String NOT_READ = "Cannot ";

    String path;
    String version;
    long bytes;
    long rows;
    String schema;
    String skipped;
    boolean unread;
    /** The version since which the file is dead, or 0 while it is listed. */
    long deadSince;
    /** Where the positions of its deleted rows are, or null. */
    NamedDeletes deletes;
    /** Which version of these the source listed, or null. */
    String deletesVersion;
    /** Where rows of a file that is gone are now, or null. */
    List<NamedMove> movedTo;

    int fragments;
    private long[] numbers = new long[NUMBERS * 16];

    private int seen;

    /** Where positions of deleted rows are: a range of an object. */
    record NamedDeletes(String key, long offset, long length, long count, String sha256) {}

    /**
     * Where rows are now.
     *
     * @param rows the first row, one past the last, and the first row in the other file, of each range
     */
    record NamedMove(String file, String version, List<long[]> rows) {}

    long start(int fragment) {
        return numbers[NUMBERS * fragment];
    }

    long end(int fragment) {
        return numbers[NUMBERS * fragment + 1];
    }

    /** The segment, or 0 for none. */
    long segment(int fragment) {
        return numbers[NUMBERS * fragment + 2];
    }

    long dead(int fragment) {
        return numbers[NUMBERS * fragment + 3];
    }

    long bornDead(int fragment) {
        return numbers[NUMBERS * fragment + 4];
    }

    /** Whether the rows were moved into the file, and are of a segment that numbers them by another line. */
    boolean movedIn(int fragment) {
        return numbers[NUMBERS * fragment + 5] != 0;
    }

    /** Whether it is in the listing. */
    boolean listed() {
        return deadSince == 0;
    }

    /** Receives lines. */
    interface Visitor {
        /** The next line, good until this returns. */
        void line(FileLine line) throws InterruptedException;
    }

    /**
     * Reads lines, one by one.
     *
     * @throws IOException when a line is not what the format says, naming it
     */
    static void readAll(byte[] compressed, Visitor visitor) throws IOException, InterruptedException {
        FileLine line = new FileLine();
        int number = 0;
        try (JsonParser parser = JsonDocument.lines(compressed)) {
            while (parser.nextToken() != null) {
                number++;
                if (parser.currentToken() != JsonToken.START_OBJECT) {
                    throw new IOException("it is no JSON object");
                }
                if (parser.currentTokenLocation().getLineNr() != number) {
                    throw new IOException(
                            "it starts on line " + parser.currentTokenLocation().getLineNr() + " of the text");
                }
                line.read(parser);
                visitor.line(line);
            }
        } catch (IOException e) {
            throw new IOException(
                    "at its line " + Math.max(1, number) + " it cannot be read, as " + FindingText.reason(e), e);
        }
    }

    private void read(JsonParser parser) throws IOException {
        seen = 0;
        path = null;
        version = null;
        bytes = 0;
        rows = 0;
        schema = null;
        skipped = null;
        unread = false;
        deadSince = 0;
        deletes = null;
        deletesVersion = null;
        movedTo = null;
        fragments = 0;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "path" -> path = text(parser, name, PATH);
                case "version" -> version = text(parser, name, VERSION);
                case "bytes" -> bytes = number(parser, name, BYTES);
                case "rows" -> rows = number(parser, name, ROWS);
                case "schema" -> schema = text(parser, name, SCHEMA);
                case "skipped" -> skipped = text(parser, name, SKIPPED);
                case "unread" -> unread = truth(parser, name, UNREAD);
                case "deadSince" -> {
                    deadSince = number(parser, name, DEAD_SINCE);
                    if (deadSince < 1) {
                        throw new IOException("its deadSince is " + deadSince + ", which is no version");
                    }
                }
                case "deletes" -> {
                    once(name, DELETES);
                    deletes = deletes(parser);
                }
                case "deletesVersion" -> deletesVersion = text(parser, name, DELETES_VERSION);
                case "movedTo" -> {
                    once(name, MOVED_TO);
                    movedTo = movedTo(parser);
                }
                case "fragments" -> {
                    once(name, FRAGMENTS);
                    readFragments(parser);
                }
                default -> parser.skipChildren();
            }
        }
        int needed = PATH | VERSION | BYTES | ROWS | FRAGMENTS;
        if ((seen & needed) != needed) {
            throw new IOException("it lacks one of path, version, bytes, rows and fragments");
        }
        unread |= skipped != null && skipped.startsWith(NOT_READ);
    }

    private static NamedDeletes deletes(JsonParser parser) throws IOException {
        JsonNode node = parser.readValueAsTree();
        boolean whole = node != null
                && node.path("key").isTextual()
                && node.path("sha256").isTextual()
                && List.of("offset", "length", "count").stream()
                        .allMatch(name -> node.path(name).isIntegralNumber()
                                && node.path(name).canConvertToLong()
                                && node.path(name).longValue() >= 0);
        if (!whole) {
            throw new IOException("its deletes have no right key, offset, length, count and sha256");
        }
        return new NamedDeletes(
                node.get("key").textValue(),
                node.get("offset").longValue(),
                node.get("length").longValue(),
                node.get("count").longValue(),
                node.get("sha256").textValue());
    }

    private static List<NamedMove> movedTo(JsonParser parser) throws IOException {
        JsonNode node = parser.readValueAsTree();
        List<NamedMove> moves = new ArrayList<>();
        if (node == null || !node.isArray()) {
            throw new IOException("its movedTo is no list");
        }
        for (JsonNode each : node) {
            if (!each.path("file").isTextual()
                    || !each.path("version").isTextual()
                    || !each.path("rows").isArray()) {
                throw new IOException("its movedTo has no right file, version and rows");
            }
            List<long[]> rows = new ArrayList<>();
            for (JsonNode range : each.get("rows")) {
                long[] numbers = {number(range, "start"), number(range, "end"), number(range, "at")};
                rows.add(numbers);
            }
            moves.add(new NamedMove(
                    each.get("file").textValue(), each.get("version").textValue(), rows));
        }
        return moves;
    }

    private static long number(JsonNode node, String name) throws IOException {
        JsonNode number = node.path(name);
        if (!number.isIntegralNumber() || !number.canConvertToLong() || number.longValue() < 0) {
            throw new IOException("a range of its movedTo has no right " + name);
        }
        return number.longValue();
    }

    private void readFragments(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw new IOException("its fragments are no list");
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw new IOException("a fragment is no JSON object");
            }
            if (NUMBERS * fragments == numbers.length) {
                numbers = Arrays.copyOf(numbers, 2 * numbers.length);
            }
            Arrays.fill(numbers, NUMBERS * fragments, NUMBERS * (fragments + 1), 0);
            int fields = 0;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                int field = switch (name) {
                    case "start" -> 0;
                    case "end" -> 1;
                    case "segment" -> 2;
                    case "dead" -> 3;
                    case "bornDead" -> 4;
                    case "movedIn" -> 5;
                    default -> -1;
                };
                if (field < 0) {
                    parser.skipChildren();
                } else {
                    numbers[NUMBERS * fragments + field] =
                            field == 5 ? flag(parser, "fragment's " + name) : number(parser, "fragment's " + name);
                    fields |= 1 << field;
                }
            }
            if ((fields & 3) != 3) {
                throw new IOException("a fragment lacks its start or its end");
            }
            fragments++;
        }
    }

    private void once(String name, int field) throws IOException {
        if ((seen & field) != 0) {
            throw new IOException("it has two of " + name);
        }
        seen |= field;
    }

    private String text(JsonParser parser, String name, int field) throws IOException {
        once(name, field);
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            return parser.getText();
        }
        throw new IOException("its " + name + " is no text");
    }

    private boolean truth(JsonParser parser, String name, int field) throws IOException {
        once(name, field);
        if (parser.currentToken().isBoolean()) {
            return parser.getBooleanValue();
        }
        throw new IOException("its " + name + " is neither true nor false");
    }

    private static long flag(JsonParser parser, String name) throws IOException {
        if (parser.currentToken().isBoolean()) {
            return parser.getBooleanValue() ? 1 : 0;
        }
        throw new IOException("its " + name + " is neither true nor false");
    }

    private long number(JsonParser parser, String name, int field) throws IOException {
        once(name, field);
        return number(parser, name);
    }

    private static long number(JsonParser parser, String name) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            return parser.getLongValue();
        }
        throw new IOException("its " + name + " is no whole number");
    }
}
