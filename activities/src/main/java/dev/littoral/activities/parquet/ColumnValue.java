package dev.littoral.activities.parquet;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A value that a decoder fills in: a number, or bytes within an array. One instance is used for all of a column. */
final class ColumnValue {
    static final int BOOLEAN = 0;
    static final int INT32 = 1;
    static final int INT64 = 2;
    static final int BINARY = 6;

    long number;
    byte[] bytes;
    int offset;
    int length;

    /** Where the bytes are the value of a dictionary, or null. */
    Dictionary dictionary;

    int entry;

    String text() {
        return dictionary == null ? new String(bytes, offset, length, UTF_8) : dictionary.text(entry);
    }
}
