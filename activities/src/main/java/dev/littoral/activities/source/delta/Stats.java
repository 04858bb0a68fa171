package dev.littoral.activities.source.delta;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;

/** The statistics of a data file, JSON within the log's own. */
final class Stats {
    private static final String ROWS = "numRecords";

    /** Writers put it first. */
    private static final byte[] FIRST = ("{\"" + ROWS + "\":").getBytes(UTF_8);

    /** No file has more rows. */
    private static final long MAX_ROWS = 1L << 40;

    private static final int MAX_DIGITS = 13;

    private Stats() {}

    /** How many rows there are, or null where they do not say: then the file's footer does. */
    static Long rows(String stats) {
        byte[] bytes = stats.getBytes(UTF_8);
        return rows(bytes, 0, bytes.length);
    }

    /** How many rows statistics in part of an array say, as {@link #rows(String)}. */
    static Long rows(byte[] bytes, int offset, int length) {
        boolean isFirst = Arrays.equals(bytes, offset, offset + Math.min(FIRST.length, length), FIRST, 0, FIRST.length);
        Long first = isFirst ? first(bytes, offset + FIRST.length, offset + length) : null;
        return first == null ? searched(bytes, offset, length) : first;
    }

    private static Long first(byte[] bytes, int colon, int end) {
        int start = colon < end && bytes[colon] == ' ' ? colon + 1 : colon;
        long rows = 0;
        for (int i = start; i < end && i <= start + MAX_DIGITS; i++) {
            byte c = bytes[i];
            if (c < '0' || c > '9') {
                boolean ends = i > start && (c == ',' || c == '}');
                return ends ? checked(rows) : null;
            }
            rows = rows * 10 + c - '0';
        }
        return null;
    }

    static Long checked(long rows) {
        return rows < 0 || rows > MAX_ROWS ? null : (Long) rows;
    }

    private static Long searched(byte[] bytes, int offset, int length) {
        try (JsonParser in = ActionReader.JSON.createParser(bytes, offset, length)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                boolean isRows = in.currentName().equals(ROWS);
                JsonToken value = in.nextToken();
                if (isRows) {
                    return value == JsonToken.VALUE_NUMBER_INT ? checked(in.getLongValue()) : null;
                }
                in.skipChildren();
            }
            return null;
        } catch (IOException e) {
            return null;
        }
    }
}
