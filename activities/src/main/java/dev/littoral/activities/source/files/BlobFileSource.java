package dev.littoral.activities.source.files;

import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.OutOfOrderException;
import dev.littoral.activities.source.PathFilter;
import dev.littoral.activities.source.SkipReason;
import dev.littoral.activities.storage.BlobCatalogStore;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.activities.storage.BlobStore.Entry;
import dev.littoral.activities.storage.BlobStore.Kind;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Files below a prefix of a blob store, or one blob.
 *
 * <p>An address that ends in {@code /}, or has no key, is a folder: everything that starts with it. Another one is the
 * blob of exactly that key if there is one, else the folder of that name; finding out costs one more request in each
 * listing. One blob is served whatever its name is; the filter is for folders.
 *
 * <p>A source where nothing is, not even a folder, is an INPUT failure, unless it may be empty: then it lists nothing.
 */
public final class BlobFileSource implements FileSource {
    /** The last printable character of ASCII; names rarely go on with a greater one. */
    static final char LAST_OF_NAMES = '~';

    private final BlobStore store;
    private final PathFilter filter;
    private final boolean allowEmpty;

    /** Empty, or ends in a slash. */
    private final String folder;

    private final String address;

    /**
     * A source; nothing is read yet.
     *
     * @param store opened at its address; closed with this
     * @param filter gets paths below the folder
     * @param allowEmpty whether a source of which nothing exists lists nothing, rather than fail
     */
    public BlobFileSource(BlobStore store, PathFilter filter, boolean allowEmpty) {
        this.store = store;
        this.filter = filter;
        this.allowEmpty = allowEmpty;
        this.folder = BlobCatalogStore.folder(store.prefix());
        this.address = store.location();
    }

    @Override
    public String list(PathRange range, Visitor visitor) throws InterruptedException, OutOfOrderException {
        Optional<SourceFile> blob = blob();
        if (blob.isPresent()) {
            return listBlob(blob.get(), range, visitor);
        }
        Scan scan = new Scan(before(range.from()));
        String beyond = list(scan, range, visitor);
        scan.cursor.finish();
        return beyond;
    }

    private String list(Scan scan, PathRange range, Visitor visitor) throws InterruptedException, OutOfOrderException {
        String previous = null;
        for (Entry entry = scan.next(); entry != null; entry = scan.next()) {
            String path = store.address(entry.key());
            // A name that cannot be decoded may look like the one before it.
            int least = entry.kind() == Kind.UNREADABLE_NAME ? 1 : 0;
            if (previous != null && PathOrder.compare(previous, path) >= least) {
                throw new OutOfOrderException(previous, path);
            }
            previous = path;
            if (range.to() != null && PathOrder.compare(path, range.to()) >= 0) {
                return path;
            }
            if (range.contains(path)) {
                if (!visitor.accepts(path)) {
                    return path;
                }
                visit(entry, path, visitor);
            }
        }
        return null;
    }

    @Override
    public void listSorted(Visitor visitor) throws InterruptedException {
        Optional<SourceFile> blob = blob();
        if (blob.isPresent()) {
            listBlob(blob.get(), PathRange.ALL, visitor);
            return;
        }
        try (PathSorter sorter = new PathSorter()) {
            Visitor sorting = new Visitor() {
                @Override
                public void file(SourceFile file) {
                    sorter.add(file);
                }

                @Override
                public void skipped(String path, SkipReason reason) throws InterruptedException {
                    visitor.skipped(path, reason);
                }
            };
            Scan scan = new Scan(null);
            for (Entry entry = scan.next(); entry != null; entry = scan.next()) {
                visit(entry, store.address(entry.key()), sorting);
            }
            scan.cursor.finish();
            sorter.drainTo(visitor);
        }
    }

    /** The entries of one listing that a visitor may be notified of; folders are only checked for being a table. */
    private final class Scan {
        private final BlobStore.Cursor cursor;
        private Iterator<Entry> entries = List.<Entry>of().iterator();
        private boolean empty;

        /** Lists what is beyond a key, or everything. Whether that is nothing at all is for the first range to say. */
        Scan(String after) throws InterruptedException {
            cursor = store.list(folder, after, BlobStore.NO_LIMIT);
            empty = after == null;
        }

