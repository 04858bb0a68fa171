package dev.littoral.workflows.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The first block of Java in a document, compiled and run as it stands with nothing but what a module brings along. */
public final class DocumentedCode {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```java\n(.*?)^```$");
    private static final Pattern CLASS = Pattern.compile("public class (\\w+)");

    /** What only tests have on their class path. */
    private static final Pattern TESTS =
            Pattern.compile("test-classes|-tests\\.jar|junit|opentest4j|apiguardian|assertj|archunit|temporal-testing"
                    + "|temporal-test-server|surefire|duckdb|logback|s3proxy|jclouds|parquet-|lucene");

    private static final long TIMEOUT_MILLIS = 480_000;

    private final Path folder;
    private final String name;

    private DocumentedCode(Path folder, String name) {
        this.folder = folder;
        this.name = name;
    }

    /** Compiles the code of a document into a folder. */
    public static DocumentedCode compile(Path document, Path folder) throws Exception {
        String code = group(BLOCK, Files.readString(document), "a block of Java in " + document);
        String name = group(CLASS, code, "a public class in the code of " + document);
        Path file = Files.writeString(folder.resolve(name + ".java"), code);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            boolean done = compiler.getTask(
                            said,
                            files,
                            null,
                            List.of("-proc:none", "-cp", classPath(), "-d", folder.toString()),
                            null,
                            files.getJavaFileObjects(file))
                    .call();
            assertThat(done).as("%s", said).isTrue();
        }
        return new DocumentedCode(folder, name);
    }

    private static String group(Pattern pattern, String text, String what) {
        Matcher matcher = pattern.matcher(text);
        assertThat(matcher.find()).as(what).isTrue();
        return matcher.group(1);
    }

    /** Runs it in a process of its own, and returns what that printed. */
    public String run(Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                folder + File.pathSeparator + classPath(),
                name));
        command.addAll(List.of(arguments));
        Path ownFolder = ServerProcess.newFolder("run");
        try {
            ServerProcess process = ServerProcess.start(ownFolder, command, environment);
            assertThat(process.waitFor(TIMEOUT_MILLIS)).as("%s", process.log()).isTrue();
            return process.log();
        } finally {
            ServerProcess.remove(ownFolder);
        }
    }

    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !TESTS.matcher(entry).find())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
