package dev.littoral.activities.parquet;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The values that the pages of a chunk name by their numbers. One thread. */
final class Dictionary {
    private static final int BYTES_EACH = 16;

    private final byte[] bytes;
    private final long[] numbers;
    private final String[] texts;

    Dictionary(int physical, PageHeader header, byte[] body) {
        if (header.values > body.length * 8L) {
            throw new IllegalArgumentException(header.values + " values in " + body.length + " bytes");
        }
        this.bytes = body;
        this.numbers = new long[header.values];
        this.texts = physical == ColumnValue.BINARY ? new String[header.values] : null;
        ValueDecoder decoder = ValueDecoder.plain(physical, body, 0);
        ColumnValue value = new ColumnValue();
        for (int i = 0; i < header.values; i++) {
            decoder.next(value);
            numbers[i] = texts == null ? value.number : ((long) value.offset << 32) | value.length;
        }
    }

    /** What one of so many values takes up beside the bytes of its page. */
    static long memory(int values) {
        return (long) values * BYTES_EACH;
    }

    void get(int entry, ColumnValue value) {
        if (texts == null) {
            value.number = numbers[entry];
        } else {
            ValueDecoder.set(value, bytes, (int) (numbers[entry] >>> 32), (int) numbers[entry]);
            value.dictionary = this;
            value.entry = entry;
        }
    }

    /** The text of a value, decoded once. */
    String text(int entry) {
        String text = texts[entry];
        if (text == null) {
            text = new String(bytes, (int) (numbers[entry] >>> 32), (int) numbers[entry], UTF_8);
            texts[entry] = text;
        }
        return text;
    }
}
