package dev.littoral.activities.retention;

import dev.littoral.workflows.model.Head;
import java.time.Instant;
import java.util.List;

/** The versions of a commit log, and since when newer ones have taken their places. */
final class VersionAges {
    private final List<Head> newestFirst;

    VersionAges(List<Head> newestFirst) {
        this.newestFirst = newestFirst;
    }

    boolean isEmpty() {
        return newestFirst.isEmpty();
    }

    long newest() {
        return newestFirst.getFirst().version();
    }

    long oldest() {
        return newestFirst.getLast().version();
    }

    boolean has(long version) {
        return version >= oldest() && version <= newest();
    }

    /**
     * The oldest version that is kept.
     *
     * @param since versions whose places were taken before have expired; a clock that was set back makes no gaps
     */
    long keptFrom(Instant since) {
        long kept = newest();
        for (int i = 1; i < newestFirst.size() && !replaced(i).isBefore(since); i++) {
            kept = newestFirst.get(i).version();
        }
        return kept;
    }

    /** Whether a version is in the log, and a newer one took its place no earlier than at a moment, or did not yet. */
    boolean isReplacedSince(long version, Instant since) {
        if (!has(version)) {
            return false;
        }
        int i = Math.toIntExact(newest() - version);
        return i == 0 || !replaced(i).isBefore(since);
    }

    /** When the version after took its place: from then on its retention counts, however long it was the newest. */
    private Instant replaced(int i) {
        return newestFirst.get(i - 1).time();
    }

    List<Head> from(long version) {
        return newestFirst.stream().filter(head -> head.version() >= version).toList();
    }

    /** Oldest first. */
    List<Long> before(long version) {
        return newestFirst.reversed().stream()
                .map(Head::version)
                .filter(number -> number < version)
                .toList();
    }
}
