package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The consumers of {@code docs/consumers} as they stand, processes of their own beside a lake that changes at random:
 * after each change they say that they serve it, with the right counts, and answer as a fresh build would.
 */
@Timeout(900)
class ConsumersTest {
    @TempDir
    private Path folder;

    @Test
    void theConsumerInPythonAnswersAsAFreshBuildAfterEveryChange() throws Exception {
        try (VectorWalk walk = new VectorWalk(folder, 1);
                ConsumerProcess consumer = ConsumerProcess.python(walk.collection(), "search")) {
            walk.run(() -> {
                walk.checkSearch(consumer, true);
                if (walk.step() % 6 == 0) {
                    try (ConsumerProcess fresh = ConsumerProcess.python(walk.collection(), "fresh-" + walk.step())) {
                        walk.checkSearch(fresh, false);
                    }
                }
            });
            walk.checkEveryKind();
        }
    }

    /** Exactly where it looks at every row. Its graphs may miss some, but find no others. */
    @Test
    void theConsumerInJavaAnswersAsAFreshBuildAfterEveryChange() throws Exception {
        try (VectorWalk walk = new VectorWalk(folder, 3);
                ConsumerProcess consumer = ConsumerProcess.java(walk.collection(), "lucene")) {
            walk.run(() -> {
                walk.checkSearch(consumer, true);
                walk.checkGraphs(consumer);
                if (walk.step() % 12 == 6) {
                    try (ConsumerProcess fresh = ConsumerProcess.java(walk.collection(), "fresh-" + walk.step())) {
                        walk.checkSearch(fresh, false);
                    }
                }
            });
            walk.checkEveryKind();
            assertThat(walk.recall()).isGreaterThan(0.9);
        }
    }

    @Test
    void theConsumerInShellCountsAsAFreshBuildAfterEveryChange() throws Exception {
        try (VectorWalk walk = new VectorWalk(folder, 2);
                ConsumerProcess consumer = ConsumerProcess.shell(walk.collection(), "counter")) {
            walk.run(() -> {
                walk.checkCounts(consumer);
                if (walk.step() % 6 == 0) {
                    try (ConsumerProcess fresh = ConsumerProcess.shell(walk.collection(), "fresh-" + walk.step())) {
                        walk.checkCounts(fresh);
                        assertThat(fresh.index()).isEqualTo(consumer.index());
                    }
                }
            });
            walk.checkEveryKind();
        }
    }
}
