package dev.littoral.activities.steps;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.PrintableText;

/** Checks of single values in an activity's input. A refusal is one sentence of the type INPUT. */
final class InputChecks {
    private InputChecks() {}

    static void given(Object request) {
        if (request == null) {
            throw refused("the request is missing; expected an object");
        }
    }

    static void range(String name, long found, long least, long most) {
        if (found < least || found > most) {
            throw refused(name + " is " + found + "; expected " + least
                    + (most == Long.MAX_VALUE ? " or more" : " to " + most));
        }
    }

    static String quoted(String text) {
        return text == null ? "missing" : '"' + PrintableText.value(text) + '"';
    }

    static LittoralException refused(String sentence) {
        return LittoralException.input(sentence);
    }
}
