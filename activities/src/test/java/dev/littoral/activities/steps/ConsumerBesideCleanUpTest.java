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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The consumers of {@code docs/consumers} beside a clean-up that keeps nothing but what is held, killed and paused at
 * random, past their leases too: they never meet an object that is gone while they hold the version, answer rightly
 * whenever they are asked, and serve the newest version in the end, as a fresh build does. {@code
 * -Dlittoral.consumers.times} says how many times as long it takes.
 */
@Timeout(900)
class ConsumerBesideCleanUpTest {
    private static final int TIMES = Integer.getInteger("littoral.consumers.times", 1);
    private static final int LEASE_SECONDS = 3;

    private enum Fault {
        KILL,
        PAUSE_PAST_LEASE,
        PAUSE,
        CLEAN_UP,
        CLEAN_UP_AGAIN,
        NONE
    }

    /** Versions of these tests were replaced in 1970. */
    private static final Duration EVER = Duration.ofDays(36_500);

    /** As far ahead of consumers' clocks as clean-up's may be: their leases end a minute later there. */
    private static final Duration AHEAD = Duration.ofSeconds(59);

    @TempDir
    private Path folder;

    private final TreeMap<String, Integer> happened = new TreeMap<>();

    @ParameterizedTest
    @CsvSource({
        "python, files, 1, 6",
        "python, delta by id, 2, 6",
        "java, files, 3, 6",
        "java, iceberg with ids, 4, 6",
        "shell, files, 5, 6",
        "shell, iceberg without ids, 6, 6"
    })
    void aConsumerThatIsKilledAndPausedServesWhatIsThere(String language, String source, long seed, int rounds)
            throws Exception {
        Path real = folder.toRealPath();
        try (VectorCollection walk = source.equals("files")
                        ? new VectorWalk(real, seed)
                        : new VectorTableWalk(real, seed, VectorTables.of(real.resolve("t"), source));
                CatalogStore store = LocalStores.catalog(real.resolve("catalog"))) {
            walk.fill();
            ConsumerProcess consumer = start(language, walk, "search");
            try {
                consumer.awaitAnswer(walk.newest());
                Deque<Fault> next = new ArrayDeque<>();
                for (int round = 0; round < rounds * TIMES; round++) {
                    if (next.isEmpty()) {
                        next.addAll(shuffled(walk.random()));
                    }
                    for (int i = walk.random().nextInt(3); i >= 0; i--) {
                        walk.changeLake();
                    }
                    Thread.sleep(walk.random().nextInt(150));
                    switch (next.removeFirst()) {
                        case KILL -> {
                            count("killed");
                            consumer.close();
                            clean(store, walk.random());
                            consumer = start(language, walk, "search");
                        }
                        case PAUSE_PAST_LEASE -> {
                            count("paused past its lease");
                            long last = number(consumer);
                            if (walk.random().nextInt(3) > 0) {
                                consumer.close();
                                consumer = start(language, walk, "search");
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
                        case PAUSE -> {
                            count("paused");
                            consumer.signal("STOP");
                            clean(store, walk.random());
                            walk.changeLake();
                            consumer.signal("CONT");
                        }
                        case CLEAN_UP, CLEAN_UP_AGAIN -> {
                            for (int i = 0; i < 5; i++) {
                                clean(store, walk.random());
                                walk.changeLake();
                            }
                        }
                        case NONE -> checkNewest(language, walk, consumer);
                    }
                    if (consumer.serves()) {
                        checkAny(language, walk, consumer);
                    }
                    check(consumer, source, seed, round);
                }
                checkNewest(language, walk, consumer);
                try (ConsumerProcess fresh = start(language, walk, "fresh")) {
                    checkNewest(language, walk, fresh);
                }
                assertThat(happened.keySet())
                        .as("seed %d", seed)
                        .contains("killed", "paused", "paused past its lease", "versions removed");
            } finally {
                consumer.close();
            }
        }
    }

    private static List<Fault> shuffled(SplittableRandom random) {
        List<Fault> left = new ArrayList<>(List.of(Fault.values()));
        List<Fault> shuffled = new ArrayList<>();
        while (!left.isEmpty()) {
            shuffled.add(left.remove(random.nextInt(left.size())));
        }
        return shuffled;
    }

    private static ConsumerProcess start(String language, VectorCollection walk, String name) {
        String lease = Integer.toString(LEASE_SECONDS);
        return switch (language) {
            case "python" -> ConsumerProcess.python(walk.collection(), name, "--lease", lease);
            case "java" -> ConsumerProcess.java(walk.collection(), name, "--lease", lease);
            default -> ConsumerProcess.shell(walk.collection(), name, LEASE_SECONDS);
        };
    }

    private static void checkNewest(String language, VectorCollection walk, ConsumerProcess consumer) throws Exception {
        consumer.awaitServing();
        JsonNode answer = consumer.awaitAnswer(walk.newest());
        assertThat(answer.get("state").asText()).as("%s", answer).isEqualTo("SERVING");
        if (language.equals("shell")) {
            walk.checkCounts(consumer);
        } else {
            walk.checkSearch(consumer, true);
        }
    }

    /** Whatever version is served, it is served as it is. */
    private static void checkAny(String language, VectorCollection walk, ConsumerProcess consumer) throws Exception {
        if (language.equals("shell")) {
            walk.checkIndex(consumer);
        } else {
            walk.checkAnyAnswer(consumer);
        }
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
    private void check(ConsumerProcess consumer, String source, long seed, int round) throws Exception {
        List<String> wrong = new ArrayList<>();
        for (JsonNode entry : consumer.entries()) {
            if (entry.get("state").asText().equals("FAILED")
                    && !(source.equals("files")
                            && entry.get("reason")
                                    .asText()
                                    .matches("File .* (has another version by now|cannot be read: .*)"))) {
                wrong.add(entry.toString());
            }
        }
        assertThat(wrong)
                .as("seed %d, round %d, after %s", seed, round, happened)
                .isEmpty();
        assertThat(consumer.log()).doesNotContain("Traceback").doesNotContain("Exception in thread");
    }
}
