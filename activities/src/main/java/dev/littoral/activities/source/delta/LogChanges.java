package dev.littoral.activities.source.delta;

import dev.littoral.activities.concurrent.HeapBounds;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.activities.source.table.TableStorage.Listed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What commits change of a table. One thread. */
final class LogChanges {
    /** Beyond that much the whole log is as good. */
    private static final long MAX_BYTES = 128 << 20;

    private static final int MAX_COMMITS = 2_000;
    private static final int MAX_PATHS = 200_000;

    /** Characters of the texts of all that is kept. */
    private static final int MAX_WEIGHT = HeapBounds.of(48 << 20, 512 << 20);

    private final TableStorage storage;
    private final LogFiles files;
    private final LogReplay replay;
    private final int maxPaths;
    private final long maxWeight;

    /** The newest addition of each path that commits name, or null where it was removed. */
    private final Map<String, AddFile> paths = new LinkedHashMap<>();

    /** Of what was kept so far, whether it still is or not. */
    private long weight;

    private Metadata metadata;
    private Protocol protocol;

    LogChanges(TableStorage storage, LogFiles files, LogReplay replay) {
        this(storage, files, replay, MAX_PATHS, MAX_WEIGHT);
    }

    LogChanges(TableStorage storage, LogFiles files, LogReplay replay, int maxPaths, long maxWeight) {
        this.storage = storage;
        this.files = files;
        this.replay = replay;
        this.maxPaths = maxPaths;
        this.maxWeight = maxWeight;
    }

    /** The commits behind a version, up to another; empty where one is missing, or they are too many. */
    static Optional<List<Listed>> commits(LogListing listing, long from, long to) {
        if (to - from > MAX_COMMITS) {
            return Optional.empty();
        }
        List<Listed> commits = new ArrayList<>();
        long bytes = 0;
        for (long version = from + 1; version <= to; version++) {
            Optional<Listed> commit = listing.commit(version);
            bytes += commit.map(Listed::bytes).orElse(0L);
            if (commit.isEmpty() || bytes > MAX_BYTES) {
                return Optional.empty();
            }
            commits.add(commit.get());
        }
        return Optional.of(commits);
    }

    /**
     * Reads commits, the oldest first.
     *
     * @return whether they are few enough to be worth it
     */
    boolean read(List<Listed> commits) throws FileChangedException, InterruptedException {
        files.prefetch(commits);
        for (Listed commit : commits) {
            files.read(commit, new CommitVisitor());
            if (isTooMuch()) {
                return false;
            }
        }
        return true;
    }

    private boolean isTooMuch() {
        return paths.size() > maxPaths || weight > maxWeight;
    }

    private final class CommitVisitor implements ActionVisitor {
        private final Map<String, String> added = new HashMap<>();

        @Override
        public void add(AddFile file) {
            if (isTooMuch()) {
                return;
            }
            String path = replay.path(file.path());
            String deletes = file.deletes() == null ? "" : file.deletes().id();
            String before = added.put(path, deletes);
            if (before != null && !before.equals(deletes)) {
                throw LogReplay.twice(storage, path);
            }
            paths.put(path, file);
            weight += file.weight();
        }

        @Override
        public void remove(String inLog) {
            if (isTooMuch()) {
                return;
            }
            String path = replay.path(inLog);
            if (!added.containsKey(path)) {
                paths.put(path, null);
                weight += path.length();
            }
        }

        @Override
        public void metadata(Metadata found) {
            metadata = found;
        }

        @Override
        public void protocol(Protocol found) {
            protocol = found;
        }
    }

    /** The last metadata that was read, or empty where the commits have none. */
    Optional<Metadata> metadata() {
        return Optional.ofNullable(metadata);
    }

    Optional<Protocol> protocol() {
        return Optional.ofNullable(protocol);
    }

    /** Whether files have partition values, which may be called otherwise in the log than in the schema. */
    boolean isPartitioned() {
        return paths.values().stream()
                .anyMatch(file -> file != null && !file.partition().isEmpty());
    }

    /**
     * What lists otherwise.
     *
     * @param state of the table, where it is partitioned
     */
    List<SourceFile> files(Optional<DeltaVersionState> state) {
        DataFiles data = new DataFiles(storage, state);
        List<SourceFile> changed = new ArrayList<>(paths.size());
        paths.forEach((path, file) -> changed.add(file == null ? SourceFile.gone(path) : data.file(file, path)));
        return changed;
    }
}
