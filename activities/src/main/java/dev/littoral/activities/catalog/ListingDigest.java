package dev.littoral.activities.catalog;

import dev.littoral.activities.digest.Sha256;
import dev.littoral.activities.path.SourceFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * The digest of a listing: SHA-256 over each file's path, version and size in order, texts as UTF-8 with their length
 * in four bytes before them, sizes in eight, all big-endian. Where a file's deleted rows have a version, -1 in four
 * bytes and that version follow. One thread.
 */
public final class ListingDigest {
    /** What comes before the version of deleted rows. No path has this length. */
    private static final int DELETES = -1;

    private final MessageDigest digest = Sha256.start();

    public void add(SourceFile file) {
        byte[] path = file.path().getBytes(StandardCharsets.UTF_8);
        byte[] version = file.version().getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(16 + path.length + version.length)
                .putInt(path.length)
                .put(path)
                .putInt(version.length)
                .put(version)
                .putLong(file.bytes())
                .flip());
        if (file.deletesVersion() != null) {
            byte[] deletes = file.deletesVersion().getBytes(StandardCharsets.UTF_8);
            digest.update(ByteBuffer.allocate(8 + deletes.length)
                    .putInt(DELETES)
                    .putInt(deletes.length)
                    .put(deletes)
                    .flip());
        }
    }

    /** The digest of what was added; to be called once, at the end. */
    public String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
