package dev.littoral.activities.steps;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.EventRequest;
import dev.littoral.workflows.model.PrintableText;
import dev.littoral.workflows.model.StateEvent;
import dev.littoral.workflows.spec.SinkName;
import java.util.List;
import java.util.regex.Pattern;

/** Validates the input of the activities that send events, as strictly as a message. */
final class EventInputs {
    private static final Pattern EVENT_ID = Pattern.compile("[a-z]{1,10}-[0-9a-f-]{36}");
    private static final long MAX_NUMBER = 9_999_999_999L;
    private static final int MAX_REASON_CHARS = 5_000;

    private final StepInputs inputs = new StepInputs();

    void checkSinks(ActivityCaller caller, String collectionId, List<String> names) {
        inputs.checkRead(caller, collectionId);
        if (names == null) {
            throw LittoralException.input("sinks is missing; expected a list of names");
        }
        names.forEach(name -> SinkName.check("a sink", name));
    }

    void checkSend(ActivityCaller caller, EventRequest request) {
        InputChecks.given(request);
        inputs.checkRead(caller, request.collectionId());
        SinkName.check("sink", request.sink());
        range("cursor", request.cursor());
        range("newest", request.newest());
        List<StateEvent> states = request.states();
        if (states == null || states.size() > EventRequest.MAX_STATES) {
            throw LittoralException.input("states has " + (states == null ? "no" : states.size())
                    + " entries; expected at most " + EventRequest.MAX_STATES);
        }
        states.forEach(EventInputs::check);
    }

    private static void check(StateEvent event) {
        if (event == null
                || event.kind() == null
                || event.time() == null
                || event.id() == null
                || !EVENT_ID.matcher(event.id()).matches()
                || (event.reason() != null && !isSentence(event.reason()))) {
            throw LittoralException.input("states has what is no event; expected a kind, an id, a time and a sentence");
        }
        range("states.number", event.number());
        range("states.update", event.update());
        range("states.version", event.version());
    }

    private static boolean isSentence(String text) {
        return text.length() <= MAX_REASON_CHARS && text.codePoints().allMatch(PrintableText::isShown);
    }

    private static void range(String name, long found) {
        InputChecks.range(name, found, 0, MAX_NUMBER);
    }
}
