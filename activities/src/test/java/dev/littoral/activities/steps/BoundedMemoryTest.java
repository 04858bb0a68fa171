package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A million files in a small heap, in a JVM of its own. The system property {@code littoral.files} says otherwise how
 * many, {@code littoral.heap} how small, {@code littoral.files.deletes} how many with deleted rows in each: fewer
 * unless it is said, as a million take some minutes.
 */
class BoundedMemoryTest {
    @TempDir
    private Path folder;

    @Test
    void aLargeSourceFitsIntoASmallHeap() throws Exception {
        assertThat(run(ManyFiles.class, System.getProperty("littoral.files", "1000000")))
                .contains(
                        "first update",
                        "unchanged refresh",
                        "one file changed",
                        "verified with its source",
                        "read twice by its consumers");
    }

    @Test
    void aLargeSourceWithDeletedRowsInEachFileDoesToo() throws Exception {
        assertThat(run(ManyDeletes.class, System.getProperty("littoral.files.deletes", "100000")))
                .contains(
                        "first update",
                        "unchanged refresh",
                        "a row of one file deleted",
                        "rows of every file deleted",
                        "verified with its source",
                        "read twice by its consumers");
    }

    /** What a program says that has to end well. */
    private String run(Class<?> program, String files) throws Exception {
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + System.getProperty("littoral.heap", "512m"),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        program.getName(),
                        folder.resolve("catalog").toString(),
                        files))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(30, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(output);
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }
}
