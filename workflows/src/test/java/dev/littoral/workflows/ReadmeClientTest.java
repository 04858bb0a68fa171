package dev.littoral.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.testing.ServerProcess;
import dev.littoral.workflows.testing.TemporalServer;
import io.temporal.client.WorkflowClient;
import java.io.File;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client code that the README shows compiles as it stands, with nothing but this artifact, and does what it says. */
class ReadmeClientTest {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```java\n(.*?)^```$");
    private static final Pattern CLASS = Pattern.compile("public class (\\w+)");

    /** What only tests have on their class path. */
    private static final Pattern TESTS = Pattern.compile(
            "test-classes|junit|opentest4j|apiguardian|assertj|archunit|temporal-testing|temporal-test-server|surefire");

    @TempDir
    Path folder;

    @Test
    void theClientCodeOfTheReadmeRuns() throws Exception {
        String code = block(Files.readString(Path.of("../README.md")));
        String name = name(code);
        compile(Files.writeString(folder.resolve(name + ".java"), code));
        TemporalServer server = TemporalServer.shared();
        FakeLake lake = new FakeLake();
        try (Lab lab =
                Lab.onServer(server, TemporalServer.DEFAULT_NAMESPACE, lake, SourcePolicy.NONE, Policies.HISTORY)) {
            ExternalCollectionWorkflow products =
                    lab.client.newWorkflowStub(ExternalCollectionWorkflow.class, Lab.options("products"));
            WorkflowClient.start(
                    products::run, CollectionInput.of(CollectionStateTest.A, CollectionOptions.DEFAULTS), null);
            lab.await("the first update", () -> lake.newest("products").version() == 2);
            ServerProcess client = ServerProcess.start(
                    folder,
                    List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            folder + File.pathSeparator + classPath(),
                            name),
                    Map.of("TEMPORAL_ADDRESS", server.target()));
            assertThat(client.waitFor(60_000)).isTrue();

            assertThat(client.log()).containsPattern("(?m)^(updating|idle)$");
            lab.await("its source", () -> lake.newest("products").source().uri().equals("s3://lake/products/"));
            lab.await("its update", () -> products.status().state().equals("idle"));
            products.retire();
        }
    }

    private static String block(String readme) {
        Matcher block = BLOCK.matcher(readme);
        assertThat(block.find()).as("a block of Java in the README").isTrue();
        return block.group(1);
    }

    private static String name(String code) {
        Matcher type = CLASS.matcher(code);
        assertThat(type.find()).as("a public class in the README's code").isTrue();
        return type.group(1);
    }

    private void compile(Path file) throws Exception {
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
    }

    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !TESTS.matcher(entry).find())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
