package dev.littoral.activities.source.delta;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.workflows.model.FailureType;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A table's log: which versions it has and what has to be read for one. Keeps what it listed and the state of versions
 * it was asked for, as the same is asked again within an update. Safe for use by many threads.
 */
final class DeltaLog {
    private static final String LAST_CHECKPOINT = "_last_checkpoint";

    /** It may hold a schema, and what else is not in sidecars. */
    private static final int MAX_HINT = 16 << 20;

    private static final int MAX_STATES = 4;

    private final TableStorage storage;
    private final LogFiles files;
    private final LogReplay replay;
    private final Map<Long, DeltaVersionState> states = new HashMap<>();

    /** What was listed last, or null. */
    private LogListing listing;

    DeltaLog(TableStorage storage) {
        this.storage = storage;
        this.files = new LogFiles(storage);
        this.replay = new LogReplay(storage, files);
    }

    LogFiles files() {
        return files;
    }

    LogReplay replay() {
        return replay;
    }

    /** Lists the log from a version to another. One request. */
    synchronized LogListing list(long from, long to) throws InterruptedException {
        listing = LogListing.read(storage, from, to);
        return listing;
    }

    /** What was listed last, if it has a commit. */
    synchronized Optional<LogListing> listed(long commit) {
        return Optional.ofNullable(listing).filter(each -> each.commit(commit).isPresent());
    }

    /**
     * Lists the log from the checkpoint that it names as its last, where that is no newer than a version, up to that
     * version. Two requests, but for a log whose last checkpoint is wrong or newer.
     */
    LogListing newest(long to) throws InterruptedException {
        long hint = lastCheckpoint();
        if (hint > 0 && hint <= to) {
            LogListing found = list(hint, to);
            if (found.hasCheckpoint(to)) {
                return found;
            }
        }
        return list(0, to);
    }

    /** The version of the last checkpoint, as far as the log says; 0 where it does not, or what it says is damaged. */
    private long lastCheckpoint() throws InterruptedException {
        byte[] hint;
        try {
            hint = storage.get(LogListing.folder(storage) + LAST_CHECKPOINT, MAX_HINT)
                    .orElse(new byte[0]);
        } catch (LittoralException e) {
            if (e.type() != FailureType.INPUT) {
                throw e;
            }
            return 0;
        }
        try (JsonParser in = ActionReader.JSON.createParser(hint)) {
            if (in.nextToken() == JsonToken.START_OBJECT) {
                while (in.nextToken() == JsonToken.FIELD_NAME) {
                    boolean isVersion = in.currentName().equals("version");
                    if (in.nextToken() == JsonToken.VALUE_NUMBER_INT && isVersion) {
                        return Math.max(0, in.getLongValue());
                    }
                    in.skipChildren();
                }
            }
        } catch (IOException e) {
            // It only helps to find what a listing finds too.
        }
        return 0;
    }

    /** What has to be read for a version; empty where the log does not have that any more, or not yet. */
    Optional<LogSegment> segment(long version) throws InterruptedException {
        Optional<LogListing> known = listed(version).filter(each -> each.hasCheckpoint(version) || isWhole(each));
        LogListing found = known.isPresent() ? known.get() : newest(version);
        if (found.isEmpty() || found.newest() < version) {
            return Optional.empty();
        }
        return found.segment(version);
    }

    private static boolean isWhole(LogListing listing) {
        return listing.oldest().equals(Optional.of(0L));
    }

    /** Metadata and protocol of a version, which can be read here. */
    DeltaVersionState state(LogSegment segment) throws FileChangedException, InterruptedException {
        synchronized (states) {
            DeltaVersionState known = states.get(segment.version());
            if (known != null) {
                return known;
            }
        }
        DeltaVersionState state = replay.state(segment);
        check(state.protocol(), state.metadata());
        synchronized (states) {
            if (states.size() == MAX_STATES) {
                states.clear();
            }
            states.put(segment.version(), state);
        }
        return state;
    }

    /** Refuses what cannot be read here. Each of both may be null. */
    void check(Protocol protocol, Metadata metadata) {
        if (protocol != null) {
            protocol.check(storage.root());
        }
        if (metadata != null && !metadata.provider().equals("parquet")) {
            throw LittoralException.input("The Delta table " + storage.root() + " has data files of the format "
                    + metadata.provider() + "; expected parquet");
        }
    }

    /** What the log has instead of a version that cannot be read, as a part of a sentence. */
    String left() throws InterruptedException {
        LogListing all = list(0, Long.MAX_VALUE);
        if (all.isEmpty()) {
            return "no version";
        }
        Optional<Long> oldest = all.oldest();
        return oldest.isEmpty()
                ? "no version that can be read, as there is neither its first commit nor a checkpoint"
                : "versions " + oldest.get() + " to " + all.newest();
    }
}
