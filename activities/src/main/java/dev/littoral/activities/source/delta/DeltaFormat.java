package dev.littoral.activities.source.delta;

import dev.littoral.activities.source.table.Table;
import dev.littoral.activities.source.table.TableFormat;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.workflows.model.TableSpec;

/** Delta Lake. */
public final class DeltaFormat implements TableFormat {
    @Override
    public String name() {
        return TableSpec.DELTA;
    }

    @Override
    public Table open(TableStorage storage, TableSpec spec) {
        return new DeltaTable(storage, spec.at());
    }
}
