package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an update asked of stores, which is what it costs.
 *
 * @param requests requests by store and kind, as {@code source.get}, tries included
 * @param bytes bytes of objects, by store and direction: {@code source.read}, {@code catalog.read}, {@code
 *     catalog.written}
 */
public record Traffic(Map<String, Long> requests, Map<String, Long> bytes) {
    /** Of one map with the counts of both, as the results of activities have them. */
    public static Traffic of(Map<String, Long> counts) {
        Map<String, Long> requests = new TreeMap<>();
        Map<String, Long> bytes = new TreeMap<>();
        counts.forEach(
                (name, n) -> (name.endsWith(".read") || name.endsWith(".written") ? bytes : requests).put(name, n));
        return new Traffic(requests, bytes);
    }

    @JsonIgnore
    public boolean isKnown() {
        return requests != null && bytes != null;
    }
}
