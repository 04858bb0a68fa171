package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.retention.SnapshotExpirer;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.local.LocalStores;
import dev.littoral.workflows.model.CleanRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The consumer in Python beside a clean-up that keeps nothing but what is held, killed and paused at random, past its
 * lease too: it never meets an object that is gone while it holds the version, answers rightly whenever it is asked,
 * and serves the newest version in the end.
 */
@Timeout(900)
class ConsumerBesideCleanUpTest {
    private static final int ROUNDS = 25;
    private static final int LEASE_SECONDS = 3;

    /** Versions of these tests were replaced in 1970. */
    private static final Duration EVER = Duration.ofDays(36_500);

    /** As far ahead of consumers' clocks as clean-up's may be: their leases end a minute later there. */
    private static final Duration AHEAD = Duration.ofSeconds(59);

    @TempDir
    private Path folder;

    private final TreeMap<String, Integer> happened = new TreeMap<>();

    @ParameterizedTest
    @ValueSource(longs = 1)
    void aConsumerThatIsKilledAndPausedServesWhatIsThere(long seed) throws Exception {
        try (VectorWalk walk = new VectorWalk(folder, seed);
                CatalogStore store = LocalStores.catalog(folder.resolve("catalog"))) {
            walk.fill();
            ConsumerProcess consumer = start(walk);
            try {
                consumer.awaitAnswer(walk.newest());
                for (int round = 0; round < ROUNDS; round++) {
                    for (int i = walk.random().nextInt(3); i >= 0; i--) {
                        walk.changeLake();
                    }
                    Thread.sleep(walk.random().nextInt(150));
                    switch (round % 5 == 4 ? 5 : walk.random().nextInt(6)) {
                        case 0 -> {
                            count("killed");
                            consumer.close();
                            clean(store, walk.random());
                            consumer = start(walk);
                        }
                        case 1 -> {
                            count("paused past its lease");
                            long last = number(consumer);
                            if (walk.random().nextInt(3) > 0) {
                                consumer.close();
                                consumer = start(walk);
                            } else {
                                walk.changeLake();
                            }
                            // In the middle of a build, as far as that can be hit.
                            consumer.await(entry -> entry.get("n").asLong() > last);
                            consumer.signal("STOP");
                            walk.changeLake();
                            Thread.sleep(1_000 * LEASE_SECONDS + 1_200);
                            // Two days later, as far as clean-up knows: what was served is let go too.
                            clean(store, Duration.ZERO, Duration.ofDays(2));
                            consumer.signal("CONT");
                        }
                        case 2 -> {
                            count("paused");
                            consumer.signal("STOP");
                            clean(store, walk.random());
                            walk.changeLake();
                            consumer.signal("CONT");
                        }
                        case 3, 4 -> {
                            for (int i = 0; i < 5; i++) {
                                clean(store, walk.random());
                                walk.changeLake();
                            }
                        }
                        default -> {
                            JsonNode answer = consumer.awaitAnswer(walk.newest());
                            assertThat(answer.get("state").asText())
                                    .as("seed %d, round %d: %s", seed, round, answer)
                                    .isEqualTo("SERVING");
                            walk.checkSearch(consumer, true);
                        }
                    }
                    if (consumer.serves()) {
                        walk.checkAnyAnswer(consumer);
                    }
                    check(consumer, seed, round);
                }
                consumer.awaitAnswer(walk.newest());
                walk.checkSearch(consumer, true);
                assertThat(happened.keySet())
                        .as("seed %d", seed)
                        .contains("killed", "paused", "paused past its lease", "versions removed");
            } finally {
                consumer.close();
            }
        }
    }

    private static ConsumerProcess start(VectorWalk walk) {
        return ConsumerProcess.python(walk.collection(), "search", "--lease", Integer.toString(LEASE_SECONDS));
    }

    private static long number(ConsumerProcess consumer) throws IOException {
        return consumer.newest().map(entry -> entry.get("n").asLong()).orElse(0L);
    }

    private void count(String what) {
        happened.merge(what, 1, Integer::sum);
    }

    /** Cleans up what is not held; in one case of three what consumers have longer than an operator lets them too. */
    private void clean(CatalogStore store, SplittableRandom random) throws InterruptedException {
        clean(store, random.nextInt(3) == 0 ? Duration.ZERO : EVER, AHEAD);
    }

    private void clean(CatalogStore store, Duration forget, Duration ahead) throws InterruptedException {
        SnapshotExpirer.Result removed = new SnapshotExpirer(store, "c", Clock.offset(Clock.systemUTC(), ahead))
                .clean(new CleanRequest("c", Duration.ZERO, forget));
        if (removed.versions() > 0) {
            count("versions removed");
        }
    }

    /** While it held a version, everything of it was there: the only failures are files of the lake that changed. */
    private void check(ConsumerProcess consumer, long seed, int round) throws Exception {
        List<String> wrong = new ArrayList<>();
        for (JsonNode entry : consumer.entries()) {
            if (entry.get("state").asText().equals("FAILED")
                    && !entry.get("reason")
                            .asText()
                            .matches("File .* (has another version by now|cannot be read: .*)")) {
                wrong.add(entry.toString());
            }
        }
        assertThat(wrong)
                .as("seed %d, round %d, after %s", seed, round, happened)
                .isEmpty();
        assertThat(consumer.log()).doesNotContain("Traceback");
    }
}
