package dev.littoral.activities.source.iceberg;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.RequiredColumn;
import dev.littoral.workflows.model.TableVersion;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/** Whether a schema has the columns that a spec requires. */
final class IcebergColumns {
    private static final int MAX_NAMES = 20;

    private IcebergColumns() {}

    static void check(TableVersion version, Schema schema, List<RequiredColumn> columns) {
        String where = "The Iceberg table of " + version.metadata();
        for (RequiredColumn column : columns) {
            Types.NestedField field = schema.findField(column.name());
            if (field == null) {
                throw LittoralException.input(where + " lacks column " + column.name() + " in schema "
                        + version.schema() + ": found " + names(schema) + ", expected " + column.name()
                        + (column.type() == null ? "" : " of type " + column.type()));
            }
            String found = name(field.type());
            if (column.type() != null && !column.type().equals(found)) {
                throw LittoralException.input(where + " has column " + column.name() + " of another type in schema "
                        + version.schema() + ": found " + found + ", expected " + column.type());
            }
        }
    }

    private static String names(Schema schema) {
        List<Types.NestedField> columns = schema.columns();
        return columns.isEmpty()
                ? "no columns"
                : "columns "
                        + columns.stream()
                                .limit(MAX_NAMES)
                                .map(Types.NestedField::name)
                                .collect(Collectors.joining(", "))
                        + (columns.size() > MAX_NAMES ? " and " + (columns.size() - MAX_NAMES) + " more" : "");
    }

    /** A type by the name that it has in Parquet. */
    static String name(Type type) {
        return switch (type.typeId()) {
            case INTEGER -> "int32";
            case LONG -> "int64";
            case TIMESTAMP, TIMESTAMP_NANO -> "timestamp";
            case FIXED -> "fixed(" + ((Types.FixedType) type).length() + ")";
            case DECIMAL ->
                "decimal(" + ((Types.DecimalType) type).precision() + "," + ((Types.DecimalType) type).scale() + ")";
            case BOOLEAN,
                    FLOAT,
                    DOUBLE,
                    DATE,
                    TIME,
                    STRING,
                    UUID,
                    BINARY,
                    VARIANT,
                    GEOMETRY,
                    GEOGRAPHY,
                    LIST,
                    MAP,
                    STRUCT,
                    UNKNOWN -> type.typeId().name().toLowerCase(Locale.ROOT);
        };
    }
}
