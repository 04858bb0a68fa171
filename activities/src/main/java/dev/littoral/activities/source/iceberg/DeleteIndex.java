package dev.littoral.activities.source.iceberg;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.table.TableStorage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.util.ContentFileUtil;
import org.apache.iceberg.util.PartitionMap;
import org.apache.iceberg.util.PartitionSet;

/**
 * The delete files of a snapshot, by the data files that they apply to: as the specification has it, a delete applies
 * to data that is no newer than it, in its partition or of the file that it names, and a deletion vector stands for
 * all position deletes of its file. Filled by one thread, then read by many.
 */
final class DeleteIndex {
    private static final int PATH = MetadataColumns.DELETE_FILE_PATH.fieldId();

    /** More for one data file would be staged with each file. */
    private static final int MAX_PER_FILE = 1000;

    /** More are not held against each manifest. */
    private static final int MAX_PARTITIONS = 1000;

    /** What a delete file takes besides its texts. */
    private static final int ENTRY = 250;

    private static final long MOST_KEPT = 4L * TextWeight.MOST_KEPT;

    /** A delete file, with what decides whether it applies. Bounds are on the paths in it, null where not known. */
    private record Entry(DeleteRef ref, long sequence, ByteBuffer lower, ByteBuffer upper) {
        boolean appliesTo(long dataSequence, ByteBuffer path) {
            return dataSequence <= sequence
                    && (lower == null || lower.compareTo(path) <= 0)
                    && (upper == null || path.compareTo(upper) <= 0);
        }
    }

    private final TableStorage storage;
    private final Map<Integer, PartitionSpec> specs;
    private final Map<String, Entry> vectors = new HashMap<>();
    private final Map<String, List<Entry>> byPath = new HashMap<>();
    private final PartitionMap<List<Entry>> byPartition;
    private final PartitionMap<Equality> equalityByPartition;
    private Equality equalityOfAll;
    private final boolean ofTwoSnapshots;
    private final long mostKept;

    /** The partitions of delete files. */
    private final PartitionSet partitions;

    private long lastSequence = Long.MIN_VALUE;

    /** What is kept of delete files so far, as {@link TextWeight} has it, with what each takes besides. */
    private long kept;

    /** The newest equality delete file of a partition. */
    private record Equality(String path, long sequence) {
        static Equality newer(Equality before, Equality other) {
            return before == null || before.sequence < other.sequence ? other : before;
        }
    }

    private DeleteIndex(TableStorage storage, IcebergMetadata state, boolean ofTwoSnapshots, long mostKept) {
        this.storage = storage;
        this.ofTwoSnapshots = ofTwoSnapshots;
        this.mostKept = mostKept;
        this.specs = state.metadata().specsById();
        this.byPartition = PartitionMap.create(specs);
        this.equalityByPartition = PartitionMap.create(specs);
        this.partitions = PartitionSet.create(specs);
    }

    /**
     * For delete files that only one of two snapshots has: {@link #mayConcern} says what they concern. Who adds them
     * bounds them.
     */
    static DeleteIndex ofDifference(TableStorage storage, IcebergMetadata state) {
        return new DeleteIndex(storage, state, true, Long.MAX_VALUE);
    }

    /**
     * The index of delete manifests, as far as data of some age needs it.
     *
     * @param oldest the sequence number of the oldest data that is asked for
     * @throws LittoralException INPUT when the delete files take too much memory
     */
    static DeleteIndex read(
            TableStorage storage, IcebergMetadata state, Manifests manifests, List<ManifestFile> deletes, long oldest)
            throws FileChangedException, InterruptedException {
        return read(storage, state, manifests, deletes, oldest, MOST_KEPT);
    }

    static DeleteIndex read(
            TableStorage storage,
            IcebergMetadata state,
            Manifests manifests,
            List<ManifestFile> deletes,
            long oldest,
            long mostKept)
            throws FileChangedException, InterruptedException {
        DeleteIndex index = new DeleteIndex(storage, state, false, mostKept);
        List<ManifestFile> needed =
                deletes.stream().filter(each -> each.sequenceNumber() >= oldest).toList();
        manifests.deletes(needed, (manifest, files) -> {
            return LibraryFailures.read("Manifest " + manifest.path(), () -> {
                files.forEach(index::add);
                return true;
            });
        });
        return index;
    }

