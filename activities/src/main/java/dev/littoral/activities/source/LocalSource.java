package dev.littoral.activities.source;

import dev.littoral.activities.failure.FileFailures;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.DirectoryOrder;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.workflows.model.FailureType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A local folder with all below it, or one local file.
 *
 * <p>The root may be a symbolic link, or lie behind some: where they lead is resolved once, when the source is opened, and nothing
 * but that real path is read from then on. A link that is found on it, or below it, later is not followed, so neither a listing
 * nor a read leaves it. A file's path is the root as it was given, made absolute, and the names below it. Its
 * version is made of size, time of change in nanoseconds and inode; a file system that sets the time of change in coarse steps
 * can hide that a file was overwritten in place with as many bytes within one step.
 *
 * <p>A listing keeps in memory the names in one folder and in those that lead to it. It costs one look at each file's
 * attributes. What vanishes while it goes on is not there; but a root that vanishes is a failure, never an empty listing.
 */
public final class LocalSource implements FileSource {
    static final String SCHEME = "file://";
    /** How the JVM reads the bytes of file names; the locale decides it. */
    private static final String NAME_ENCODING = System.getProperty("sun.jnu.encoding");

    private static final boolean UTF_8_NAMES = StandardCharsets.UTF_8.name().equals(NAME_ENCODING);
    /** Ends a name that is not valid UTF-8, escaped. No file name contains it. */
    private static final char ESCAPED = '\0';

    private final Path root;
    private final Path real;
    private final boolean folderOnly;
    private final PathFilter filter;
    private final String attributes;
    private final Opener opener;

    /** Opens files for reading. */
    interface Opener {
        FileChannel open(Path file, Set<OpenOption> options) throws IOException;
    }

    /**
     * Opens a source; nothing is read yet.
     *
     * @param root a folder or a file
     * @param filter applies to the files below a folder; a file that is itself the root was named by a person and is served
     */
    public LocalSource(Path root, PathFilter filter) {
        this(root, filter, FileChannel::open);
    }

    LocalSource(Path root, PathFilter filter, Opener opener) {
        this(root, false, filter, opener);
    }

    private LocalSource(Path root, boolean folderOnly, PathFilter filter, Opener opener) {
        this.opener = opener;
        this.root = root.toAbsolutePath().normalize();
        this.real = RealPath.of(this.root);
        this.folderOnly = folderOnly;
        this.filter = filter;
        this.attributes = root.getFileSystem().supportedFileAttributeViews().contains("unix")
                ? "unix:isRegularFile,isDirectory,isSymbolicLink,size,lastModifiedTime,fileKey,ino"
                : "isRegularFile,isDirectory,isSymbolicLink,size,lastModifiedTime,fileKey";
    }

    /**
     * Opens the source that a URI names; nothing is read yet.
     *
     * @param uri {@code file:///dir/} or, for a file or a folder, {@code file:///dir}; the path is raw, nothing in it is
     *     percent-decoded
     * @throws LittoralException INPUT when the URI is something else
     */
    public static LocalSource of(String uri, PathFilter filter) {
        if (!uri.startsWith(SCHEME + "/")) {
            // It may be of any kind and hold a secret, so it is not repeated.
            throw LittoralException.input(
                    "The source is not a local one; expected an address such as file:///folder/.");
        }
        String path = uri.substring(SCHEME.length());
        try {
            Path root = Path.of(path);
            if (!root.normalize().equals(root)) {
                throw LittoralException.input("The source " + uri + " has a part . or ..; expected a plain path.");
            }
            return new LocalSource(root, path.endsWith("/"), filter, FileChannel::open);
        } catch (InvalidPathException e) {
            throw LittoralException.input("The source " + uri + " is no path of this file system: " + e.getReason()
                    + "; its names are encoded as " + NAME_ENCODING + ".");
        }
    }

    /** Where the root really is, or would be. */
    Path real() {
        return real;
    }

    @Override
    public String list(PathRange range, Visitor visitor) throws InterruptedException {
        Map<String, Object> found = rootAttributes();
        Listing listing = new Listing(range, visitor);
        if (isTrue(found, "isDirectory")) {
            listing.walk();
        } else if (folderOnly || !isTrue(found, "isRegularFile")) {
            throw LittoralException.input("The source " + root + " is not a folder; expected one"
                    + (folderOnly ? ", since its address ends with /." : " or a file."));
        } else {
            listing.file(root.toString(), found);
            requireInPlace();
        }
        return listing.beyond;
    }

    /** The same as listing everything; what is skipped comes at its place. */
    @Override
    public void listSorted(Visitor visitor) throws InterruptedException {
        list(PathRange.ALL, visitor);
    }

    /** No cuts: one walk is enough, as it waits for no reply that others could be fetched during. */
    @Override
    public List<String> cuts(String recent, String last, String to, int wanted) {
        return List.of();
    }

