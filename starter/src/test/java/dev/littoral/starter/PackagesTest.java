package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which packages of the command line see which. */
class PackagesTest {
    private static final Path MAIN = Path.of("src/main/java/dev/littoral/starter");
    private static final Pattern IMPORT =
            Pattern.compile("(?m)^import (?:static )?dev\\.littoral\\.starter\\.(\\w+)\\.");

    /** Each sees only packages before it. */
    private static final List<String> ORDER = List.of("cli", "logging", "catalog", "server", "worker", "sync", "");

    @Test
    void noPackageSeesOneThatSeesIt() throws IOException {
        Map<String, Set<String>> seen = new TreeMap<>();
        try (Stream<Path> files = Files.walk(MAIN)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".java")).toList()) {
                Set<String> of =
                        seen.computeIfAbsent(MAIN.relativize(file.getParent()).toString(), each -> new TreeSet<>());
                Matcher imports = IMPORT.matcher(Files.readString(file));
                while (imports.find()) {
                    of.add(imports.group(1));
                }
            }
        }
        assertThat(seen.keySet()).containsExactlyInAnyOrderElementsOf(ORDER);
        seen.forEach((name, others) -> others.remove(name));
        seen.forEach((name, others) -> assertThat(ORDER.subList(0, ORDER.indexOf(name)))
                .as("seen by %s", name)
                .containsAll(others));
    }
}
