package dev.littoral.activities.verify;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.Consumer;

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

    /** The prefix of reasons for files that could not be read, where a build did not mark them. */
    private static final String NOT_READ = "Cannot ";

    String path;
    String version;
    long bytes;
    long rows;
    String schema;
    String skipped;
    boolean unread;
    int fragments;
    /** Start, end and segment of each fragment. */
    private long[] numbers = new long[3 * 16];

    private int seen;

    long start(int fragment) {
        return numbers[3 * fragment];
    }

    long end(int fragment) {
        return numbers[3 * fragment + 1];
    }

    long segment(int fragment) {
        return numbers[3 * fragment + 2];
    }

    /**
     * Reads lines, one by one.
     *
     * @throws IOException when a line is not what the format says, naming it
     */
    static void readAll(byte[] compressed, Consumer<FileLine> consumer) throws IOException {
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
                consumer.accept(line);
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

    private void readFragments(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw new IOException("its fragments are no list");
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw new IOException("a fragment is no JSON object");
            }
            if (3 * fragments == numbers.length) {
                numbers = Arrays.copyOf(numbers, 2 * numbers.length);
            }
            int fields = 0;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                int field = switch (name) {
                    case "start" -> 0;
                    case "end" -> 1;
                    case "segment" -> 2;
                    default -> -1;
                };
                if (field < 0) {
                    parser.skipChildren();
                } else {
                    numbers[3 * fragments + field] = number(parser, "fragment's " + name);
                    fields |= 1 << field;
                }
            }
            if (fields != 7) {
                throw new IOException("a fragment lacks one of start, end and segment");
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
