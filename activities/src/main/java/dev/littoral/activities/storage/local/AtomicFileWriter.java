package dev.littoral.activities.storage.local;

import dev.littoral.activities.failure.FileFailures;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.BlobCatalogStore;
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
import java.util.Set;
import java.util.UUID;

/**
 * A writer of whole files below a folder, which several processes of one user may share. A file is written elsewhere in
 * full, forced to disk, and then takes its name in one step: by a hard link, which fails where something is, or by a
 * rename. So a process that is killed leaves at worst a file in {@code _tmp}; the process that opens the folder a day
 * later removes it. Folders and files that it makes are for their owner alone where the file system knows owners, as
 * paths and schemas of a lake are private.
 */
final class AtomicFileWriter {
    /** No write takes longer. */
    private static final Duration LEFTOVER = Duration.ofDays(1);

    private static final FileAttribute<?>[] OWN_FOLDER = own("rwx------");
    private static final FileAttribute<?>[] OWN_FILE = own("rw-------");
    /** How often a folder may vanish between being made and being written to, as others delete its last file. */
    private static final int MAX_ATTEMPTS = 1000;

    private final Path root;
    private final Path temporary;

    /**
     * Opens a folder, and makes it if there is none.
     *
     * @param root absolute
     * @throws LittoralException INPUT when the folder's file system has no hard links
     */
    static AtomicFileWriter open(Path root) throws InterruptedException {
        AtomicFileWriter writer = new AtomicFileWriter(root);
        try {
            Path existing = root;
            while (Files.notExists(existing)) {
                existing = existing.getParent();
            }
            // Nothing is written into an existing catalog until there is something to write.
            if (!Files.exists(writer.temporary)) {
                writer.prepare();
                forceUpTo(existing, root);
            }
            writer.removeLeftovers();
            return writer;
        } catch (IOException e) {
            throw FileFailures.of("open the catalog", root, e);
        }
    }

    private AtomicFileWriter(Path root) {
        this.root = root;
        this.temporary = root.resolve(BlobCatalogStore.TEMPORARY);
    }

    /** Makes a file unless there is one, and says whether it did. Durable on return. */
    boolean create(Path target, byte[] body) throws InterruptedException {
        return write(target, body, (from, to) -> {
            try {
                Files.createLink(to, from);
                return true;
            } catch (FileAlreadyExistsException e) {
                return false;
            }
        });
    }

    /** Makes a file, in the place of one that is there. Durable on return. */
    boolean replace(Path target, byte[] body) throws InterruptedException {
        return write(target, body, (from, to) -> {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
            return true;
        });
    }

    /** Deletes a file if there is one, and folders that become empty. */
    void delete(Path path) throws InterruptedException {
        try {
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                return;
            }
            Files.deleteIfExists(path);
        } catch (IOException e) {
            if (!FileFailures.gone(e)) {
                throw FileFailures.of("delete", path, e);
            }
        }
        removeEmptyFolders(path.getParent());
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

    private interface Naming {
        /** Gives a finished file its name, and says whether it did. */
        boolean name(Path from, Path to) throws IOException;
    }

    private boolean write(Path target, byte[] body, Naming naming) throws InterruptedException {
        if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new IllegalArgumentException(
                    "Cannot write the key " + root.relativize(target) + ": there are keys below it.");
        }
        Path finished = temporary.resolve(UUID.randomUUID().toString());
        try {
            try {
                writeDurably(finished, body);
                boolean named = name(naming, finished, target);
                // The loser forces the winner's name to disk, too: it may act on it at once.
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
                // The process that deleted the object just written deleted its folder too.
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
            // So that it is checked again the next time.
            Files.deleteIfExists(temporary);
            throw e;
        }
    }
}
