package dev.littoral.activities.catalog;

import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.catalog.Segment.FragmentSpan;
import dev.littoral.activities.deletes.RowRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** A segment as the lines of its shard lay it out. */
record ShardSegment(long id, List<Part> parts) {
    /** A fragment of the segment, and the line of its file. */
    record Part(FileEntry line, FragmentEntry fragment) {
        boolean sameRows(Part other) {
            return line.path().equals(other.line.path())
                    && line.version().equals(other.line.version())
                    && fragment.sameRows(other.fragment);
        }

        /** Whether the positions of the deleted rows are the same ones, so that nobody has to read them. */
        boolean sameDeletes(Part other) {
            return line.deletes() != null && line.deletes().equals(other.line.deletes());
        }

        /** Where its rows are now, or null where they are in the file itself, or dead. */
        List<MovedRows> movedTo() {
            return line.movedTo() == null ? null : MovedRows.within(line.movedTo(), fragment.start(), fragment.end());
        }

        /** The fragment's share of its file's bytes. All fragments of a file have all of them. */
        long bytes() {
            return bytesTo(fragment.end()) - bytesTo(fragment.start());
        }

        private long bytesTo(long row) {
            return Math.round((double) line.bytes() * row / line.rows());
        }
    }

    /** The segments of a shard by rising id: each is in one shard. */
    static Map<Long, ShardSegment> of(List<FileEntry> lines) {
        Map<Long, ShardSegment> segments = new TreeMap<>();
        for (FileEntry line : lines) {
            for (FragmentEntry fragment : line.fragments()) {
                if (fragment.laysOut()) {
                    segments.computeIfAbsent(fragment.segment(), id -> new ShardSegment(id, new ArrayList<>()))
                            .parts
                            .add(new Part(line, fragment));
                }
            }
        }
        return segments;
    }

    Segment segment() {
        List<FragmentSpan> spans = new ArrayList<>(parts.size());
        for (Part part : parts) {
            spans.add(new FragmentSpan(
                    part.line.path(),
                    part.line.version(),
                    part.fragment.start(),
                    part.fragment.end(),
                    spans.isEmpty() ? 0 : spans.getLast().to(),
                    part.fragment.dead(),
                    part.line.movedTo() == null ? part.line.deadSince() : null,
                    part.line.deletes(),
                    part.movedTo()));
        }
        return new Segment(id, spans);
    }

    String firstPath() {
        return parts.getFirst().line.path();
    }

    /** How many of its rows are not deleted. */
    long living() {
        return parts.stream().mapToLong(part -> part.fragment.living()).sum();
    }

    /** The bytes of files that have its living rows. */
    long bytesToRead() {
        return parts.stream()
                .filter(part -> part.fragment.living() > 0)
                .mapToLong(Part::bytes)
                .sum();
    }

    /** Its deleted rows. */
    List<RowRange> dead(DeadRows rows) {
        List<RowRange> ranges = new ArrayList<>();
        long offset = 0;
        for (Part part : parts) {
            RowRange.append(ranges, rows.of(part.line, part.fragment), offset);
            offset += part.fragment.rows();
        }
        return ranges;
    }

    boolean sameLayout(ShardSegment other) {
        if (parts.size() != other.parts.size()) {
            return false;
        }
        for (int i = 0; i < parts.size(); i++) {
            if (!parts.get(i).sameRows(other.parts.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** The rows that are deleted here and not in another state of the same layout. */
    List<RowRange> deadBeyond(ShardSegment other, DeadRows rows) {
        List<RowRange> ranges = new ArrayList<>();
        long offset = 0;
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            Part there = other.parts.get(i);
            if (part.fragment.dead() > 0 && !part.sameDeletes(there)) {
                RowRange.append(
                        ranges,
                        RowRange.minus(rows.of(part.line, part.fragment), rows.of(there.line, there.fragment)),
                        offset);
            }
            offset += part.fragment.rows();
        }
        return ranges;
    }

    /** How many living rows are in other files than in an earlier state of the same layout. */
    long movedSince(ShardSegment before) {
        long rows = 0;
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            if (!Objects.equals(part.movedTo(), before.parts.get(i).movedTo())) {
                rows += part.fragment.living();
            }
        }
        return rows;
    }
}
