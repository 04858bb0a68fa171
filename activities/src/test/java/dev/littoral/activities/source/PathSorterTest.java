package dev.littoral.activities.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.workflows.model.FailureType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathSorterTest {
    @TempDir
    Path temporary;

    @ParameterizedTest
    @ValueSource(longs = {1, 500, 5_000, 100_000_000})
    void filesComeInPathOrderAndTheLastOfEqualPathsStays(long runBytes) throws Exception {
        long seed = 42 + runBytes;
        Random random = new Random(seed);
        Map<String, SourceFile> expected = new TreeMap<>(PathOrder.ORDER);
        Found found = new Found();
        try (PathSorter sorter = new PathSorter(runBytes, temporary)) {
            for (int i = 0; i < 5_000; i++) {
                SourceFile file = new SourceFile(randomPath(random), "v" + i, random.nextLong(1L << 40));
                expected.put(file.path(), file);
                sorter.add(file);
            }
            sorter.drainTo(found);
        }
        assertThat(found.files).as("seed %s", seed).containsExactlyElementsOf(expected.values());
        assertThat(temporary).isEmptyDirectory();
    }

    private static String randomPath(Random random) {
        List<String> letters = List.of("a", "b", "/", "-", "\n", "\uFFFD", "\uD83C\uDF0A", "é", "\u0000", " ");
        StringBuilder path = new StringBuilder();
        int length = random.nextInt(5);
        for (int i = 0; i < length; i++) {
            path.append(letters.get(random.nextInt(letters.size())));
        }
        return path.toString();
    }

    @Test
    void nothingAddedIsNothingHandedOver() throws Exception {
        Found found = new Found();
        try (PathSorter sorter = new PathSorter()) {
            sorter.drainTo(found);
        }
        assertThat(found.files).isEmpty();
    }

    @Test
    void aSorterIsEmptyAfterItHandedOver() throws Exception {
        Found found = new Found();
        try (PathSorter sorter = new PathSorter(1, temporary)) {
            sorter.add(new SourceFile("a", "1", 1));
            sorter.drainTo(new Found());
            sorter.add(new SourceFile("b", "1", 1));
            sorter.drainTo(found);
        }
        assertThat(found.files).extracting(SourceFile::path).containsExactly("b");
    }

    @Test
    void onlyABoundedNumberOfRunsLiesInTheTemporaryFolder() throws Exception {
        try (PathSorter sorter = new PathSorter(1, temporary)) {
            for (int i = 0; i < 1_000; i++) {
                sorter.add(new SourceFile("p" + i, "v", i));
                try (Stream<Path> files = Files.walk(temporary, 2)) {
                    assertThat(files.filter(Files::isRegularFile).count()).isLessThan(64);
                }
            }
        }
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void closingRemovesTheTemporaryFilesOfASortThatWasGivenUp() {
        try (PathSorter sorter = new PathSorter(1, temporary)) {
            sorter.add(new SourceFile("a", "1", 1));
            assertThat(temporary).isNotEmptyDirectory();
        }
        assertThat(temporary).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 100_000_000})
    void anInterruptEndsTheHandOver(long runBytes) {
        List<String> paths = new ArrayList<>();
        try (PathSorter sorter = new PathSorter(runBytes, temporary)) {
            sorter.add(new SourceFile("a", "1", 1));
            sorter.add(new SourceFile("b", "1", 1));
            assertThatThrownBy(() -> sorter.drainTo(new FileSource.Visitor() {
                        @Override
                        public void file(SourceFile file) {
                            paths.add(file.path());
                            Thread.currentThread().interrupt();
                        }

                        @Override
                        public void skipped(String path, SkipReason reason) {}
                    }))
                    .isInstanceOf(InterruptedException.class);
        }
        assertThat(paths).containsExactly("a");
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void anInterruptWhileAddingLosesNothing() throws Exception {
        Found found = new Found();
        try (PathSorter sorter = new PathSorter(1, temporary)) {
            Thread.currentThread().interrupt();
            sorter.add(new SourceFile("a", "1", 1));
            assertThat(Thread.interrupted()).isTrue();
            sorter.drainTo(found);
        }
        assertThat(found.files).hasSize(1);
    }

    @Test
    void aTemporaryFolderThatIsAwayIsTransient() {
        try (PathSorter sorter = new PathSorter(1, temporary.resolve("away"))) {
            assertThatThrownBy(() -> sorter.add(new SourceFile("a", "1", 1)))
                    .isInstanceOfSatisfying(
                            LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.TRANSIENT))
                    .hasMessageContaining("away");
        }
    }
}
