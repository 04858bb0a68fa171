package dev.littoral.activities.source.lance;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.SourceChanges;
import dev.littoral.activities.source.lance.ManifestFinder.Found;
import dev.littoral.activities.source.lance.ManifestFinder.Tagged;
import dev.littoral.activities.source.table.PathHashes;
import dev.littoral.activities.source.table.Table;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.workflows.model.RequiredColumn;
import dev.littoral.workflows.model.TableAt;
import dev.littoral.workflows.model.TableSpec;
import dev.littoral.workflows.model.TableVersion;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A Lance dataset. A version is one manifest, which names all its fragments. A dataset has no id that lasts, and one
 * that is dropped and made anew counts its versions from 1 again: a version is told from another of its number by the
 * ETag of its manifest.
 */
final class LanceTable implements Table {
    /** What stands for the id of a dataset, as there is none. */
    private static final String DATASET = "dataset";

    private final TableStorage storage;
    private final TableAt at;
    private final ManifestFinder finder;
    private final ManifestReader reader;

    /** The two versions whose manifests were read last, without their fragments: those that a listing compares. */
    @GuardedBy("this")
    private final Map<TableVersion, Manifest> known = new LinkedHashMap<>();

    LanceTable(TableStorage storage, TableAt at) {
        this.storage = storage;
        this.at = at;
        this.finder = new ManifestFinder(storage);
        this.reader = new ManifestReader(storage);
    }

    @Override
    public TableVersion resolve(TableVersion before) throws FileChangedException, InterruptedException {
        if (at != null && at.timestamp() != null) {
            return atTimestamp(before, at.timestamp());
        }
        if (at != null && at.version() != null) {
            return pin(fixed(null, at.version(), "version " + at.version()), before);
        }
        if (at != null && at.tag() != null) {
            Tagged tagged = finder.tag(at.tag());
            return pin(fixed(tagged.branch(), tagged.version(), "tag " + at.tag()), before);
        }
        String branch = at == null ? null : at.branch();
        Optional<Found> newest = finder.newest(branch);
        if (newest.isPresent() && isSame(newest.get(), before)) {
            return before;
        }
        if (branch != null) {
            finder.requireBranch(branch);
        }
        return pin(newest.orElseThrow(this::noDataset), before);
    }

    private LittoralException noDataset() {
        return LittoralException.input("The source " + storage.root() + " is no Lance dataset: found no manifest in"
                + " its _versions folder; expected the folder of a dataset, whose name often ends with .lance");
    }

    /** A version that was asked for. */
    private Found fixed(String branch, long version, String asked) throws InterruptedException {
        Optional<Found> found = finder.version(branch, version);
        if (found.isPresent()) {
            return found.get();
        }
        List<Found> left = finder.all(branch);
        if (left.isEmpty()) {
            throw noDataset();
        }
        throw LittoralException.input("The Lance dataset " + storage.root() + " has no version " + version
                + (asked.startsWith("version") ? "" : ", which " + asked + " names") + "; expected one that is there: "
                + left.getFirst().version() + " is the oldest left, "
                + left.getLast().version() + " the newest");
    }

    /** Times of versions ascend, as those of a clock do. */
    private TableVersion atTimestamp(TableVersion before, Instant instant)
            throws FileChangedException, InterruptedException {
        List<Found> versions = finder.all(null);
        if (versions.isEmpty()) {
            throw noDataset();
        }
        int from = 0;
        int to = versions.size();
        while (from < to) {
            int middle = (from + to) >>> 1;
            Instant committedAt = pin(versions.get(middle), before).committedAt();
            if (committedAt != null && committedAt.isAfter(instant)) {
                to = middle;
            } else {
                from = middle + 1;
            }
        }
        if (from == 0) {
            throw LittoralException.input("The Lance dataset " + storage.root() + " has no version as of " + instant
                    + "; expected one that is there: " + versions.getFirst().version() + " of "
                    + pin(versions.getFirst(), before).committedAt() + " is the oldest left");
        }
        return pin(versions.get(from - 1), before);
    }

    private static boolean isSame(Found found, TableVersion before) {
        return before != null
                && TableSpec.LANCE.equals(before.format())
                && found.address().equals(before.metadata())
                && found.etag().equals(before.etag());
    }

