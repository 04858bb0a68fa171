package dev.littoral.activities.source.iceberg;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.workflows.model.TableVersion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;

/**
 * What differs between two snapshots of a table, by the paths of their manifests: a manifest never changes, so only
 * those that one of them lacks are read. That holds for any two snapshots of a table, whatever lies between them.
 */
final class ManifestChanges {
    /** More files are not compared in memory: the whole is listed then. */
    private static final int MAX_FILES = 100_000;

    private final TableStorage storage;
    private final TableState state;
    private final Manifests manifests;

    ManifestChanges(TableStorage storage, TableState state) {
        this.storage = storage;
        this.state = state;
        this.manifests = new Manifests(storage, state);
    }

    /** Too much differs. */
    private static final class TooMuchException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** As {@link dev.littoral.activities.source.table.Table#changes} has it, of the same table. */
    Optional<List<SourceFile>> between(TableVersion from, TableVersion to)
            throws FileChangedException, InterruptedException {
        Snapshot now = state.snapshot(to);
        Snapshot then = state.find(from.version());
        if (then == null || now == null) {
            return Optional.empty();
        }
        if (then.snapshotId() == now.snapshotId()) {
            return Optional.of(List.of());
        }
        Optional<List<ManifestFile>> before = unlessGone(() -> manifests.of(then));
        if (before.isEmpty()) {
            return Optional.empty();
        }
        List<ManifestFile> after = manifests.of(now);
        Difference data = new Difference(ManifestContent.DATA, before.get(), after);
        Difference deletes = new Difference(ManifestContent.DELETES, before.get(), after);
        long all = bytes(after);
        if (bytes(data.added) + bytes(data.vanished) + bytes(deletes.added) + bytes(deletes.vanished) > all) {
            return Optional.empty();
        }
        try {
            return compare(data, deletes, IcebergTable.of(after, ManifestContent.DELETES));
        } catch (TooMuchException e) {
            return Optional.empty();
        }
    }

    private static long bytes(List<ManifestFile> manifests) {
        return manifests.stream().mapToLong(ManifestFile::length).sum();
    }

    /** The manifests of one content in two snapshots. */
    private static final class Difference {
        private final List<ManifestFile> vanished = new ArrayList<>();
        private final List<ManifestFile> kept = new ArrayList<>();
        private final List<ManifestFile> added = new ArrayList<>();

        Difference(ManifestContent content, List<ManifestFile> before, List<ManifestFile> after) {
            Map<String, ManifestFile> then = IcebergTable.of(before, content).stream()
                    .collect(Collectors.toMap(ManifestFile::path, Function.identity(), (one, other) -> one));
            for (ManifestFile manifest : IcebergTable.of(after, content)) {
                (then.remove(manifest.path()) == null ? added : kept).add(manifest);
            }
            vanished.addAll(then.values());
        }
    }

    private interface Read<T> {
        T read() throws FileChangedException, InterruptedException;
    }

    /** What only the earlier version has may be gone. */
    private static <T> Optional<T> unlessGone(Read<T> read) throws InterruptedException {
        try {
            return Optional.of(read.read());
        } catch (FileChangedException e) {
            return Optional.empty();
        }
    }

    private Optional<List<SourceFile>> compare(Difference data, Difference deletes, List<ManifestFile> allDeletes)
            throws FileChangedException, InterruptedException {
        Optional<DeleteIndex> touched = unlessGone(() -> touched(deletes));
        Optional<Map<String, String>> gone = unlessGone(() -> versions(data.vanished));
        if (touched.isEmpty() || gone.isEmpty()) {
            return Optional.empty();
        }
        List<DataFile> differing = new ArrayList<>();
        manifests.data(data.added, (manifest, files) -> {
            for (DataFile file : files) {
                String before = gone.get().remove(file.location());
                if (!DataFileLines.version(file).equals(before) || touched.get().mayConcern(file)) {
                    add(differing, file);
                }
            }
            return true;
        });
        addTouched(differing, data.kept, touched.get());
        return Optional.of(lines(differing, gone.get().keySet(), allDeletes));
    }

