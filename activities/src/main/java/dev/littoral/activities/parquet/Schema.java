package dev.littoral.activities.parquet;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.littoral.activities.digest.Sha256;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.Columns;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The schema of a Parquet file. Keeps the footer's bytes and decodes them again on each call: O(elements) time, and no
 * memory beyond the bytes. Immutable.
 */
public final class Schema implements Columns {
    /** More columns than any reader can handle. */
    private static final int MAX_BYTES = 16 << 20;

    private final SourceFile file;
    private final byte[] bytes;
    private final int count;
    private final String fingerprint;
    private final int leaves;
    private final BitSet flat;

    private Schema(SourceFile file, byte[] bytes, int count, String fingerprint, int leaves, BitSet flat) {
        this.file = file;
        this.bytes = bytes;
        this.count = count;
        this.fingerprint = fingerprint;
        this.leaves = leaves;
        this.flat = flat;
    }

    /** Reads a list of schema elements and checks that they make a tree. */
    static Schema read(CompactReader in) {
        int count = in.structs();
        int start = in.position();
        SchemaCursor cursor = new SchemaCursor(in, count);
        MessageDigest digest = Sha256.start();
        BitSet flat = new BitSet();
        int leaves = 0;
        int repeatedFrom = Integer.MAX_VALUE;
        while (cursor.next()) {
            int depth = cursor.depth();
            SchemaElement element = cursor.element();
            element.digest(digest, depth > 0);
            if (depth > 0 && depth <= repeatedFrom) {
                repeatedFrom = element.isRepeated() ? depth : Integer.MAX_VALUE;
            }
            if (element.isLeaf()) {
                flat.set(leaves++, repeatedFrom == Integer.MAX_VALUE);
            }
        }
        if (in.position() - start > MAX_BYTES) {
            throw in.corrupt("a schema of " + (in.position() - start) + " bytes", "at most " + MAX_BYTES);
        }
        String fingerprint = HexFormat.of().formatHex(digest.digest(), 0, 8);
        byte[] own = Arrays.copyOfRange(in.bytes(), start, in.position());
        return new Schema(in.file(), own, count, fingerprint, leaves, flat);
    }

    /**
     * The schema's fingerprint: 16 hex characters. Names, order, nesting, repetition and types with all their
     * parameters count; the root's name, field ids and metadata do not, nor whether a writer used a converted type or
     * the logical type it stands for.
     */
    public String fingerprint() {
        return fingerprint;
    }

    /**
     * The type of a column or group in the words of {@link dev.littoral.workflows.spec.ColumnTypes}, or empty when
     * there is none of that path.
     *
     * @param path the names from below the root, joined by dots
     */
    @Override
    public Optional<String> typeOf(String path) {
        SchemaCursor cursor = cursor();
        return find(cursor, path) ? Optional.of(cursor.element().type()) : Optional.empty();
    }

    /**
     * Visits the names right below a group, as messages show them, in order; none when there is no such group.
     *
     * @param group the group's path, or null for the root
     */
    @Override
    public void children(String group, Consumer<String> visitor) {
        SchemaCursor cursor = cursor();
        if (group == null ? cursor.next() : find(cursor, group)) {
            int depth = cursor.depth();
            while (cursor.next() && cursor.depth() > depth) {
                if (cursor.depth() == depth + 1) {
                    visitor.accept(cursor.element().name());
                }
            }
        }
    }

    /** Columns that hold values, which is how many chunks a row group has. */
    int leaves() {
        return leaves;
    }

    /** True when a leaf has exactly one value, or null, for every row. */
    boolean isFlat(int leaf) {
        return flat.get(leaf);
    }

    private SchemaCursor cursor() {
        return new SchemaCursor(new CompactReader(file, bytes, 0, bytes.length), count);
    }

    private static boolean find(SchemaCursor cursor, String dotted) {
        byte[] path = dotted.getBytes(UTF_8);
        // Where in the path the names of each depth begin, as far down as the current element's ancestors match.
        int[] from = new int[2 + (int) dotted.chars().filter(c -> c == '.').count()];
        int matched = 0;
        while (cursor.next()) {
            int depth = cursor.depth();
            if (depth == 0 || depth > matched + 1) {
                continue;
            }
            matched = depth - 1;
            int end = cursor.element().endIn(path, from[depth - 1]);
            if (end == path.length) {
                return true;
            }
            if (end >= 0 && path[end] == '.') {
                matched = depth;
                from[depth] = end + 1;
            }
        }
        return false;
    }
}
