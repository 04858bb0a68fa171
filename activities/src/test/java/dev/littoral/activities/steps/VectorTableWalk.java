package dev.littoral.activities.steps;

import dev.littoral.activities.source.registry.FormatRegistry;
import java.nio.file.Path;
import java.sql.SQLException;

/** A collection of a table, whose data files never change and are never removed. */
final class VectorTableWalk extends VectorCollection {
    private final VectorTable table;

    VectorTableWalk(Path folder, long seed, VectorTable table) throws InterruptedException {
        super(folder, seed, PipelineTest.local(FormatRegistry.formats()));
        this.table = table;
    }

    @Override
    public void close() throws SQLException {
        super.close();
        table.close();
    }

    @Override
    void fill() throws Exception {
        for (int i = 0; i < 6; i++) {
            changeLake();
        }
    }

    @Override
    void changeLake() throws Exception {
        table.change(random);
        update(table.source(), table.contents());
    }

    @Override
    boolean isThere(long version) {
        return true;
    }
}