    private static <T> void add(List<T> to, T file) {
        if (to.size() == MAX_FILES) {
            throw new TooMuchException();
        }
        to.add(file);
    }

    /** The living data files of manifests: their versions by their paths. */
    private Map<String, String> versions(List<ManifestFile> of) throws FileChangedException, InterruptedException {
        Map<String, String> versions = new HashMap<>();
        manifests.data(of, (manifest, files) -> {
            for (DataFile file : files) {
                if (versions.size() == MAX_FILES) {
                    throw new TooMuchException();
                }
                versions.put(file.location(), DataFileLines.version(file));
            }
            return true;
        });
        return versions;
    }

    /** The delete files that only one of the snapshots has. */
    private DeleteIndex touched(Difference deletes) throws FileChangedException, InterruptedException {
        Map<Identity, DeleteFile> before = living(deletes.vanished);
        Map<Identity, DeleteFile> after = living(deletes.added);
        Set<Identity> both = new HashSet<>(before.keySet());
        both.retainAll(after.keySet());
        before.keySet().removeAll(both);
        after.keySet().removeAll(both);
        DeleteIndex touched = DeleteIndex.ofDifference(storage, state);
        return Guard.read("The delete manifests", () -> {
            before.values().forEach(touched::add);
            after.values().forEach(touched::add);
            return touched;
        });
    }

    /** What tells delete files apart. */
    private record Identity(String path, Long offset, Long sequence) {}

    private Map<Identity, DeleteFile> living(List<ManifestFile> of) throws FileChangedException, InterruptedException {
        Map<Identity, DeleteFile> living = new HashMap<>();
        manifests.deletes(of, (manifest, files) -> {
            for (DeleteFile file : files) {
                if (living.size() == MAX_FILES) {
                    throw new TooMuchException();
                }
                living.put(new Identity(file.location(), file.contentOffset(), file.dataSequenceNumber()), file);
            }
            return true;
        });
        return living;
    }

    /** Finds the data files of manifests that are the same in both snapshots, but have other deletes. */
    private void addTouched(List<DataFile> to, List<ManifestFile> kept, DeleteIndex touched)
            throws FileChangedException, InterruptedException {
        if (touched.isEmpty()) {
            return;
        }
        List<ManifestFile> older = kept.stream()
                .filter(manifest -> manifest.minSequenceNumber() <= touched.lastSequence())
                .toList();
        Set<String> wanted = touched.onlyPaths();
        to.stream().map(DataFile::location).forEach(path -> {
            if (wanted != null) {
                wanted.remove(path);
            }
        });
        manifests.data(older, (manifest, files) -> {
            for (DataFile file : files) {
                if (touched.mayConcern(file)) {
                    add(to, file);
                    if (wanted != null) {
                        wanted.remove(file.location());
                    }
                }
            }
            return wanted == null || !wanted.isEmpty();
        });
    }

    private List<SourceFile> lines(List<DataFile> files, Set<String> gone, List<ManifestFile> allDeletes)
            throws FileChangedException, InterruptedException {
        long oldest = files.stream().mapToLong(DeleteIndex::sequence).min().orElse(Long.MAX_VALUE);
        DeleteIndex deletes = DeleteIndex.read(storage, state, manifests, allDeletes, oldest);
        DataFileLines lines = new DataFileLines(storage, state, deletes);
        Set<String> paths = new HashSet<>();
        List<SourceFile> changes = new ArrayList<>(files.size() + gone.size());
        for (DataFile each : files) {
            SourceFile file = Guard.read("Data file " + each.location(), () -> lines.of(each));
            if (!paths.add(file.path())) {
                // The listing of the whole says so by name.
                throw new TooMuchException();
            }
            changes.add(file);
        }
        for (String path : gone) {
            String address = storage.address(path);
            if (paths.add(address)) {
                changes.add(SourceFile.gone(address));
            }
        }
        return changes;
    }
}
