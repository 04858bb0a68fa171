package dev.littoral.workflows.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTextTest {
    @ParameterizedTest
    @ValueSource(
            ints = {
                0x00, 0x0A, 0x1B, 0x7F, 0x85, 0x061C, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A, 0x202B, 0x202C, 0x202D,
                0x202E, 0x2066, 0x2067, 0x2068, 0x2069, 0xD800, 0xDFFF
            })
    void whatHidesOrTurnsIsNotShown(int c) {
        String text = "a" + Character.toString(c) + "b";
        assertThat(PrintableText.name(text, 10)).isEqualTo("a\uFFFDb");
        assertThat(PrintableText.sentence(text)).isEqualTo("a\uFFFDb");
        assertThat(PrintableText.value(text)).isEqualTo("a\uFFFDb");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "plain", "Zürich", "日本", "😀", "עברית"})
    void whatPeopleWriteIsShown(String text) {
        assertThat(PrintableText.name(text, 10)).isEqualTo(text);
        assertThat(PrintableText.sentence(text)).isEqualTo(text);
    }

    @Test
    void aNameIsNoLongerThanItMayBe() {
        assertThat(PrintableText.name("abcde", 5)).isEqualTo("abcde");
        assertThat(PrintableText.name("abcdef", 5)).isEqualTo("abcde…");
        assertThat(PrintableText.name("😀😀😀", 2)).isEqualTo("😀😀…");
    }

    @Test
    void ofALongSentenceItsBeginningAndEndAreShown() {
        String shown = PrintableText.sentence("Cannot read " + "k".repeat(100_000) + ": it is gone");
        assertThat(shown)
                .startsWith("Cannot read kkk")
                .endsWith("kkk: it is gone")
                .contains(" … ");
        assertThat(shown.length()).isLessThan(4_010);
    }

    @Test
    void aTextIsShownWholeUpToSixtyCharactersEachOfWhichCanBeWritten() {
        assertThat(PrintableText.value("x".repeat(60))).isEqualTo("x".repeat(60));
        assertThat(PrintableText.value("x".repeat(61))).isEqualTo("x".repeat(60) + "…");
        assertThat(PrintableText.value("\uD7FF\uD800-\uDFFF\uE000")).isEqualTo("\uD7FF\uFFFD-\uFFFD\uE000");
    }
}
