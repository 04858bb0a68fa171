package dev.littoral.activities.storage.local;

import dev.littoral.activities.failure.FileFailures;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.DirectoryOrder;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.storage.ObjectStore;
import dev.littoral.workflows.model.FailureType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * A catalog in a local folder, which several processes of one user may share: folders and files that it makes are for their owner
 * alone where the file system knows owners, as paths and schemas of a lake are nobody else's business. An object is a file at its key. It is written elsewhere in
 * full, forced to disk, and then takes its name in one step: by a hard link, which fails where something is, or by a rename.
 * So a process that is killed leaves at worst a file in {@code _tmp}; a store that is opened a day later removes it.
 */
public final class LocalObjectStore implements ObjectStore {
    private static final String TEMPORARY = "_tmp";
    /** Longer than any write lasts. */
    private static final Duration LEFTOVER = Duration.ofDays(1);

    private static final FileAttribute<?>[] OWN_FOLDER = own("rwx------");
    private static final FileAttribute<?>[] OWN_FILE = own("rw-------");
    /** How often a folder may vanish between being made and being written to, as others delete its last file. */
    private static final int MAX_ATTEMPTS = 1000;

    private final Path root;
    private final Path temporary;

    /**
     * Opens a store, and makes its folder if there is none.
     *
     * @throws LittoralException INPUT when the folder's file system has no hard links
     */
    public LocalObjectStore(Path root) throws InterruptedException {
        this.root = root.toAbsolutePath().normalize();
        this.temporary = this.root.resolve(TEMPORARY);
        try {
            Path existing = this.root;
            while (Files.notExists(existing)) {
                existing = existing.getParent();
            }
            // A catalog that was opened before is not written to until there is something to write.
            if (!Files.exists(temporary)) {
                prepare();
                forceUpTo(existing, this.root);
            }
            removeLeftovers();
        } catch (IOException e) {
            throw FileFailures.of("open the catalog", this.root, e);
        }
    }

    private LocalObjectStore(Path root, Path temporary) {
        this.root = root;
        this.temporary = temporary;
    }

    /** Opens a store that is only read, such as one on a read-only file system: nothing is made, checked or removed. */
    public static LocalObjectStore forReading(Path root) {
        Path absolute = root.toAbsolutePath().normalize();
        return new LocalObjectStore(absolute, absolute.resolve(TEMPORARY));
    }

    @Override
    public boolean createIfAbsent(String key, byte[] body) throws InterruptedException {
        return write(key, body, (from, to) -> {
            try {
                Files.createLink(to, from);
                return true;
            } catch (FileAlreadyExistsException e) {
                return false;
            }
        });
    }

    @Override
    public void put(String key, byte[] body) throws InterruptedException {
        write(key, body, (from, to) -> {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
            return true;
        });
    }

    @Override
    public Optional<byte[]> get(String key) throws InterruptedException {
        Path path = path(key);
        try {
            return Optional.of(Files.readAllBytes(path));
        } catch (IOException e) {
            if (FileFailures.gone(e) || Files.isDirectory(path)) {
                return Optional.empty();
            }
            throw FileFailures.of("read", path, e);
        }
    }

    @Override
    public List<String> list(String prefix, String startAfter, int limit) throws InterruptedException {
        if ((!prefix.isEmpty() && !prefix.endsWith("/")) || limit < 1) {
            throw new IllegalArgumentException("Cannot list " + limit + " keys of prefix " + prefix
                    + "; expected one or more, and a / at its end.");
        }
        Path folder = prefix.isEmpty() ? root : path(prefix.substring(0, prefix.length() - 1));
        List<String> keys = new ArrayList<>();
        list(folder, prefix, startAfter, limit, keys);
        return keys;
    }

