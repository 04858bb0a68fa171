package dev.littoral.activities.storage.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.ConditionalWriteProbe;
import dev.littoral.workflows.model.FailureType;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalBlobStoreAsCatalogTest {
    @TempDir
    Path temporary;

    private Path root;
    private CatalogStore store;

    @BeforeEach
    void open() throws InterruptedException {
        root = temporary.resolve("new/catalog");
        store = LocalStores.catalog(root);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private String text(String key) throws InterruptedException {
        return new String(store.get(key).orElseThrow(), UTF_8);
    }

    private void assertNoTemporaryFiles() {
        assertThat(root.resolve("_tmp")).isEmptyDirectory();
    }

    @Test
    void anObjectIsCreatedOnce() throws Exception {
        assertThat(store.createIfAbsent("a/head/1.json", bytes("first"))).isTrue();
        assertThat(store.createIfAbsent("a/head/1.json", bytes("second"))).isFalse();
        assertThat(LocalStores.catalog(root).createIfAbsent("a/head/1.json", bytes("third")))
                .isFalse();
        assertThat(text("a/head/1.json")).isEqualTo("first");
        assertNoTemporaryFiles();
    }

    @Test
    void aPutReplacesAndIsSeenByCreates() throws Exception {
        store.put("a/b", bytes("first"));
        store.put("a/b", bytes("second"));
        assertThat(store.createIfAbsent("a/b", bytes("third"))).isFalse();
        assertThat(text("a/b")).isEqualTo("second");
        assertNoTemporaryFiles();
    }

    @Test
    void whatIsNotThereIsEmpty() throws Exception {
        store.put("a/b", bytes("x"));
        assertThat(store.get("a/c")).isEmpty();
        assertThat(store.get("b/c")).isEmpty();
        assertThat(store.get("a")).isEmpty();
        assertThat(store.get("a/b/c")).isEmpty();
        assertThat(store.list("c/", null, 10)).isEmpty();
        assertThat(store.list("a/b/", null, 10)).isEmpty();
    }

    @Test
    void bodiesOfAnySizeComeBackWhole() throws Exception {
        for (int size : new int[] {0, 1, 8_192, 3_000_000}) {
            byte[] body = new byte[size];
            new Random(size).nextBytes(body);
            store.createIfAbsent("size/" + size, body);
            assertThat(store.get("size/" + size))
                    .hasValueSatisfying(found -> assertThat(found).isEqualTo(body));
        }
    }

    @Test
    void deletingTakesEmptyFoldersAlong() throws Exception {
        store.put("a/b/c", bytes("x"));
        store.put("a/d", bytes("x"));
        store.delete(List.of("a/b/c", "a/b/c", "never/there", "a"));
        assertThat(root.resolve("a/b")).doesNotExist();
        assertThat(store.list("a/", null, 10)).containsExactly("a/d");
        store.delete(List.of("a/d"));
        assertThat(root.resolve("a")).doesNotExist();
        assertThat(store.createIfAbsent("a/d", bytes("again"))).isTrue();
    }

    @Test
    void keysAreListedInAsciiOrderPageByPage() throws Exception {
        long seed = 99;
        Random random = new Random(seed);
        TreeSet<String> expected = new TreeSet<>();
        List<String> parts = List.of("a", "a-b", "a.b", "a0", "a=1", "a_b", "0", "-");
        for (int i = 0; i < 200; i++) {
            String folder = "p/";
            for (int depth = random.nextInt(3); depth > 0; depth--) {
                folder += parts.get(random.nextInt(parts.size())) + "/";
            }
            String key = folder + "x" + parts.get(random.nextInt(parts.size()));
            store.put(key, bytes("x"));
            expected.add(key);
        }
        store.put("q/other", bytes("x"));
        for (int limit : new int[] {1, 3, 1_000}) {
            List<String> found = new ArrayList<>();
            String after = null;
            List<String> page;
            do {
                page = store.list("p/", after, limit);
                assertThat(page).hasSizeLessThanOrEqualTo(limit);
                found.addAll(page);
                after = page.isEmpty() ? null : page.getLast();
            } while (!page.isEmpty());
            assertThat(found).as("seed %s limit %s", seed, limit).containsExactlyElementsOf(expected);
        }
        assertThat(store.list("p/a/", null, 1_000))
                .containsExactlyElementsOf(
                        expected.stream().filter(key -> key.startsWith("p/a/")).toList());
        for (int i = 0; i < 200; i++) {
            String after = "p/" + parts.get(random.nextInt(parts.size())) + (random.nextBoolean() ? "/" : "");
            assertThat(store.list("p/", after, 1_000))
                    .as("seed %s after %s", seed, after)
                    .containsExactlyElementsOf(expected.tailSet(after, false));
        }
    }

    @Test
    void strangersFilesAreNotListed() throws Exception {
        store.put("a/b", bytes("x"));
        Files.writeString(root.resolve("a/Upper Case"), "x");
        Files.createSymbolicLink(root.resolve("a/link"), root.resolve("a/b"));
        Files.createDirectory(root.resolve("a/empty"));
        Files.writeString(Files.createDirectory(temporary.resolve("elsewhere")).resolve("b"), "x");
        Files.createSymbolicLink(root.resolve("a/folder"), temporary.resolve("elsewhere"));
        assertThat(store.list("a/", null, 10)).containsExactly("a/b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "a/..", "./a", "A", "a b", "a\\b", "é", "a\nb",
                "a\0b", "_tmp", "_tmp/a", "a%2fb",
            })
    void aKeyOfOtherCharactersIsRefused(String key) {
        assertThatThrownBy(() -> store.createIfAbsent(key, bytes("x"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.put(key, bytes("x"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.get(key)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.delete(List.of(key))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.list(key + "/", null, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aKeyPartIsAtMost255CharactersLong() throws Exception {
        assertThat(store.createIfAbsent("a/" + "b".repeat(255), bytes("x"))).isTrue();
        assertThatThrownBy(() -> store.createIfAbsent("a/" + "b".repeat(256), bytes("x")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aKeyThatIsAnothersFolderIsRefused() throws Exception {
        store.put("a/b", bytes("x"));
        assertThatThrownBy(() -> store.createIfAbsent("a", bytes("x"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.createIfAbsent("a/b/c", bytes("x")))
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT));
        assertNoTemporaryFiles();
    }

    @Test
    void ofRacingCreatesOneWinsAndItsBodyStays() throws Exception {
        CatalogStore other = LocalStores.catalog(root);
        race(
                16,
                100,
                (thread, round) -> {
                    CatalogStore one = thread % 2 == 0 ? store : other;
                    String body = thread + "-" + round;
                    return one.createIfAbsent("race/" + round + "/head", bytes(body)) ? body : null;
                },
                (round, answers) -> {
                    List<String> winners =
                            answers.stream().filter(answer -> answer != null).toList();
                    assertThat(winners).hasSize(1);
                    assertThat(text("race/" + round + "/head")).isEqualTo(winners.getFirst());
                });
        assertNoTemporaryFiles();
    }

    @Test
    void aWriteIsNotLostWhileOthersEmptyItsFolder() throws Exception {
        CatalogStore other = LocalStores.catalog(root);
        race(
                8,
                100,
                (thread, round) -> {
                    String mine = "shared/deep/" + thread;
                    CatalogStore one = thread % 2 == 0 ? store : other;
                    boolean created = one.createIfAbsent(mine, bytes("x"));
                    boolean there = one.get(mine).isPresent();
                    one.put(mine, bytes("y"));
                    boolean replaced = "y"
                            .equals(one.get(mine)
                                    .map(body -> new String(body, UTF_8))
                                    .orElse(""));
                    one.delete(List.of(mine));
                    return created && there && replaced && one.get(mine).isEmpty() ? "kept" : "lost";
                },
                (round, answers) -> assertThat(answers).containsOnly("kept"));
        assertThat(root.resolve("shared")).doesNotExist();
    }

    /** The folder of what was just written is gone before its name is forced to disk. */
    @Test
    void aWriteSucceedsWhoseObjectAndFolderAreDeletedAtOnce() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        race(
                2,
                1,
                (thread, round) -> {
                    while (thread == 1 && !over.get()) {
                        store.delete(List.of("shared/deep/b"));
                    }
                    try {
                        for (int i = 0; thread == 0 && i < 300; i++) {
                            store.put("shared/deep/b", bytes("x"));
                        }
                    } finally {
                        over.set(true);
                    }
                    return "written";
                },
                (round, answers) -> assertThat(answers).containsOnly("written"));
    }

    @Test
    void readersSeeTheOldBodyOrTheNewWhole() throws Exception {
        byte[] even = bytes("e".repeat(100_000));
        byte[] odd = bytes("o".repeat(50_000));
        store.put("a/b", even);
        race(
                4,
                4,
                (thread, round) -> {
                    for (int i = 0; i < 100; i++) {
                        if (thread == 0) {
                            store.put("a/b", i % 2 == 0 ? odd : even);
                            continue;
                        }
                        Optional<byte[]> found = store.get("a/b");
                        if (found.isEmpty() || found.get().length != (found.get()[0] == 'e' ? 100_000 : 50_000)) {
                            return "torn";
                        }
                    }
                    return "whole";
                },
                (round, answers) -> assertThat(answers).containsOnly("whole"));
    }

    private interface Turn {
        String take(int thread, int round) throws Exception;
    }

    private interface Check {
        void check(int round, List<String> answers) throws Exception;
    }

    private static void race(int threads, int rounds, Turn turn, Check check) throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            for (int round = 0; round < rounds; round++) {
                CyclicBarrier start = new CyclicBarrier(threads);
                List<Callable<String>> turns = new ArrayList<>();
                for (int thread = 0; thread < threads; thread++) {
                    int t = thread;
                    int r = round;
                    turns.add(() -> {
                        start.await();
                        return turn.take(t, r);
                    });
                }
                List<String> answers = new ArrayList<>();
                for (Future<String> answer : pool.invokeAll(turns)) {
                    answers.add(answer.get());
                }
                check.check(round, answers);
            }
        }
    }

    @Test
    void leftoversOfKilledProcessesAreRemovedAfterADay() throws Exception {
        Path old = Files.writeString(root.resolve("_tmp/old"), "x");
        Path young = Files.writeString(root.resolve("_tmp/young"), "x");
        store.put("a/b", bytes("x"));
        Instant now = Instant.now();
        Files.setLastModifiedTime(old, FileTime.from(now.minus(Duration.ofHours(25))));
        Path folder = Files.createDirectory(root.resolve("_tmp/folder"));
        Files.setLastModifiedTime(folder, FileTime.from(now.minus(Duration.ofHours(25))));
        Files.setLastModifiedTime(young, FileTime.from(now.minus(Duration.ofHours(23))));
        Files.setLastModifiedTime(root.resolve("a/b"), FileTime.from(now.minus(Duration.ofDays(9))));
        store = LocalStores.catalog(root);
        assertThat(old).doesNotExist();
        assertThat(young).exists();
        assertThat(folder).as("somebody else's").exists();
        assertThat(text("a/b")).isEqualTo("x");
    }

    /** A file before it takes its name, then the name in each folder, up to one that was there before. */
    @Test
    void whatIsWrittenIsForcedToDiskBeforeItIsSaidToBe() throws Exception {
        Path fresh = temporary.resolve("fresh/catalog");
        assertThat(forced(() -> LocalStores.catalog(fresh)))
                .containsExactly(fresh, temporary.resolve("fresh"), temporary);
        for (String way : List.of("create", "put", "lose")) {
            List<Path> forced = forced(() -> {
                if (way.equals("put")) {
                    store.put("a/b/c", bytes(way));
                } else {
                    assertThat(store.createIfAbsent("a/b/c", bytes(way))).isEqualTo(way.equals("create"));
                }
            });
            assertThat(forced).as(way).hasSize(4);
            assertThat(forced.get(0).getParent()).as(way).isEqualTo(root.resolve("_tmp"));
            assertThat(forced.subList(1, 4)).as(way).containsExactly(root.resolve("a/b"), root.resolve("a"), root);
        }
    }

    private interface Writes {
        void run() throws Exception;
    }

    /** The files and folders that are forced to disk, as the JVM itself tells. */
    private List<Path> forced(Writes writes) throws Exception {
        Path file = temporary.resolve("forced.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("jdk.FileForce").withThreshold(Duration.ZERO);
            recording.start();
            writes.run();
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .sorted(Comparator.comparing(RecordedEvent::getStartTime))
                .map(event -> Path.of(event.getString("path")))
                .filter(path -> path.startsWith(temporary))
                .toList();
    }

    @Test
    void anInterruptIsHonouredAndLeavesNoTemporaryFile() throws Exception {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> store.put("a/b", bytes("x"))).isInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(store.get("a/b")).isEmpty();
        assertNoTemporaryFiles();
    }

    @Test
    void openingAgainAndOpeningForReadingWriteNothing() throws Exception {
        store.put("a/b", bytes("x"));
        Path folder = root.resolve("_tmp");
        FileTime before = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));
        Files.setLastModifiedTime(folder, before);
        assertThat(LocalStores.catalog(root).get("a/b")).isPresent();
        assertThat(LocalStores.forReading(root).list("a/", null, 9)).containsExactly("a/b");
        assertThat(Files.getLastModifiedTime(folder)).isEqualTo(before);

        Path nowhere = temporary.resolve("nowhere");
        assertThat(LocalStores.forReading(nowhere).get("a/b")).isEmpty();
        assertThat(LocalStores.forReading(nowhere).list("a/", null, 9)).isEmpty();
        assertThat(nowhere).doesNotExist();
    }

    @Test
    void aCatalogBelowAFileIsAnInputFailure() throws Exception {
        Path file = Files.writeString(temporary.resolve("file"), "x");
        for (Path bad : List.of(file, file.resolve("catalog"))) {
            assertThatThrownBy(() -> LocalStores.catalog(bad))
                    .isInstanceOfSatisfying(
                            LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                    .hasMessageContaining(bad.toString());
        }
    }

    @Test
    void aCatalogThatMayNotBeWrittenIsAnAccessFailure() throws Exception {
        Path folder = Files.createDirectory(temporary.resolve("read-only"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
        if (Files.isWritable(folder)) {
            // A superuser may write whatever the bits say; how a refusal is classified is tested apart from the file
            // system.
            LocalStores.catalog(folder).put("a/b", bytes("x"));
            return;
        }
        assertThatThrownBy(() -> LocalStores.catalog(folder))
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.ACCESS))
                .hasMessageContaining(folder.toString());
    }

    @Test
    void aFileSystemWithoutHardLinksIsAnInputFailure() throws Exception {
        try (FileSystem zip = FileSystems.newFileSystem(temporary.resolve("a.zip"), Map.of("create", "true"))) {
            for (int attempt = 1; attempt <= 2; attempt++) {
                assertThatThrownBy(() -> LocalStores.catalog(zip.getPath("/catalog")))
                        .isInstanceOfSatisfying(
                                LittoralException.class,
                                e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                        .hasMessageContaining("/catalog")
                        .hasMessageContaining("hard links");
            }
        }
    }

    @Test
    void theLocationIsTheFolder() throws Exception {
        assertThat(store.location()).isEqualTo(root.toString());
        try (Stream<Path> files = Files.walk(root)) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @Test
    void whatItMakesIsForItsOwnerAlone(@TempDir Path above) throws Exception {
        Path root = above.resolve("made/catalog");
        CatalogStore own = LocalStores.catalog(root);
        own.createIfAbsent("c/head/1.json", new byte[] {1});
        own.put("c/other/deep/2.json", new byte[] {2});
        ConditionalWriteProbe.probeOnce(own);
        List<String> found = new ArrayList<>();
        try (Stream<Path> all = Files.walk(above.resolve("made"))) {
            for (Path each : all.toList()) {
                found.add(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)));
                assertThat(found.getLast())
                        .as(each.toString())
                        .isEqualTo(Files.isDirectory(each) ? "rwx------" : "rw-------");
            }
        }
        assertThat(found).hasSizeGreaterThan(8);
    }
}
