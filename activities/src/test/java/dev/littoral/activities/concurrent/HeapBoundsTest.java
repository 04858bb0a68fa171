package dev.littoral.activities.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeapBoundsTest {
    private static final long MEBIBYTE = 1 << 20;

    @Test
    void aBoundGrowsWithTheHeapUpToTheMost() {
        assertThat(HeapBounds.of(64 * MEBIBYTE, 100, 800)).isEqualTo(100);
        assertThat(HeapBounds.of(256 * MEBIBYTE, 100, 800)).isEqualTo(100);
        assertThat(HeapBounds.of(495 * MEBIBYTE, 100, 800)).isEqualTo(200);
        assertThat(HeapBounds.of(1024 * MEBIBYTE, 100, 800)).isEqualTo(400);
        assertThat(HeapBounds.of(2048 * MEBIBYTE, 100, 800)).isEqualTo(800);
        assertThat(HeapBounds.of(Long.MAX_VALUE, 1 << 20, Integer.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
    }
}
