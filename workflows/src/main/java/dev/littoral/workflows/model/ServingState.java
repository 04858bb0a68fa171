package dev.littoral.workflows.model;

import java.util.List;

/** Whether the consumers of a collection serve its newest snapshot. */
public enum ServingState {
    /** All that count serve it, with the counts that it has. */
    SERVED,
    /** One that counts does not serve it yet. */
    LAGGING,
    /** One that counts serves something else than it says. */
    WRONG;

    /**
     * The state of those that count: those that are named or, where none is, all that go on.
     *
     * @param areNewest whether they were compared with the newest snapshot
     * @return null where none counts
     */
    public static ServingState of(List<ConsumerStatus> consumers, boolean areNewest) {
        List<ConsumerStatus> counting = counting(consumers);
        if (counting.isEmpty()) {
            return null;
        }
        if (counting.stream().anyMatch(ConsumerStatus::servesWrongly)) {
            return WRONG;
        }
        return areNewest && counting.stream().allMatch(ConsumerStatus::servesNewest) ? SERVED : LAGGING;
    }

    /** The consumers that count: those that the options name or, where they name none, all that go on. */
    public static List<ConsumerStatus> counting(List<ConsumerStatus> consumers) {
        boolean named = consumers.stream().anyMatch(ConsumerStatus::named);
        return consumers.stream()
                .filter(consumer -> named ? consumer.named() : consumer.goesOn())
                .toList();
    }
}
