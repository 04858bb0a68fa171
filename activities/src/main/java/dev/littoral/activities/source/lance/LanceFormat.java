package dev.littoral.activities.source.lance;

import dev.littoral.activities.source.table.Table;
import dev.littoral.activities.source.table.TableFormat;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.workflows.model.TableSpec;

/** The format of Lance datasets. */
public final class LanceFormat implements TableFormat {
    @Override
    public String name() {
        return TableSpec.LANCE;
    }

    @Override
    public Table open(TableStorage storage, TableSpec spec) {
        return new LanceTable(storage, spec.at());
    }
}
