package dev.littoral.activities.source.delta;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.activities.source.table.TableStorage.Listed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * When the commits of a table were made: by what they say themselves where the table keeps that, else by the times of
 * their files, of which each counts as later than the one before.
 */
final class CommitTimes {
    private static final long UNTOLD = Long.MIN_VALUE;

    /** A larger one costs more than a listing. */
    private static final long MAX_COMMIT_TO_LOOK_AT = 2 << 20;

    private final TableStorage storage;
    private final DeltaLog log;
    private final LogListing listing;

    CommitTimes(TableStorage storage, DeltaLog log, LogListing listing) {
        this.storage = storage;
        this.log = log;
        this.listing = listing;
    }

    /**
     * The newest version that was there at an instant.
     *
     * @throws LittoralException INPUT when the oldest that can be read was made later
     */
    long newestAt(Instant instant) throws FileChangedException, InterruptedException {
        long oldest = listing.oldest()
                .orElseThrow(() -> LittoralException.input("The Delta table " + storage.root()
                        + " has a damaged log: found neither its first commit nor a checkpoint, expected one of them"));
        List<Long> versions = new ArrayList<>(listing.commits().tailMap(oldest).keySet());
        if (versions.isEmpty()) {
            throw LittoralException.input("The Delta table " + storage.root()
                    + " has no commit that says when it was made; expected one, or a spec that names a version");
        }
        Metadata metadata = newestMetadata();
        long since = metadata.hasInCommitTimestamps() ? metadata.inCommitTimestampsVersion() : Long.MAX_VALUE;
        List<Long> telling = versions.stream().filter(each -> each >= since).toList();
        List<Long> others = versions.stream().filter(each -> each < since).toList();
        boolean isTold =
                !telling.isEmpty() && (others.isEmpty() || !instant.isBefore(metadata.inCommitTimestampsSince()));
        Optional<Long> found = isTold ? told(telling, instant) : byFile(others, instant);
        if (found.isEmpty() && isTold && !others.isEmpty()) {
            found = byFile(others, instant);
        }
        return found.orElseThrow(() -> tooEarly(instant, versions.getFirst()));
    }

    private Metadata newestMetadata() throws FileChangedException, InterruptedException {
        LogSegment segment = listing.segment(listing.newest())
                .orElseThrow(() -> LittoralException.input(
                        "The Delta table " + storage.root() + " has a damaged log: its newest version cannot be read"));
        return log.state(segment).metadata();
    }

    /** Commits say times that only grow, so few of them are read. */
    private Optional<Long> told(List<Long> versions, Instant instant)
            throws FileChangedException, InterruptedException {
        int low = 0;
        int high = versions.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (told(versions.get(middle)).isAfter(instant)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low == 0 ? Optional.empty() : Optional.of(versions.get(low - 1));
    }

    /** Whether a commit is one of after an instant for certain, whatever comes before it. */
    boolean isAfter(Listed commit, Instant instant) throws FileChangedException, InterruptedException {
        if (commit.modified() == null
                || !commit.modified().isAfter(instant)
                || commit.bytes() > MAX_COMMIT_TO_LOOK_AT) {
            return false;
        }
        // Its file is written after the time that it says.
        long told = millis(commit);
        return told == UNTOLD || Instant.ofEpochMilli(told).isAfter(instant);
    }

    private Instant told(long version) throws FileChangedException, InterruptedException {
        Listed commit = listing.commit(version).orElseThrow();
        long millis = millis(commit);
        if (millis == UNTOLD) {
            throw LittoralException.input("The Delta table " + storage.root() + " has a damaged log: found no"
                    + " inCommitTimestamp in " + commit.address() + ", expected one, as the table keeps them");
        }
        return Instant.ofEpochMilli(millis);
    }

    private long millis(Listed commit) throws FileChangedException, InterruptedException {
        long[] millis = {UNTOLD};
        log.files().read(commit, new ActionVisitor() {
            @Override
            public void inCommitTimestamp(long found) {
                millis[0] = found;
            }
        });
        return millis[0];
    }

    private Optional<Long> byFile(List<Long> versions, Instant instant) {
        Optional<Long> found = Optional.empty();
        Instant last = Instant.MIN;
        for (long version : versions) {
            Instant modified = listing.commit(version).orElseThrow().modified();
            if (modified == null) {
                throw LittoralException.input("The store of the Delta table " + storage.root()
                        + " does not say when a commit was written; expected a spec that names a version");
            }
            last = modified.isAfter(last) ? modified : last.plusMillis(1);
            if (last.isAfter(instant)) {
                break;
            }
            found = Optional.of(version);
        }
        return found;
    }

    private LittoralException tooEarly(Instant instant, long oldest) {
        return LittoralException.input("The Delta table " + storage.root() + " has no version of " + instant
                + ": the oldest that is left is version " + oldest
                + listing.commit(oldest)
                        .map(commit -> ", whose commit was written at " + commit.modified())
                        .orElse("")
                + "; expected an instant from then on");
    }
}
