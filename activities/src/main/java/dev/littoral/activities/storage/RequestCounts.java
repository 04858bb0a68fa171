package dev.littoral.activities.storage;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** The counts of an update's requests, by the store's role and kind. Safe for use by many threads. */
public final class RequestCounts implements StoreObserver {
    private final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();

    @Override
    public void answered(Role role, String kind, String status) {
        counts.computeIfAbsent((role + "." + kind).toLowerCase(Locale.ROOT), name -> new LongAdder())
                .increment();
    }

    /** How many there were so far, by name, as {@code catalog.get}. */
    public Map<String, Long> requests() {
        Map<String, Long> requests = new TreeMap<>();
        counts.forEach((name, count) -> requests.put(name, count.sum()));
        return requests;
    }
}
