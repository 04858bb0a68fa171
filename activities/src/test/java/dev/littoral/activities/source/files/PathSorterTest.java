package dev.littoral.activities.source.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.Found;
import dev.littoral.activities.source.SkipReason;
import dev.littoral.workflows.model.FailureType;
import java.io.IOException;
import java.nio.file.DirectoryStream;
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

    @ParameterizedTest
    @ValueSource(longs = {1, 100_000_000})
    void aSorterIsEmptyAfterItHandedOver(long runBytes) throws Exception {
        Found found = new Found();
        try (PathSorter sorter = new PathSorter(runBytes, temporary)) {
            sorter.add(new SourceFile("a", "1", 1));
            sorter.drainTo(new Found());
            sorter.add(new SourceFile("b", "1", 1));
            sorter.drainTo(found);
        }
        assertThat(found.files).extracting(SourceFile::path).containsExactly("b");
    }

    private long runs() throws IOException {
        try (Stream<Path> files = Files.walk(temporary, 2)) {
            return files.filter(Files::isRegularFile).count();
        }
    }

    /** A file counts for 160 bytes and two for each character. */
    @Test
    void aRunIsWrittenWhenSoManyBytesAreInMemory() throws Exception {
        try (PathSorter sorter = new PathSorter(3 * (160 + 2 * (5 + 3)), temporary)) {
            for (int i = 0; i < 10; i++) {
                assertThat(runs()).as("after %d files", i).isEqualTo(i / 3);
                sorter.add(new SourceFile("path" + i, "v12", 1));
            }
        }
    }

    @Test
    void runsAreMergedOnlyWhenTheyAreMany() throws Exception {
        try (PathSorter sorter = new PathSorter(1, temporary)) {
            for (int i = 1; i < 64; i++) {
                sorter.add(new SourceFile("p" + i, "v", i));
                assertThat(runs()).isEqualTo(i);
            }
            sorter.add(new SourceFile("p64", "v", 64));
            assertThat(runs()).isOne();
        }
    }

    @Test
    void noFileStaysOpenAfterAMerge() throws Exception {
        Path open = Path.of("/proc/self/fd");
        assumeTrue(Files.isDirectory(open), "the system does not show which files are open");
        try (PathSorter sorter = new PathSorter(1, temporary)) {
            for (int i = 0; i < 10; i++) {
                sorter.add(new SourceFile("p" + i, "v", i));
            }
            sorter.drainTo(new Found());
            List<String> ours = new ArrayList<>();
            try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(open)) {
                for (Path descriptor : descriptors) {
                    try {
                        ours.add(Files.readSymbolicLink(descriptor).toString());
                    } catch (IOException closed) {
                        // It was open a moment ago.
                    }
                }
            }
            assertThat(ours).noneMatch(file -> file.startsWith(temporary.toString()));
        }
    }

    @Test
    void onlyABoundedNumberOfRunsLiesInTheTemporaryFolder() throws Exception {
        try (PathSorter sorter = new PathSorter(1, temporary)) {
            for (int i = 0; i < 1_000; i++) {
                sorter.add(new SourceFile("p" + i, "v", i));
                assertThat(runs()).isLessThan(64);
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