    /**
     * A folder on the way to where a listing is.
     *
     * @param path whole, with / at its end
     * @param key tells it from another folder at the same path
     * @param names those that are yet to be met
     */
    private record Folder(String path, Optional<Object> key, DirectoryOrder names) {}

    /** One listing; it ends when it meets the first path beyond its range. */
    private final class Listing {
        private final PathRange range;
        private final Visitor visitor;
        private String beyond;

        Listing(PathRange range, Visitor visitor) {
            this.range = range;
            this.visitor = visitor;
        }

        void walk() throws InterruptedException {
            String top = root.toString().endsWith("/") ? root.toString() : root + "/";
            Deque<Folder> folders = new ArrayDeque<>();
            Folder first = open(top, null);
            folders.push(first);
            while (!folders.isEmpty() && beyond == null) {
                checkInterrupt();
                Folder folder = folders.peek();
                String name = folder.names.next();
                String path = folder.path + name;
                if (name == null) {
                    folders.pop();
                } else if (name.endsWith("/")) {
                    folders.push(open(path, folder));
                } else if (name.indexOf(ESCAPED) >= 0) {
                    skip(path.substring(0, path.length() - 1), SkipReason.UNREADABLE_NAME);
                } else if (!liesBefore(path)) {
                    meet(folder, name, path.substring(top.length()));
                }
            }
            requireInPlace();
            if (!key(rootAttributes()).equals(first.key)) {
                throw replaced();
            }
        }

        /** Whether the range starts after a path and all that may be below it. The character after / is 0. */
        private boolean liesBefore(String path) {
            return range.from() != null
                    && PathOrder.compare(path, range.from()) < 0
                    && PathOrder.compare(path + "0", range.from()) <= 0;
        }

        private void meet(Folder folder, String name, String relative) throws InterruptedException {
            String path = folder.path + name;
            Map<String, Object> found = attributes(path(path)).orElse(Map.of());
            if (isTrue(found, "isDirectory")) {
                filter.refuseTable(root.toString(), relative + "/");
                folder.names.folder(name);
            } else if (isTrue(found, "isSymbolicLink")) {
                // One that leads to a table's log makes a table no less than the log itself.
                filter.refuseTable(root.toString(), relative + "/");
                skip(path, SkipReason.SYMBOLIC_LINK);
            } else if (isTrue(found, "isRegularFile")) {
                filter.refuseTable(root.toString(), relative);
                Optional<SkipReason> reason = filter.skip(relative);
                if (reason.isPresent()) {
                    skip(path, reason.get());
                } else {
                    file(path, found);
                }
            } else if (!found.isEmpty()) {
                skip(path, SkipReason.NOT_A_FILE);
            }
        }

        /** Reads a folder's names; one that is no longer there, or no longer this folder, has none. */
        private Folder open(String folder, Folder parent) throws InterruptedException {
            Path path = path(folder);
            Optional<Object> key = key(path);
            List<String> names = new ArrayList<>();
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(place(path))) {
                for (Path entry : entries) {
                    checkInterrupt();
                    names.add(name(entry));
                }
            } catch (IOException | DirectoryIteratorException e) {
                IOException cause =
                        e instanceof DirectoryIteratorException wrapper ? wrapper.getCause() : (IOException) e;
                if (parent == null) {
                    throw FileFailures.of("list the source", path, cause);
                }
                if (!FileFailures.gone(cause)) {
                    Optional<SkipReason> reason =
                            PathFilter.byName(root.relativize(path).toString());
                    if (reason.isEmpty()) {
                        throw FileFailures.of("list the folder", path, cause);
                    }
                    // Nothing below it is served, so it may well be unreadable.
                    skip(folder, reason.get());
                }
            }
            // Names that were read through a link, put in the place of this folder or of one above, are not its own.
            requireInPlace();
            boolean inPlace = key.isPresent()
                    && key.equals(key(path))
                    && (parent == null || parent.key.equals(key(path(parent.path))));
            return new Folder(folder, key, new DirectoryOrder(inPlace ? names : List.of()));
        }

        private void file(String path, Map<String, Object> found) throws InterruptedException {
            long size = (Long) found.get("size");
            if (size == 0) {
                skip(path, SkipReason.ZERO_BYTES);
            } else if (isInRange(path)) {
                visitor.file(new SourceFile(path, version(found), size));
            }
        }

        private void skip(String path, SkipReason reason) throws InterruptedException {
            if (isInRange(path)) {
                visitor.skipped(path, reason);
            }
        }

