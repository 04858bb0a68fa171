package dev.littoral.activities.source.registry;

import dev.littoral.activities.parquet.ParquetFooters;
import dev.littoral.activities.source.SourceFormats;
import dev.littoral.activities.source.delta.DeltaFormat;
import dev.littoral.activities.source.files.FilesFormat;
import dev.littoral.activities.source.iceberg.IcebergFormat;
import dev.littoral.activities.source.lance.LanceFormat;
import dev.littoral.activities.source.table.TableSourceFormat;
import dev.littoral.activities.vortex.VortexFooters;
import dev.littoral.workflows.model.FolderSpec;
import java.util.Optional;

/** The registry of the formats of sources that Littoral comes with, one line each. */
public final class FormatRegistry {
    private FormatRegistry() {}

    /** The formats of sources. */
    public static SourceFormats formats() {
        return new SourceFormats(
                new FilesFormat(FolderSpec.PARQUET, new ParquetFooters()),
                new FilesFormat(FolderSpec.VORTEX, new VortexFooters()),
                new TableSourceFormat(new IcebergFormat(), Optional.of(new ParquetFooters())),
                new TableSourceFormat(new DeltaFormat(), Optional.of(new ParquetFooters())),
                new TableSourceFormat(new LanceFormat(), Optional.empty()));
    }
}
