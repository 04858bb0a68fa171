package dev.littoral.activities.parquet;

import java.util.Arrays;

/**
 * Decoder of texts whose lengths come first, DELTA_LENGTH_BYTE_ARRAY, and of those that also share their beginning with
 * the one before, DELTA_BYTE_ARRAY. One thread.
 */
final class DeltaTexts implements ValueDecoder {
    /** More than a page has, as lengths of nothing take up no bytes. */
    private static final int MAX_VALUES = 1 << 20;

    /** More than the texts of a page make, as one that shares its beginning may be longer than the page. */
    private static final long MAX_BYTES = 256 << 20;

    private final byte[] bytes;
    private final int[] prefixes;
    private final int[] lengths;
    private int at;
    private int next;
    private long made;
    private byte[] last = new byte[0];

    DeltaTexts(byte[] bytes, int start, boolean hasPrefixes) {
        this.bytes = bytes;
        this.at = start;
        this.prefixes = hasPrefixes ? numbers() : null;
        this.lengths = numbers();
    }

    private int[] numbers() {
        DeltaDecoder decoder = new DeltaDecoder(bytes, at);
        if (decoder.count() > MAX_VALUES) {
            throw new IllegalArgumentException("a page of " + decoder.count() + " texts");
        }
        int[] numbers = new int[decoder.count()];
        for (int i = 0; i < numbers.length; i++) {
            long number = decoder.next();
            if (number < 0 || number > bytes.length) {
                throw new IllegalArgumentException("a text of " + number + " bytes");
            }
            numbers[i] = (int) number;
        }
        at = decoder.end();
        return numbers;
    }

    @Override
    public void next(ColumnValue value) {
        int length = lengths[next];
        if (length > bytes.length - at) {
            throw new IllegalArgumentException("a text of " + length + " bytes");
        }
        if (prefixes == null) {
            ValueDecoder.set(value, bytes, at, length);
        } else {
            int shared = prefixes[next];
            if (shared > last.length) {
                throw new IllegalArgumentException("a text that shares " + shared + " bytes");
            }
            made += shared + length;
            if (made > MAX_BYTES) {
                throw new IllegalArgumentException("texts of more than " + MAX_BYTES + " bytes in a page");
            }
            byte[] whole = Arrays.copyOf(last, shared + length);
            System.arraycopy(bytes, at, whole, shared, length);
            last = whole;
            ValueDecoder.set(value, whole, 0, whole.length);
        }
        at += length;
        next++;
    }
}