        private boolean isInRange(String path) {
            if (range.to() != null && PathOrder.compare(path, range.to()) >= 0) {
                beyond = path;
                return false;
            }
            return range.contains(path);
        }
    }

    private static String name(Path entry) {
        String name = entry.getFileName().toString();
        if (!UTF_8_NAMES && !name.chars().allMatch(c -> c < 0x80)) {
            throw LittoralException.input(
                    "The file name " + entry + " cannot be read in this process's locale, whose encoding is "
                            + NAME_ENCODING + "; expected a UTF-8 locale, such as LC_ALL=C.UTF-8.");
        }
        // Bytes that are not UTF-8 turn into U+FFFD, which then stands for other bytes.
        if (name.indexOf('\uFFFD') < 0
                || entry.getFileName().equals(entry.getFileSystem().getPath(name))) {
            return name;
        }
        String uri = entry.toUri().getRawPath();
        int end = uri.endsWith("/") ? uri.length() - 1 : uri.length();
        return uri.substring(uri.lastIndexOf('/', end - 1) + 1, end) + ESCAPED;
    }

    @Override
    public byte[] read(SourceFile file, long offset, int length) throws FileChangedException, InterruptedException {
        Path path = path(file.path());
        if (!path.startsWith(root) || offset < 0 || length < 0 || offset > file.bytes() - length) {
            throw new LittoralException(
                    FailureType.INTERNAL,
                    "Bytes " + offset + " to " + (offset + length) + " of " + file.path()
                            + " are not part of the source " + root + ", where that file has " + file.bytes()
                            + " bytes.");
        }
        checkInterrupt();
        checkUnchanged(file, path);
        Set<OpenOption> options = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        ByteBuffer bytes = ByteBuffer.allocate(length);
        try (FileChannel channel = opener.open(place(path), options)) {
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
        if (!isInPlace(path)) {
            throw new FileChangedException(file.path(), "a folder on its path is now a symbolic link");
        }
        if (bytes.hasRemaining()) {
            throw new FileChangedException(
                    file.path(), "it ends at byte " + (offset + bytes.position()) + " of " + file.bytes());
        }
        return bytes.array();
    }

    private void checkUnchanged(SourceFile file, Path path) throws FileChangedException, InterruptedException {
        Map<String, Object> found = attributes(path).orElse(Map.of());
        if (found.isEmpty()) {
            throw new FileChangedException(file.path(), "it is gone");
        }
        if (!isTrue(found, "isRegularFile")) {
            throw new FileChangedException(file.path(), "it is no longer a file");
        }
        if (!version(found).equals(file.version())) {
            throw new FileChangedException(
                    file.path(), "it has version " + version(found) + " and had " + file.version());
        }
    }

    @Override
    public void close() {}

    private Path path(String path) {
        return root.getFileSystem().getPath(path);
    }

    /** Where what is at a path as it was given is read. */
    private Path place(Path path) {
        return real.resolve(root.relativize(path));
    }

    private Map<String, Object> rootAttributes() throws InterruptedException {
        try {
            return Files.readAttributes(real, attributes, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw FileFailures.of("open the source", root, e);
        }
    }

    /** What the root was given as still leads to where it led when the source was opened. */
    private void requireInPlace() {
        if (!RealPath.of(root).equals(real)) {
            throw replaced();
        }
    }

    private LittoralException replaced() {
        return new LittoralException(
                FailureType.TRANSIENT, "The source " + root + " was replaced while it was listed.");
    }

    /** Whether no symbolic link is on the way to what is read for a path. */
    private boolean isInPlace(Path path) throws InterruptedException {
        Path place = place(path);
        try {
            return place.toRealPath().equals(place);
        } catch (IOException e) {
            if (FileFailures.gone(e)) {
                return false;
            }
            throw FileFailures.of("open", path, e);
        }
    }

    /** What is at a path, without following a link, or empty when there is nothing. */
    private Optional<Map<String, Object>> attributes(Path path) throws InterruptedException {
        try {
            return Optional.of(Files.readAttributes(place(path), attributes, LinkOption.NOFOLLOW_LINKS));
        } catch (IOException e) {
            if (FileFailures.gone(e)) {
                return Optional.empty();
            }
            throw FileFailures.of("look at", path, e);
        }
    }

    /** The key of the folder at a path, or empty when there is none. */
    private Optional<Object> key(Path path) throws InterruptedException {
        return attributes(path).flatMap(LocalSource::key);
    }

    private static Optional<Object> key(Map<String, Object> found) {
        return isTrue(found, "isDirectory")
                ? Optional.of(Objects.requireNonNullElse(found.get("fileKey"), "no keys here"))
                : Optional.empty();
    }

    private static boolean isTrue(Map<String, Object> found, String attribute) {
        return Boolean.TRUE.equals(found.get(attribute));
    }

    private static String version(Map<String, Object> found) {
        Instant time = ((FileTime) found.get("lastModifiedTime")).toInstant();
        String nanos = Integer.toString(1_000_000_000 + time.getNano()).substring(1);
        String version = "size:" + found.get("size") + ";mtime:" + time.getEpochSecond() + "." + nanos;
        return found.containsKey("ino") ? version + ";inode:" + found.get("ino") : version;
    }

    private static void checkInterrupt() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted while working on a local source");
        }
    }
}
