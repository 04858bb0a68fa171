package dev.littoral.activities.event;

/**
 * The settings of a sink.
 *
 * @param name what collections call it
 * @param address where it is; may hold a secret, so it is never shown
 * @param secret where the secret that signs is, as {@code file:/path} or {@code env:NAME}; null where there is none
 */
public record SinkSettings(String name, String address, String secret) {
    /** Without what may be secret. */
    @Override
    public String toString() {
        return "SinkSettings[name=" + name + "]";
    }
}
