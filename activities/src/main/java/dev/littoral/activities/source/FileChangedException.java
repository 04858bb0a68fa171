package dev.littoral.activities.source;

/** A file is no longer there at the version that was listed. The update lists again; nothing of the file was used. */
public final class FileChangedException extends Exception {
    private static final long serialVersionUID = 1L;

    public FileChangedException(String path, String found) {
        super("File " + path + " changed while it was read: " + found);
    }
}
