package dev.littoral.activities.source.iceberg;

import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFile.PartitionFieldSummary;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.util.Pair;
import org.apache.iceberg.util.PartitionSet;

/** What a list of manifests says of the partitions of each manifest: the bounds of each field. Pure. */
final class PartitionSummaries {
    private PartitionSummaries() {}

    /** Whether a manifest may have a file of one of some partitions. */
    static boolean mayHave(ManifestFile manifest, PartitionSpec spec, PartitionSet partitions) {
        List<PartitionFieldSummary> fields = manifest.partitions();
        boolean known = fields != null && fields.size() == spec.fields().size();
        for (Pair<Integer, StructLike> partition : partitions) {
            if (partition.first() == spec.specId() && (!known || mayHave(fields, spec, partition.second()))) {
                return true;
            }
        }
        return false;
    }

    private static boolean mayHave(List<PartitionFieldSummary> fields, PartitionSpec spec, StructLike partition) {
        for (int i = 0; i < fields.size(); i++) {
            Type type = spec.partitionType().fields().get(i).type();
            if (!mayHave(fields.get(i), type, partition.get(i, Object.class))) {
                return false;
            }
        }
        return true;
    }

    private static boolean mayHave(PartitionFieldSummary field, Type type, Object value) {
        if (value == null) {
            return field.containsNull();
        }
        boolean isNan = (value instanceof Double d && d.isNaN()) || (value instanceof Float f && f.isNaN());
        if (isNan || !type.isPrimitiveType() || !type.typeId().javaClass().isInstance(value)) {
            return true;
        }
        Comparator<Object> order = Comparators.forType(type.asPrimitiveType());
        return isAtMost(order, bound(type, field.lowerBound()), value)
                && isAtMost(order, value, bound(type, field.upperBound()));
    }

    private static Object bound(Type type, ByteBuffer bytes) {
        return bytes == null ? null : Conversions.fromByteBuffer(type, bytes);
    }

    private static boolean isAtMost(Comparator<Object> order, Object one, Object other) {
        return one == null || other == null || order.compare(one, other) <= 0;
    }
}
