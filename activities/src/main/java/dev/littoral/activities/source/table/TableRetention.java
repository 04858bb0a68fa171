package dev.littoral.activities.source.table;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How long tables keep what only their older versions need, as their formats write it. Pure. */
public final class TableRetention {
    private static final Pattern PART = Pattern.compile("\\s*([0-9]{1,12})\\s*([a-z]+)");

    private static final Map<String, Duration> UNITS = Map.ofEntries(
            Map.entry("ms", Duration.ofMillis(1)),
            Map.entry("millisecond", Duration.ofMillis(1)),
            Map.entry("s", Duration.ofSeconds(1)),
            Map.entry("sec", Duration.ofSeconds(1)),
            Map.entry("second", Duration.ofSeconds(1)),
            Map.entry("m", Duration.ofMinutes(1)),
            Map.entry("min", Duration.ofMinutes(1)),
            Map.entry("minute", Duration.ofMinutes(1)),
            Map.entry("h", Duration.ofHours(1)),
            Map.entry("hr", Duration.ofHours(1)),
            Map.entry("hour", Duration.ofHours(1)),
            Map.entry("d", Duration.ofDays(1)),
            Map.entry("day", Duration.ofDays(1)),
            Map.entry("w", Duration.ofDays(7)),
            Map.entry("week", Duration.ofDays(7)));

    private TableRetention() {}

    /**
     * A duration in words, as {@code interval 1 week} or {@code 14days}.
     *
     * @return empty where it is none
     */
    public static Optional<Duration> of(String words) {
        if (words == null) {
            return Optional.empty();
        }
        String text = words.toLowerCase(Locale.ROOT).strip().replaceFirst("^interval\\s", "");
        Matcher part = PART.matcher(text);
        Duration sum = Duration.ZERO;
        int at = 0;
        while (at < text.length()) {
            Duration unit = part.find(at) && part.start() == at ? unit(part.group(2)) : null;
            if (unit == null) {
                return Optional.empty();
            }
            sum = sum.plus(unit.multipliedBy(Long.parseLong(part.group(1))));
            at = part.end();
        }
        return text.isEmpty() ? Optional.empty() : Optional.of(sum);
    }

    private static Duration unit(String name) {
        Duration unit = UNITS.get(name);
        return unit == null && name.endsWith("s") ? UNITS.get(name.substring(0, name.length() - 1)) : unit;
    }
}
