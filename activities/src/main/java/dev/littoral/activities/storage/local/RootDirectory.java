package dev.littoral.activities.storage.local;

import dev.littoral.activities.failure.FileFailures;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.workflows.model.FailureType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A root directory that nothing leaves: where it leads is resolved once, and nothing but that real path is looked at
 * from then on. A link that is found on it, or below it, later is not followed. A path is the root as it was given,
 * made absolute, and the names below it.
 */
final class RootDirectory {
    private final Path root;
    private final Path real;
    private final String attributes;

    RootDirectory(Path root) {
        this.root = root.toAbsolutePath().normalize();
        this.real = RealPath.of(this.root);
        this.attributes = root.getFileSystem().supportedFileAttributeViews().contains("unix")
                ? "unix:isRegularFile,isDirectory,isSymbolicLink,size,lastModifiedTime,fileKey,ino"
                : "isRegularFile,isDirectory,isSymbolicLink,size,lastModifiedTime,fileKey";
    }

    /** The root as it was given. */
    Path path() {
        return root;
    }

    /** Where the root really is, or would be. */
    Path real() {
        return real;
    }

    Path path(String path) {
        return root.getFileSystem().getPath(path);
    }

    /** Where what is at a path as it was given is read. */
    Path place(Path path) {
        return real.resolve(root.relativize(path));
    }

    /** What the root is, without following a link. */
    Map<String, Object> attributes() throws InterruptedException {
        try {
            return Files.readAttributes(real, attributes, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw FileFailures.of("open the source", root, e);
        }
    }

    /** What is at a path, without following a link, or nothing when there is nothing. */
    Map<String, Object> attributes(Path path) throws InterruptedException {
        try {
            return Files.readAttributes(place(path), attributes, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            if (FileFailures.gone(e)) {
                return Map.of();
            }
            throw FileFailures.of("look at", path, e);
        }
    }

    /** What the root was given as still leads to where it led when it was opened. */
    void requireInPlace() {
        if (!RealPath.of(root).equals(real)) {
            throw replaced();
        }
    }

    LittoralException replaced() {
        return new LittoralException(
                FailureType.TRANSIENT, "The source " + root + " was replaced while it was listed.");
    }

    /** Whether no symbolic link is on the way to what is read for a path. */
    boolean isInPlace(Path path) throws InterruptedException {
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

    /** The identity of a folder, which another one at the same path does not have; empty when there is none. */
    static Optional<Object> folderKey(Map<String, Object> found) {
        return isTrue(found, "isDirectory")
                ? Optional.of(Objects.requireNonNullElse(found.get("fileKey"), "no keys here"))
                : Optional.empty();
    }

    static boolean isTrue(Map<String, Object> found, String attribute) {
        return Boolean.TRUE.equals(found.get(attribute));
    }

    /** The entry of a file. */
    static BlobStore.Entry file(String path, Map<String, Object> found) {
        long modified = ((FileTime) found.get("lastModifiedTime")).toMillis();
        return BlobStore.Entry.file(path, version(found), (Long) found.get("size"), modified);
    }

    /**
     * Size, time of change in nanoseconds and inode. A file system that sets the time of change in coarse steps can
     * hide that a file was overwritten in place with as many bytes within one step.
     */
    static String version(Map<String, Object> found) {
        Instant time = ((FileTime) found.get("lastModifiedTime")).toInstant();
        String nanos = Integer.toString(1_000_000_000 + time.getNano()).substring(1);
        String version = "size:" + found.get("size") + ";mtime:" + time.getEpochSecond() + "." + nanos;
        return found.containsKey("ino") ? version + ";inode:" + found.get("ino") : version;
    }
}
