package dev.littoral.activities.failure;

import dev.littoral.workflows.model.FailureType;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Classifies failures of the local file system. */
public final class FileFailures {
    private static final Set<String> DENIED =
            Set.of("Permission denied", "Operation not permitted", "Read-only file system");
    /** The prefix of reasons when a part of a path is not a folder. */
    private static final List<String> GONE = List.of("Not a directory", "Too many levels of symbolic links");

    private static final Set<String> WRONG = Set.of("Is a directory", "File name too long");

    private FileFailures() {}

    /**
     * Classifies a failure: what is denied is ACCESS, a path that cannot be what it should is INPUT, all else (a full
     * disk, an I/O error) may pass and is TRANSIENT.
     *
     * @param doing what failed, such as {@code read}; the message is "Cannot read path: reason."
     * @throws InterruptedException when the failure is an interrupt
     */
    public static LittoralException of(String doing, Path path, IOException e) throws InterruptedException {
        if (e instanceof ClosedByInterruptException) {
            Thread.interrupted();
            throw new InterruptedException("interrupted: " + doing + " " + path);
        }
        String reason = reason(e);
        return new LittoralException(type(e, reason), "Cannot " + doing + " " + path + ": " + reason + ".", e);
    }

    /** Whether it means that nothing exists at a path: no such file, or a parent that is not a folder. */
    public static boolean gone(IOException e) {
        return e instanceof NoSuchFileException
                || e instanceof NotDirectoryException
                || GONE.stream().anyMatch(reason(e)::startsWith);
    }

    private static FailureType type(IOException e, String reason) {
        if (e instanceof AccessDeniedException || DENIED.contains(reason)) {
            return FailureType.ACCESS;
        }
        return gone(e) || WRONG.contains(reason) ? FailureType.INPUT : FailureType.TRANSIENT;
    }

    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof NoSuchFileException) {
            return "there is no such file or folder";
        }
        if (e instanceof NotDirectoryException) {
            return "it is not a folder";
        }
        String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }
}
