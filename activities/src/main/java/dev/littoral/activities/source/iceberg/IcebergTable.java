package dev.littoral.activities.source.iceberg;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.SourceChanges;
import dev.littoral.activities.source.table.PathHashes;
import dev.littoral.activities.source.table.RowIdColumns;
import dev.littoral.activities.source.table.Table;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.activities.tablecatalog.MetadataPointer;
import dev.littoral.workflows.model.RequiredColumn;
import dev.littoral.workflows.model.TableSpec;
import dev.littoral.workflows.model.TableVersion;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableProperties;

/**
 * A table of Iceberg in a folder, or as one of its metadata files says, which a catalog may name. A version that was
 * resolved is read by the metadata file that it was resolved from, which never changes.
 */
final class IcebergTable implements Table {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final TableStorage storage;
    private final TableSpec spec;
    private final Optional<MetadataPointer> pointer;
    private final DeletedPositions positions;

    /** The metadata that was read last. */
    private volatile IcebergMetadata last;

    /**
     * A table.
     *
     * @param pointer of a table of a catalog
     */
    IcebergTable(TableStorage storage, TableSpec spec, Optional<MetadataPointer> pointer) {
        this.storage = storage;
        this.spec = spec;
        this.pointer = pointer;
        this.positions = new DeletedPositions(storage);
    }

    @Override
    public TableVersion resolve(TableVersion before) throws FileChangedException, InterruptedException {
        String address = newest(before);
        if (pointer.isPresent() && before != null && address.equals(before.metadata())) {
            // A metadata file never changes, so it still says what it said.
            return before;
        }
        IcebergMetadata state = read(address).orElseThrow(() -> missing(address));
        return SnapshotChoice.of(state, spec.at());
    }

    /** The address of the metadata that counts now. */
    private String newest(TableVersion before) throws InterruptedException {
        if (pointer.isPresent()) {
            return storage.address(pointer.get().location());
        }
        String root = storage.root();
        return MetadataFolder.isMetadata(root) ? root : new MetadataFolder(storage).newest(before);
    }

    private LittoralException missing(String address) {
        return pointer.isPresent()
                // The table may have moved on since the catalog was asked.
                ? LittoralException.strangeReply(
                        "Iceberg metadata " + address + ", which the catalog names for " + storage.root()
                                + ", is not there; expected the metadata file of the table",
                        null)
                : LittoralException.input("Iceberg metadata " + address
                        + " is not there; expected the metadata file of a table, or name the table's folder");
    }

    private Optional<IcebergMetadata> read(String address) throws FileChangedException, InterruptedException {
        Optional<IcebergMetadata> state = IcebergMetadata.read(storage, address);
        if (state.isPresent()) {
            last = state.get();
            if (pointer.isPresent()) {
                storage.locate(last.metadata().location());
            }
        }
        return state;
    }

    /** The metadata of a version that was resolved before. */
    private IcebergMetadata state(TableVersion version) throws FileChangedException, InterruptedException {
        IcebergMetadata known = last;
        if (known != null && known.address().equals(version.metadata())) {
            return known;
        }
        if (version.metadata() == null) {
            throw LittoralException.input("A version of an Iceberg table has no metadata file; expected one");
        }
        String address = storage.address(version.metadata());
        return read(address)
                .orElseThrow(() -> new FileChangedException(address, "it is gone: the table has newer metadata"));
    }

    @Override
    public JsonNode schema(TableVersion version) throws FileChangedException, InterruptedException {
        IcebergMetadata state = state(version);
        try {
            ObjectNode schema = (ObjectNode) JSON.readTree(SchemaParser.toJson(state.schema(version)));
            String names = state.metadata().property(TableProperties.DEFAULT_NAME_MAPPING, null);
            if (names != null) {
                schema.set("nameMapping", JSON.readTree(names));
            }
            return schema;
        } catch (JsonProcessingException e) {
            throw LittoralException.input("Iceberg metadata " + state.address() + " has a property "
                    + TableProperties.DEFAULT_NAME_MAPPING + " that is no JSON (" + e.getOriginalMessage()
                    + "); expected names of columns in files without ids: correct it or remove it");
        }
    }

    @Override
    public void checkColumns(TableVersion version, List<RequiredColumn> columns)
            throws FileChangedException, InterruptedException {
        new IcebergColumns(state(version).schema(version)).check(version, columns);
    }

    @Override
    public void files(TableVersion version, Visitor visitor) throws FileChangedException, InterruptedException {
        IcebergMetadata state = state(version);
        Snapshot snapshot = state.snapshot(version);
        if (snapshot == null) {
            return;
        }
        Manifests manifests = new Manifests(storage, state);
        List<ManifestFile> all = manifests.of(snapshot);
        DeleteIndex deletes =
                DeleteIndex.read(storage, state, manifests, of(all, ManifestContent.DELETES), Long.MIN_VALUE);
        DataFileLines lines = new DataFileLines(storage, state, deletes);
        PathHashes seen = new PathHashes();
        manifests.data(of(all, ManifestContent.DATA), (manifest, files) -> {
            List<SourceFile> listed = LibraryFailures.read(
                    "Manifest " + manifest.path(),
                    () -> files.stream().map(lines::of).toList());
            for (SourceFile file : listed) {
                if (!seen.add(file.path())) {
                    throw LittoralException.input("Snapshot " + version.version() + " of the Iceberg table of "
                            + version.metadata() + " has data file " + file.path()
                            + " twice; expected each once: delete its rows and append them again");
                }
                visitor.file(file);
            }
            return true;
        });
    }

    static List<ManifestFile> of(List<ManifestFile> manifests, ManifestContent content) {
        return manifests.stream().filter(each -> each.content() == content).toList();
    }

    @Override
    public Optional<SourceChanges> changes(TableVersion from, TableVersion to)
            throws FileChangedException, InterruptedException {
        if (!to.format().equals(from.format()) || !to.table().equals(from.table())) {
            return Optional.empty();
        }
        return new ManifestChanges(storage, state(to)).between(from, to);
    }

    @Override
    public long deletionBytes(SourceFile file) {
        return DeletedPositions.bytes(file);
    }

    @Override
    public DeletedRows deletedRows(TableVersion version, SourceFile file)
            throws FileChangedException, InterruptedException, IOException {
        return positions.of(file);
    }

    @Override
    public Optional<RowIdColumns> rowIds(TableVersion version, TableVersion since)
            throws FileChangedException, InterruptedException {
        IcebergMetadata state = state(version);
        Snapshot before = since.table().equals(version.table()) ? state.find(since.version()) : null;
        return before == null
                ? Optional.empty()
                : Optional.of(new RowIdColumns(
                        MetadataColumns.ROW_ID.name(),
                        MetadataColumns.LAST_UPDATED_SEQUENCE_NUMBER.name(),
                        before.sequenceNumber()));
    }
}
