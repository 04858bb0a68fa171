package dev.littoral.activities.source.iceberg;

import dev.littoral.activities.source.table.Table;
import dev.littoral.activities.source.table.TableFormat;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.activities.tablecatalog.MetadataPointer;
import dev.littoral.workflows.model.TableSpec;
import java.util.Optional;

/** Apache Iceberg: opens a table by its folder, by one of its metadata files, or by what a catalog says. */
public final class IcebergFormat implements TableFormat {
    static {
        AvroLimits.set();
        AvroCodecs.register();
    }

    @Override
    public String name() {
        return TableSpec.ICEBERG;
    }

    @Override
    public String folder(String address) {
        return MetadataFolder.tableOf(address);
    }

    @Override
    public Table open(TableStorage storage, TableSpec spec) {
        return new IcebergTable(storage, spec, Optional.empty());
    }

    @Override
    public Table open(TableStorage storage, TableSpec spec, MetadataPointer pointer) {
        return new IcebergTable(storage, spec, Optional.of(pointer));
    }
}