    private TableVersion pin(Found found, TableVersion before) throws FileChangedException, InterruptedException {
        if (isSame(found, before)) {
            return before;
        }
        Manifest manifest = reader.read(found.address(), found.bytes(), null);
        if (manifest.version() != found.version()) {
            throw ManifestReader.damaged(
                    storage,
                    found.address(),
                    "version " + Long.toUnsignedString(manifest.version()) + " in that of version " + found.version());
        }
        TableVersion version = new TableVersion(
                TableSpec.LANCE,
                DATASET,
                Long.toString(found.version()),
                null,
                manifest.committedAt(),
                found.address(),
                found.etag(),
                manifest.retention());
        keep(version, manifest);
        return version;
    }

    /** The manifest of a version, but for its fragments. */
    private Manifest manifest(TableVersion version) throws FileChangedException, InterruptedException {
        Manifest kept;
        synchronized (this) {
            kept = known.get(version);
        }
        return kept != null ? kept : read(version, null);
    }

    private synchronized void keep(TableVersion version, Manifest manifest) {
        known.remove(version);
        if (known.size() == 2) {
            known.remove(known.keySet().iterator().next());
        }
        known.put(version, manifest);
    }

    /**
     * Reads the manifest of a pinned version.
     *
     * @throws FileChangedException when it is gone, or another one has its name now
     */
    private Manifest read(TableVersion version, Manifest.Visitor visitor)
            throws FileChangedException, InterruptedException {
        String address = checked(version);
        Optional<Long> bytes = storage.size(address);
        if (bytes.isEmpty()) {
            throw new FileChangedException(address, "it is gone");
        }
        Manifest manifest = reader.read(address, bytes.get(), visitor);
        if (!Long.toString(manifest.version()).equals(version.version())
                || !Objects.equals(manifest.committedAt(), version.committedAt())) {
            throw new FileChangedException(address, "the dataset was made anew");
        }
        keep(version, manifest);
        return manifest;
    }

    /** The address of a pinned version's manifest, which has to be one of this dataset. */
    private String checked(TableVersion version) {
        if (!isOwn(version)) {
            throw LittoralException.input("The version " + version.text() + " is none of the Lance dataset "
                    + storage.root() + "; expected one whose manifest is in it");
        }
        return version.metadata();
    }

    private boolean isOwn(TableVersion version) {
        String address = version.metadata();
        return address != null
                && address.startsWith(finder.root())
                && address.contains("/_versions/")
                && storage.address(address).equals(address);
    }

    @Override
    public JsonNode schema(TableVersion version) throws FileChangedException, InterruptedException {
        return new LanceSchema(storage.root(), manifest(version).columns()).json();
    }

    @Override
    public void checkColumns(TableVersion version, List<RequiredColumn> columns)
            throws FileChangedException, InterruptedException {
        new LanceSchema(storage.root(), manifest(version).columns()).check(columns);
    }

    @Override
    public void files(TableVersion version, Visitor visitor) throws FileChangedException, InterruptedException {
        PathHashes seen = new PathHashes();
        visit(version, file -> {
            if (!seen.add(file.path())) {
                throw ManifestReader.damaged(storage, version.metadata(), "two fragments with the same data file");
            }
            visitor.file(file);
        });
    }

    /** Visits the files of a version as its manifest has them. */
    private void visit(TableVersion version, Visitor visitor) throws FileChangedException, InterruptedException {
        FragmentFiles files = new FragmentFiles(
                storage, checked(version), () -> manifest(version).bases());
        read(version, fragment -> visitor.file(files.file(fragment)));
    }

    @Override
    public Optional<SourceChanges> changes(TableVersion from, TableVersion to)
            throws FileChangedException, InterruptedException {
        if (!TableSpec.LANCE.equals(from.format()) || !isOwn(from)) {
            return Optional.empty();
        }
        ManifestDiff diff = new ManifestDiff();
        try {
            visit(from, diff::older);
        } catch (FileChangedException e) {
            return Optional.empty();
        }
        visit(to, diff::newer);
        if (diff.isGoneNeeded()) {
            try {
                visit(from, diff::gone);
            } catch (FileChangedException e) {
                return Optional.empty();
            }
        }
        return diff.changes().map(SourceChanges::new);
    }

    @Override
    public long deletionBytes(SourceFile file) {
        return file.table().rows() == null ? 0 : FragmentFiles.mostDeletionBytes(file.table());
    }

    @Override
    public DeletedRows deletedRows(TableVersion version, SourceFile file)
            throws FileChangedException, InterruptedException, IOException {
        return FragmentFiles.deletedRows(storage, file);
    }
}
