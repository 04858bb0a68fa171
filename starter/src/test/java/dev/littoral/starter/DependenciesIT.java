package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** What ships, as the SBOM has it: locked by checksums, under licences that are wanted, of no version known as bad. */
class DependenciesIT {
    private static final Path FILES = Path.of("src", "test", "resources", "dependencies");

    private static final Pattern NUMBER = Pattern.compile("[0-9]+");

    /** A library that ships. */
    private record Library(String name, String version, String sha256, List<String> licences) {
        String locked() {
            return name + " " + version + " " + sha256;
        }
    }

    private static List<Library> libraries() throws IOException {
        File file = Path.of("target", "littoral-sbom.json").toFile();
        assumeTrue(
                file.exists() || Boolean.parseBoolean(System.getenv("LITTORAL_REQUIRE_SERVERS")),
                "there is no SBOM: Maven writes none offline");
        JsonNode sbom = new ObjectMapper().readTree(file);
        List<Library> libraries = new ArrayList<>();
        for (JsonNode component : sbom.get("components")) {
            String group = component.get("group").asText();
            if (!group.equals("dev.littoral")) {
                libraries.add(new Library(
                        group + ":" + component.get("name").asText(),
                        component.get("version").asText(),
                        sha256(component),
                        licences(component)));
            }
        }
        assertThat(libraries).hasSizeGreaterThan(50);
        return libraries;
    }

    private static String sha256(JsonNode component) {
        return StreamSupport.stream(component.path("hashes").spliterator(), false)
                .filter(hash -> hash.get("alg").asText().equals("SHA-256"))
                .map(hash -> hash.get("content").asText())
                .findFirst()
                .orElse("none");
    }

    private static List<String> licences(JsonNode component) {
        List<String> names = new ArrayList<>();
        for (JsonNode entry : component.path("licenses")) {
            JsonNode licence = entry.path("license");
            names.add(
                    entry.has("expression")
                            ? entry.get("expression").asText()
                            : licence.path("id").asText(licence.path("name").asText("")));
        }
        return names;
    }

    private static List<String> lines(String file) throws IOException {
        return Files.readAllLines(FILES.resolve(file)).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }

    @Test
    void whatShipsIsLockedByChecksums() throws IOException {
        List<String> found = libraries().stream().map(Library::locked).sorted().toList();
        if (Boolean.getBoolean("littoral.dependencies.lock")) {
            Files.write(FILES.resolve("lock.txt"), found);
        }
        assertThat(found)
                .as("libraries that ship; run with -Dlittoral.dependencies.lock=true to lock others")
                .containsExactlyElementsOf(lines("lock.txt"));
    }

    @Test
    void everyLibraryHasALicenceThatIsWanted() throws IOException {
        List<String> wanted = lines("licences.txt");
        TreeMap<String, List<String>> others = new TreeMap<>();
        for (Library library : libraries()) {
            // Of several, one may be chosen.
            if (library.licences().stream().noneMatch(wanted::contains)) {
                others.put(library.name(), library.licences());
            }
        }
        assertThat(others).as("libraries with no licence of licences.txt").isEmpty();
    }

    @Test
    void noLibraryHasAVersionKnownToBeBad() throws IOException {
        List<String> bad = new ArrayList<>();
        for (String line : lines("known-bad.txt")) {
            String[] words = line.split(" ", 4);
            assertThat(words).as(line).hasSize(4);
            for (Library library : libraries()) {
                if (library.name().equals(words[0]) && isBelow(library.version(), words[2])) {
                    bad.add(library.name() + " " + library.version() + " has " + words[3] + "; expected " + words[2]);
                }
            }
        }
        assertThat(bad).isEmpty();
    }

    @Test
    void versionsAreComparedByTheirNumbers() {
        assertThat(isBelow("2.5.0", "2.5.2")).isTrue();
        assertThat(isBelow("2.10.0", "2.9.1")).isFalse();
        assertThat(isBelow("33.4.8-android", "32.0.0")).isFalse();
        assertThat(isBelow("1.5", "1.5.1")).isTrue();
        assertThat(isBelow("1.5.1", "1.5.1")).isFalse();
    }

    private static boolean isBelow(String version, String fixed) {
        return Arrays.compare(numbers(version), numbers(fixed)) < 0;
    }

    private static int[] numbers(String version) {
        return NUMBER.matcher(version)
                .results()
                .mapToInt(number -> Integer.parseInt(number.group()))
                .toArray();
    }
}
