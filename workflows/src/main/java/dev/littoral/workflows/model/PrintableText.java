package dev.littoral.workflows.model;

/**
 * Escaping of foreign text, so that a sentence can repeat it: a name, a key, a value. It is limited in length, and has
 * no characters that cannot be seen or written, or that change how their neighbours are read.
 */
public final class PrintableText {
    /** A sentence with a name or two of the greatest length in it. */
    private static final int SENTENCE = 4_000;

    private static final int MAX_VALUE_CHARS = 60;
    private static final int INSTEAD = 0xFFFD;

    private PrintableText() {}

    /** The first {@code most} characters of a name or a value, and a sign that there are more. */
    public static String name(String text, int most) {
        StringBuilder shown = new StringBuilder();
        text.codePoints().limit(most).map(c -> isShown(c) ? c : INSTEAD).forEach(shown::appendCodePoint);
        return text.codePointCount(0, text.length()) > most ? shown + "…" : shown.toString();
    }

    /** At most 60 characters of a value. */
    public static String value(String text) {
        return name(text, MAX_VALUE_CHARS);
    }

    /** Whether a text can be written as UTF-8: a JSON escape can spell a surrogate without its other half. */
    public static boolean isEncodable(String text) {
        return text.codePoints().noneMatch(PrintableText::isSurrogate);
    }

    /** A sentence that may repeat names. Of one that is too long the middle is left out: its end says what is wrong. */
    public static String sentence(String text) {
        if (text.length() <= SENTENCE) {
            return text.codePoints().allMatch(PrintableText::isShown) ? text : name(text, SENTENCE);
        }
        int half = SENTENCE / 2;
        return name(text.substring(0, half), half) + " … " + name(text.substring(text.length() - half), half);
    }

    /** Whether a character is visible and does not change how its neighbours are read. */
    public static boolean isShown(int c) {
        return !Character.isISOControl(c) && !isSurrogate(c) && !turnsTheOrder(c);
    }

    private static boolean isSurrogate(int c) {
        return c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
    }

    /** The bidirectional controls of Unicode, and the separators that break a line as a control does. */
    private static boolean turnsTheOrder(int c) {
        return (c >= 0x202A && c <= 0x202E)
                || (c >= 0x2066 && c <= 0x2069)
                || c == 0x200E
                || c == 0x200F
                || c == 0x061C
                || c == 0x2028
                || c == 0x2029;
    }
}
