package dev.littoral.starter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.starter.cli.ExitCode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line without Temporal's test server on its class path, as in the image. */
class NoEmbeddedServiceTest {
    @TempDir
    private Path folder;

    private String run(String... words) throws IOException, InterruptedException {
        String classPath = Stream.of(
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                                .split(File.pathSeparator))
                .filter(entry -> !entry.contains("temporal-test"))
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xlog:disable", "-cp", classPath));
        command.add(Littoral.class.getName());
        command.addAll(List.of(words));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("TEMPORAL_") || name.startsWith("LITTORAL_"));
        builder.environment().put("HOME", folder.toString());
        builder.environment().put("PATH", folder.toString());
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(said).isEqualTo(ExitCode.INPUT.code());
        return said;
    }

    @Test
    void whatNeedsTheServiceSaysWhatToSet() throws Exception {
        assertThat(run("sync", "orders", "--source", "lake"))
                .isEqualTo("littoral: This installation has no embedded Temporal service;"
                        + " expected TEMPORAL_ADDRESS to be the host:port of a Temporal server\n");
        assertThat(run("dev"))
                .isEqualTo("littoral: This installation has no embedded Temporal service;"
                        + " expected the Temporal CLI as temporal on the PATH or in LITTORAL_TEMPORAL_CLI\n");
    }
}
