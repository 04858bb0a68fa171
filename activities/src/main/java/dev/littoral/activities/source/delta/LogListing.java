package dev.littoral.activities.source.delta;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.activities.source.table.TableStorage.Listed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a table's log has in it, from some version on, by the names of its files alone. */
final class LogListing {
    private static final String FOLDER = "_delta_log/";

    private static final Pattern COMMIT = Pattern.compile("([0-9]{20})\\.json");
    private static final Pattern CHECKPOINT =
            Pattern.compile("([0-9]{20})\\.checkpoint(?:\\.([0-9]{10})\\.([0-9]{10})|\\.[^./]+)?\\.(?:json|parquet)");

    /** As many as one request brings. */
    private static final int PAGE = 1000;

    /** A log keeps a month of commits; more than this is more than one a second. */
    private static final int MAX_FILES = 4_000_000;

    private final TableStorage storage;
    private final NavigableMap<Long, Listed> commits = new TreeMap<>();
    private final NavigableMap<Long, List<Checkpoint>> checkpoints = new TreeMap<>();
    private final Map<String, Listed[]> parts = new TreeMap<>();

    /**
     * A checkpoint that is whole.
     *
     * @param parts its files
     */
    record Checkpoint(long version, List<Listed> parts) {}

    private LogListing(TableStorage storage) {
        this.storage = storage;
    }

    /**
     * Lists. One request for a thousand files.
     *
     * @param from the first version
     * @param to the last one, or beyond
     */
    static LogListing read(TableStorage storage, long from, long to) throws InterruptedException {
        LogListing listing = new LogListing(storage);
        String folder = folder(storage);
        // No name of the log begins with it alone, and those before it are of other tools.
        String after = from == 0 ? folder + "0" : folder + padded(from);
        int count = 0;
        List<Listed> page;
        do {
            page = storage.list(folder, after, PAGE);
            for (Listed file : page) {
                String name = file.address().substring(folder.length());
                if (name.charAt(0) > '9' || !listing.add(name, file, to)) {
                    return listing;
                }
                after = file.address();
            }
            count += page.size();
            if (count > MAX_FILES) {
                throw LittoralException.input("The Delta table " + storage.root() + " has more than " + MAX_FILES
                        + " files in its log; expected fewer. Write a checkpoint and clean up its log.");
            }
        } while (page.size() >= PAGE);
        return listing;
    }

    static String folder(TableStorage storage) {
        return storage.address(FOLDER);
    }

    static String padded(long version) {
        String digits = Long.toString(version);
        return "0".repeat(20 - digits.length()) + digits;
    }

    /** Whether there may be more that is wanted. */
    private boolean add(String name, Listed file, long to) {
        Matcher commit = COMMIT.matcher(name);
        Matcher checkpoint = CHECKPOINT.matcher(name);
        Matcher found = commit.matches() ? commit : checkpoint;
        // Compacted commits are passed over: the commits are there too, and writers did not always reconcile them.
        if (found == checkpoint && !checkpoint.matches()) {
            return true;
        }
        Optional<Long> version = number(found.group(1));
        if (version.isEmpty()) {
            return true;
        }
        if (version.get() > to) {
            return false;
        }
        // A file system may show one before it is written.
        if (file.bytes() == 0) {
            return true;
        }
        if (found == commit) {
            commits.put(version.get(), file);
        } else if (found.group(2) == null) {
            add(new Checkpoint(version.get(), List.of(file)));
        } else {
            addPart(version.get(), Long.parseLong(found.group(2)), Long.parseLong(found.group(3)), file);
        }
        return true;
    }

    private void add(Checkpoint checkpoint) {
        checkpoints
                .computeIfAbsent(checkpoint.version(), each -> new ArrayList<>())
                .add(checkpoint);
    }

    private void addPart(long version, long part, long count, Listed file) {
        if (part < 1 || part > count || count > 100_000) {
            return;
        }
        String key = version + "/" + count;
        // Parts come in order, so what does not begin with the first one is not whole.
        Listed[] all = part == 1 ? new Listed[(int) count] : parts.get(key);
        if (all == null) {
            return;
        }
        parts.put(key, all);
        all[(int) part - 1] = file;
        if (part == count) {
            parts.remove(key);
            if (!Arrays.asList(all).contains(null)) {
                add(new Checkpoint(version, List.of(all)));
            }
        }
    }

    private static Optional<Long> number(String digits) {
        try {
            return Optional.of(Long.parseLong(digits));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    Optional<Listed> commit(long version) {
        return Optional.ofNullable(commits.get(version));
    }

    NavigableMap<Long, Listed> commits() {
        return commits;
    }

    boolean isEmpty() {
        return commits.isEmpty() && checkpoints.isEmpty();
    }

    /** The newest version; there must be one. */
    long newest() {
        long commit = commits.isEmpty() ? -1 : commits.lastKey();
        return checkpoints.isEmpty() ? commit : Math.max(commit, checkpoints.lastKey());
    }

    /** The oldest version that can be read, as far as the listing goes. */
    Optional<Long> oldest() {
        if (commits.containsKey(0L)) {
            return Optional.of(0L);
        }
        return checkpoints.isEmpty() ? Optional.empty() : Optional.of(checkpoints.firstKey());
    }

    boolean hasCheckpoint(long most) {
        return checkpoints.floorKey(most) != null;
    }

    /**
     * What has to be read for a version, which is no newer than the newest.
     *
     * @return empty where the log does not go back so far
     * @throws LittoralException INPUT when files are missing between others
     */
    Optional<LogSegment> segment(long version) {
        Map.Entry<Long, List<Checkpoint>> base = checkpoints.floorEntry(version);
        long first = base == null ? 0 : base.getKey() + 1;
        if (base == null && (oldest().isEmpty() || oldest().get() > version)) {
            return Optional.empty();
        }
        List<Listed> files = new ArrayList<>();
        for (long at = version; at >= first; at--) {
            if (!commits.containsKey(at)) {
                throw LittoralException.input("The Delta table " + storage.root() + " has a damaged log: found no "
                        + padded(at) + ".json in it, expected one, as version " + version + " needs it"
                        + (base == null ? "" : " after the checkpoint of version " + base.getKey()));
            }
            files.add(commits.get(at));
        }
        Checkpoint checkpoint = base == null ? null : base.getValue().getFirst();
        return Optional.of(new LogSegment(version, checkpoint, files));
    }
}
