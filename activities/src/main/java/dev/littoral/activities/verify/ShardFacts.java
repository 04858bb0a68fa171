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
 * @param firstListed the first path of its listing, or null when that has none
 * @param lastListed the last path of its listing
 * @param listing the digest of its listing
 * @param unread how many files could not be read
 * @param segments its segments
 * @param mostRows the most rows that a segment had when it was made, without those that were deleted before
 * @param largest the segment that had them
 * @param deadShare the largest share of a segment's rows that died since it was made
 * @param deadest the segment that has it
 * @param dead the fragments with dead rows
 * @param deletes the objects with positions of deleted rows that its lines name, sorted
 * @param movedIn how many living rows were moved into its files
 * @param whole whether every line was right
 */
record ShardFacts(
        String sha256,
        String first,
        String last,
        String firstListed,
        String lastListed,
        SnapshotTotals totals,
        String listing,
        List<String> schemas,
        long unread,
        ShardSegments segments,
        long mostRows,
        long largest,
        double deadShare,
        long deadest,
        DeadFragments dead,
        List<String> deletes,
        long movedIn,
        boolean whole) {

    /**
     * Reads a shard and checks each line by itself and against the one before.
     *
     * @param head a version whose snapshot has the shard
     * @param bitmaps checks the deleted rows of each line
     * @throws IOException when a line is not what the format says
     */
    static ShardFacts read(
            String object, String sha256, byte[] compressed, HeadVersion head, DeletesCheck bitmaps, Findings findings)
            throws IOException, InterruptedException {
        Reading reading = new Reading(object, head, bitmaps, findings);
        FileLine.readAll(compressed, reading::line);
        reading.checkMoved();
        return reading.facts(sha256);
    }

    private static final class Reading {
        private static final int CONTENT = 0;
        private static final int ROWS = 1;
        private static final int DEAD = 2;

        private final String object;
        private final HeadVersion head;
        private final DeletesCheck bitmaps;
        private final Findings findings;
        private final MessageDigest listing = Digests.sha256();
        private final LongTable segments = new LongTable(3, Integer.MAX_VALUE >> 2);
        private final TreeSet<String> schemas = new TreeSet<>();
        private final DeadFragments dead = new DeadFragments();
        private final TreeSet<String> deletes = new TreeSet<>();
        private final MovedRowsCheck moved = new MovedRowsCheck();
        private boolean whole = true;
        private String first;
        private String last;
        private String firstListed;
        private String lastListed;
        private byte[] lastBytes;
        /** The version since which the last line's file is dead, or 0. */
        private long lastDeadSince;

        private long files;
        private long bytes;
        private long fragments;
        private long rows;
        private long skipped;
        private long unread;
        private long deadRows;
        private long movedIn;

        Reading(String object, HeadVersion head, DeletesCheck bitmaps, Findings findings) {
            this.object = object;
            this.head = head;
            this.bitmaps = bitmaps;
            this.findings = findings;
        }

        void line(FileLine line) throws InterruptedException {
            order(line);
            if (line.deletes != null) {
                deletes.add(line.deletes.key());
            }
            if (!line.listed()) {
                dead(line);
                return;
            }
            firstListed = firstListed == null ? line.path : firstListed;
            lastListed = line.path;
            byte[] version = line.version.getBytes(StandardCharsets.UTF_8);
            listing.update(ByteBuffer.allocate(16 + lastBytes.length + version.length)
                    .putInt(lastBytes.length)
                    .put(lastBytes)
                    .putInt(version.length)
                    .put(version)
                    .putLong(line.bytes)
                    .flip());
            if (line.deletesVersion != null) {
                byte[] deletesVersion = line.deletesVersion.getBytes(StandardCharsets.UTF_8);
                listing.update(ByteBuffer.allocate(8 + deletesVersion.length)
                        .putInt(-1)
                        .putInt(deletesVersion.length)
                        .put(deletesVersion)
                        .flip());
            }
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
            int order = first == null ? -1 : Arrays.compareUnsigned(lastBytes, path);
            boolean laterDeath = lastDeadSince > 0 && (line.listed() || line.deadSince > lastDeadSince);
            if (first == null) {
                first = line.path;
            } else if (order > 0 || (order == 0 && !laterDeath)) {
                whole = false;
                findings.error(
                        object,
                        "path " + FindingText.brief(line.path) + " follows " + FindingText.brief(last),
                        "each path once, in the order of their UTF-8 bytes, after its dead files in the order of their"
                                + " deaths");
            }
            last = line.path;
            lastBytes = path;
            lastDeadSince = line.deadSince;
        }

        private void served(FileLine line) throws InterruptedException {
            files++;
            bytes += line.bytes;
            fragments += line.fragments;
            rows += line.rows - (line.deletes == null ? 0 : line.deletes.count());
            if (line.schema == null) {
                wrong(line, "no schema", "the fingerprint of one");
            } else {
                schemas.add(line.schema);
            }
            if (line.rows <= 0) {
                wrong(line, line.rows + " rows", "1 or more, since it is served");
            }
            long deleted = 0;
            long next = 0;
            boolean contiguous = true;
            for (int i = 0; i < line.fragments; i++) {
                long start = line.start(i);
                long end = line.end(i);
                deleted += line.dead(i);
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
                if (line.segment(i) == 0 && line.dead(i) == end - start) {
                    // All its rows were deleted before it got a segment.
                    continue;
                }
                if (line.movedIn(i)) {
                    moved.host(line, i);
                    movedIn += end - start - line.dead(i);
                } else {
                    fragment(line, i);
                }
            }
            if (line.movedTo != null) {
                wrong(line, "rows elsewhere though it is listed", "the one or the other");
            }
            moved.host(line);
            if (contiguous && next != line.rows) {
                wrong(line, "fragments of " + next + " rows", "those of all its " + line.rows);
            }
            long expected = line.deletes == null ? 0 : line.deletes.count();
            if (deleted != expected) {
                wrong(line, "fragments with " + deleted + " deleted rows", expected + ", which its deletes have");
            } else if (line.deletes != null) {
                whole &= bitmaps.check(head, object, line);
            }
        }

        /** A file that is gone, of which segments still have rows. */
        private void dead(FileLine line) throws InterruptedException {
            if (line.skipped != null || line.fragments == 0) {
                wrong(line, "no fragments though it is dead", "those in segments that remain");
            }
            long next = 0;
            for (int i = 0; i < line.fragments; i++) {
                long end = line.end(i);
                boolean lives = line.dead(i) != end - line.start(i);
                if (line.start(i) < next
                        || end <= line.start(i)
                        || line.movedIn(i)
                        || (lives && line.movedTo == null)) {
                    wrong(
                            line,
                            "the fragment [" + line.start(i) + ", " + end + ") with " + line.dead(i) + " dead rows",
                            "one from row " + next + " on, whose rows are all dead");
                }
                next = end;
                fragment(line, i);
            }
            if (line.movedTo != null) {
                String fault = moved.origin(line);
                if (fault != null) {
                    wrong(line, "rows elsewhere of which " + fault, "each row once, in a fragment");
                }
                if (line.deletes != null) {
                    whole &= bitmaps.check(head, object, line);
                }
            }
        }

        /** Rows that were moved are in the files that lines name, in the segments that number them. */
        private void checkMoved() throws InterruptedException {
            if (whole) {
                moved.check(head, object, bitmaps, findings);
            }
        }

        private void fragment(FileLine line, int i) {
            long size = line.end(i) - line.start(i);
            long segment = line.segment(i);
            if (segment < 1) {
                wrong(line, "a fragment in segment " + segment, "an id from 1 on");
                return;
            }
            if (line.dead(i) < 0 || line.dead(i) > size || line.bornDead(i) < 0 || line.bornDead(i) > line.dead(i)) {
                wrong(
                        line,
                        "a fragment of " + size + " rows with " + line.dead(i) + " dead ones, " + line.bornDead(i)
                                + " of them from the beginning",
                        "no more than it has");
            }
            int place = segments.place(segment);
            long content = Digests.then(Digests.of(line.path), Digests.of(line.version));
            content = Digests.then(Digests.then(content, line.start(i)), line.end(i));
            segments.set(
                    CONTENT,
                    place,
                    Digests.then(Digests.then(segments.get(CONTENT, place), content), line.bornDead(i)));
            segments.set(ROWS, place, segments.get(ROWS, place) + size - line.bornDead(i));
            segments.set(DEAD, place, segments.get(DEAD, place) + line.dead(i) - line.bornDead(i));
            deadRows += line.dead(i);
            dead.add(segment, content, line.dead(i));
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
            double deadShare = 0;
            long deadest = 0;
            for (int i = 0; i < ids.length; i++) {
                int place = segments.place(ids[i]);
                contents[i] = segments.get(CONTENT, place);
                if (segments.get(ROWS, place) > mostRows) {
                    mostRows = segments.get(ROWS, place);
                    largest = ids[i];
                }
                double share = (double) segments.get(DEAD, place) / Math.max(1, segments.get(ROWS, place));
                if (share > deadShare) {
                    deadShare = share;
                    deadest = ids[i];
                }
            }
            return new ShardFacts(
                    sha256,
                    first,
                    last,
                    firstListed,
                    lastListed,
                    new SnapshotTotals(files, bytes, fragments, rows, ids.length, skipped, deadRows),
                    HexFormat.of().formatHex(listing.digest()),
                    List.copyOf(schemas),
                    unread,
                    new ShardSegments(ids, contents),
                    mostRows,
                    largest,
                    deadShare,
                    deadest,
                    dead,
                    List.copyOf(deletes),
                    movedIn,
                    whole);
        }
    }
}
