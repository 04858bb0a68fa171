package dev.littoral.starter.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.LayoutBase;
import dev.littoral.workflows.model.PrintableText;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The log layout {@code text}: one line an event, {@code key=value}, stack traces included. A value with anything but
 * plain letters is quoted as in JSON.
 */
public final class TextLayout extends LayoutBase<ILoggingEvent> {
    private static final Pattern PLAIN = Pattern.compile("[\\p{Alnum}_.:/+@-]+");

    @Override
    public String doLayout(ILoggingEvent event) {
        StringBuilder line = new StringBuilder();
        for (Map.Entry<String, String> field : LogFields.of(event).entrySet()) {
            if (!line.isEmpty()) {
                line.append(' ');
            }
            line.append(field.getKey()).append('=').append(value(field.getValue()));
        }
        return line.append('\n').toString();
    }

    private static String value(String text) {
        if (PLAIN.matcher(text).matches()) {
            return text;
        }
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"', '\\' -> quoted.append('\\').appendCodePoint(c);
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                case '\r' -> quoted.append("\\r");
                default -> {
                    if (PrintableText.isShown(c)) {
                        quoted.appendCodePoint(c);
                    } else {
                        quoted.append(String.format(Locale.ROOT, "\\u%04x", c));
                    }
                }
            }
        });
        return quoted.append('"').toString();
    }
}