        /** The next one, or null at the end. */
        Entry next() throws InterruptedException {
            while (true) {
                if (!entries.hasNext()) {
                    entries = cursor.next().iterator();
                }
                if (!entries.hasNext()) {
                    if (empty) {
                        nothingFound();
                    }
                    return null;
                }
                empty = false;
                Entry entry = entries.next();
                if (entry.kind() != Kind.FOLDER) {
                    requireReadable(entry);
                    return entry;
                }
                filter.refuseTable(address, relative(entry));
            }
        }
    }

    /** Nothing is served of a folder that is hidden, so that one may well be unreadable. */
    private void requireReadable(Entry entry) {
        if (entry.failure() != null && hidden(entry).isEmpty()) {
            throw entry.failure();
        }
    }

    private Optional<SkipReason> hidden(Entry folderEntry) {
        String relative = relative(folderEntry);
        return PathFilter.byName(relative.substring(0, relative.length() - 1));
    }

    private void visit(Entry entry, String path, Visitor visitor) throws InterruptedException {
        String relative = relative(entry);
        if (entry.kind() == Kind.SYMBOLIC_LINK) {
            // One that leads to a table's log makes a table no less than the log itself.
            filter.refuseTableByLink(address, relative);
        } else {
            filter.refuseTable(address, relative);
        }
        Optional<SkipReason> reason = switch (entry.kind()) {
            case DIRECTORY_MARKER, FOLDER -> Optional.of(SkipReason.DIRECTORY_MARKER);
            case SYMBOLIC_LINK -> Optional.of(SkipReason.SYMBOLIC_LINK);
            case SPECIAL_FILE -> Optional.of(SkipReason.NOT_A_FILE);
            case UNREADABLE_NAME -> Optional.of(SkipReason.UNREADABLE_NAME);
            case UNREADABLE_FOLDER -> hidden(entry);
            case FILE ->
                filter.skip(relative)
                        .or(() -> entry.bytes() == 0 ? Optional.of(SkipReason.ZERO_BYTES) : Optional.empty());
        };
        if (reason.isPresent()) {
            visitor.skipped(path, reason.get());
        } else {
            visitor.file(new SourceFile(path, entry.version(), entry.bytes()));
        }
    }

    private String relative(Entry entry) {
        return entry.key().substring(folder.length());
    }

    @Override
    public int parallelListings() {
        return store.parallelListings();
    }

    @Override
    public ParallelTasks.Threads readers() {
        return store.readers();
    }

    @Override
    public List<String> splitPoints(String recent, String last, String to, int limit) throws InterruptedException {
        return parallelListings() == 1 ? List.of() : new SplitPointFinder(store, folder).find(recent, last, to, limit);
    }

    @Override
    public byte[] read(SourceFile file, long offset, int length) throws FileChangedException, InterruptedException {
        return store.read(file, offset, length);
    }

    @Override
    public Optional<String> disagreement(String path) throws InterruptedException {
        return store.disagreement(store.key(path));
    }

    @Override
    public void close() {
        store.close();
    }

    /** The one blob that the address means, if it means one and it is there. */
    private Optional<SourceFile> blob() throws InterruptedException {
        return store.prefix().equals(folder)
                ? Optional.empty()
                : store.find(store.prefix())
                        .map(entry -> new SourceFile(store.address(entry.key()), entry.version(), entry.bytes()));
    }

    private static String listBlob(SourceFile file, PathRange range, Visitor visitor) throws InterruptedException {
        if (range.contains(file.path())) {
            if (file.bytes() == 0) {
                visitor.skipped(file.path(), SkipReason.ZERO_BYTES);
            } else {
                visitor.file(file);
            }
            return null;
        }
        return range.to() != null && PathOrder.compare(file.path(), range.to()) >= 0 ? file.path() : null;
    }

    /**
     * A key that comes before every key of a range: stores start after a key, a range with it. Null when that is before
     * the folder.
     */
    private String before(String from) {
        String first = store.address(folder);
        if (from == null || !from.startsWith(first) || from.equals(first)) {
            return null;
        }
        int end = from.offsetByCodePoints(from.length(), -1);
        String shorter = from.substring(0, end);
        char lastCharacter = from.charAt(end);
        if (lastCharacter > ' ' && lastCharacter <= LAST_OF_NAMES) {
            return store.key(shorter + (char) (lastCharacter - 1) + LAST_OF_NAMES);
        }
        return shorter.equals(first) ? null : store.key(shorter);
    }

    private void nothingFound() {
        if (!allowEmpty) {
            throw LittoralException.input("Nothing found at " + address + ": no object's key starts with '" + folder
                    + "'; check the address, or set allowEmpty if it may be empty");
        }
    }
}
