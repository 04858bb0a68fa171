package dev.littoral.activities.source.table;

import dev.littoral.activities.source.FileInspector;
import dev.littoral.activities.source.SourceFormat;
import dev.littoral.activities.source.SourceReader;
import dev.littoral.activities.source.StoreOpener;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.activities.tablecatalog.MetadataPointer;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.TableSpec;
import java.util.Optional;

/**
 * A format of sources that are tables. Its spec is a {@link TableSpec}.
 *
 * @param format reads the tables
 * @param inspector opens data files where the metadata does not say enough of them; empty where it always does
 */
public record TableSourceFormat(TableFormat format, Optional<FileInspector> inspector) implements SourceFormat {
    @Override
    public String name() {
        return format.name();
    }

    @Override
    public SourceReader open(BlobStore store, StoreOpener elsewhere, ExternalSpec spec, boolean allowEmpty) {
        TableSpec table = (TableSpec) spec;
        TableStorage storage = new TableStorage(store, elsewhere, format.folder(store.location()));
        return new TableReader(storage, table, format.open(storage, table), inspector);
    }

    @Override
    public SourceReader open(String uri, MetadataPointer pointer, StoreOpener places, ExternalSpec spec) {
        TableSpec table = (TableSpec) spec;
        TableStorage storage = new TableStorage(uri, places);
        return new TableReader(storage, table, format.open(storage, table, pointer), inspector);
    }
}
