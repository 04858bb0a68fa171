package dev.littoral.activities.source.iceberg;

import dev.littoral.activities.source.table.Table;
import dev.littoral.activities.source.table.TableFormat;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.workflows.model.TableSpec;

/** Apache Iceberg: opens a table by its folder, or by one of its metadata files. */
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
        return new IcebergTable(storage, spec);
    }
}
