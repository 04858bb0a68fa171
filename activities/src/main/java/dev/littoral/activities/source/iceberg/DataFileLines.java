package dev.littoral.activities.source.iceberg;

import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.path.TableFile;
import dev.littoral.activities.source.table.TableStorage;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Snapshot;

/** What a table says of its data files, as lines of a listing. Safe for use by many threads. */
final class DataFileLines {
    private final TableStorage storage;
    private final Map<Integer, PartitionSpec> specs;
    private final DeleteIndex deletes;

    /** Sequence numbers of commits that wrote rows anew without changing them. */
    private final Set<Long> rewrites = new HashSet<>();

    DataFileLines(TableStorage storage, IcebergMetadata state, DeleteIndex deletes) {
        this.storage = storage;
        this.specs = state.metadata().specsById();
        this.deletes = deletes;
        for (Snapshot snapshot : state.metadata().snapshots()) {
            if (DataOperations.REPLACE.equals(snapshot.operation()) && snapshot.sequenceNumber() > 0) {
                rewrites.add(snapshot.sequenceNumber());
            }
        }
    }

    SourceFile of(DataFile file) {
        List<DeleteRef> refs = deletes.of(file);
        String address = storage.address(file.location());
        return new SourceFile(
                address,
                version(file),
                file.fileSizeInBytes(),
                refs.isEmpty() ? null : FileDeleteRefs.version(refs),
                new TableFile(
                        file.recordCount(),
                        partition(file),
                        file.firstRowId(),
                        file.firstRowId() == null ? null : file.dataSequenceNumber(),
                        file.fileSequenceNumber() != null && rewrites.contains(file.fileSequenceNumber()),
                        refs.isEmpty()
                                ? null
                                : FileDeleteRefs.of(storage, file.location(), address, refs)
                                        .text()));
    }

    /**
     * The commit that added the file, where the table numbers commits: were a path written again, that would be another
     * one. Format version 1 does not; there a file of the same path, size and rows is the same, as the specification
     * promises of any path.
     */
    static String version(DataFile file) {
        Long added = file.fileSequenceNumber() == null ? file.dataSequenceNumber() : file.fileSequenceNumber();
        return (added == null ? 0 : added) + "-" + file.fileSizeInBytes() + "-" + file.recordCount();
    }

    private Map<String, String> partition(DataFile file) {
        PartitionSpec spec = specs.get(file.specId());
        if (spec.isUnpartitioned()) {
            return null;
        }
        String[] folders = spec.partitionToPath(file.partition()).split("/", -1);
        Map<String, String> partition = new LinkedHashMap<>();
        for (int i = 0; i < folders.length; i++) {
            PartitionField field = spec.fields().get(i);
            if (!field.transform().isVoid()) {
                boolean isNull = file.partition().get(i, Object.class) == null;
                partition.put(field.name(), isNull ? null : value(folders[i]));
            }
        }
        return partition.isEmpty() ? null : partition;
    }

    /** As Iceberg writes it into the names of folders, without their escapes. */
    private static String value(String folder) {
        return URLDecoder.decode(folder.substring(folder.indexOf('=') + 1), StandardCharsets.UTF_8);
    }
}
