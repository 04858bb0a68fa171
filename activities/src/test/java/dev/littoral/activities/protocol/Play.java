package dev.littoral.activities.protocol;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How far something that asks and is answered has come: a place in the tree of all answers it can get. What it does
 * there follows from its answers alone, so its code is run once for each place, and the place's number stands for it in
 * a state.
 */
final class Play {
    /** Runs code from its start with these answers, up to what it asks next or its end. */
    interface Script {
        Object run(List<Object> answers);
    }

    /** An end. */
    record Done(Object result) {}

    private final Counter counter;
    private final Script script;
    private final List<Object> answers;
    private final int number;
    private final Map<Object, Play> children = new HashMap<>();
    private Object next;

    /** Numbers places, and counts how often code ran. */
    static final class Counter {
        private int places;
        private int runs;

        int runs() {
            return runs;
        }
    }

    Play(Counter counter, Script script) {
        this(counter, script, List.of());
    }

    private Play(Counter counter, Script script, List<Object> answers) {
        this.counter = counter;
        this.script = script;
        this.answers = answers;
        this.number = counter.places++;
    }

    int number() {
        return number;
    }

    /** What it asks here, or its end as {@link Done}. */
    Object next() {
        if (next == null) {
            counter.runs++;
            next = script.run(answers);
        }
        return next;
    }

    /** Where an answer takes it. */
    Play then(Object answer) {
        return children.computeIfAbsent(answer, any -> {
            List<Object> longer = new ArrayList<>(answers);
            longer.add(answer);
            return new Play(counter, script, longer);
        });
    }
}
