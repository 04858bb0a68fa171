package dev.littoral.activities.verify;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;

/**
 * The facts that verifying found in a shard's object.
 *
 * @param sha256 the digest of its bytes
 * @param first its first path, or null when it has none
 * @param last its last path
 * @param listing the digest of its listing
 * @param unread how many files could not be read
 * @param segments its segments
 * @param mostRows the most rows a segment has
 * @param largest the segment that has them
 * @param whole whether every line was right
 */
record ShardFacts(
        String sha256,
        String first,
        String last,
        SnapshotTotals totals,
        String listing,
        List<String> schemas,
        long unread,
        ShardSegments segments,
        long mostRows,
        long largest,
        boolean whole) {

    /**
     * Reads a shard and checks each line by itself and against the one before.
     *
     * @throws IOException when a line is not what the format says
     */
    static ShardFacts read(String object, String sha256, byte[] compressed, Findings findings) throws IOException {
        Reading reading = new Reading(object, findings);
        FileLine.readAll(compressed, reading::line);
        return reading.facts(sha256);
    }

    private static final class Reading {
        private static final int CONTENT = 0;
        private static final int ROWS = 1;

        private final String object;
        private final Findings findings;
        private final MessageDigest listing = Digests.sha256();
        private final LongTable segments = new LongTable(2, Integer.MAX_VALUE >> 2);
        private final TreeSet<String> schemas = new TreeSet<>();
        private boolean whole = true;
        private String first;
        private String last;
        private byte[] lastBytes;
        private long files;
        private long bytes;
        private long fragments;
        private long rows;
        private long skipped;
        private long unread;

        Reading(String object, Findings findings) {
            this.object = object;
            this.findings = findings;
        }

        void line(FileLine line) {
            order(line);
            byte[] version = line.version.getBytes(StandardCharsets.UTF_8);
            listing.update(ByteBuffer.allocate(16 + lastBytes.length + version.length)
                    .putInt(lastBytes.length)
                    .put(lastBytes)
                    .putInt(version.length)
                    .put(version)
                    .putLong(line.bytes)
                    .flip());
            if (line.path.isEmpty() || line.version.isEmpty() || line.bytes < 0) {
                wrong(
                        line,
                        "the version '" + FindingText.brief(line.version) + "' and " + line.bytes + " bytes",
                        "a path, a version, and 0 bytes or more");
            }
            if (line.skipped == null) {
                served(line);
            } else {
                skipped++;
                if (line.rows != 0 || line.fragments != 0) {
                    wrong(line, line.rows + " rows and " + line.fragments + " fragments", "none, since it is left out");
                }
            }
            if (line.unread) {
                unread++;
                if (line.skipped == null) {
                    wrong(line, "no reason though it is unread", "why it could not be read");
                }
            }
        }

        private void order(FileLine line) {
            byte[] path = line.path.getBytes(StandardCharsets.UTF_8);
            if (first == null) {
                first = line.path;
            } else if (Arrays.compareUnsigned(lastBytes, path) >= 0) {
                whole = false;
                findings.error(
                        object,
                        "path " + FindingText.brief(line.path) + " follows " + FindingText.brief(last),
                        "each path once, in the order of their UTF-8 bytes");
            }
            last = line.path;
            lastBytes = path;
        }

        private void served(FileLine line) {
            files++;
            bytes += line.bytes;
            fragments += line.fragments;
            rows += line.rows;
            if (line.schema == null) {
                wrong(line, "no schema", "the fingerprint of one");
            } else {
                schemas.add(line.schema);
            }
            if (line.rows <= 0) {
                wrong(line, line.rows + " rows", "1 or more, since it is served");
            }
            long content = Digests.then(Digests.of(line.path), Digests.of(line.version));
            long next = 0;
            boolean contiguous = true;
            for (int i = 0; i < line.fragments; i++) {
                long start = line.start(i);
                long end = line.end(i);
                long segment = line.segment(i);
                if (start != next || end <= start) {
                    if (contiguous) {
                        wrong(
                                line,
                                "the fragment [" + start + ", " + end + ")",
                                "one that starts at row " + next + " and has rows");
                    }
                    contiguous = false;
                }
                next = end;
                if (segment < 1) {
                    wrong(line, "a fragment in segment " + segment, "an id from 1 on");
                    continue;
                }
                int place = segments.place(segment);
                segments.set(
                        CONTENT,
                        place,
                        Digests.then(Digests.then(Digests.then(segments.get(CONTENT, place), content), start), end));
                segments.set(ROWS, place, segments.get(ROWS, place) + end - start);
            }
            if (contiguous && next != line.rows) {
                wrong(line, "fragments of " + next + " rows", "those of all its " + line.rows);
            }
        }

        private void wrong(FileLine line, String found, String expected) {
            whole = false;
            findings.error(object, "file " + line.path + " has " + found, expected);
        }

        ShardFacts facts(String sha256) {
            long[] ids = segments.keys();
            long[] contents = new long[ids.length];
            long mostRows = 0;
            long largest = 0;
            for (int i = 0; i < ids.length; i++) {
                int place = segments.place(ids[i]);
                contents[i] = segments.get(CONTENT, place);
                if (segments.get(ROWS, place) > mostRows) {
                    mostRows = segments.get(ROWS, place);
                    largest = ids[i];
                }
            }
            return new ShardFacts(
                    sha256,
                    first,
                    last,
                    new SnapshotTotals(files, bytes, fragments, rows, ids.length, skipped),
                    HexFormat.of().formatHex(listing.digest()),
                    List.copyOf(schemas),
                    unread,
                    new ShardSegments(ids, contents),
                    mostRows,
                    largest,
                    whole);
        }
    }
}
