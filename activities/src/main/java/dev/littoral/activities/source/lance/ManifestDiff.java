package dev.littoral.activities.source.lance;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.littoral.activities.digest.Sha256;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.table.PathHashes;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The difference between two manifests, by the digests of their files: first all files of the older one are passed,
 * then those of the newer, then those of the older again where some are gone. Where a path is in one of them twice it
 * tells nothing, and the whole read says so. For one thread.
 */
final class ManifestDiff {
    /** More cost as much as a whole read. */
    private static final int MAX_OLDER = 500_000;

    private static final int MAX_CHANGES = 100_000;

    /** A digest of 128 bits, which no two texts share. */
    private record Hash(long high, long low) {}

    private final MessageDigest digest = Sha256.start();
    private final Map<Hash, Hash> left = new HashMap<>();
    private final PathHashes seen = new PathHashes();
    private final List<SourceFile> changes = new ArrayList<>();
    private boolean tooMuch;

    private Hash hash(String text) {
        ByteBuffer bytes = ByteBuffer.wrap(digest.digest(text.getBytes(UTF_8)));
        return new Hash(bytes.getLong(), bytes.getLong());
    }

    private Hash content(SourceFile file) {
        return hash(file.version() + " " + file.bytes() + " " + file.deletesVersion());
    }

    void older(SourceFile file) {
        if (left.size() == MAX_OLDER) {
            tooMuch = true;
        }
        if (!tooMuch) {
            tooMuch = left.put(hash(file.path()), content(file)) != null;
        }
    }

    void newer(SourceFile file) {
        tooMuch = tooMuch || !seen.add(file.path());
        if (tooMuch) {
            return;
        }
        Hash before = left.remove(hash(file.path()));
        if (!content(file).equals(before)) {
            add(file);
        }
    }

    /** Whether files are gone, so that the older ones have to be passed again. */
    boolean isGoneNeeded() {
        return !tooMuch && !left.isEmpty();
    }

    void gone(SourceFile file) {
        if (!tooMuch && left.containsKey(hash(file.path()))) {
            add(SourceFile.gone(file.path()));
        }
    }

    private void add(SourceFile file) {
        if (changes.size() == MAX_CHANGES) {
            tooMuch = true;
        } else {
            changes.add(file);
        }
    }

    /** The files that differ, or empty where a whole read is as good. */
    Optional<List<SourceFile>> changes() {
        return tooMuch ? Optional.empty() : Optional.of(List.copyOf(changes));
    }
}
