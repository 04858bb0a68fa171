package dev.littoral.activities.source.iceberg;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.littoral.activities.source.table.TableStorage;

/**
 * A delete file of rows by position, as far as it matters to a data file: a Parquet file of paths and positions, or a
 * deletion vector in a Puffin file.
 *
 * @param path its address
 * @param bytes the size of the file
 * @param offset where the vector begins; -1 of a Parquet file
 * @param length of the vector; -1 of a Parquet file
 * @param rows how many positions it has
 */
@JsonFormat(shape = JsonFormat.Shape.ARRAY)
@JsonPropertyOrder({"path", "bytes", "offset", "length", "rows"})
record DeleteRef(String path, long bytes, long offset, long length, long rows) implements Comparable<DeleteRef> {
    @JsonIgnore
    boolean isVector() {
        return offset >= 0;
    }

    /** As short as the storage still knows it: what lies in the table's folder without that. */
    DeleteRef shortened(TableStorage storage) {
        String root = storage.root().endsWith("/") ? storage.root() : storage.root() + "/";
        String below = path.startsWith(root) ? path.substring(root.length()) : path;
        return storage.address(below).equals(path) ? new DeleteRef(below, bytes, offset, length, rows) : this;
    }

    @Override
    public int compareTo(DeleteRef other) {
        int paths = path.compareTo(other.path);
        return paths != 0 ? paths : Long.compare(offset, other.offset);
    }
}
