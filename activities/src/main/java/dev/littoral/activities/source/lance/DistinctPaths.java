package dev.littoral.activities.source.lance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;

/** Finds out whether any path of many is there twice, by eight bytes of digest each. For one thread. */
final class DistinctPaths {
    private final MessageDigest digest = FragmentFiles.sha256();
    private long[] digests = new long[1024];
    private int size;

    void add(String path) {
        if (size == digests.length) {
            digests = Arrays.copyOf(digests, size + (size >> 1));
        }
        digests[size++] = ByteBuffer.wrap(digest.digest(path.getBytes(UTF_8))).getLong();
    }

    boolean isTwice() {
        Arrays.sort(digests, 0, size);
        for (int i = 1; i < size; i++) {
            if (digests[i] == digests[i - 1]) {
                return true;
            }
        }
        return false;
    }
}
