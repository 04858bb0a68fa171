package dev.littoral.activities.source.delta;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.SourceChanges;
import dev.littoral.activities.source.table.RowIdColumns;
import dev.littoral.activities.source.table.Table;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.activities.source.table.TableStorage.Listed;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.RequiredColumn;
import dev.littoral.workflows.model.TableAt;
import dev.littoral.workflows.model.TableVersion;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A Delta table. Safe for use by many threads. */
final class DeltaTable implements Table {
    private final TableStorage storage;
    private final TableAt at;
    private final DeltaLog log;

    DeltaTable(TableStorage storage, TableAt at) {
        this.storage = storage;
        this.at = at;
        this.log = new DeltaLog(storage);
    }

    @Override
    public TableVersion resolve(TableVersion before) throws FileChangedException, InterruptedException {
        return new VersionResolver(storage, log).resolve(at, before);
    }

    @Override
    public JsonNode schema(TableVersion version) throws FileChangedException, InterruptedException {
        return new DeltaSchema(storage.root(), state(segment(version), version)).json();
    }

    @Override
    public void checkColumns(TableVersion version, List<RequiredColumn> columns)
            throws FileChangedException, InterruptedException {
        new DeltaSchema(storage.root(), state(segment(version), version)).check(columns);
    }

    private LogSegment segment(TableVersion version) throws FileChangedException, InterruptedException {
        long number = VersionResolver.number(version)
                .orElseThrow(() -> new IllegalArgumentException("no version of a Delta table: " + version));
        Optional<LogSegment> segment = log.segment(number);
        if (segment.isEmpty()) {
            throw new FileChangedException(
                    LogListing.folder(storage) + LogListing.padded(number) + ".json",
                    "version " + number + " cannot be read any more; its log has " + log.left());
        }
        return segment.get();
    }

    /** The state of a version, which is one of the same table still. */
    private DeltaVersionState state(LogSegment segment, TableVersion version)
            throws FileChangedException, InterruptedException {
        DeltaVersionState state = log.state(segment);
        if (!state.metadata().id().equals(version.table())) {
            throw new FileChangedException(
                    LogListing.folder(storage),
                    "it is the log of the table " + state.metadata().id() + " and was that of " + version.table());
        }
        return state;
    }

    @Override
    public void files(TableVersion version, Visitor visitor) throws FileChangedException, InterruptedException {
        LogSegment segment = segment(version);
        DataFiles data = new DataFiles(storage, state(segment, version));
        log.replay().files(segment, (file, path) -> visitor.file(data.file(file, path)));
    }

    @Override
    public Optional<SourceChanges> changes(TableVersion from, TableVersion to)
            throws FileChangedException, InterruptedException {
        Optional<Long> first = VersionResolver.number(from);
        Optional<Long> last = VersionResolver.number(to);
        if (first.isEmpty()
                || last.isEmpty()
                || first.get() > last.get()
                || !from.table().equals(to.table())) {
            return Optional.empty();
        }
        Optional<LogListing> known = log.listed(last.get())
                .filter(listing -> listing.commit(first.get()).isPresent());
        LogListing listing = known.isPresent() ? known.get() : log.list(first.get(), last.get());
        Optional<List<Listed>> commits = LogChanges.commits(listing, first.get(), last.get());
        if (commits.isEmpty() || !VersionResolver.isOf(listing.commit(first.get()), from)) {
            return Optional.empty();
        }
        LogChanges changes = new LogChanges(storage, log.files(), log.replay());
        if (!changes.read(commits.get()) || !isComparable(changes, from, to)) {
            return Optional.empty();
        }
        log.check(changes.protocol().orElse(null), changes.metadata().orElse(null));
        // A path that is added again replaces what it was.
        return Optional.of(new SourceChanges(
                changes.files(changes.isPartitioned() ? Optional.of(state(segment(to), to)) : Optional.empty())));
    }

    /** Whether files that no commit names list as they did: a table whose columns are called otherwise has others. */
    private boolean isComparable(LogChanges changes, TableVersion from, TableVersion to)
            throws FileChangedException, InterruptedException {
        if (changes.metadata().isEmpty()) {
            return true;
        }
        Metadata now = changes.metadata().get();
        if (!now.id().equals(to.table()) || now.schema() == null) {
            return false;
        }
        try {
            DeltaVersionState before = state(segment(from), from);
            DeltaVersionState after = new DeltaVersionState(changes.protocol().orElse(before.protocol()), now);
            return before.metadata().mappingMode().equals(now.mappingMode())
                    && DataFiles.partitionColumns(storage, before).equals(DataFiles.partitionColumns(storage, after));
        } catch (FileChangedException e) {
            return false;
        } catch (LittoralException e) {
            if (e.type() != FailureType.INPUT) {
                throw e;
            }
            return false;
        }
    }

    @Override
    public long deletionBytes(SourceFile file) {
        try {
            return DeletionVector.parse(file.table().deletes()).bytes();
        } catch (IOException e) {
            // Reading them says what is wrong.
            return 0;
        }
    }

    @Override
    public DeletedRows deletedRows(TableVersion version, SourceFile file)
            throws FileChangedException, InterruptedException, IOException {
        try {
            Long all = file.table().rows();
            DeletedRows rows = DeletionVector.parse(file.table().deletes())
                    .read(storage, DeletedRows.mostBytes(all == null ? Long.MAX_VALUE : all));
            if (!rows.isEmpty() && (rows.last() < 0 || (all != null && rows.last() >= all))) {
                throw new IOException("its deletion vector has the row " + rows.last() + "; expected "
                        + (all == null ? "0 or more" : "0 to " + (all - 1)));
            }
            return rows;
        } catch (IOException e) {
            throw new IOException(
                    "File " + file.path() + " of the Delta table " + storage.root() + " has damaged deleted rows: "
                            + e.getMessage(),
                    e);
        }
    }

    @Override
    public Optional<RowIdColumns> rowIds(TableVersion version, TableVersion since)
            throws FileChangedException, InterruptedException {
        Optional<Long> last = VersionResolver.number(since);
        return last.isEmpty() || !since.table().equals(version.table())
                ? Optional.empty()
                : state(segment(version), version).metadata().rowIds(last.get());
    }
}
