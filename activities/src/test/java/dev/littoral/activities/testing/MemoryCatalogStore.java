package dev.littoral.activities.testing;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.workflows.model.FailureType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** An object store in memory that counts its calls and fails on demand. Safe for use by many threads. */
public final class MemoryCatalogStore implements CatalogStore {

    /** The kinds of calls, each counted by itself. */
    public enum Call {
        CREATE,
        PUT,
        GET,
        LIST,
        DELETE
    }

    /** What happens to a call that fails. */
    public enum Fault {
        /** It is not applied. */
        REQUEST_LOST,
        /** It is applied, and the caller does not learn of it. */
        ANSWER_LOST
    }

    private record Planned(Call call, int number, Fault fault) {}

    private final TreeMap<String, byte[]> objects = new TreeMap<>();
    private final Map<String, Integer> wins = new TreeMap<>();
    private final Map<Call, Integer> calls = new EnumMap<>(Call.class);
    private final List<Planned> faults = new ArrayList<>();
    private int winnersOfOneKey = 1;

    /**
     * Lets one call fail with TRANSIENT.
     *
     * @param nth among the calls of that kind from now on, from 1
     */
    public synchronized void fail(Call call, int nth, Fault fault) {
        faults.add(new Planned(call, calls(call) + nth, fault));
    }

    /** Makes the store unsafe: so many creates of one key win, and the last of them stays. */
    public synchronized void letCreatesWin(int winners) {
        winnersOfOneKey = winners;
    }

    /** How often a kind of call was made, failed ones included. */
    public synchronized int calls(Call call) {
        return calls.getOrDefault(call, 0);
    }

    /** The keys there are, in order. */
    public synchronized List<String> keys() {
        return List.copyOf(objects.keySet());
    }

    @Override
    public synchronized boolean createIfAbsent(String key, byte[] body) {
        Runnable after = begin(Call.CREATE);
        boolean created =
                wins.getOrDefault(key, 0) < winnersOfOneKey && (winnersOfOneKey > 1 || !objects.containsKey(key));
        if (created) {
            objects.put(key, body.clone());
            wins.merge(key, 1, Integer::sum);
        }
        after.run();
        return created;
    }

    @Override
    public synchronized void put(String key, byte[] body) {
        Runnable after = begin(Call.PUT);
        objects.put(key, body.clone());
        after.run();
    }

    @Override
    public synchronized Optional<byte[]> get(String key) {
        Runnable after = begin(Call.GET);
        Optional<byte[]> body = Optional.ofNullable(objects.get(key)).map(byte[]::clone);
        after.run();
        return body;
    }

    @Override
    public synchronized List<String> list(String prefix, String startAfter, int limit) {
        if ((!prefix.isEmpty() && !prefix.endsWith("/")) || limit < 1) {
            throw new IllegalArgumentException("prefix " + prefix + ", limit " + limit);
        }
        Runnable after = begin(Call.LIST);
        List<String> keys = objects.tailMap(prefix).keySet().stream()
                .takeWhile(key -> key.startsWith(prefix))
                .filter(key -> startAfter == null || key.compareTo(startAfter) > 0)
                .limit(limit)
                .toList();
        after.run();
        return keys;
    }

    @Override
    public synchronized void delete(Collection<String> keys) {
        Runnable after = begin(Call.DELETE);
        for (String key : keys) {
            objects.remove(key);
            wins.remove(key);
        }
        after.run();
    }

    @Override
    public String location() {
        return "memory";
    }

    @Override
    public void close() {}

    /** Counts a call, and fails it before it is applied, or returns what fails it afterwards. */
    private Runnable begin(Call call) {
        int number = calls.merge(call, 1, Integer::sum);
        for (Planned fault : faults) {
            if (fault.call == call && fault.number == number) {
                LittoralException failure = new LittoralException(
                        FailureType.TRANSIENT, "The " + call + " number " + number + " failed: " + fault.fault + ".");
                switch (fault.fault) {
                    case REQUEST_LOST -> throw failure;
                    case ANSWER_LOST -> {
                        return () -> {
                            throw failure;
                        };
                    }
                }
            }
        }
        return () -> {};
    }
}
