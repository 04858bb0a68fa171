package dev.littoral.workflows.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GlobTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "*.parquet a.parquet true",
                "*.parquet x/y/a.parquet true",
                "*.parquet a.parquet.crc false",
                "*.parquet .parquet true",
                "a/*.parquet a/b.parquet true",
                "a/*.parquet a/b/c.parquet false",
                "a/*.parquet b/a/c.parquet false",
                "**/x x true",
                "**/x a/x true",
                "**/x a/b/x true",
                "**/x ax false",
                "a/**/x a/x true",
                "a/**/x a/b/c/x true",
                "a/**/x ab/x false",
                "a/**/x a/bx false",
                "a/** a/b/c true",
                "a/** a false",
                "a/** ab/c false",
                "** a/b/c true",
                "a**/x ab/c/x true",
                "a**/x a/x true",
                "a**x a/b/x false",
                "**.csv a/b.csv true",
                "day=?/* day=1/a true",
                "day=?/* day=12/a false",
                "a?b a/b false",
                "part-[0-9].csv part-7.csv true",
                "part-[0-9].csv part-x.csv false",
                "part-[!0-9].csv part-x.csv true",
                "part-[!0-9].csv part-7.csv false",
                "a[!b]c/d a/c/d false",
                "[a-] - true",
                "[-a] - true",
                "[!-a] - false",
                "[[] [ true",
                "[*?{}] * true",
                "[*?{}] a false",
                "[\\]\\-a] ] true",
                "[\\]\\-a] - true",
                "{a,b} b true",
                "{a,b} c false",
                "*.{csv,parquet} x/y.csv true",
                "a{,b}c ac true",
                "a{,b}c abc true",
                "{2024,2025/0{1,2}}/* 2025/02/x true",
                "{2024,2025/0{1,2}}/* 2025/03/x false",
                "{**,a}/x x true",
                "{**/,a/}x b/c/x true",
                "x{a/,b}**/c xa/c true",
                "\\*.csv *.csv true",
                "\\*.csv a.csv false",
                "\\{a\\} {a} true",
                "a}b a}b true",
                "a]b a]b true",
                "a,b a,b true",
                "100%+_(1).csv 100%+_(1).csv true",
                "^$.|() ^$.|() true",
                "CSV csv false",
            })
    void aGlobMatchesAsDocumented(String glob, String path, boolean matches) {
        assertThat(Glob.problem(glob)).isEmpty();
        assertThat(Glob.of(glob).matches(path)).isEqualTo(matches);
    }

    @Test
    void aCharacterIsACodePointAndMayBeALineBreak() {
        assertThat(Glob.of("?.csv").matches("\uD83C\uDF0A.csv")).isTrue();
        assertThat(Glob.of("??.csv").matches("\uD83C\uDF0A.csv")).isFalse();
        assertThat(Glob.of("[\uD83C\uDF00-\uD83C\uDFFF]").matches("\uD83C\uDF0A"))
                .isTrue();
        assertThat(Glob.of("a?b*").matches("a\nb\r\nc")).isTrue();
        assertThat(Glob.of("é").matches("e\u0301")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/a",
                "a/",
                "a\\",
                "[",
                "[a",
                "[]",
                "[!]",
                "[!",
                "[^a]",
                "[z-a]",
                "[a/b]",
                "[a-",
                "[a\\",
                "[[:digit:]]",
                "{",
                "{a",
                "{a,",
                "a{b{c}",
                "{a,b}}{",
                "{{{{{{{{{{{a}}}}}}}}}}}",
            })
    void aBadGlobIsRefusedWithASentenceThatNamesIt(String glob) {
        assertThat(Glob.problem(glob))
                .hasValueSatisfying(problem -> assertThat(problem)
                        .contains(glob.isEmpty() ? "empty" : "The glob " + glob + " ")
                        .endsWith("."));
        assertThatThrownBy(() -> Glob.of(glob))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(Glob.problem(glob).orElseThrow());
    }

    @Test
    void aGlobThatIsNullIsRefused() {
        assertThat(Glob.problem(null)).isPresent();
    }

    @Test
    void noGlobMakesMatchingSlow() {
        String path = "a".repeat(2000) + "/" + "a".repeat(2000);
        assertThat(Glob.of("*a".repeat(200) + "b").matches(path)).isFalse();
        assertThat(Glob.of("**a".repeat(200) + "/b").matches(path)).isFalse();
        assertThat(Glob.of("**/".repeat(200) + "b").matches("a/".repeat(2000))).isFalse();
        assertThat(Glob.of("{a,a*,*a}".repeat(100) + "/b").matches(path)).isFalse();
        assertThat(Glob.of("{a,{a,{a,{a,{a,{a,{a,*}}}}}}}".repeat(20) + "/b").matches(path))
                .isFalse();
    }

    @Test
    void itAgreesWithRegularExpressionsOnceBracesAreExpanded() {
        long seed = 20261123;
        Random random = new Random(seed);
        int matched = 0;
        for (int i = 0; i < 20_000; i++) {
            String tokens = randomGlob(random, 2);
            String glob = tokens.replace("§", "**");
            if (Glob.problem(glob).isPresent()) {
                assertThat(glob).as("seed %s", seed).matches("(?s)|/.*|.*/");
                continue;
            }
            List<Pattern> expected =
                    expand(tokens).stream().map(GlobTest::regex).toList();
            for (int j = 0; j < 10; j++) {
                String path = randomPath(random);
                String text = glob.contains("/") ? path : path.substring(path.lastIndexOf('/') + 1);
                boolean matches =
                        expected.stream().anyMatch(p -> p.matcher(text).matches());
                assertThat(Glob.of(glob).matches(path))
                        .as("glob %s, path %s, seed %s", glob, path, seed)
                        .isEqualTo(matches);
                matched += matches ? 1 : 0;
            }
        }
        assertThat(matched).as("matches among the cases").isGreaterThan(10_000);
    }

    /** A glob with § for each **, since * next to {*,a} is not **. */
    private static String randomGlob(Random random, int depth) {
        StringBuilder glob = new StringBuilder();
        int parts = random.nextInt(6);
        for (int i = 0; i < parts; i++) {
            switch (random.nextInt(depth == 0 ? 8 : 10)) {
                case 0, 1 -> glob.append('a');
                case 2 -> glob.append('b');
                case 3 -> glob.append('/');
                case 4, 5 ->
                    glob.append(glob.toString().matches("(?s).*[*§]") ? 'a' : random.nextBoolean() ? '*' : '§');
                case 6 -> glob.append('?');
                case 7 -> glob.append(random.nextBoolean() ? "[a]" : "[!a]");
                default ->
                    glob.append('{')
                            .append(randomGlob(random, depth - 1))
                            .append(',')
                            .append(randomGlob(random, depth - 1))
                            .append('}');
            }
        }
        return glob.toString();
    }

    private static String randomPath(Random random) {
        StringBuilder path = new StringBuilder();
        int parts = 1 + random.nextInt(3);
        for (int i = 0; i < parts; i++) {
            path.append(i == 0 ? "" : "/");
            int length = 1 + random.nextInt(3);
            for (int j = 0; j < length; j++) {
                path.append(random.nextInt(3) == 0 ? 'b' : 'a');
            }
        }
        return path.toString();
    }

    /** The globs without braces that a glob stands for; it has braces with exactly two globs in them. */
    private static List<String> expand(String glob) {
        int open = glob.indexOf('{');
        if (open < 0) {
            return List.of(glob);
        }
        int comma = 0;
        int close = open;
        for (int depth = 0; close == open || depth > 0; close++) {
            char c = glob.charAt(close);
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            comma = c == ',' && depth == 1 ? close : comma;
            if (depth == 0) {
                break;
            }
        }
        List<String> all = new ArrayList<>();
        for (String one : List.of(glob.substring(open + 1, comma), glob.substring(comma + 1, close))) {
            all.addAll(expand(glob.substring(0, open) + one + glob.substring(close + 1)));
        }
        return all;
    }

    private static Pattern regex(String glob) {
        return Pattern.compile(glob.replaceAll("[*§]*§[*§]*", "<all>")
                .replaceAll("(^|/)<all>/", "$1<parts>")
                .replaceAll("<parts><all>/", "<parts>")
                .replaceAll("[*]+", "[^/]*")
                .replace("?", "[^/]")
                .replace("[!a]", "[^a/]")
                .replace("<all>", ".*")
                .replace("<parts>", "(.*/)?"));
    }
}
