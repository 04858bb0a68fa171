package dev.littoral.activities.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.FailureType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks what clean-up and consumers say: the boundary's entries, which only Littoral writes, and the newest entry of
 * each consumer, which others do. Keys come in their order, so the newest entry comes first.
 */
final class ConsumersCheck {
    private static final Pattern BOUNDARY = Pattern.compile("boundary/(\\d{10})\\.json");
    /** What holds a version for a rollback has a name of its own. */
    private static final Pattern ENTRY =
            Pattern.compile("consumers/([a-z0-9][a-z0-9._-]{0,62}|_rollback-\\d+)/(\\d{10})\\.json");

    private static final Pattern UNFINISHED = Pattern.compile("consumers/[^/]+/\\.[^/]+");
    private static final Set<String> STATES = Set.of("BUILDING", "SERVING", "FAILED", "GONE");
    private static final long LAST = 9_999_999_999L;
    private static final int MAX_BYTES = 16 * 1024;

    private final StoredObjects objects;
    private final LogCheck log;
    private final Findings findings;

    /** What the boundary entry before says, which is newer. */
    private long below = Long.MAX_VALUE;

    private String lastConsumer = "";

    ConsumersCheck(StoredObjects objects, LogCheck log, Findings findings) {
        this.objects = objects;
        this.log = log;
        this.findings = findings;
    }

    /** Checks the object of a key; whether the format knows such a one. */
    boolean check(String key) throws InterruptedException {
        Matcher boundary = BOUNDARY.matcher(key);
        if (boundary.matches()) {
            checkBoundary(key, LAST - Long.parseLong(boundary.group(1)));
            return true;
        }
        Matcher entry = ENTRY.matcher(key);
        if (entry.matches() && !entry.group(1).equals(lastConsumer)) {
            lastConsumer = entry.group(1);
            checkEntry(key, entry.group(1), LAST - Long.parseLong(entry.group(2)));
        }
        // A consumer that was killed leaves files that it had not finished.
        return entry.matches() || UNFINISHED.matcher(key).matches();
    }

    private void checkBoundary(String key, long number) throws InterruptedException {
        String object = objects.name(key);
        JsonNode node = read(key, "an entry of the boundary, as one JSON object", findings);
        if (node == null) {
            return;
        }
        CheckedFields fields = new CheckedFields(object, "", node, findings);
        number(fields, number);
        long says = fields.number("below", 1);
        fields.instant("time");
        if (fields.has("closed")) {
            CheckedFields closed = fields.fields("closed");
            if (closed != null && closed.number("below", 1) > says && fields.whole()) {
                closed.wrong("below", says + " at most, as below says");
            }
        }
        if (!fields.whole()) {
            return;
        }
        if (says > below) {
            findings.error(object, "below is " + says, below + " at most, as a newer entry says");
        }
        if (says > log.newestNumber() && log.newestNumber() > 0) {
            findings.error(
                    object,
                    "versions below " + says + " were cleaned away, but the newest is " + log.newestNumber(),
                    "version " + says + " in the log");
        }
        below = says;
    }

    private void checkEntry(String key, String consumer, long number) throws InterruptedException {
        List<Finding> wrong = new ArrayList<>();
        Findings inEntry = new Findings(wrong::add);
        JsonNode node = read(key, "an entry of a consumer, as one JSON object", inEntry);
        if (node != null) {
            CheckedFields fields = new CheckedFields(objects.name(key), "", node, inEntry);
            number(fields, number);
            if (!fields.text("consumer", false).equals(consumer)) {
                fields.wrong("consumer", consumer + ", as its name says");
            }
            fields.number("version", 1);
            fields.instant("time");
            String state = fields.text("state", false);
            if (!STATES.contains(state)) {
                fields.wrong("state", "BUILDING, SERVING, FAILED or GONE");
            } else if (state.equals("BUILDING")) {
                fields.instant("until");
            } else if (state.equals("SERVING")) {
                fields.number("rows", 0);
                CheckedFields segments = fields.fields("segments");
                if (segments != null) {
                    segments.number("done", 0);
                    segments.number("failed", 0);
                    segments.number("total", 0);
                }
            }
        }
        for (Finding each : wrong) {
            findings.warning(each.object(), "the consumer's entry is passed over: " + each.found(), each.expected());
        }
    }

    private static void number(CheckedFields fields, long number) {
        long n = fields.number("n", 1);
        if (fields.whole() && n != number) {
            fields.wrong("n", number + ", as its name says");
        }
    }

    /** The object of a key, or null where it is none or was just removed. */
    private JsonNode read(String key, String expected, Findings to) throws InterruptedException {
        String object = objects.name(key);
        try {
            Optional<byte[]> bytes = objects.find(key, MAX_BYTES);
            if (bytes.isEmpty()) {
                return null;
            }
            JsonNode node = JsonDocument.object(bytes.get());
            SelfDigest.check(object, bytes.get(), node, to);
            return node;
        } catch (IOException e) {
            to.error(object, "it cannot be read: " + FindingText.reason(e), expected);
        } catch (LittoralException e) {
            if (e.type() != FailureType.INPUT) {
                throw e;
            }
            to.error(object, "it cannot be read: " + e.getMessage(), expected);
        }
        return null;
    }
}
