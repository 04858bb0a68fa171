package dev.littoral.activities.storage.local;

import dev.littoral.activities.failure.FileFailures;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.DirectoryOrder;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.activities.storage.BlobStore.Entry;
import dev.littoral.activities.storage.BlobStore.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The walk of a folder and all below it, in the order of whole paths. It follows no link, so it never leaves its root.
 * It keeps in memory the names in one folder and in those that lead to it, and costs one look at each file's
 * attributes. What vanishes while it goes on is not there; but a root that vanishes is a failure, never an empty
 * listing. For one thread.
 */
final class FolderWalk implements BlobStore.Cursor {
    /** How the JVM reads the bytes of file names; the locale decides it. */
    static final String NAME_ENCODING = System.getProperty("sun.jnu.encoding");

    private static final boolean UTF_8_NAMES = StandardCharsets.UTF_8.name().equals(NAME_ENCODING);
    /** Ends a name that is not valid UTF-8, escaped. No file name contains it. */
    private static final char ESCAPED = '\0';

    private final RootDirectory root;
    private final boolean required;
    private final String after;
    private final Deque<Folder> folders = new ArrayDeque<>();
    private final Optional<Object> rootKey;

    /** What to hand over before the walk goes on. */
    private Entry next;

    /** The folder to go on in, which was handed over, or null. */
    private String unopened;

    /**
     * Begins a walk.
     *
     * @param start the folder to walk: the root or one below it
     * @param required whether that there is no such folder is a failure
     * @param after only what is beyond this path, or null for all
     */
    FolderWalk(RootDirectory root, Path start, boolean required, String after) throws InterruptedException {
        this.root = root;
        this.required = required;
        this.after = after;
        String path = start.toString();
        String top = path.endsWith("/") ? path : path + "/";
        open(top, null);
        this.rootKey = folders.element().key;
        this.next = Entry.of(top, Kind.FOLDER);
    }

    /**
     * A folder on the way to where the walk is.
     *
     * @param path whole, with / at its end
     * @param key distinguishes it from another folder at the same path
     * @param names those that are yet to be met
     */
    private record Folder(String path, Optional<Object> key, DirectoryOrder names) {}

    @Override
    public List<Entry> next() throws InterruptedException {
        while (next == null && (unopened != null || !folders.isEmpty())) {
            checkInterrupt();
            if (unopened != null) {
                String folder = unopened;
                unopened = null;
                open(folder, folders.element());
            } else {
                step(folders.element());
            }
        }
        List<Entry> found = next == null ? List.of() : List.of(next);
        next = null;
        return found;
    }

    /** The root is still what it was. */
    @Override
    public void finish() throws InterruptedException {
        root.requireInPlace();
        if (required && !RootDirectory.folderKey(root.attributes()).equals(rootKey)) {
            throw root.replaced();
        }
    }

    private void step(Folder folder) throws InterruptedException {
        String name = folder.names.next();
        String path = folder.path + name;
        if (name == null) {
            folders.pop();
        } else if (name.endsWith("/")) {
            unopened = path;
            next = Entry.of(path, Kind.FOLDER);
        } else if (name.indexOf(ESCAPED) >= 0) {
            next = Entry.of(path.substring(0, path.length() - 1), Kind.UNREADABLE_NAME);
        } else if (after == null || PathOrder.compare(path + "0", after) > 0) {
            // The character after / is 0, so below the folder of this name there may be paths beyond.
            meet(folder, name, path);
        }
    }

    private void meet(Folder folder, String name, String path) throws InterruptedException {
        Map<String, Object> found = root.attributes(root.path(path));
        if (RootDirectory.isTrue(found, "isDirectory")) {
            folder.names.folder(name);
        } else if (found.isEmpty() || (after != null && PathOrder.compare(path, after) <= 0)) {
            // Gone, or before where the listing begins.
        } else if (RootDirectory.isTrue(found, "isSymbolicLink")) {
            next = Entry.of(path, Kind.SYMBOLIC_LINK);
        } else if (RootDirectory.isTrue(found, "isRegularFile")) {
            next = RootDirectory.file(path, found);
        } else {
            next = Entry.of(path, Kind.SPECIAL_FILE);
        }
    }

    /** Reads a folder's names; one that is no longer there, or no longer this folder, has none. */
    private void open(String folder, Folder parent) throws InterruptedException {
        Path path = root.path(folder);
        Optional<Object> key = key(path);
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.place(path))) {
            for (Path entry : entries) {
                checkInterrupt();
                names.add(name(entry));
            }
        } catch (IOException | DirectoryIteratorException e) {
            IOException cause = e instanceof DirectoryIteratorException wrapper ? wrapper.getCause() : (IOException) e;
            unopenable(folder, parent, path, cause);
        }
        // Names that were read through a link, put in the place of this folder or of one above, are not its own.
        root.requireInPlace();
        boolean inPlace = key.isPresent()
                && key.equals(key(path))
                && (parent == null || parent.key.equals(key(root.path(parent.path))));
        folders.push(new Folder(folder, key, new DirectoryOrder(inPlace ? names : List.of())));
    }

    private void unopenable(String folder, Folder parent, Path path, IOException cause) throws InterruptedException {
        boolean gone = FileFailures.gone(cause);
        if (parent == null && (required || !gone)) {
            throw FileFailures.of(required ? "list the source" : "list", path, cause);
        }
        if (!gone) {
            next = Entry.unreadable(folder, FileFailures.of("list the folder", path, cause));
        }
    }

    private Optional<Object> key(Path path) throws InterruptedException {
        return RootDirectory.folderKey(root.attributes(path));
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

    static void checkInterrupt() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted while working on a local source");
        }
    }
}
