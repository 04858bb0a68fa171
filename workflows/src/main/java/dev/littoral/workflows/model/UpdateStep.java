package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import java.util.stream.Stream;

/** A step of an update, in the order of the steps. */
public enum UpdateStep {
    /** Lists the source and compares it with the base. */
    LIST("list", "ListFiles"),

    /** Reads the footers of new and changed files. */
    READ("read", "ReadFragments"),

    /** Balances fragments into segments. */
    BALANCE("balance", "BalanceSegments"),

    /** Commits the new snapshot. */
    COMMIT("commit", "CommitSnapshot");

    private final String wireName;
    private final String activityType;

    UpdateStep(String wireName, String activityType) {
        this.wireName = wireName;
        this.activityType = activityType;
    }

    /** The step in JSON, in reports, and in the tags of metrics. */
    @JsonValue
    public String wireName() {
        return wireName;
    }

    /** The step of that name on the wire, or empty. */
    public static Optional<UpdateStep> ofWireName(String name) {
        return Stream.of(values()).filter(step -> step.wireName.equals(name)).findFirst();
    }

    /** The step that an activity type belongs to, or empty. */
    public static Optional<UpdateStep> ofActivityType(String type) {
        return Stream.of(values())
                .filter(step -> step.activityType.equals(type))
                .findFirst();
    }
}