    private void list(Path folder, String prefix, String startAfter, int limit, List<String> keys)
            throws InterruptedException {
        DirectoryOrder names = new DirectoryOrder(names(folder));
        for (String name = names.next(); name != null && keys.size() < limit; name = names.next()) {
            String key = prefix + name;
            if (name.endsWith("/")) {
                list(folder.resolve(name), key, startAfter, limit, keys);
            } else if (startAfter == null || PathOrder.compare(key + "0", startAfter) > 0) {
                // The character after / is 0, so below the folder of this name there may be keys beyond startAfter.
                Path path = folder.resolve(name);
                if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    names.folder(name);
                } else if ((startAfter == null || PathOrder.compare(key, startAfter) > 0)
                        && Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    keys.add(key);
                }
            }
        }
    }

    private List<String> names(Path folder) throws InterruptedException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (isPart(name) && !entry.equals(temporary)) {
                    names.add(name);
                }
            }
            return names;
        } catch (IOException | DirectoryIteratorException e) {
            IOException cause = e instanceof DirectoryIteratorException wrapper ? wrapper.getCause() : (IOException) e;
            if (FileFailures.gone(cause)) {
                return List.of();
            }
            throw FileFailures.of("list", folder, cause);
        }
    }

    /** Deletes objects, and folders that become empty. */
    @Override
    public void delete(Collection<String> keys) throws InterruptedException {
        for (String key : keys) {
            Path path = path(key);
            try {
                if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    continue;
                }
                Files.deleteIfExists(path);
            } catch (IOException e) {
                if (!FileFailures.gone(e)) {
                    throw FileFailures.of("delete", path, e);
                }
            }
            removeEmptyFolders(path.getParent());
        }
    }

    private void removeEmptyFolders(Path folder) {
        try {
            for (Path empty = folder; !empty.equals(root); empty = empty.getParent()) {
                Files.delete(empty);
            }
        } catch (IOException e) {
            // It holds something, or somebody else removed it.
        }
    }

    @Override
    public String location() {
        return root.toString();
    }

    @Override
    public void close() {}

    private interface Naming {
        /** Gives a finished file its name, and says whether it did. */
        boolean name(Path from, Path to) throws IOException;
    }

    private boolean write(String key, byte[] body, Naming naming) throws InterruptedException {
        Path target = path(key);
        if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new IllegalArgumentException("Cannot write the key " + key + ": there are keys below it.");
        }
        Path finished = temporary.resolve(UUID.randomUUID().toString());
        try {
            try {
                writeDurably(finished, body);
                boolean named = name(naming, finished, target);
                // The loser forces the winner's name to disk, too: it may act upon it at once.
                forceUpTo(root, target.getParent());
                return named;
            } finally {
                Files.deleteIfExists(finished);
            }
        } catch (IOException e) {
            throw FileFailures.of("write", target, e);
        }
    }

    private static boolean name(Naming naming, Path finished, Path target) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return naming.name(finished, target);
            } catch (NoSuchFileException e) {
                if (attempt == MAX_ATTEMPTS) {
                    throw new LittoralException(
                            FailureType.TRANSIENT,
                            "Cannot write " + target + ": its folder or " + finished + " is removed again and again.",
                            e);
                }
            }
            try {
                Files.createDirectories(target.getParent(), OWN_FOLDER);
            } catch (NoSuchFileException | FileAlreadyExistsException e) {
                // Somebody removed or made a folder at the same time.
            }
        }
    }

    /** Where there are such permissions; elsewhere a folder's rules hold. */
    private static FileAttribute<?>[] own(String permissions) {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static void writeDurably(Path path, byte[] body) throws IOException {
        Set<OpenOption> create = Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        try (FileChannel channel = FileChannel.open(path, create, OWN_FILE)) {
            ByteBuffer left = ByteBuffer.wrap(body);
            while (left.hasRemaining()) {
                channel.write(left);
            }
            channel.force(true);
        }
    }

    /** Forces to disk the names in a folder and in those above it, up to and including the top. */
    private static void forceUpTo(Path top, Path folder) throws IOException {
        for (Path path = folder; path != null && path.startsWith(top); path = path.getParent()) {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                channel.force(true);
            } catch (NoSuchFileException e) {
                // Whoever deleted the object just written took its folder along.
            }
        }
    }

    private void removeLeftovers() throws IOException {
        Instant limit = Instant.now().minus(LEFTOVER);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(temporary)) {
            for (Path file : files) {
                try {
                    BasicFileAttributes found =
                            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                    if (found.isRegularFile()
                            && found.lastModifiedTime().toInstant().isBefore(limit)) {
                        Files.deleteIfExists(file);
                    }
                } catch (IOException e) {
                    // Another process finished with it, or it is somebody else's: no reason to refuse the catalog.
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private void checkHardLinks() throws IOException {
        Path file = Files.createFile(temporary.resolve(UUID.randomUUID().toString()), OWN_FILE);
        Path link = temporary.resolve(UUID.randomUUID().toString());
        try {
            Files.createLink(link, file);
            Files.delete(link);
        } catch (UnsupportedOperationException | FileSystemException e) {
            throw new LittoralException(
                    FailureType.INPUT,
                    "The file system of the catalog's folder " + root
                            + " makes no hard links; expected one that does, such as ext4, XFS or NFS.",
                    e);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private void prepare() throws IOException {
        Files.createDirectories(temporary, OWN_FOLDER);
        try {
            checkHardLinks();
        } catch (LittoralException e) {
            // So that it is looked at again the next time.
            Files.deleteIfExists(temporary);
            throw e;
        }
    }

    private Path path(String key) {
        for (int start = 0, end; start <= key.length(); start = end + 1) {
            end = key.indexOf('/', start);
            end = end < 0 ? key.length() : end;
            String part = key.substring(start, end);
            if (!isPart(part) || (start == 0 && part.equals(TEMPORARY))) {
                throw new IllegalArgumentException("The key " + key + " has the part '" + part
                        + "'; expected parts of 1 to 255 of the characters a-z 0-9 . _ = -, none of them . or .., and"
                        + " the first not " + TEMPORARY + ".");
            }
        }
        return root.resolve(key);
    }

    private static boolean isPart(String part) {
        return !part.isEmpty()
                && part.length() <= 255
                && !part.equals(".")
                && !part.equals("..")
                && part.chars()
                        .allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "._=-".indexOf(c) >= 0);
    }
}
