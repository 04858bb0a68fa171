package dev.littoral.activities.source.lance;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.digest.Sha256;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.path.TableFile;
import dev.littoral.activities.source.lance.Fragment.DataFile;
import dev.littoral.activities.source.lance.Fragment.DeletionFile;
import dev.littoral.activities.source.lance.Manifest.BasePath;
import dev.littoral.activities.source.table.TableStorage;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * Makes a source file of each fragment: its path is that of the fragment's first data file; its version stands for all
 * data files with the columns in them, so a column that is added gives it another version. The fragment's id is the
 * value of its partition {@value #FRAGMENT}. For one thread.
 */
final class FragmentFiles {
    static final String FRAGMENT = "fragment";

    /** A row's address has 32 bits for its position. */
    private static final long MAX_ROWS = 1L << 32;

    private static final int VERSION_BYTES = 16;

    /** Gives the base paths of the manifest, which come after its fragments. */
    interface Bases {
        Map<Integer, BasePath> get() throws FileChangedException, InterruptedException;
    }

    private final TableStorage storage;
    private final String manifest;
    private final String dataset;
    private final Bases bases;
    private final MessageDigest digest = Sha256.start();
    private Map<Integer, BasePath> known;

    /**
     * Makes source files of a manifest's fragments.
     *
     * @param manifest its address
     */
    FragmentFiles(TableStorage storage, String manifest, Bases bases) {
        this.storage = storage;
        this.manifest = manifest;
        this.dataset = manifest.substring(0, manifest.lastIndexOf("/_versions/") + 1);
        this.bases = bases;
    }

    /** The source file of a fragment. */
    SourceFile file(Fragment fragment) throws FileChangedException, InterruptedException {
        String id = Long.toUnsignedString(fragment.id());
        if (fragment.rows() == 0) {
            throw LittoralException.input("Fragment " + id + " of the Lance dataset " + storage.root()
                    + " does not say how many rows it has, as old writers left it out; expected"
                    + " physical_rows in its manifest: let a current Lance compact it");
        }
        if (fragment.rows() < 0 || fragment.rows() > MAX_ROWS) {
            throw damaged(id, Long.toUnsignedString(fragment.rows()) + " rows");
        }
        if (fragment.files().isEmpty()) {
            throw damaged(id, "no data file");
        }
        String path = null;
        long bytes = 0;
        digest.update((id + " " + fragment.rows()).getBytes(UTF_8));
        for (DataFile file : fragment.files()) {
            String address = address(id, file.path(), file.base(), "data/");
            path = path == null ? address : path;
            bytes = Math.max(0, bytes + Math.max(0, file.bytes()));
            digest.update(("\n" + address + " " + file.fields()).getBytes(UTF_8));
        }
        String version = HexFormat.of().formatHex(digest.digest(), 0, VERSION_BYTES);
        Map<String, String> partition = Map.of(FRAGMENT, id);
        DeletionFile deletion = fragment.deletion();
        if (deletion == null) {
            return new SourceFile(
                    path, version, bytes, null, new TableFile(fragment.rows(), partition, null, false, null));
        }
        if (deletion.type() != 0 && deletion.type() != 1) {
            throw damaged(id, "a deletion file of type " + deletion.type());
        }
        if (deletion.deleted() < 0 || deletion.deleted() > fragment.rows()) {
            throw damaged(id, Long.toUnsignedString(deletion.deleted()) + " deleted rows of " + fragment.rows());
        }
        String name = deletion.name(fragment.id());
        String deletes = deletion.deleted() + " " + address(id, name, deletion.base(), "_deletions/");
        return new SourceFile(
                path, version, bytes, name, new TableFile(fragment.rows(), partition, null, false, deletes));
    }

    private String address(String fragment, String name, int base, String folder)
            throws FileChangedException, InterruptedException {
        if (name.isEmpty() || name.startsWith("/")) {
            throw damaged(fragment, "a data file without a name of its own");
        }
        if (base == Fragment.OWN_BASE) {
            return storage.address(dataset + folder + name);
        }
        if (known == null) {
            known = bases.get();
        }
        BasePath place = known.get(base);
        if (place == null) {
            throw damaged(fragment, "base path " + base + ", which is not among those of the manifest");
        }
        if (!place.path().startsWith("/") && place.path().indexOf(":/") < 0) {
            throw LittoralException.input("The Lance dataset " + storage.root() + " has files at the base path "
                    + place.path() + ", which is relative to where its writer ran; expected an absolute one, as a"
                    + " dataset has that was written by its whole address");
        }
        if (!place.isDataset() && folder.equals("_deletions/")) {
            throw damaged(fragment, "a deletion file at base path " + base + ", which is no dataset's");
        }
        String root = place.path().endsWith("/") ? place.path() : place.path() + "/";
        return storage.address(root + (place.isDataset() ? folder : "") + name);
    }

    private LittoralException damaged(String fragment, String found) {
        return ManifestReader.damaged(storage, manifest, found + " in fragment " + fragment);
    }

    /** How many bytes a deletion file may have. */
    static int mostDeletionBytes(TableFile file) {
        return isArrow(file.deletes())
                ? DeletionFileReader.mostArrowBytes(file.rows())
                : DeletedRows.mostBytes(file.rows());
    }

    private static boolean isArrow(String address) {
        return address.endsWith(".arrow");
    }

    /** The deleted rows of a source file that was made here. */
    static DeletedRows deletedRows(TableStorage storage, SourceFile file)
            throws FileChangedException, InterruptedException, IOException {
        TableFile table = file.table();
        String[] deletes = table == null || table.rows() == null || table.deletes() == null
                ? new String[0]
                : table.deletes().split(" ", 2);
        if (deletes.length != 2 || !deletes[0].matches("[0-9]{1,10}")) {
            throw new FileChangedException(file.path(), "it is not known any more where its deleted rows are");
        }
        String address = storage.address(deletes[1]);
        Optional<byte[]> bytes = storage.get(address, mostDeletionBytes(table));
        if (bytes.isEmpty()) {
            throw new FileChangedException(address, "it is gone");
        }
        try {
            return DeletionFileReader.read(bytes.get(), isArrow(address), table.rows(), Long.parseLong(deletes[0]));
        } catch (IOException e) {
            throw new IOException("The deletion file " + address + " is damaged: " + e.getMessage(), e);
        }
    }
}
