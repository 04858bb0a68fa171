package dev.littoral.activities.verify;

import java.util.Optional;

/**
 * The objects that versions name, directly or by their snapshots, and their bytes as they are named. One number an
 * object is in memory. One thread.
 */
final class ReachableObjects {
    private static final int LIMIT = 1 << 26;

    private final StoredObjects objects;
    private final Findings findings;
    private final LongTable keys = new LongTable(0, LIMIT);
    private boolean complete = true;

    ReachableObjects(StoredObjects objects, Findings findings) {
        this.objects = objects;
        this.findings = findings;
    }

    boolean contains(String key) {
        return keys.contains(Digests.of(key));
    }

    /** Whether all objects that versions name are known. */
    boolean isComplete() {
        return complete;
    }

    /** A version or root is missing or unreadable, so what it names is not known. */
    void markIncomplete() {
        complete = false;
    }

    void add(String key) {
        complete &= keys.place(Digests.of(key)) != LongTable.FULL;
    }

    /**
     * An object's bytes, or null and a finding when they are not those that were written.
     *
     * @param head the version whose snapshot it belongs to
     * @param namedBy what names it with this digest
     */
    byte[] read(HeadVersion head, String key, String sha256, String namedBy) throws InterruptedException {
        byte[] bytes = read(head, key, namedBy);
        if (bytes == null) {
            return null;
        }
        String found = Digests.hex(bytes);
        if (!found.equals(sha256)) {
            findings.error(objects.name(key), "its SHA-256 is " + found, sha256 + ", as " + namedBy + " says");
            return null;
        }
        return bytes;
    }

    /** An object's bytes, or null and a finding when it is not there. */
    byte[] read(HeadVersion head, String key, String namedBy) throws InterruptedException {
        Optional<byte[]> bytes = objects.find(key);
        if (bytes.isEmpty()) {
            missing(head, key, namedBy);
        }
        return bytes.orElse(null);
    }

    private void missing(HeadVersion head, String key, String namedBy) throws InterruptedException {
        if (objects.find(LogCheck.key(head.version())).isEmpty()) {
            findings.info(objects.name(key), "it was removed while it was verified, as clean-up does");
        } else {
            findings.error(objects.name(key), "it is missing", "it to be there, as " + namedBy + " names it");
        }
    }
}
