package dev.littoral.activities.verify;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The fields of one JSON object, each validated as it is read. A wrong one is a finding. */
final class CheckedFields {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private final String object;
    private final String prefix;
    private final JsonNode node;
    private final Findings findings;
    private boolean whole = true;

    /**
     * The fields of an object.
     *
     * @param object whose content it is
     * @param prefix where in it, to be put before a field's name
     */
    CheckedFields(String object, String prefix, JsonNode node, Findings findings) {
        this.object = object;
        this.prefix = prefix;
        this.node = node;
        this.findings = findings;
    }

    /** Whether all fields read so far were right. */
    boolean whole() {
        return whole;
    }

    boolean has(String name) {
        return node.hasNonNull(name);
    }

    /** A whole number, or 0 where there is none. */
    long number(String name, long least) {
        JsonNode value = node.path(name);
        if (value.isIntegralNumber() && value.canConvertToLong() && value.longValue() >= least) {
            return value.longValue();
        }
        wrong(name, "a whole number from " + least + " on");
        return 0;
    }

    /** A text, or the empty one where there is none. */
    String text(String name, boolean mayBeEmpty) {
        JsonNode value = node.path(name);
        if (value.isTextual() && (mayBeEmpty || !value.textValue().isEmpty())) {
            return value.textValue();
        }
        wrong(name, mayBeEmpty ? "a text" : "a text that is not empty");
        return "";
    }

    String sha256(String name) {
        String value = text(name, true);
        if (whole && !SHA256.matcher(value).matches()) {
            wrong(name, "64 hexadecimal digits");
        }
        return value;
    }

    /** An object in the object, or null. */
    JsonNode child(String name) {
        JsonNode value = node.path(name);
        if (value.isObject()) {
            return value;
        }
        wrong(name, "an object");
        return null;
    }

    CheckedFields fields(String name) {
        JsonNode value = child(name);
        return value == null ? null : new CheckedFields(object, prefix + name + ".", value, findings);
    }

    /** Totals, or null. */
    SnapshotTotals counts(String name) {
        CheckedFields totals = fields(name);
        if (totals == null) {
            return null;
        }
        SnapshotTotals counts = new SnapshotTotals(
                totals.number("files", 0),
                totals.number("bytes", 0),
                totals.number("fragments", 0),
                totals.number("rows", 0),
                totals.number("segments", 0),
                totals.number("skipped", 0),
                // Older builds do not say it: their segments have none.
                totals.has("dead") ? totals.number("dead", 0) : 0);
        whole &= totals.whole;
        return counts;
    }

    /** A source, or null. */
    JsonNode source(String name) {
        CheckedFields source = fields(name);
        if (source == null) {
            return null;
        }
        source.text("uri", false);
        source.child("spec");
        whole &= source.whole;
        return node.get(name);
    }

    /** A list of texts. */
    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        if (node.path(name).isArray()) {
            node.get(name).forEach(text -> texts.add(text.asText()));
        } else {
            wrong(name, "a list");
        }
        return texts;
    }

    /** A number from 0 to 0.9. */
    double share(String name) {
        JsonNode value = node.path(name);
        if (value.isNumber() && value.doubleValue() >= 0 && value.doubleValue() <= 0.9) {
            return value.doubleValue();
        }
        wrong(name, "a number from 0 to 0.9");
        return 0;
    }

    /** An instant, as it is written. */
    String instant(String name) {
        String time = text(name, false);
        if (!time.isEmpty()) {
            try {
                Instant.parse(time);
            } catch (DateTimeException e) {
                wrong(name, "an instant such as 2026-11-05T12:00:00Z");
            }
        }
        return time;
    }

    void wrong(String name, String expected) {
        whole = false;
        JsonNode value = node.path(name);
        findings.error(
                object,
                prefix + name + (value.isMissingNode() ? " is missing" : " is " + FindingText.brief(value.toString())),
                expected);
    }

    /** Adopts whether the fields of an object below were right. */
    void alsoOf(CheckedFields below) {
        whole &= below.whole;
    }
}
