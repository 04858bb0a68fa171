package dev.littoral.activities.storage;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.FailureType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * The probe of a store's conditional write: races creates of new keys to find out whether the one promise that commits
 * depend on is kept. Not every store that speaks the protocol does.
 */
public final class ConditionalWriteProbe {
    /** Where it is written that a store passed, so that later starts need not probe it again. */
    static final String MARKER = "_littoral/store.json";

    private static final int FORMAT = 1;

    /** Of a marker, and of what is created. */
    private static final int MAX_BYTES = 64 << 10;

    private static final int THREADS = 16;
    /** A store that lets two win in every third round only passes three times in ten thousand. */
    private static final int ROUNDS = 20;

    private static final ObjectMapper JSON = new ObjectMapper();

    private ConditionalWriteProbe() {}

    /** What a store's marker says. The location distinguishes a store from a copy of its objects elsewhere. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Marker(int format, String location, String probedAt) {}

    /**
     * Probes a store unless its marker says that it passed. Costs one request then.
     *
     * @throws LittoralException INPUT when the store is not safe, or its catalog is of another format
     */
    public static void probeOnce(CatalogStore store) throws InterruptedException {
        Optional<byte[]> marker = store.get(MARKER, MAX_BYTES);
        if (marker.isPresent() && read(store, marker.get()).location().equals(store.location())) {
            return;
        }
        probe(store);
        store.put(MARKER, write(store));
    }

    /**
     * Probes a store, and deletes what it wrote, also where it fails: a disk that is full stays no fuller.
     *
     * @throws LittoralException INPUT when the store is not safe
     */
    public static void probe(CatalogStore store) throws InterruptedException {
        String prefix = "_probe/" + UUID.randomUUID() + "/";
        List<String> keys = IntStream.range(0, ROUNDS)
                .mapToObj(round -> prefix + "round-" + (100 + round))
                .toList();
        try {
            race(store, keys);
            List<String> listed = store.list(prefix, null, ROUNDS + 1);
            if (!listed.equals(keys)) {
                throw unsafe(store, "listed " + listed + " where " + keys + " had been created");
            }
        } catch (RuntimeException | InterruptedException | Error e) {
            deleteQuietly(store, keys, e);
            throw e;
        }
        store.delete(keys);
    }

    /** Deletes what can be deleted; the earlier failure is the one to report. */
    private static void deleteQuietly(CatalogStore store, List<String> keys, Throwable failure) {
        // The thread may be interrupted; that waits until nothing is left.
        boolean interrupted = Thread.interrupted();
        try {
            store.delete(keys);
        } catch (RuntimeException | InterruptedException e) {
            failure.addSuppressed(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Returns when no create is under way any more. */
    private static void race(CatalogStore store, List<String> keys) throws InterruptedException {
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            try {
                for (String key : keys) {
                    race(store, key, threads);
                }
            } finally {
                threads.shutdownNow();
            }
        }
    }

    private static void race(CatalogStore store, String key, ExecutorService threads) throws InterruptedException {
        CyclicBarrier start = new CyclicBarrier(THREADS);
        List<Callable<Boolean>> creates = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            byte[] body = body(key, i);
            creates.add(() -> {
                start.await();
                return store.createIfAbsent(key, body);
            });
        }
        List<Integer> winners = new ArrayList<>();
        List<Future<Boolean>> answers = threads.invokeAll(creates);
        for (int i = 0; i < THREADS; i++) {
            if (answer(answers.get(i))) {
                winners.add(i);
            }
        }
        if (winners.size() > 1) {
            throw unsafe(
                    store,
                    "let " + winners.size() + " of " + THREADS
                            + " racing creates of one new key win; exactly one must");
        }
        byte[] stored = store.get(key, MAX_BYTES)
                .orElseThrow(
                        () -> unsafe(store, "did not return an object that " + THREADS + " racing creates had made"));
        int author = author(key, stored);
        // A store whose winner lost its answer has none, and the body is that of one of them all the same.
        if (winners.isEmpty() ? author == THREADS : author != winners.getFirst()) {
            throw unsafe(store, "returned another body than that of the create that won");
        }
        if (store.createIfAbsent(key, body(key, THREADS))
                || !Arrays.equals(stored, store.get(key, MAX_BYTES).orElse(null))) {
            throw unsafe(store, "let a create replace an object that was there");
        }
    }

    private static byte[] body(String key, int author) {
        return (key + " by " + author).getBytes(StandardCharsets.UTF_8);
    }

    /** Whose body it is, or the number of threads when it is nobody's. */
    private static int author(String key, byte[] body) {
        int author = 0;
        while (author < THREADS && !Arrays.equals(body(key, author), body)) {
            author++;
        }
        return author;
    }

    private static boolean answer(Future<Boolean> create) throws InterruptedException {
        try {
            return create.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                case Throwable failure ->
                    throw new LittoralException(
                            FailureType.INTERNAL, "Probing the catalog failed: " + failure.getMessage() + ".", failure);
            }
        }
    }

    private static LittoralException unsafe(CatalogStore store, String finding) {
        return LittoralException.input("The catalog's store at " + store.location() + " " + finding
                + ". Littoral cannot keep its promises there.");
    }

    private static byte[] write(CatalogStore store) {
        try {
            return JSON.writeValueAsBytes(new Marker(
                    FORMAT,
                    store.location(),
                    Instant.now().truncatedTo(ChronoUnit.SECONDS).toString()));
        } catch (IOException e) {
            throw new LittoralException(FailureType.INTERNAL, "Writing " + MARKER + " failed: " + e.getMessage(), e);
        }
    }

    private static Marker read(CatalogStore store, byte[] body) {
        try {
            Marker marker = JSON.readValue(body, Marker.class);
            if (marker.format() == FORMAT && marker.location() != null) {
                return marker;
            }
            throw LittoralException.input("The catalog at " + store.location() + " has format " + marker.format()
                    + "; this version of Littoral reads format " + FORMAT + ".");
        } catch (IOException e) {
            throw new LittoralException(
                    FailureType.INPUT,
                    "The object " + MARKER + " of the catalog at " + store.location()
                            + " is not the JSON expected there.",
                    e);
        }
    }
}
