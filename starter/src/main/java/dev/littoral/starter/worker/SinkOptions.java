package dev.littoral.starter.worker;

import dev.littoral.activities.event.SinkSettings;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.starter.cli.SettingValue;
import dev.littoral.workflows.spec.SinkName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The sinks of a worker, put together from their addresses and their secrets. Both may be secret themselves, so no
 * message repeats either.
 */
final class SinkOptions {
    private SinkOptions() {}

    /** Each sink once, and no secret without its sink. */
    static List<SinkSettings> sinks(List<SettingValue> addresses, List<SettingValue> secrets) {
        Map<String, String> address = named(addresses, "an address", "name=https://host/path");
        Map<String, String> secret = named(secrets, "a place", "name=file:/path or name=env:NAME");
        for (SettingValue given : secrets) {
            String name = name(given.value());
            if (!address.containsKey(name)) {
                throw LittoralException.input(given.name() + " has a secret of " + name
                        + ", which is no sink; expected --sink " + name + "=…");
            }
        }
        List<SinkSettings> sinks = new ArrayList<>();
        address.forEach((name, place) -> sinks.add(new SinkSettings(name, place, secret.get(name))));
        return sinks;
    }

    private static Map<String, String> named(List<SettingValue> given, String what, String example) {
        Map<String, String> named = new TreeMap<>();
        for (SettingValue each : given) {
            String name = name(each.value());
            if (!SinkName.isValid(name)) {
                throw each.silentRefusal(
                        "no sink's name before " + what,
                        "pairs like " + example + ", with a name of " + SinkName.EXPECTED);
            }
            if (named.put(name, each.value().substring(name.length() + 1).strip()) != null) {
                throw each.silentRefusal("sink " + name + " twice", "each once");
            }
        }
        return named;
    }

    /** What comes before the first equals sign; an address may have others. */
    private static String name(String pair) {
        int equals = pair.indexOf('=');
        return equals < 0 ? "" : pair.substring(0, equals);
    }
}
