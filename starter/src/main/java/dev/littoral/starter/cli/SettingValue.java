package dev.littoral.starter.cli;

import dev.littoral.activities.failure.LittoralException;
import java.util.Arrays;
import java.util.List;

/**
 * The value of a setting, as it was given.
 *
 * @param name where it was made, for messages
 */
public record SettingValue(String name, String value) {
    public LittoralException refusal(String expected) {
        return LittoralException.input(
                Output.path(name + " is " + (value.isEmpty() ? "empty" : value) + "; expected " + expected));
    }

    /** For a value that may have a secret in it. */
    public LittoralException silentRefusal(String found, String expected) {
        return LittoralException.input(name + " has " + found + "; expected " + expected);
    }

    /** The values of a setting that has commas between them. */
    public List<SettingValue> each() {
        return Arrays.stream(value.split(",", -1))
                .map(one -> new SettingValue(name, one.strip()))
                .toList();
    }
}
