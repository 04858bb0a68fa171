package dev.littoral.activities.source.iceberg;

import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.table.TableStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.io.CloseableIterator;
import org.apache.iceberg.io.FileIO;

/**
 * Reads the manifests of a table: its living files, in batches. Some are read at once, each in chunks, so that memory
 * does not grow with the table. Safe for use by many threads.
 */
final class Manifests {
    private static final int PARALLEL = 4;
    private static final int BATCH = 1000;

    /** What the paths and bounds of a batch take ends it, too. */
    private static final int BATCH_WEIGHT = 2 << 20;

    /** Statistics of columns, which are most of a manifest, are passed over. */
    private static final List<String> DATA_COLUMNS = List.of(
            "content",
            "file_path",
            "file_format",
            "partition",
            "record_count",
            "file_size_in_bytes",
            "key_metadata",
            "first_row_id");

    private static final List<String> DELETE_COLUMNS = List.of(
            "content",
            "file_path",
            "file_format",
            "partition",
            "record_count",
            "file_size_in_bytes",
            "lower_bounds",
            "upper_bounds",
            "key_metadata",
            "referenced_data_file",
            "content_offset",
            "content_size_in_bytes");

    private final FileIO io;
    private final Map<Integer, PartitionSpec> specs;
    private final Map<Long, List<ManifestFile>> known;

    /** Of a table. */
    Manifests(TableStorage storage, IcebergMetadata state) {
        this.io = new StorageFileIO(storage);
        this.specs = state.metadata().specsById();
        this.known = state.manifests();
    }

    /** Gets living files, a batch from one manifest at a time. */
    interface Batches<F> {
        /** Whether another manifest is of use. Safe to call from any thread. */
        default boolean wantsMore() {
            return true;
        }

        /** Whether to go on with that manifest. */
        boolean files(ManifestFile manifest, List<F> files) throws InterruptedException, FileChangedException;
    }

    /**
     * The manifests of a snapshot. One request for the first time; more for the oldest tables, which have no lists of
     * manifests.
     */
    List<ManifestFile> of(Snapshot snapshot) throws FileChangedException, InterruptedException {
        List<ManifestFile> before = known.get(snapshot.snapshotId());
        if (before != null) {
            return before;
        }
        List<ManifestFile> all = read(snapshot);
        known.put(snapshot.snapshotId(), all);
        return all;
    }

    private List<ManifestFile> read(Snapshot snapshot) throws FileChangedException, InterruptedException {
        if (snapshot.keyId() != null) {
            throw encrypted("Snapshot " + snapshot.snapshotId());
        }
        String what = "The list of manifests of snapshot " + snapshot.snapshotId();
        String list = snapshot.manifestListLocation();
        List<ManifestFile> all = LibraryFailures.read(
                what,
                () -> list == null ? ManifestList.inMetadata(what, io, snapshot) : ManifestList.read(what, io, list));
        for (ManifestFile manifest : all) {
            if (manifest.keyMetadata() != null) {
                throw encrypted("Manifest " + manifest.path());
            }
            if (!specs.containsKey(manifest.partitionSpecId())) {
                throw LittoralException.input(what + " is damaged: found partition spec " + manifest.partitionSpecId()
                        + " of manifest " + manifest.path() + "; expected one of the table's, " + specs.keySet());
            }
        }
        return all;
    }

    private static LittoralException encrypted(String what) {
        return LittoralException.input(what
                + " is encrypted; expected none that is: encrypted Iceberg tables are not served, serve a copy that is"
                + " not encrypted");
    }

    /** The living data files of manifests. Batches come one at a time, in no order. */
    void data(List<ManifestFile> manifests, Batches<DataFile> batches)
            throws FileChangedException, InterruptedException {
        read(manifests, manifest -> ManifestFiles.read(manifest, io, specs).select(DATA_COLUMNS), batches);
    }

    /** The living delete files of manifests. Batches come one at a time, in no order. */
    void deletes(List<ManifestFile> manifests, Batches<DeleteFile> batches)
            throws FileChangedException, InterruptedException {
        read(
                manifests,
                manifest ->
                        ManifestFiles.readDeleteManifest(manifest, io, specs).select(DELETE_COLUMNS),
                batches);
    }

    private static <F extends ContentFile<F>> void read(
            List<ManifestFile> manifests, Function<ManifestFile, ManifestReader<F>> opener, Batches<F> batches)
            throws FileChangedException, InterruptedException {
        Object oneAtATime = new Object();
        List<Callable<Void>> tasks = new ArrayList<>(manifests.size());
        for (ManifestFile manifest : manifests) {
            tasks.add(() -> {
                if (batches.wantsMore()) {
                    read(manifest, opener, oneAtATime, batches);
                }
                return null;
            });
        }
        ParallelTasks.run(PARALLEL, tasks, FileChangedException.class);
    }

    private static <F extends ContentFile<F>> void read(
            ManifestFile manifest,
            Function<ManifestFile, ManifestReader<F>> opener,
            Object oneAtATime,
            Batches<F> batches)
            throws IOException, FileChangedException, InterruptedException {
        String what = "Manifest " + manifest.path();
        try (ManifestReader<F> reader = LibraryFailures.read(what, () -> opener.apply(manifest));
                CloseableIterator<F> files = LibraryFailures.read(what, reader::iterator)) {
            boolean more = true;
            while (more) {
                List<F> batch = LibraryFailures.read(what, () -> next(files));
                more = !batch.isEmpty() && pass(manifest, batch, oneAtATime, batches);
            }
        }
    }

    private static <F extends ContentFile<F>> List<F> next(CloseableIterator<F> files) {
        List<F> batch = new ArrayList<>(BATCH);
        long weight = 0;
        while (batch.size() < BATCH && weight < BATCH_WEIGHT && files.hasNext()) {
            F file = checked(files.next());
            weight += TextWeight.of(file);
            batch.add(file);
        }
        return batch;
    }

    private static <F> boolean pass(ManifestFile manifest, List<F> batch, Object oneAtATime, Batches<F> batches)
            throws InterruptedException, FileChangedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        synchronized (oneAtATime) {
            return batches.files(manifest, batch);
        }
    }

    private static <F extends ContentFile<F>> F checked(F file) {
        TextWeight.checkPath(file.location());
        if (file instanceof DeleteFile deletes) {
            TextWeight.checkPath(deletes.referencedDataFile());
        }
        if (file.location() == null || file.recordCount() < 0 || file.fileSizeInBytes() < 0) {
            throw new IllegalArgumentException("file " + file.location() + " has " + file.recordCount() + " rows and "
                    + file.fileSizeInBytes() + " bytes");
        }
        if (file.keyMetadata() != null) {
            throw encrypted("File " + file.location());
        }
        boolean vector = file.format() == FileFormat.PUFFIN && file instanceof DeleteFile;
        if (file.format() != FileFormat.PARQUET && !vector) {
            throw LittoralException.input("File " + file.location() + " of the Iceberg table is of format "
                    + file.format() + "; expected PARQUET: files of other formats are not served, rewrite them, as"
                    + " rewrite_data_files of Spark does");
        }
        return file;
    }
}
