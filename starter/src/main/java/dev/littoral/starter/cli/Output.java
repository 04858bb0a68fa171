package dev.littoral.starter.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.PrintableText;
import java.io.PrintWriter;
import java.util.Locale;

/** The formats in which commands print: JSON, numbers, and text on one line. */
public final class Output {
    private Output() {}

    /** One JSON value on a line of its own. */
    public static void json(PrintWriter out, Object value) {
        out.println(json(value));
    }

    public static String json(Object value) {
        try {
            return Json.JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("What is printed is always JSON", e);
        }
    }

    public static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    /** A path on one line: control characters are escaped. */
    public static String path(String path) {
        return escaped(path);
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (PrintableText.isShown(c)) {
                escaped.appendCodePoint(c);
            } else {
                escaped.append(String.format(Locale.ROOT, "\\u%04x", c));
            }
        });
        return escaped.toString();
    }
}
