package dev.littoral.activities.verify;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;

/** Counts findings, and passes on the first of each object as they come. One thread. */
final class Findings {
    /** Bounds the output for an object whose every line is wrong. */
    private static final int OF_ONE_OBJECT = 10;

    private final Consumer<Finding> to;
    private final Map<Severity, Long> counts = new EnumMap<>(Severity.class);
    private String object = "";
    private int ofObject;

    Findings(Consumer<Finding> to) {
        this.to = to;
    }

    void error(String about, String found, String expected) {
        add(Severity.ERROR, about, found, expected);
    }

    void warning(String about, String found, String expected) {
        add(Severity.WARNING, about, found, expected);
    }

    void info(String about, String found) {
        add(Severity.INFO, about, found, null);
    }

    long count(Severity severity) {
        return counts.getOrDefault(severity, 0L);
    }

    private void add(Severity severity, String about, String found, String expected) {
        if (!about.equals(object)) {
            finish();
            object = about;
        }
        counts.merge(severity, 1L, Long::sum);
        if (++ofObject <= OF_ONE_OBJECT) {
            to.accept(new Finding(severity, about, found, expected));
        }
    }

    /** Says how many findings of the last object were not handed on. */
    void finish() {
        int more = ofObject - OF_ONE_OBJECT;
        ofObject = 0;
        if (more > 0) {
            counts.merge(Severity.INFO, 1L, Long::sum);
            to.accept(new Finding(Severity.INFO, object, more + " more findings are counted but not listed", null));
        }
    }
}
