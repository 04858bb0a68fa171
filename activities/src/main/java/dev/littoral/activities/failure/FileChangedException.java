package dev.littoral.activities.failure;

import dev.littoral.workflows.model.PrintableText;

/** A file is no longer there at the version that was listed. The update lists again; nothing of the file was used. */
public final class FileChangedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String path;

    public FileChangedException(String path, String found) {
        super(PrintableText.sentence("File " + path + " changed while it was read: " + found));
        this.path = path;
    }

    public String path() {
        return path;
    }
}
