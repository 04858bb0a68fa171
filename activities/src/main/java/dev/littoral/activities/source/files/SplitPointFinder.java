package dev.littoral.activities.source.files;

import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.storage.BlobStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Predicate;

/** Finds paths that split what a listing has not met yet of a range, so that it can be listed in parallel. */
final class SplitPointFinder {
    /** Small requests sent at once. */
    private static final int MAX_PROBES = 16;

    /** Characters that numbers in names go on by. */
    private static final String HEX = "0123456789abcdef";

    /** Characters that names go on by. */
    private static final String NAMES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private final BlobStore store;
    private final String folder;

    /**
     * A finder for one source.
     *
     * @param folder empty, or ends in a slash
     */
    SplitPointFinder(BlobStore store, String folder) {
        this.store = store;
        this.folder = folder;
    }

    /**
     * Folders next to those that the last path is in, the outermost first; where these are few, names that go on
     * otherwise than the last one. One request for each folder on the way, then two rounds of small ones, each at once.
     */
    List<String> find(String recent, String last, String to, int limit) throws InterruptedException {
        String key = store.key(last);
        Predicate<String> isAhead = point ->
                PathOrder.compare(point, key) > 0 && (to == null || PathOrder.compare(store.address(point), to) < 0);
        TreeSet<String> points = new TreeSet<>(PathOrder.ORDER);
        String parent = folder;
        int end;
        while ((end = key.indexOf('/', parent.length())) >= 0 && points.size() < limit) {
            String child = key.substring(0, end + 1);
            if (to == null || !to.startsWith(store.address(child))) {
                String in = parent;
                store.folders(in, key).stream()
                        .filter(prefix -> isAhead.test(prefix) && !prefix.equals(child))
                        .forEach(points::add);
            }
            parent = child;
        }
        if (points.size() < limit && recent.startsWith(store.address(parent))) {
            int start = to == null
                    ? 0
                    : common(
                            key,
                            to.substring(Math.min(to.length(), store.address("").length())));
            points.addAll(namesAhead(store.key(recent), key, Math.max(parent.length(), start), isAhead, limit));
        }
        return evenly(List.copyOf(points), limit).stream().map(store::address).toList();
    }

    /**
     * Where names of one folder go on otherwise: at the first character where a greater one exists, for several of
     * these. Only characters are looked at that names met of late have in common, and the one after; what follows
     * differs from name to name.
     */
    private List<String> namesAhead(String recent, String last, int start, Predicate<String> isAhead, int limit)
            throws InterruptedException {
        int common = Math.max(start, common(recent, last));
        List<Callable<Optional<String>>> probes = new ArrayList<>();
        for (int at = Math.max(start, common - MAX_PROBES + 1); at <= Math.min(common, last.length() - 1); at++) {
            String stem = last.substring(0, at);
            char greater = last.charAt(at);
            probes.add(() -> nextName(stem, greater).filter(isAhead));
        }
        Optional<String> other = ParallelTasks.run(MAX_PROBES, probes, RuntimeException.class).stream()
                .flatMap(Optional::stream)
                .findFirst();
        if (other.isEmpty()) {
            return List.of();
        }
        String stem = other.get()
                .substring(0, other.get().offsetByCodePoints(other.get().length(), -1));
        char greater = other.get().charAt(stem.length());
        List<Character> characters = (HEX.indexOf(greater) < 0 ? NAMES : HEX)
                .chars()
                .filter(c -> c > greater)
                .mapToObj(c -> (char) c)
                .toList();
        probes.clear();
        for (char c : evenly(characters, Math.min(MAX_PROBES, limit))) {
            probes.add(() -> nextName(stem, (char) (c - 1)).filter(isAhead));
        }
        List<String> names = new ArrayList<>(List.of(other.get()));
        ParallelTasks.run(MAX_PROBES, probes, RuntimeException.class).forEach(name -> name.ifPresent(names::add));
        return names;
    }

    /** How many characters two texts start with alike. */
    private static int common(String a, String b) {
        int common = 0;
        while (common < Math.min(a.length(), b.length()) && a.charAt(common) == b.charAt(common)) {
            common++;
        }
        return common;
    }

    /** The beginning of a name that a key has: a stem and one character greater than another. */
    private Optional<String> nextName(String stem, char than) throws InterruptedException {
        return store.list(stem, stem + than + BlobFileSource.LAST_OF_NAMES, 1).next().stream()
                .map(BlobStore.Entry::key)
                .filter(key -> key.length() > stem.length() && key.charAt(stem.length()) > than)
                .map(key -> key.substring(0, key.offsetByCodePoints(stem.length(), 1)))
                .findFirst();
    }

    /** At most {@code limit} elements, evenly spread. */
    private static <T> List<T> evenly(List<T> all, int limit) {
        if (all.size() <= limit) {
            return all;
        }
        List<T> some = new ArrayList<>(limit);
        for (int i = 1; i <= limit; i++) {
            some.add(all.get((int) ((long) i * all.size() / (limit + 1))));
        }
        return some;
    }
}
