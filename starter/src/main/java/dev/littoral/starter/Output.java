package dev.littoral.starter;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.PrintableText;
import java.io.PrintWriter;
import java.util.Locale;

/** How commands print. */
final class Output {
    private Output() {}

    /** One JSON value on a line of its own. */
    static void json(PrintWriter out, Object value) {
        out.println(json(value));
    }

    static String json(Object value) {
        try {
            return Json.JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("What is printed is always JSON", e);
        }
    }

    static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    /** A path on one line, whatever letters it has. */
    static String path(String path) {
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