    void add(DeleteFile file) {
        // Its path is kept as it is, as its address, and with what it names.
        kept += ENTRY
                + 2 * TextWeight.ofNames(file)
                + TextWeight.of(onPaths(file.lowerBounds()))
                + TextWeight.of(onPaths(file.upperBounds()));
        if (kept > mostKept) {
            throw LittoralException.input("The Iceberg table " + storage.root() + " has delete files that take more"
                    + " than " + mostKept + " bytes of memory; expected fewer: compact them, as"
                    + " rewrite_position_delete_files of Spark does, or give the worker more heap");
        }
        long sequence = sequence(file);
        lastSequence = Math.max(lastSequence, sequence);
        partitions.add(file.specId(), file.partition());
        if (file.content() == FileContent.EQUALITY_DELETES) {
            addEquality(file, sequence);
        } else if (file.format() == FileFormat.PUFFIN) {
            addVector(file, sequence);
        } else {
            addPositions(file, sequence);
        }
    }

    private void addEquality(DeleteFile file, long sequence) {
        Equality found = new Equality(file.location(), sequence);
        if (specs.get(file.specId()).isUnpartitioned()) {
            equalityOfAll = Equality.newer(equalityOfAll, found);
        } else {
            equalityByPartition.put(
                    file.specId(),
                    file.partition(),
                    Equality.newer(equalityByPartition.get(file.specId(), file.partition()), found));
        }
    }

    private void addVector(DeleteFile file, long sequence) {
        Long offset = file.contentOffset();
        Long length = file.contentSizeInBytes();
        if (file.referencedDataFile() == null || offset == null || length == null || offset < 0 || length < 0) {
            throw new IllegalArgumentException("the deletion vector in " + file.location() + " is of file "
                    + file.referencedDataFile() + " and is at " + offset + ", " + length + " bytes long");
        }
        DeleteRef ref = new DeleteRef(
                storage.address(file.location()), file.fileSizeInBytes(), offset, length, file.recordCount());
        Entry before = vectors.put(file.referencedDataFile(), new Entry(ref, sequence, null, null));
        if (before != null && !ofTwoSnapshots) {
            throw new IllegalArgumentException("data file " + file.referencedDataFile() + " has two deletion vectors");
        }
    }

    private void addPositions(DeleteFile file, long sequence) {
        DeleteRef ref =
                new DeleteRef(storage.address(file.location()), file.fileSizeInBytes(), -1, -1, file.recordCount());
        String only = ContentFileUtil.referencedDataFileLocation(file);
        if (only != null) {
            byPath.computeIfAbsent(only, path -> new ArrayList<>(1)).add(new Entry(ref, sequence, null, null));
        } else {
            Entry entry = new Entry(ref, sequence, bound(file.lowerBounds()), bound(file.upperBounds()));
            byPartition
                    .computeIfAbsent(file.specId(), file.partition(), ArrayList::new)
                    .add(entry);
        }
    }

    private static ByteBuffer bound(Map<Integer, ByteBuffer> bounds) {
        ByteBuffer bound = onPaths(bounds);
        return bound == null ? null : unsigned(bound);
    }

    private static ByteBuffer onPaths(Map<Integer, ByteBuffer> bounds) {
        return bounds == null ? null : bounds.get(PATH);
    }

    /** So that buffers compare as unsigned bytes do. */
    private static ByteBuffer unsigned(ByteBuffer bytes) {
        ByteBuffer from = bytes.duplicate();
        ByteBuffer flipped = ByteBuffer.allocate(from.remaining());
        while (from.hasRemaining()) {
            flipped.put((byte) (from.get() ^ 0x80));
        }
        return flipped.flip();
    }

    boolean isEmpty() {
        return lastSequence == Long.MIN_VALUE;
    }

