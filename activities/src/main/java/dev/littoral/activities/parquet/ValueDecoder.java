package dev.littoral.activities.parquet;

/** Decoder of the values of a page that are there. One thread. */
@FunctionalInterface
interface ValueDecoder {
    int PLAIN = 0;
    int PLAIN_DICTIONARY = 2;
    int DELTA_BINARY_PACKED = 5;
    int DELTA_LENGTH_BYTE_ARRAY = 6;
    int DELTA_BYTE_ARRAY = 7;
    int RLE_DICTIONARY = 8;

    void next(ColumnValue value);

    static ValueDecoder of(ColumnChunks.Column column, PageHeader header, byte[] body, int at, Dictionary dictionary) {
        boolean isBinary = column.physical() == ColumnValue.BINARY;
        boolean isNumber = column.physical() == ColumnValue.INT32 || column.physical() == ColumnValue.INT64;
        return switch (header.encoding) {
            case PLAIN -> plain(column.physical(), body, at);
            case PLAIN_DICTIONARY, RLE_DICTIONARY -> dictionary(body, at, dictionary);
            case RleDecoder.ENCODING -> {
                require(column.physical() == ColumnValue.BOOLEAN, header);
                yield booleans(body, at);
            }
            case DELTA_BINARY_PACKED -> {
                require(isNumber, header);
                DeltaDecoder numbers = new DeltaDecoder(body, at);
                boolean isInt = column.physical() == ColumnValue.INT32;
                yield value -> value.number = isInt ? (int) numbers.next() : numbers.next();
            }
            case DELTA_LENGTH_BYTE_ARRAY -> {
                require(isBinary, header);
                yield new DeltaTexts(body, at, false);
            }
            case DELTA_BYTE_ARRAY -> {
                require(isBinary, header);
                yield new DeltaTexts(body, at, true);
            }
            default -> throw new IllegalArgumentException("encoding " + header.encoding);
        };
    }

    private static void require(boolean fits, PageHeader header) {
        if (!fits) {
            throw new IllegalArgumentException("encoding " + header.encoding + " of another type");
        }
    }

    static ValueDecoder plain(int physical, byte[] body, int start) {
        int[] at = {start};
        return switch (physical) {
            case ColumnValue.BOOLEAN ->
                value -> {
                    value.number = RleDecoder.unpack(body, start, at[0] - (long) start, 1);
                    at[0]++;
                };
            case ColumnValue.INT32 ->
                value -> {
                    value.number = LittleEndian.intAt(body, at[0]);
                    at[0] += 4;
                };
            case ColumnValue.INT64 ->
                value -> {
                    value.number = LittleEndian.longAt(body, at[0]);
                    at[0] += 8;
                };
            case ColumnValue.BINARY ->
                value -> {
                    int length = LittleEndian.intAt(body, at[0]);
                    if (length < 0 || length > body.length - at[0] - 4) {
                        throw new IllegalArgumentException("a text of " + length + " bytes");
                    }
                    set(value, body, at[0] + 4, length);
                    at[0] += 4 + length;
                };
            default -> throw new IllegalArgumentException("physical type " + physical);
        };
    }

    static void set(ColumnValue value, byte[] bytes, int offset, int length) {
        value.bytes = bytes;
        value.offset = offset;
        value.length = length;
        value.dictionary = null;
    }

    private static ValueDecoder dictionary(byte[] body, int at, Dictionary dictionary) {
        if (dictionary == null) {
            throw new IllegalArgumentException("no dictionary");
        }
        // A page without a value may have no byte.
        int width = at < body.length ? body[at] & 0xff : 0;
        RleDecoder entries = new RleDecoder(body, Math.min(at + 1, body.length), body.length, width);
        return value -> dictionary.get(entries.next(), value);
    }

    /** Booleans in runs say their length first. */
    private static ValueDecoder booleans(byte[] body, int at) {
        RleDecoder runs = new RleDecoder(body, Math.min(at + 4, body.length), body.length, 1);
        return value -> value.number = runs.next();
    }
}
