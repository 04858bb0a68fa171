package dev.littoral.activities.source.table;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.StoreOpener;
import dev.littoral.activities.storage.BlobStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The objects of a table, by the paths that its metadata names, see {@link TablePaths}. What lies outside of the
 * table's own source is read only where the worker allows it. Safe for use by many threads.
 */
public final class TableStorage implements AutoCloseable {
    /** Characters of a path that a table names: S3 has keys of 1,024 bytes, file systems paths of 4,096. */
    public static final int MAX_PATH = 8192;

    private final StoreOpener opener;
    private final Map<String, BlobStore> others = new ConcurrentHashMap<>();
    private volatile Place place;

    /**
     * Where a table lies.
     *
     * @param store opened at the source's address, or null before that is known
     */
    private record Place(TablePaths paths, BlobStore store) {}

    /**
     * The storage of a table.
     *
     * @param root opened at the table's address; closed with this
     * @param opener opens what lies elsewhere
     */
    public TableStorage(BlobStore root, StoreOpener opener) {
        this(root, opener, root.location());
    }

    /**
     * The storage of a table that may have been opened at another address than its folder.
     *
     * @param root opened at that address; closed with this
     * @param opener opens what lies elsewhere
     * @param folder the address of the table's folder, which relative paths are below
     */
    public TableStorage(BlobStore root, StoreOpener opener, String folder) {
        this(root.location(), opener);
        this.place = new Place(place.paths().at(root.location(), folder), root);
    }

    /**
     * The storage of a table of a catalog, which lies nowhere before {@link #locate}: each address is checked alone.
     *
     * @param name of the table, for messages
     * @param opener opens what the table names
     */
    public TableStorage(String name, StoreOpener opener) {
        this.place = new Place(TablePaths.nowhere(name, opener.storages()), null);
        this.opener = opener;
    }

    /**
     * Sets where the table lies. What is below that needs no further check.
     *
     * @param location a whole address, as the table's metadata has it
     * @throws LittoralException INPUT when it may not be read, naming it
     */
    public void locate(String location) {
        TablePaths now = place.paths();
        // It may be a whole bucket.
        String folder = now.normalized(location + "/").replaceFirst("/+$", "/");
        if (!folder.equals(now.folder())) {
            opener.check(now.uri(folder));
            BlobStore store = others.computeIfAbsent(folder, each -> opener.open(now.uri(each)));
            place = new Place(now.at(store.location(), folder), store);
        }
    }

    /**
     * The address that the table was opened at, in the form of {@link #address}; a folder's may end in a slash. That of
     * a table of a catalog is the source's.
     */
    public String root() {
        return place.paths().table();
    }

    /**
     * The address of a path that the table names, as it stands in snapshots: {@code s3://bucket/key} or an absolute
     * local path, nothing in it percent-encoded. The same for all spellings of one place.
     *
     * @param path an address, an absolute path or a path below the table's folder; raw
     * @throws LittoralException INPUT when it is of no store that is known, leads out of where it begins, or may not be
     *     read, naming it
     */
    public String address(String path) {
        String normalized = normalized(path);
        check(normalized);
        return normalized;
    }

    /**
     * Checks that a normalized address may be read.
     *
     * @throws LittoralException INPUT when it may not be, naming it
     */
    public void check(String normalized) {
        TablePaths now = place.paths();
        if (!now.isInside(normalized)) {
            opener.check(now.uri(normalized));
        }
    }

    /**
     * The address of a path, which may be one that may not be read: for telling paths apart.
     *
     * @param path as for {@link #address}
     * @throws LittoralException INPUT when it is of no store that is known, or leads out of where it begins, naming it
     */
    public String normalized(String path) {
        return place.paths().normalized(path);
    }

    /** The path of an address below the table's folder; of one that is elsewhere, the address. */
    String relative(String address) {
        return place.paths().relative(address);
    }

    private BlobStore store(String address) {
        Place now = place;
        TablePaths paths = now.paths();
        if (paths.isInside(address)) {
            return now.store();
        }
        opener.check(paths.uri(address));
        return others.computeIfAbsent(paths.storeFolder(address), each -> opener.open(paths.uri(each)));
    }

    /**
     * Reads a whole object, or empty where there is none. One request.
     *
     * @param address as {@link #address} gives it
     * @param maxBytes more are not read
     * @throws LittoralException INPUT when it is larger
     */
    public Optional<byte[]> get(String address, int maxBytes) throws InterruptedException {
        BlobStore store = store(address);
        return store.get(store.key(address), maxBytes);
    }

    /**
     * Reads exactly {@code length} bytes at {@code offset} of an object that never changes. One request.
     *
     * @param address as {@link #address} gives it
     * @param bytes the size of the object, as far as it is known: at least what is read
     * @throws FileChangedException when it is gone or shorter
     */
    public byte[] read(String address, long bytes, long offset, int length)
            throws FileChangedException, InterruptedException {
        return store(address).read(new SourceFile(address, null, bytes), offset, length);
    }

    /** The size of an object, or empty where there is none. One request. */
    public Optional<Long> size(String address) throws InterruptedException {
        BlobStore store = store(address);
        return store.find(store.key(address))
                .filter(entry -> entry.kind() == BlobStore.Kind.FILE)
                .map(BlobStore.Entry::bytes);
    }

    /**
     * An object in a listing.
     *
     * @param version distinguishes two contents under one address; compared for equality only
     * @param modified when it was written, or null where the store does not say
     */
    public record Listed(String address, long bytes, String version, Instant modified) {}

    /**
     * The objects whose address begins so, below a folder, in the order of their names.
     *
     * @param folder an address that ends in a slash
     * @param after only those beyond this address, or null for all
     * @param limit at most this many
     */
    public List<Listed> list(String folder, String after, int limit) throws InterruptedException {
        BlobStore store = store(folder);
        List<Listed> found = new ArrayList<>();
        BlobStore.Cursor cursor = store.list(store.key(folder), after == null ? null : store.key(after), limit);
        while (found.size() < limit) {
            List<BlobStore.Entry> page = cursor.next();
            if (page.isEmpty()) {
                break;
            }
            for (BlobStore.Entry entry : page) {
                if (entry.failure() != null) {
                    throw entry.failure();
                }
                if (entry.kind() == BlobStore.Kind.FILE && found.size() < limit) {
                    Instant modified =
                            entry.modified() == BlobStore.Entry.UNKNOWN ? null : Instant.ofEpochMilli(entry.modified());
                    found.add(new Listed(store.address(entry.key()), entry.bytes(), entry.version(), modified));
                }
            }
        }
        cursor.finish();
        return found;
    }

    @Override
    public void close() {
        BlobStore root = place.store();
        if (root != null && !others.containsValue(root)) {
            root.close();
        }
        others.values().forEach(BlobStore::close);
    }
}
