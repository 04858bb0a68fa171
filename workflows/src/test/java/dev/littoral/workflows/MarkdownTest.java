package dev.littoral.workflows;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documentation: its links lead somewhere, its sentences have a line each, and its decisions are complete. */
class MarkdownTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern LINK = Pattern.compile("\\]\\(([^()\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
    private static final Pattern CODE = Pattern.compile("(?s)```.*?```|`[^`\n]*`");

    /**
     * The end of a sentence of words, and the start of another one: rather misses some than takes an abbreviation for
     * one.
     */
    private static final Pattern TWO_SENTENCES = Pattern.compile("[a-z]{3}[.!?] +[A-Z][a-z]");

    private static Map<Path, String> documents() throws IOException {
        try (Stream<Path> top = Files.list(ROOT);
                Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(top, docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .collect(toMap(file -> file, MarkdownTest::read));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everyRelativeLinkLeadsToAFileAndAHeadingThatAreThere() throws IOException {
        Map<Path, String> documents = documents();
        List<String> broken = new ArrayList<>();
        documents.forEach((file, text) -> {
            Matcher link = LINK.matcher(CODE.matcher(text).replaceAll(""));
            while (link.find()) {
                String to = link.group(1);
                if (!to.contains("://") && !to.startsWith("mailto:") && !leadsSomewhere(file, to, documents)) {
                    broken.add(ROOT.relativize(file) + ": " + to);
                }
            }
        });
        assertThat(broken).isEmpty();
    }

    private static boolean leadsSomewhere(Path file, String link, Map<Path, String> documents) {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? file : file.resolveSibling(parts[0]).normalize();
        if (parts.length == 1 || !documents.containsKey(target)) {
            return Files.exists(target);
        }
        return HEADING.matcher(documents.get(target))
                .results()
                .anyMatch(heading -> anchor(heading.group(1)).equals(parts[1]));
    }

    /** As GitHub makes them. */
    private static String anchor(String heading) {
        return heading.toLowerCase(java.util.Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
    }

    @Test
    void eachSentenceHasALineOfItsOwn() throws IOException {
        List<String> lines = new ArrayList<>();
        documents()
                .forEach((file, text) -> CODE.matcher(text)
                        .replaceAll("code")
                        .lines()
                        .filter(line -> !line.startsWith("|")
                                && TWO_SENTENCES.matcher(line).find())
                        .forEach(line -> lines.add(ROOT.relativize(file) + ": " + line)));
        assertThat(lines).isEmpty();
    }

    @Test
    void everyPageIsInTheIndexOnceAndOfOneKind() throws IOException {
        Path folder = ROOT.resolve("docs");
        List<String> listed = Pattern.compile("(?m)^\\| (?:tutorial|how-to|reference|explanation) \\| \\[([^]]+)]\\(")
                .matcher(read(folder.resolve("README.md")))
                .results()
                .map(row -> row.group(1))
                .toList();
        try (Stream<Path> pages = Files.list(folder)) {
            List<String> there = pages.filter(page -> Files.exists(page.resolve("README.md"))
                            || page.toString().endsWith(".md"))
                    .map(page -> page.getFileName().toString().replaceAll("^README.md$", "README"))
                    .toList();
            assertThat(listed).containsExactlyInAnyOrderElementsOf(there);
        }
    }

    @Test
    void everyDecisionIsInTheIndexWithItsDateAndHasAlternatives() throws IOException {
        Path folder = ROOT.resolve("docs/adr");
        String index = read(folder.resolve("README.md"));
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.filter(file -> file.getFileName().toString().matches("\\d{4}-.*\\.md")))
                    .isNotEmpty()
                    .allSatisfy(file -> {
                        String name = file.getFileName().toString();
                        String text = read(file);
                        Matcher date = Pattern.compile("(?m)^\\* Date: (\\d{4}-\\d\\d-\\d\\d)$")
                                .matcher(text);
                        assertThat(date.find()).as(name + " has a date").isTrue();
                        assertThat(text)
                                .startsWith("# " + name.substring(0, 4) + ": ")
                                .contains("\n* Status: ", "\n## Alternatives\n");
                        assertThat(index)
                                .contains("| [" + name.substring(0, 4) + "](" + name + ") | "
                                        + text.substring(8, text.indexOf('\n')) + " | " + date.group(1) + " |");
                    });
        }
    }
}
