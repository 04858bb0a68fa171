package dev.littoral.activities.source.iceberg;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.SourceChanges;
import dev.littoral.activities.source.iceberg.Manifests.Batches;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.workflows.model.TableVersion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.iceberg.ContentFile;
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

    private static final long MOST_KEPT = 2L * TextWeight.MOST_KEPT;

    private final TableStorage storage;
    private final IcebergMetadata state;
    private final Manifests manifests;
    private final int maxFiles;
    private final long mostKept;

    /** What is kept of files so far, as {@link TextWeight} has it. */
    private final AtomicLong kept = new AtomicLong();

    ManifestChanges(TableStorage storage, IcebergMetadata state) {
        this(storage, state, MAX_FILES, MOST_KEPT);
    }

    ManifestChanges(TableStorage storage, IcebergMetadata state, int maxFiles, long mostKept) {
        this.storage = storage;
        this.state = state;
        this.maxFiles = maxFiles;
        this.mostKept = mostKept;
        this.manifests = new Manifests(storage, state);
    }

    /** Too much differs. */
    private static final class TooMuchException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** As {@link dev.littoral.activities.source.table.Table#changes} has it, of the same table. */
    Optional<SourceChanges> between(TableVersion from, TableVersion to)
            throws FileChangedException, InterruptedException {
        Snapshot now = state.snapshot(to);
        Snapshot then = state.find(from.version());
        if (then == null || now == null) {
            return Optional.empty();
        }
        if (then.snapshotId() == now.snapshotId()) {
            return Optional.of(new SourceChanges(List.of()));
        }
        Optional<List<ManifestFile>> before = unlessGone(() -> manifests.of(then));
        if (before.isEmpty()) {
            return Optional.empty();
        }
        List<ManifestFile> after = manifests.of(now);
        Difference data = new Difference(ManifestContent.DATA, before.get(), after);
        Difference deletes = new Difference(ManifestContent.DELETES, before.get(), after);
        long all = bytes(after);
        if (data.bytes() + deletes.bytes() > all) {
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

        /** Kept, but the list of manifests numbers their rows otherwise, as after an upgrade of the table. */
        private final List<ManifestFile> renumbered = new ArrayList<>();

        Difference(ManifestContent content, List<ManifestFile> before, List<ManifestFile> after) {
            Map<String, ManifestFile> then = IcebergTable.of(before, content).stream()
                    .collect(Collectors.toMap(ManifestFile::path, Function.identity(), (one, other) -> one));
            for (ManifestFile manifest : IcebergTable.of(after, content)) {
                ManifestFile same = then.remove(manifest.path());
                if (same == null) {
                    added.add(manifest);
                } else {
                    (Objects.equals(same.firstRowId(), manifest.firstRowId()) ? kept : renumbered).add(manifest);
                }
            }
            vanished.addAll(then.values());
        }

        long bytes() {
            return ManifestChanges.bytes(added) + ManifestChanges.bytes(vanished) + ManifestChanges.bytes(renumbered);
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

    private Optional<SourceChanges> compare(Difference data, Difference deletes, List<ManifestFile> allDeletes)
            throws FileChangedException, InterruptedException {
        Optional<DeleteIndex> touched = unlessGone(() -> touched(deletes));
        Optional<Map<String, Told>> gone = unlessGone(() -> told(data.vanished));
        if (touched.isEmpty() || gone.isEmpty()) {
            return Optional.empty();
        }
        List<DataFile> differing = new ArrayList<>();
        Set<String> added = new HashSet<>();
        manifests.data(data.added, (manifest, files) -> {
            for (DataFile file : files) {
                Told before = gone.get().remove(file.location());
                if (before == null) {
                    added.add(storage.address(file.location()));
                }
                if (!Told.of(file).equals(before) || touched.get().mayConcern(file)) {
                    add(differing, file);
                }
            }
            return true;
        });
        manifests.data(data.renumbered, (manifest, files) -> {
            files.forEach(file -> add(differing, file));
            return true;
        });
        addTouched(differing, gone.get().keySet(), data.kept, touched.get());
        return Optional.of(new SourceChanges(lines(differing, gone.get().keySet(), allDeletes), added));
    }

    /** What is compared of a data file. */
    private record Told(String version, Long firstRowId) {
        static Told of(DataFile file) {
            return new Told(DataFileLines.version(file), file.firstRowId());
        }
    }

    private void add(List<DataFile> to, DataFile file) {
        keep(to.size(), file);
        to.add(file);
    }

    private void keep(int files, ContentFile<?> another) {
        if (files == maxFiles || kept.addAndGet(TextWeight.of(another)) > mostKept) {
            throw new TooMuchException();
        }
    }

    /** The living data files of manifests by their paths. */
    private Map<String, Told> told(List<ManifestFile> of) throws FileChangedException, InterruptedException {
        Map<String, Told> told = new HashMap<>();
        manifests.data(of, (manifest, files) -> {
            for (DataFile file : files) {
                keep(told.size(), file);
                told.put(file.location(), Told.of(file));
            }
            return true;
        });
        return told;
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
        return LibraryFailures.read("The delete manifests", () -> {
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
                keep(living.size(), file);
                living.put(new Identity(file.location(), file.contentOffset(), file.dataSequenceNumber()), file);
            }
            return true;
        });
        return living;
    }

    /**
     * Finds the data files of manifests that are the same in both snapshots, but have other deletes: in the manifests
     * that may have their partitions, and where files that deletes name are in none of these, in all that are as old.
     */
    private void addTouched(List<DataFile> to, Set<String> gone, List<ManifestFile> kept, DeleteIndex touched)
            throws FileChangedException, InterruptedException {
        if (touched.isEmpty()) {
            return;
        }
        Set<String> missing = touched.namedPaths();
        missing.removeAll(gone);
        to.stream().map(DataFile::location).forEach(missing::remove);
        Map<Boolean, List<ManifestFile>> likely = LibraryFailures.read(
                "The list of manifests", () -> kept.stream().collect(Collectors.partitioningBy(touched::mayConcern)));
        findTouched(to, missing, likely.get(true), touched, touched.concernsUnnamed());
        findTouched(to, missing, likely.get(false), touched, false);
    }

    /**
     * Finds data files that have other deletes.
     *
     * @param missing the paths of those that are still looked for
     * @param all whether manifests are read to their ends though none is missing
     */
    private void findTouched(
            List<DataFile> to, Set<String> missing, List<ManifestFile> in, DeleteIndex touched, boolean all)
            throws FileChangedException, InterruptedException {
        List<ManifestFile> older = in.stream()
                .filter(manifest -> manifest.minSequenceNumber() <= touched.lastSequence())
                .toList();
        Batches<DataFile> batches = new Batches<>() {
            @Override
            public boolean wantsMore() {
                synchronized (missing) {
                    return all || !missing.isEmpty();
                }
            }

            @Override
            public boolean files(ManifestFile manifest, List<DataFile> files) {
                synchronized (missing) {
                    for (DataFile file : files) {
                        if (touched.mayConcern(file)) {
                            add(to, file);
                            missing.remove(file.location());
                        }
                    }
                }
                return wantsMore();
            }
        };
        manifests.data(older, batches);
    }

    private List<SourceFile> lines(List<DataFile> files, Set<String> gone, List<ManifestFile> allDeletes)
            throws FileChangedException, InterruptedException {
        long oldest = files.stream().mapToLong(DeleteIndex::sequence).min().orElse(Long.MAX_VALUE);
        DeleteIndex deletes = DeleteIndex.read(storage, state, manifests, allDeletes, oldest);
        DataFileLines lines = new DataFileLines(storage, state, deletes);
        Set<String> paths = new HashSet<>();
        List<SourceFile> changes = new ArrayList<>(files.size() + gone.size());
        for (DataFile each : files) {
            SourceFile file = LibraryFailures.read("Data file " + each.location(), () -> lines.of(each));
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
