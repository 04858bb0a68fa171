package dev.littoral.activities.verify;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The order of paths in a catalog: that of their UTF-8 bytes. */
final class Utf8Order {
    private Utf8Order() {}

    static int compare(String a, String b) {
        return Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }
}
