package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * {@link CarriedState} as an argument of the next run. Anything else in its place is rejected.
 *
 * @param json the state as JSON; null when nothing was sent
 */
public record CarriedInput(@JsonValue JsonNode json) {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public CarriedInput {}

    public static CarriedInput of(CarriedState state) {
        return new CarriedInput(Json.tree(state));
    }

    /**
     * The state of the run before.
     *
     * @throws IllegalStateException when it cannot be read, a bug that a newer build can correct
     */
    public CarriedState state() {
        try {
            return Json.JSON.treeToValue(json, CarriedState.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The run before handed over what is no state", e);
        }
    }
}
