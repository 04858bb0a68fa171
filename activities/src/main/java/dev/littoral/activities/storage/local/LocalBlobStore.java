package dev.littoral.activities.storage.local;

import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.FileFailures;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.workflows.model.FailureType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A blob store that is a local folder with all below it, or one local file. A key is a whole path. What is listed and
 * read at a version stays below the folder's real path; objects of a catalog are found at their paths, whatever links
 * lead there.
 */
final class LocalBlobStore implements BlobStore {
    /** Enough for a folder on a network file system. */
    private static final int PARALLEL_READS = 32;

    private final RootDirectory root;
    private final boolean folderOnly;
    private final ChannelOpener opener;
    private final Optional<AtomicFileWriter> writer;
    private final StoreObserver.Role role;
    private final StoreObserver observer;

    /** Opens files for reading. */
    interface ChannelOpener {
        FileChannel open(Path file, Set<OpenOption> options) throws IOException;
    }

    private LocalBlobStore(
            RootDirectory root,
            boolean folderOnly,
            ChannelOpener opener,
            Optional<AtomicFileWriter> writer,
            StoreObserver.Role role,
            StoreObserver observer) {
        this.root = root;
        this.folderOnly = folderOnly;
        this.opener = opener;
        this.writer = writer;
        this.role = role;
        this.observer = observer;
    }

    /**
     * A source; nothing is read yet.
     *
     * @param folderOnly whether it can only be a folder
     */
    static LocalBlobStore source(RootDirectory root, boolean folderOnly, ChannelOpener opener, StoreObserver observer) {
        return new LocalBlobStore(root, folderOnly, opener, Optional.empty(), StoreObserver.Role.SOURCE, observer);
    }

    /**
     * A catalog; its folder is made if there is none.
     *
     * @throws LittoralException INPUT when the folder's file system has no hard links
     */
    static LocalBlobStore catalog(RootDirectory root, StoreObserver observer) throws InterruptedException {
        Optional<AtomicFileWriter> writer = Optional.of(AtomicFileWriter.open(root.path()));
        return new LocalBlobStore(root, true, FileChannel::open, writer, StoreObserver.Role.CATALOG, observer);
    }

    /** A catalog that is only read, such as one on a read-only file system: nothing is made, checked or removed. */
    static LocalBlobStore forReading(RootDirectory root) {
        return new LocalBlobStore(
                root, true, FileChannel::open, Optional.empty(), StoreObserver.Role.CATALOG, StoreObserver.NONE);
    }

    @Override
    public BlobStore observed(StoreObserver other) {
        return new LocalBlobStore(root, folderOnly, opener, writer, role, observer.and(other));
    }

    @Override
    public String prefix() {
        String path = location();
        return folderOnly && !path.endsWith("/") ? path + "/" : path;
    }

    @Override
    public String location() {
        return root.path().toString();
    }

    @Override
    public String address(String key) {
        return key;
    }

    @Override
    public String key(String address) {
        return address;
    }

    @Override
    public Optional<Entry> find(String key) throws InterruptedException {
        Path path = root.path(key);
        Map<String, Object> found = path.equals(root.path()) ? root.attributes() : root.attributes(path);
        if (RootDirectory.isTrue(found, "isRegularFile")) {
            root.requireInPlace();
            if (!path.equals(root.path()) && role == StoreObserver.Role.SOURCE && !root.isInPlace(path)) {
                return Optional.empty();
            }
            // A source that is one file is listed by this look.
            observer.answered(role, "LIST", StoreObserver.OK);
            return Optional.of(RootDirectory.file(key, found));
        }
        if (path.equals(root.path())) {
            requireFolder(found);
        }
        return Optional.empty();
    }

    /**
     * A source has to be there; a folder below it, as of a table, need not. What is not there of a catalog holds
     * nothing, and links on the way to it are followed.
     */
    @Override
    public Cursor list(String prefix, String after, int limit) throws InterruptedException {
        return observer.observe(role, "LIST", () -> {
            Path top = root.path(prefix);
            if (role == StoreObserver.Role.CATALOG) {
                return new FolderWalk(new RootDirectory(top), top, false, after);
            }
            if (!top.equals(root.path())) {
                return root.isInPlace(top) ? new FolderWalk(root, top, false, after) : List::of;
            }
            if (folderOnly) {
                requireFolder(root.attributes());
            }
            return new FolderWalk(root, top, true, after);
        });
    }

    private void requireFolder(Map<String, Object> found) {
        if (!RootDirectory.isTrue(found, "isDirectory")) {
            throw LittoralException.input("The source " + root.path() + " is not a folder; expected one"
                    + (folderOnly ? ", since its address ends with /." : " or a file."));
        }
    }

    /** One walk is enough, as it waits for no reply that others could be fetched during. */
    @Override
    public int parallelListings() {
        return 1;
    }

    @Override
    public ParallelTasks.Threads readers() {
        return ParallelTasks.Threads.platform(PARALLEL_READS);
    }

    @Override
    public byte[] read(SourceFile file, long offset, int length) throws FileChangedException, InterruptedException {
        byte[] bytes = observer.observe(role, "GET", () -> readOnce(file, offset, length));
        observer.read(role, bytes.length);
        return bytes;
    }

