package dev.littoral.starter.catalog;

import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.Snapshot;
import dev.littoral.starter.cli.ExitCode;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** The options that name a snapshot of a collection. */
final class SnapshotOption extends CatalogOption {
    @Option(names = "--at", paramLabel = "<version>", description = "An older version. Default: the newest.")
    private Long version;

    /** Reads the snapshot that the options name. */
    int readSnapshot(Consumer<Snapshot> reading) {
        return read(catalog -> {
            reading.accept(snapshot(catalog));
            return ExitCode.OK.code();
        });
    }

    /** The snapshot that the options name. */
    Snapshot snapshot(CatalogReader catalog) {
        return version == null ? catalog.snapshot(collectionId()) : catalog.snapshot(collectionId(), version);
    }
}
