package dev.littoral.activities.verify;

import dev.littoral.activities.verify.FileLine.NamedDeletes;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.roaringbitmap.longlong.Roaring64NavigableMap;

/**
 * Checks the bitmaps of deleted rows that lines of shards name. In memory are the objects that were read last, up to
 * some bytes, and the bitmap of one file. One thread.
 */
final class DeletesCheck {
    private static final Pattern DELETES = Pattern.compile("snapshots/(\\d{10})-[^/]+/deletes-\\d+-\\d+\\.bin");
    private static final long CACHE_BYTES = 64L << 20;

    private final ReachableObjects reachable;
    private final Findings findings;

    /** The one that was used last comes last. */
    private final Map<String, byte[]> objects = new LinkedHashMap<>(16, 0.75f, true);

    private final Set<String> missing = new HashSet<>();
    private long cached;

    DeletesCheck(ReachableObjects reachable, Findings findings) {
        this.reachable = reachable;
        this.findings = findings;
    }

    /**
     * Whether a listed line's bitmap is what the line says of it. What is wrong is a finding.
     *
     * @param head the version whose snapshot the line belongs to
     * @param object the shard's object
     */
    boolean check(HeadVersion head, String object, FileLine line) throws InterruptedException {
        NamedDeletes deletes = line.deletes;
        Matcher name = DELETES.matcher(deletes.key());
        if (!name.matches() || !StoredObjects.isKey(deletes.key()) || Long.parseLong(name.group(1)) > head.version()) {
            return wrong(
                    object,
                    line.path,
                    "in " + FindingText.brief(deletes.key()),
                    "in snapshots/<version>-<commitId>/deletes-<n>-<part>.bin of version " + head.version()
                            + " or older");
        }
        Roaring64NavigableMap rows;
        try {
            rows = read(head, object, deletes);
        } catch (IOException e) {
            return wrong(object, line.path, FindingText.reason(e), "a portable 64-bit Roaring bitmap in " + deletes);
        }
        if (rows == null) {
            return false;
        }
        if (rows.getLongCardinality() != deletes.count() || rows.isEmpty()) {
            return wrong(object, line.path, "that are " + rows.getLongCardinality(), deletes.count() + ", at least 1");
        }
        if (Long.compareUnsigned(rows.last(), line.rows) >= 0) {
            return wrong(
                    object,
                    line.path,
                    "up to row " + Long.toUnsignedString(rows.last()),
                    "less than " + line.rows + ", the rows of the file");
        }
        for (int i = 0; i < line.fragments; i++) {
            long found = count(rows, line.start(i), line.end(i));
            if (found != line.dead(i)) {
                return wrong(
                        object,
                        line.path,
                        "that are " + found + " in the fragment [" + line.start(i) + ", " + line.end(i) + ")",
                        line.dead(i) + ", as the fragment says");
            }
        }
        return true;
    }

    private boolean wrong(String object, String path, String found, String expected) {
        findings.error(object, "file " + path + " has deleted rows " + found, expected);
        return false;
    }

    /** How many rows of a range a bitmap has. */
    static long count(Roaring64NavigableMap rows, long from, long to) {
        return from >= to ? 0 : rows.rankLong(to - 1) - (from == 0 ? 0 : rows.rankLong(from - 1));
    }

    /**
     * A bitmap, or null where its object is missing, which is a finding once.
     *
     * @throws IOException when there is none where the line says, or it is damaged
     */
    Roaring64NavigableMap read(HeadVersion head, String namedBy, NamedDeletes deletes)
            throws IOException, InterruptedException {
        byte[] object = object(head, namedBy, deletes.key());
        if (object == null) {
            return null;
        }
        if (deletes.length() > object.length || deletes.offset() > object.length - deletes.length()) {
            throw new IOException("beyond the " + object.length + " bytes of their object");
        }
        byte[] bytes = Arrays.copyOfRange(object, (int) deletes.offset(), (int) (deletes.offset() + deletes.length()));
        String sha256 = Digests.hex(bytes);
        if (!sha256.equals(deletes.sha256())) {
            throw new IOException("whose SHA-256 is " + sha256);
        }
        Roaring64NavigableMap rows = new Roaring64NavigableMap(false, false);
        ByteArrayInputStream in = new ByteArrayInputStream(bytes);
        try {
            rows.deserializePortable(new DataInputStream(in));
        } catch (RuntimeException e) {
            throw new IOException("that are no bitmap", e);
        }
        if (in.available() > 0 || !rows.validate()) {
            throw new IOException("that are no bitmap");
        }
        return rows;
    }

    private byte[] object(HeadVersion head, String namedBy, String key) throws InterruptedException {
        byte[] object = objects.get(key);
        if (object == null && !missing.contains(key)) {
            object = reachable.read(head, key, namedBy);
            if (object == null) {
                missing.add(key);
                return null;
            }
            objects.put(key, object);
            cached += object.length;
            Iterator<Map.Entry<String, byte[]>> oldest = objects.entrySet().iterator();
            while (cached > CACHE_BYTES && objects.size() > 1) {
                cached -= oldest.next().getValue().length;
                oldest.remove();
            }
        }
        return object;
    }
}
