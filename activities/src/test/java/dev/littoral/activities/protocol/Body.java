package dev.littoral.activities.protocol;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** An object's bytes. Equal bytes are one object with one number, so that states are compared fast. One thread. */
final class Body {
    private static final Map<ByteBuffer, Body> ALL = new HashMap<>();

    private final int number;
    private final byte[] bytes;

    private Body(int number, byte[] bytes) {
        this.number = number;
        this.bytes = bytes;
    }

    static synchronized Body of(byte[] bytes) {
        return ALL.computeIfAbsent(
                ByteBuffer.wrap(bytes.clone()).asReadOnlyBuffer(), any -> new Body(ALL.size(), bytes.clone()));
    }

    int number() {
        return number;
    }

    byte[] bytes() {
        return bytes.clone();
    }
}
