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
        boolean named = consumers.stream().anyMatch(ConsumerStatus::named);
        List<ConsumerStatus> counting = consumers.stream()
                .filter(consumer -> named ? consumer.named() : consumer.goesOn())
                .toList();
        if (counting.isEmpty()) {
            return null;
        }
        if (counting.stream().anyMatch(ConsumerStatus::servesWrongly)) {
            return WRONG;
        }
        return areNewest && counting.stream().allMatch(ConsumerStatus::servesNewest) ? SERVED : LAGGING;
    }
}