    private byte[] readOnce(SourceFile file, long offset, int length)
            throws FileChangedException, InterruptedException {
        Path path = root.path(file.path());
        if (!path.startsWith(root.path()) || offset < 0 || length < 0 || offset > file.bytes() - length) {
            throw new LittoralException(
                    FailureType.INTERNAL,
                    "Bytes " + offset + " to " + (offset + length) + " of " + file.path()
                            + " are not part of the source " + root.path() + ", where that file has " + file.bytes()
                            + " bytes.");
        }
        FolderWalk.checkInterrupt();
        checkUnchanged(file, path);
        Set<OpenOption> options = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        ByteBuffer bytes = ByteBuffer.allocate(length);
        try (FileChannel channel = opener.open(root.place(path), options)) {
            int read = 0;
            while (bytes.hasRemaining() && read >= 0) {
                read = channel.read(bytes, offset + bytes.position());
            }
        } catch (IOException e) {
            if (FileFailures.gone(e)) {
                throw new FileChangedException(file.path(), "it is gone");
            }
            throw FileFailures.of("read the file", path, e);
        }
        checkUnchanged(file, path);
        if (!root.isInPlace(path)) {
            throw new FileChangedException(file.path(), "a folder on its path is now a symbolic link");
        }
        if (bytes.hasRemaining()) {
            throw new FileChangedException(
                    file.path(), "it ends at byte " + (offset + bytes.position()) + " of " + file.bytes());
        }
        return bytes.array();
    }

    private void checkUnchanged(SourceFile file, Path path) throws FileChangedException, InterruptedException {
        Map<String, Object> found = root.attributes(path);
        if (found.isEmpty()) {
            throw new FileChangedException(file.path(), "it is gone");
        }
        if (!RootDirectory.isTrue(found, "isRegularFile")) {
            throw new FileChangedException(file.path(), "it is no longer a file");
        }
        if (file.version() != null && !RootDirectory.version(found).equals(file.version())) {
            throw new FileChangedException(
                    file.path(), "it has version " + RootDirectory.version(found) + " and had " + file.version());
        }
    }

    @Override
    public Optional<byte[]> get(String key, int maxBytes) throws InterruptedException {
        Optional<byte[]> read = observer.<Optional<byte[]>, RuntimeException>observe(role, "GET", () -> {
            Path path = root.path(key);
            return role == StoreObserver.Role.SOURCE ? getInPlace(key, path, maxBytes) : get(key, path, path, maxBytes);
        });
        read.ifPresent(bytes -> observer.read(role, bytes.length));
        return read;
    }

    /** Reads a file of a source, which is where the source is, whatever links lead to another place. */
    private Optional<byte[]> getInPlace(String key, Path path, int maxBytes) throws InterruptedException {
        boolean isLink = RootDirectory.isTrue(root.attributes(path), "isSymbolicLink");
        Optional<byte[]> read =
                isLink ? Optional.empty() : get(key, path, root.place(path), maxBytes, LinkOption.NOFOLLOW_LINKS);
        if (isLink || (read.isPresent() && !root.isInPlace(path))) {
            throw LittoralException.input("File " + path
                    + " is a symbolic link, or in a folder that is one; expected a file, as links are not followed");
        }
        return read;
    }

    private static Optional<byte[]> get(String key, Path path, Path place, int maxBytes, LinkOption... options)
            throws InterruptedException {
        try {
            BasicFileAttributes found = Files.readAttributes(place, BasicFileAttributes.class, options);
            if (found.isDirectory()) {
                return Optional.empty();
            }
            if (!found.isRegularFile()) {
                // To open a named pipe would wait for its writer.
                throw LittoralException.input(
                        "File " + path + " is a pipe, a socket or a device; expected a regular file");
            }
            BlobStore.checkSize(key, found.size(), maxBytes);
            try (InputStream in = Files.newInputStream(place, options)) {
                // It may grow while it is read.
                byte[] body = in.readNBytes((int) Math.min(maxBytes + 1L, Integer.MAX_VALUE));
                BlobStore.checkSize(key, body.length, maxBytes);
                return Optional.of(body);
            }
        } catch (IOException e) {
            if (FileFailures.gone(e) || Files.isDirectory(place)) {
                return Optional.empty();
            }
            throw FileFailures.of("read", path, e);
        }
    }

    @Override
    public boolean createIfAbsent(String key, byte[] body) throws InterruptedException {
        boolean created = observer.observe(role, "PUT", () -> writer().create(root.path(key), body));
        observer.written(role, created ? body.length : 0);
        return created;
    }

    @Override
    public void put(String key, byte[] body) throws InterruptedException {
        observer.observe(role, "PUT", () -> writer().replace(root.path(key), body));
        observer.written(role, body.length);
    }

    @Override
    public void delete(Collection<String> keys) throws InterruptedException {
        observer.observe(role, "DELETE", () -> {
            for (String key : keys) {
                writer().delete(root.path(key));
            }
            return null;
        });
    }

    private AtomicFileWriter writer() {
        return writer.orElseThrow(() -> new IllegalStateException(root.path() + " was opened to be read only."));
    }

    @Override
    public void close() {}
}
