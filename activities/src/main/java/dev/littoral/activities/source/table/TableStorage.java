package dev.littoral.activities.source.table;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.StoreOpener;
import dev.littoral.activities.storage.BlobStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The objects of a table, by the paths that its metadata names. A table is not trusted: every path is brought into one
 * form, and what lies outside of the table's own folder is read only where the worker allows it. Safe for use by many
 * threads.
 */
public final class TableStorage implements AutoCloseable {
    private static final Pattern URI = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):(.*)", Pattern.DOTALL);

    /** Hadoop's names of S3. */
    private static final Set<String> S3 = Set.of("s3", "s3a", "s3n");

    private static final String S3_PREFIX = "s3://";

    private final String name;
    private final StoreOpener opener;
    private final Map<String, BlobStore> others = new ConcurrentHashMap<>();

    /** Null before it is known where a table of a catalog lies. */
    private volatile Place place;

    /**
     * Where a table lies.
     *
     * @param own what lies below is of the source that was allowed; with a slash at its end
     * @param folder the table's, with a slash at its end
     */
    private record Place(BlobStore store, String address, String own, String folder) {
        Place(BlobStore store, String folder) {
            this(store, store.location(), slashed(store.location()), folder);
        }
    }

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
        this.place = new Place(root, slashed(folder));
        this.name = root.location();
        this.opener = opener;
    }

    private static String slashed(String folder) {
        return folder.endsWith("/") ? folder : folder + "/";
    }

    /**
     * The storage of a table of a catalog, which lies nowhere before {@link #locate}: each address is checked alone.
     *
     * @param name of the table, for messages
     * @param opener opens what the table names
     */
    public TableStorage(String name, StoreOpener opener) {
        this.name = name;
        this.opener = opener;
    }

    /**
     * Sets where the table lies. What is below that needs no further check.
     *
     * @param location a whole address, as the table's metadata has it
     * @throws LittoralException INPUT when it may not be read, naming it
     */
    public void locate(String location) {
        Place now = place;
        // It may be a whole bucket.
        String folder = normalized(location + "/").replaceFirst("/+$", "/");
        if (now == null || !now.folder().equals(folder)) {
            opener.check(uri(folder));
            place = new Place(others.computeIfAbsent(folder, each -> opener.open(uri(each))), folder);
        }
    }

    /**
     * The address that the table was opened at, in the form of {@link #address}; a folder's may end in a slash. That of
     * a table of a catalog is the source's.
     */
    public String root() {
        return name;
    }

    /**
     * The address of a path that the table names: {@code s3://bucket/key} or an absolute local path, nothing in it
     * percent-encoded. The same for all spellings of one place.
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
        if (!isInside(place, normalized)) {
            opener.check(uri(normalized));
        }
    }

    /**
     * The address of a path, which may be one that may not be read: for telling paths apart.
     *
     * @param path as for {@link #address}
     * @throws LittoralException INPUT when it is of no store that is known, or leads out of where it begins, naming it
     */
    public String normalized(String path) {
        Place now = place;
        if (isPlain(path)) {
            return below(now, path);
        }
        if (Arrays.asList(path.split("/", -1)).contains("..")) {
            throw refused(path, "has .. in it; expected a path without");
        }
        if (path.indexOf('\0') >= 0) {
            throw refused(path.replace("\0", "\\0"), "has a zero character in it; expected a path without");
        }
        Matcher uri = URI.matcher(path);
        boolean hasScheme = uri.matches() && (uri.group(2).startsWith("/") || isInScheme(uri.group(1)));
        if (!hasScheme) {
            return path.startsWith("/") ? absolute(now, path) : below(now, path);
        }
        String rest = uri.group(2);
        if (S3.contains(uri.group(1)) && rest.startsWith("//") && rest.indexOf('/', 2) > 2) {
            return S3_PREFIX + rest.substring(2);
        }
        boolean isPath = rest.startsWith("/") && (!rest.startsWith("//") || rest.startsWith("///"));
        if (uri.group(1).equals("file") && isPath) {
            return rest.replaceFirst("^/+", "/");
        }
        throw refused(path, "is of no store that is known; expected s3:// or file:///");
    }

    private String below(Place now, String path) {
        if (now == null) {
            throw refused(path, "is relative; expected a whole address, as a catalog has it");
        }
        return now.folder() + path;
    }

    /** Most paths are relative and hide nothing. */
    private static boolean isPlain(String path) {
        return path.indexOf(':') < 0 && path.indexOf('\0') < 0 && !path.startsWith("/") && !path.contains("..");
    }

    private static boolean isInScheme(String scheme) {
        return S3.contains(scheme) || scheme.equals("file");
    }

    /** A path that begins with a slash is one of the file system, whose table it has to be. */
    private String absolute(Place now, String path) {
        if (now != null && now.address().startsWith(S3_PREFIX)) {
            throw refused(path, "is a path of a file system, and the table is in S3; expected s3://");
        }
        return path.replaceFirst("^/+", "/");
    }

    /** The path of an address below the table's folder; of one that is elsewhere, the address. */
    String relative(String address) {
        Place now = place;
        return now != null && address.startsWith(now.folder())
                ? address.substring(now.folder().length())
                : address;
    }

    private static boolean isInside(Place now, String normalized) {
        return now != null && (normalized.startsWith(now.own()) || normalized.equals(now.address()));
    }

    private static String uri(String address) {
        return address.startsWith("/") ? "file://" + address : address;
    }

    private LittoralException refused(String path, String why) {
        return LittoralException.input("The table " + root() + " names the path " + path + ", which " + why);
    }

    private BlobStore store(String address) {
        Place now = place;
        if (isInside(now, address)) {
            return now.store();
        }
        int end = address.startsWith(S3_PREFIX)
                ? address.indexOf('/', S3_PREFIX.length()) + 1
                : address.lastIndexOf('/') + 1;
        String folder = address.substring(0, end);
        opener.check(uri(address));
        return others.computeIfAbsent(folder, each -> opener.open(uri(each)));
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
        Place now = place;
        if (now != null && !others.containsValue(now.store())) {
            now.store().close();
        }
        others.values().forEach(BlobStore::close);
    }
}
