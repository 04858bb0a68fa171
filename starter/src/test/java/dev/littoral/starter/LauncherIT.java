package dev.littoral.starter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.starter.cli.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that runs the jar, in a checkout whose Maven is a script as well. */
class LauncherIT {
    private static final String JAR = "littoral-starter-all.jar";

    private static final String VERSION = "littoral [0-9]+\\.[0-9]+\\.[0-9]+(-SNAPSHOT)?\n";

    @TempDir
    Path folder;

    private Path checkout;
    private Path bin;

    /** The result of the script. */
    private record Ended(int exit, String out, String err) {}

    @BeforeEach
    void makeCheckout() throws IOException {
        checkout = Files.createDirectory(folder.resolve("check out"));
        Files.copy(Path.of("..", "littoral"), checkout.resolve("littoral"));
        executable(checkout.resolve("littoral"));
        Files.createFile(checkout.resolve("pom.xml"));
        for (String module : List.of("workflows", "activities", "worker", "starter")) {
            Files.createDirectories(checkout.resolve(module + "/src/main"));
            Files.createFile(checkout.resolve(module + "/pom.xml"));
        }
        // A PATH with what the script needs, without any Java or Maven.
        bin = Files.createDirectory(folder.resolve("bin"));
        for (String tool : List.of(
                "bash",
                "cat",
                "cp",
                "dirname",
                "find",
                "flock",
                "mkdir",
                "mktemp",
                "mv",
                "readlink",
                "rm",
                "sed",
                "touch",
                "env")) {
            Path found = Stream.of("/bin", "/usr/bin")
                    .map(path -> Path.of(path, tool))
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow();
            script(bin.resolve(tool), "exec " + found + " \"$@\"");
        }
    }

    private static void script(Path file, String line) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/bash\n" + line + "\n");
        executable(file);
    }

    private static void executable(Path script) throws IOException {
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void installMaven() throws IOException {
        script(
                bin.resolve("mvn"),
                "cd '%s' && echo built >>builds && mkdir -p starter/target && cp '%s' starter/target/"
                        .formatted(checkout, Path.of("target", JAR).toAbsolutePath()));
    }

    private ProcessBuilder command(String javaHome, String... words) {
        ProcessBuilder builder = new ProcessBuilder(checkout.resolve("littoral").toString()).directory(folder.toFile());
        builder.command().addAll(List.of(words));
        builder.environment().clear();
        builder.environment().put("PATH", bin.toString());
        builder.environment().put("HOME", folder.resolve("home").toString());
        if (javaHome != null) {
            builder.environment().put("JAVA_HOME", javaHome);
        }
        return builder;
    }

    private static Ended end(Process process) throws IOException, InterruptedException {
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
        return new Ended(process.waitFor(), out, err);
    }

    private Ended run(String javaHome, String... words) throws IOException, InterruptedException {
        return end(command(javaHome, words).start());
    }

    @Test
    void itBuildsOnceWhateverIsStartedMeanwhileAndAgainWhenSourcesAreNewer() throws Exception {
        installMaven();
        String java = System.getProperty("java.home");
        Process other = command(java, "--version").start();
        Ended one = run(java, "--version");
        for (Ended ended : List.of(one, end(other))) {
            assertThat(ended.exit()).as("%s", ended).isZero();
            assertThat(ended.out()).as("%s", ended).matches(VERSION);
        }
        assertThat(checkout.resolve("builds")).content().isEqualTo("built\n");

        // A Java that is too old is passed over, asked in the file beside it; so is one that only answers.
        Path old = folder.resolve("old");
        script(old.resolve("bin/java"), "echo 'openjdk version \"17.0.1\"' >&2");
        Path home = folder.resolve("home/.jdks/new");
        script(home.resolve("bin/java"), "exec " + java + "/bin/java \"$@\"");
        assertThat(run(old.toString(), "--version").out()).matches(VERSION);
        Files.writeString(old.resolve("release"), "JAVA_VERSION=\"1.8.0_292\"\n");
        assertThat(run(old.toString(), "--version").out()).matches(VERSION);
        assertThat(run(null, "--version").out()).matches(VERSION);
        assertThat(checkout.resolve("builds")).content().isEqualTo("built\n");

        Files.setLastModifiedTime(
                checkout.resolve("worker/pom.xml"), FileTime.from(Instant.now().plusSeconds(1)));
        Ended again = run(java, "status", "none", "--catalog", "nowhere");
        assertThat(again.exit()).as("%s", again).isEqualTo(ExitCode.INPUT.code());
        assertThat(checkout.resolve("builds")).content().isEqualTo("built\nbuilt\n");

        Lake.write(folder.resolve("lake/ünï.parquet"), 3, 0);
        Ended sync = run(java, "sync", "c", "--source", "lake");
        assertThat(sync.exit()).as("%s", sync).isZero();
        assertThat(sync.out()).contains("COMMITTED", "3 in 1 fragment;");
        assertThat(folder.resolve(".littoral/c/head")).isDirectory();
    }

    @Test
    void ofAReleaseItRunsTheJarBesideIt() throws Exception {
        Files.delete(checkout.resolve("pom.xml"));
        String java = System.getProperty("java.home");
        Ended alone = run(java, "--version");
        assertThat(alone.exit()).isEqualTo(ExitCode.INTERNAL.code());
        assertThat(alone.err())
                .startsWith("littoral: there is no littoral-<version>.jar")
                .hasLineCount(1);

        Files.copy(Path.of("target", JAR), checkout.resolve("littoral-0.2.0.jar"));
        Lake.write(folder.resolve("lake/a.parquet"), 3, 0);
        for (String ended : List.of("COMMITTED", "UNCHANGED")) {
            Ended sync = run(java, "sync", "c", "--source", "lake");
            assertThat(sync.exit()).as("%s", sync).isZero();
            assertThat(sync.out()).contains(ended);
        }
        assertThat(checkout.resolve("littoral-0.2.0-java" + Runtime.version().feature() + ".jsa"))
                .isNotEmptyFile();
    }

    @Test
    void itSaysWhatIsMissing() throws Exception {
        Ended noMaven = run(System.getProperty("java.home"), "--version");
        assertThat(noMaven.exit()).isEqualTo(ExitCode.INTERNAL.code());
        assertThat(noMaven.err()).startsWith("littoral: ").contains("Maven").hasLineCount(1);

        Path script = checkout.resolve("littoral");
        Files.writeString(script, Files.readString(script).replace("needed=21", "needed=999"));
        Ended noJava = run(null, "--version");
        assertThat(noJava.exit()).isEqualTo(ExitCode.INTERNAL.code());
        assertThat(noJava.err())
                .startsWith("littoral: no Java 999 or newer")
                .contains("JAVA_HOME")
                .hasLineCount(1);
    }
}