    /** The sequence number of its newest delete file: to newer data nothing of it applies. */
    long lastSequence() {
        return lastSequence;
    }

    /** Whether deletes may concern data files that they do not name. */
    boolean concernsUnnamed() {
        return !byPartition.isEmpty() || !equalityByPartition.isEmpty() || equalityOfAll != null;
    }

    /**
     * Whether a manifest may have data files that deletes concern, but for those that are named and whose partition is
     * another one than that of the delete file, which nobody writes.
     */
    boolean mayConcern(ManifestFile manifest) {
        return manifest.minSequenceNumber() <= lastSequence
                && (equalityOfAll != null
                        || partitions.size() > MAX_PARTITIONS
                        || PartitionSummaries.mayHave(manifest, specs.get(manifest.partitionSpecId()), partitions));
    }

    /** The data files that deletes name one by one. */
    Set<String> namedPaths() {
        Set<String> paths = new HashSet<>(byPath.keySet());
        paths.addAll(vectors.keySet());
        return paths;
    }

    /** Whether a delete file may concern a data file, also one that a deletion vector stands for. */
    boolean mayConcern(DataFile file) {
        if (isEmpty() || sequence(file) > lastSequence) {
            return false;
        }
        return vectors.containsKey(file.location())
                || equality(file) != null
                || !positions(file).isEmpty();
    }

    /**
     * The delete files that apply to a data file, in order.
     *
     * @throws LittoralException INPUT when it has equality deletes, or too many others
     */
    List<DeleteRef> of(DataFile file) {
        if (isEmpty()) {
            return List.of();
        }
        Equality equality = equality(file);
        if (equality != null) {
            throw LittoralException.input("Data file " + file.location()
                    + " of the Iceberg table has equality deletes, in "
                    + equality.path() + "; expected deletes by position: which rows they delete cannot be told without"
                    + " reading the data: compact the table, as rewrite_data_files of Spark with"
                    + " delete-file-threshold 1 does, or let its writer delete by position");
        }
        Entry vector = vectors.get(file.location());
        if (vector != null) {
            if (vector.sequence() < sequence(file)) {
                throw new IllegalArgumentException(
                        "the deletion vector of " + file.location() + " is older than that file");
            }
            return List.of(vector.ref());
        }
        List<DeleteRef> found = positions(file);
        if (found.size() > MAX_PER_FILE) {
            throw LittoralException.input("Data file " + file.location() + " of the Iceberg table has " + found.size()
                    + " files of position deletes; expected at most " + MAX_PER_FILE
                    + ": compact them, as rewrite_position_delete_files of Spark does");
        }
        return found;
    }

    private List<DeleteRef> positions(DataFile file) {
        List<Entry> named = byPath.get(file.location());
        List<Entry> beside = byPartition.isEmpty() ? null : byPartition.get(file.specId(), file.partition());
        if (named == null && beside == null) {
            return List.of();
        }
        ByteBuffer path = unsigned(ByteBuffer.wrap(file.location().getBytes(StandardCharsets.UTF_8)));
        long sequence = sequence(file);
        List<DeleteRef> found = new ArrayList<>();
        for (List<Entry> each : Arrays.asList(named, beside)) {
            if (each != null) {
                for (Entry entry : each) {
                    if (entry.appliesTo(sequence, path)) {
                        found.add(entry.ref());
                    }
                }
            }
        }
        found.sort(null);
        return found;
    }

    /** Equality deletes apply to older data only: a writer may have put the new row into the same commit. */
    private Equality equality(DataFile file) {
        long sequence = sequence(file);
        if (equalityOfAll != null && sequence < equalityOfAll.sequence()) {
            return equalityOfAll;
        }
        Equality beside =
                equalityByPartition.isEmpty() ? null : equalityByPartition.get(file.specId(), file.partition());
        return beside != null && sequence < beside.sequence() ? beside : null;
    }

    static long sequence(ContentFile<?> file) {
        return file.dataSequenceNumber() == null ? 0 : file.dataSequenceNumber();
    }
}
