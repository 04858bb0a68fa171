package dev.littoral.activities.storage;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * The counts of an update's requests, by the store's role and kind, and of the bytes of objects that it read and wrote.
 * Safe for use by many threads.
 */
public final class RequestCounts implements StoreObserver {
    private final Map<String, LongAdder> requests = new ConcurrentSkipListMap<>();
    private final Map<String, LongAdder> bytes = new ConcurrentSkipListMap<>();

    @Override
    public void answered(Role role, String kind, String status) {
        add(requests, role, kind, 1);
    }

    @Override
    public void read(Role role, long read) {
        add(bytes, role, "read", read);
    }

    @Override
    public void written(Role role, long written) {
        add(bytes, role, "written", written);
    }

    private static void add(Map<String, LongAdder> counts, Role role, String kind, long more) {
        counts.computeIfAbsent((role + "." + kind).toLowerCase(Locale.ROOT), name -> new LongAdder())
                .add(more);
    }

    /** How many there were so far, by name, as {@code catalog.get}. */
    public Map<String, Long> requests() {
        return sums(requests);
    }

    /** Requests and bytes so far, as the result of a step has them. */
    public Map<String, Long> counts() {
        Map<String, Long> counts = sums(requests);
        counts.putAll(sums(bytes));
        return counts;
    }

    private static Map<String, Long> sums(Map<String, LongAdder> counts) {
        Map<String, Long> sums = new TreeMap<>();
        counts.forEach((name, count) -> sums.put(name, count.sum()));
        return sums;
    }
}
