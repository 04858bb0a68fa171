package dev.littoral.activities.source.delta;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.activities.source.table.TableStorage.Listed;
import dev.littoral.workflows.model.TableAt;
import dev.littoral.workflows.model.TableSpec;
import dev.littoral.workflows.model.TableVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Finds which version of a table is meant. */
final class VersionResolver {
    private final TableStorage storage;
    private final DeltaLog log;

    VersionResolver(TableStorage storage, DeltaLog log) {
        this.storage = storage;
        this.log = log;
    }

    TableVersion resolve(TableAt at, TableVersion before) throws FileChangedException, InterruptedException {
        if (at != null && at.timestamp() != null) {
            return at(at.timestamp(), before);
        }
        Optional<TableVersion> next = after(at == null ? null : at.version(), before);
        if (next.isPresent()) {
            return next.get();
        }
        return at == null ? newest() : at(at.version());
    }

    static Optional<Long> number(TableVersion version) {
        boolean isNumber = version != null
                && TableSpec.DELTA.equals(version.format())
                && version.version().matches("[0-9]{1,18}");
        return isNumber ? Optional.of(Long.valueOf(version.version())) : Optional.empty();
    }

    /** Whether a commit is that of a version which was resolved before, and not one of another table at its place. */
    static boolean isOf(Optional<Listed> commit, TableVersion version) {
        return commit.isPresent() && commit.get().version().equals(version.etag());
    }

    /**
     * What follows from the version before: one listing where there is nothing newer, and the new commits where there
     * is. Empty where it does not help.
     *
     * @param wanted the version that is served, or null for the newest
     */
    private Optional<TableVersion> after(Long wanted, TableVersion before)
            throws FileChangedException, InterruptedException {
        Optional<Long> last = number(before);
        if (last.isEmpty() || (wanted != null && !wanted.equals(last.get()))) {
            return Optional.empty();
        }
        LogListing listing = log.list(last.get(), wanted == null ? Long.MAX_VALUE : wanted);
        if (!isOf(listing.commit(last.get()), before)) {
            return Optional.empty();
        }
        if (listing.newest() == last.get()) {
            return Optional.of(before);
        }
        Optional<List<Listed>> commits = LogChanges.commits(listing, last.get(), listing.newest());
        if (commits.isEmpty()) {
            return Optional.empty();
        }
        LogChanges changes = new LogChanges(storage, log.files(), log.replay());
        if (!changes.read(commits.get())) {
            return Optional.empty();
        }
        log.check(changes.protocol().orElse(null), changes.metadata().orElse(null));
        String table = changes.metadata().map(Metadata::id).orElse(before.table());
        Duration retention =
                changes.metadata().isPresent() ? changes.metadata().get().retention() : before.retention();
        return Optional.of(version(table, retention, listing.newest(), listing.commit(listing.newest())));
    }

    private TableVersion newest() throws FileChangedException, InterruptedException {
        LogListing listing = log.newest(Long.MAX_VALUE);
        if (listing.isEmpty()) {
            throw noTable();
        }
        long newest = listing.newest();
        return version(listing.segment(newest), newest, listing);
    }

    private LittoralException noTable() {
        return LittoralException.input("There is no Delta table at " + storage.root()
                + ": found neither a commit nor a checkpoint in its folder _delta_log; expected one of them");
    }

    private TableVersion at(long version) throws FileChangedException, InterruptedException {
        LogListing listing = log.newest(version);
        Optional<LogSegment> segment =
                listing.isEmpty() || listing.newest() < version ? Optional.empty() : listing.segment(version);
        return version(segment, version, listing);
    }

    private TableVersion version(Optional<LogSegment> segment, long version, LogListing listing)
            throws FileChangedException, InterruptedException {
        if (segment.isEmpty()) {
            throw LittoralException.input("The Delta table " + storage.root() + " has no version " + version
                    + " that can be read: found " + log.left() + "; expected one of those");
        }
        DeltaVersionState state = log.state(segment.get());
        return version(state.metadata().id(), state.metadata().retention(), version, listing.commit(version));
    }

    private static TableVersion version(String table, Duration retention, long version, Optional<Listed> commit) {
        return new TableVersion(
                TableSpec.DELTA,
                table,
                Long.toString(version),
                null,
                commit.map(Listed::modified).orElse(null),
                null,
                commit.map(Listed::version).orElse(null),
                retention);
    }

    /**
     * Whether the version that was served last is still the newest of an instant: the commit after it, if there is one,
     * was made later. Never where that is in doubt, as only the whole log tells then.
     */
    private boolean isStillAt(Instant instant, TableVersion before) throws FileChangedException, InterruptedException {
        Optional<Long> last = number(before);
        if (last.isEmpty()
                || before.committedAt() == null
                || before.committedAt().isAfter(instant)) {
            return false;
        }
        LogListing listing = log.list(last.get(), last.get() + 1);
        if (!isOf(listing.commit(last.get()), before)) {
            return false;
        }
        Optional<Listed> next = listing.commit(last.get() + 1);
        return next.isEmpty() || new CommitTimes(storage, log, listing).isAfter(next.get(), instant);
    }

    /** The newest version that was there at an instant. Lists the whole log, unless it is still the one before. */
    private TableVersion at(Instant instant, TableVersion before) throws FileChangedException, InterruptedException {
        if (isStillAt(instant, before)) {
            return before;
        }
        LogListing listing = log.list(0, Long.MAX_VALUE);
        if (listing.isEmpty()) {
            throw noTable();
        }
        long found = new CommitTimes(storage, log, listing).newestAt(instant);
        Optional<Long> last = number(before);
        if (last.isPresent() && last.get() == found && isOf(listing.commit(found), before)) {
            return before;
        }
        return version(listing.segment(found), found, listing);
    }
}
