package dev.littoral.activities.parquet;

/** A page of values: their levels, and those that are there. One thread. */
final class DataPage {
    private final RleDecoder repetitions;
    private final RleDecoder definitions;
    private final ValueDecoder values;
    private int left;

    private DataPage(RleDecoder repetitions, RleDecoder definitions, ValueDecoder values, int left) {
        this.repetitions = repetitions;
        this.definitions = definitions;
        this.values = values;
        this.left = left;
    }

    static DataPage of(
            boolean isV2, ColumnChunks.Column column, PageHeader header, byte[] body, Dictionary dictionary) {
        return isV2 ? v2(column, header, body, dictionary) : v1(column, header, body, dictionary);
    }

    /** A page of version 1: its levels say their length. */
    private static DataPage v1(ColumnChunks.Column column, PageHeader header, byte[] body, Dictionary dictionary) {
        int at = 0;
        int[] most = {column.repetition(), column.definition()};
        int[] encodings = {header.repetitionEncoding, header.definitionEncoding};
        RleDecoder[] levels = new RleDecoder[2];
        for (int i = 0; i < 2; i++) {
            if (most[i] == 0) {
                levels[i] = RleDecoder.ZEROS;
                continue;
            }
            if (encodings[i] != RleDecoder.ENCODING) {
                throw new IllegalArgumentException("levels of encoding " + encodings[i]);
            }
            int length = LittleEndian.intAt(body, at);
            if (length < 0 || length > body.length - at - 4) {
                throw new IllegalArgumentException("levels of " + length + " bytes");
            }
            levels[i] = new RleDecoder(body, at + 4, at + 4 + length, RleDecoder.bits(most[i]));
            at += 4 + length;
        }
        return new DataPage(levels[0], levels[1], ValueDecoder.of(column, header, body, at, dictionary), header.values);
    }

    /** A page of version 2: its header says how long the levels are. */
    private static DataPage v2(ColumnChunks.Column column, PageHeader header, byte[] body, Dictionary dictionary) {
        int definitionsAt = header.repetitionBytes;
        int valuesAt = header.levelBytes();
        RleDecoder repetitions = column.repetition() == 0
                ? RleDecoder.ZEROS
                : new RleDecoder(body, 0, definitionsAt, RleDecoder.bits(column.repetition()));
        RleDecoder definitions = column.definition() == 0
                ? RleDecoder.ZEROS
                : new RleDecoder(body, definitionsAt, valuesAt, RleDecoder.bits(column.definition()));
        return new DataPage(
                repetitions, definitions, ValueDecoder.of(column, header, body, valuesAt, dictionary), header.values);
    }

    /** Values and nulls that were not gone to. */
    int left() {
        return left;
    }

    int nextRepetition() {
        return repetitions.next();
    }

    int nextDefinition() {
        left--;
        return definitions.next();
    }

    /** Passes over values whose definition level is that of the last one; says how many they are. */
    int skipSameDefinition() {
        int same = definitions.skipSame(left);
        left -= same;
        return same;
    }

    void nextValue(ColumnValue value) {
        values.next(value);
    }
}
