package dev.littoral.activities.source.table;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PathHashesTest {
    @Test
    void eachPathIsTheFirstOfItselfOnce() {
        PathHashes seen = new PathHashes();
        int paths = 200_000;
        for (int i = 0; i < paths; i++) {
            assertThat(seen.add("s3://lake/day=2026-01-" + i % 31 + "/part-" + i))
                    .isTrue();
            assertThat(seen.add("part-" + i)).isTrue();
        }
        for (int i = 0; i < paths; i++) {
            assertThat(seen.add("s3://lake/day=2026-01-" + i % 31 + "/part-" + i))
                    .isFalse();
        }
    }

    /** Nothing is the hash 0, which an empty place has. */
    @Test
    void theEmptyPathIsOneToo() {
        PathHashes seen = new PathHashes();
        assertThat(seen.add("")).isTrue();
        assertThat(seen.add("")).isFalse();
        assertThat(seen.add("a")).isTrue();
    }
}
