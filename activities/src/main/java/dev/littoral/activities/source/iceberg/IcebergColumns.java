package dev.littoral.activities.source.iceberg;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.Columns;
import dev.littoral.activities.source.RequiredColumns;
import dev.littoral.workflows.model.RequiredColumn;
import dev.littoral.workflows.model.TableVersion;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/** The columns of a table in a version, by the types that Parquet has for them. */
record IcebergColumns(Schema schema) implements Columns {
    /** Refuses a version that lacks a column or has it with another type. */
    void check(TableVersion version, List<RequiredColumn> required) {
        String whose = "Schema " + version.schema() + " of the Iceberg table of " + version.metadata();
        RequiredColumns.finding(whose, this, required).ifPresent(finding -> {
            throw LittoralException.input(finding);
        });
    }

    @Override
    public Optional<String> typeOf(String path) {
        return Optional.ofNullable(schema.findType(path)).map(IcebergColumns::name);
    }

    @Override
    public void children(String group, Consumer<String> visitor) {
        Type type = group == null ? schema.asStruct() : schema.findType(group);
        if (type != null && type.isNestedType()) {
            type.asNestedType().fields().forEach(field -> visitor.accept(field.name()));
        }
    }

    /** A type by the name that it has in Parquet. */
    private static String name(Type type) {
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
