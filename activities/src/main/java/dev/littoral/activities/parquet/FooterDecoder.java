package dev.littoral.activities.parquet;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.BadFileException;
import java.util.Arrays;

/**
 * Decodes a Parquet footer: the schema, the rows of each row group, and of the column chunks just enough to see that
 * they can be there. Skips everything else. Whatever the bytes are, the result is a footer or an INPUT failure, in
 * linear time and in memory proportional to the bytes.
 */
final class FooterDecoder {
    /** More rows than any file has, and few enough that no sum overflows. */
    static final long MAX_ROWS = 1L << 40;

    private static final long ABSENT = Long.MIN_VALUE;

    private final SourceFile file;
    private final CompactReader in;

    /** The file's name, without its folders. */
    private final byte[] name;

    /** Where the file's data ends and its footer begins. */
    private final long dataEnd;

    private Schema schema;
    private long[] rowGroupRows;

    /** The first column chunk without metadata, or null. Only a file with encrypted columns may have one. */
    private String bareChunk;

    // Of the row group being read: how many column chunks it has, and the first of each kind that is wrong or right
    // only by the number of rows, which comes later; -1 for none.
    private int chunks;
    private int foreignChunk;
    private String foreignPath;
    private int strayChunk;
    private long strayOffset;
    private int shortestChunk;
    private long shortestValues;

    // Of the column chunk being read.
    private long values;
    private long offset;

    private FooterDecoder(SourceFile file, CompactReader in, long dataEnd) {
        this.file = file;
        this.in = in;
        this.dataEnd = dataEnd;
        this.name = file.path().substring(file.path().lastIndexOf('/') + 1).getBytes(UTF_8);
    }

    /** Decodes the whole footer of a file, which lies in part of an array. The array is not kept. */
    static Footer decode(SourceFile file, byte[] bytes, int start, int length) {
        CompactReader in = new CompactReader(file, bytes, start, start + length);
        return new FooterDecoder(file, in, file.bytes() - ParquetFooters.TRAILER - length).decode();
    }

    private Footer decode() {
        boolean version = false;
        boolean encrypted = false;
        Long rows = null;
        int rowGroupsAt = -1;
        for (int id = in.field(0); id != CompactReader.STOP; id = in.field(id)) {
            int type = in.type();
            if (id == 2 && type == CompactReader.LIST) {
                require(schema == null, "a second schema", "one");
                schema = Schema.read(in);
            } else if (id == 3 && type == CompactReader.I64) {
                rows = in.i64();
            } else if (id == 4 && type == CompactReader.LIST) {
                require(rowGroupsAt < 0, "a second list of row groups", "one");
                rowGroupsAt = in.position();
                if (schema == null) {
                    in.skip();
                } else {
                    readRowGroups();
                }
            } else {
                version |= id == 1 && type == CompactReader.I32;
                encrypted |= id == 8 && type == CompactReader.STRUCT;
                in.skip();
            }
        }
        require(version, "no version", "one");
        require(schema != null, "no schema", "one");
        require(rows != null, "no num_rows", "one");
        require(rowGroupsAt >= 0, "no row groups", "a list of them");
        if (rowGroupRows == null) {
            in.position(rowGroupsAt);
            readRowGroups();
        }
        if (bareChunk != null && !encrypted) {
            throw wrong(
                    "a column chunk without metadata: found none in " + bareChunk, "some, as no column is encrypted");
        }
        checkRows(rows);
        return new Footer(rows, rowGroupRows, schema);
    }

    private void readRowGroups() {
        int count = in.structs();
        // Grows with what is there: the count is only what the footer says.
        long[] rows = new long[Math.min(count, 1024)];
        for (int group = 0; group < count; group++) {
            if (group == rows.length) {
                rows = Arrays.copyOf(rows, (int) Math.min(count, group * 2L));
            }
            rows[group] = readRowGroup(group);
        }
        rowGroupRows = rows;
    }

    private long readRowGroup(int group) {
        chunks = -1;
        Long rows = null;
        for (int id = in.field(0); id != CompactReader.STOP; id = in.field(id)) {
            if (id == 1 && in.type() == CompactReader.LIST) {
                readColumnChunks(group);
            } else if (id == 3 && in.type() == CompactReader.I64) {
                rows = in.i64();
            } else {
                in.skip();
            }
        }
        require(chunks >= 0, "row group " + group + " without columns", "a list of them");
        require(rows != null, "row group " + group + " without num_rows", "one");
        // Where there are no rows, no reader reads a chunk, and writers differ in what they put there.
        if (rows > 0) {
            checkColumnChunks(group, rows);
        }
        return rows;
    }

    private void readColumnChunks(int group) {
        chunks = in.structs();
        foreignChunk = -1;
        strayChunk = -1;
        shortestChunk = -1;
        shortestValues = Long.MAX_VALUE;
        for (int chunk = 0; chunk < chunks; chunk++) {
            values = ABSENT;
            offset = ABSENT;
            for (int id = in.field(0); id != CompactReader.STOP; id = in.field(id)) {
                if (id == 1 && in.type() == CompactReader.BINARY) {
                    readFilePath(chunk);
                } else if (id == 3 && in.type() == CompactReader.STRUCT) {
                    readColumnMetaData();
                } else {
                    in.skip();
                }
            }
            if (values == ABSENT) {
                if (bareChunk == null) {
                    bareChunk = "column chunk " + chunk + " of row group " + group;
                }
                continue;
            }
            // The footer of another file, or one made for several, may not say that the data is elsewhere. Where a
            // chunk begins with a dictionary, that lies before its data pages; readers pass over one that does not.
            if (strayChunk < 0 && (offset < 0 || offset >= dataEnd)) {
                strayChunk = chunk;
                strayOffset = offset;
            }
            if (values < shortestValues && schema.isFlat(chunk)) {
                shortestChunk = chunk;
                shortestValues = values;
            }
        }
    }

    /** A path is relative to the file that has the footer, so that file's own name says no more than none does. */
    private void readFilePath(int chunk) {
        int length = in.length();
        int start = in.position();
        in.advance(length);
        boolean own = length == 0 || Arrays.equals(name, 0, name.length, in.bytes(), start, start + length);
        if (!own && foreignChunk < 0) {
            foreignChunk = chunk;
            foreignPath = ParquetNames.shown(in.bytes(), start, length);
        }
    }

    private void readColumnMetaData() {
        values = ABSENT;
        offset = ABSENT;
        for (int id = in.field(0); id != CompactReader.STOP; id = in.field(id)) {
            if (id == 5 && in.type() == CompactReader.I64) {
                values = in.i64();
            } else if (id == 9 && in.type() == CompactReader.I64) {
                offset = in.i64();
            } else {
                in.skip();
            }
        }
        require(values != ABSENT, "a column chunk without num_values", "one");
        require(offset != ABSENT, "a column chunk without data_page_offset", "one");
    }

    private void checkColumnChunks(int group, long rows) {
        if (chunks != schema.leaves()) {
            throw wrong(
                    "a row group that does not fit its schema: found " + chunks + " column chunks in row group "
                            + group,
                    schema.leaves() + ", the columns of the schema");
        }
        if (foreignChunk >= 0) {
            throw wrong(
                    "rows that lie in another file, as a summary of other files has: found column chunk " + foreignChunk
                            + " of row group " + group + " in " + foreignPath,
                    "it in this file");
        }
        if (strayChunk >= 0) {
            throw wrong(
                    "a column chunk outside the file's data: found column chunk " + strayChunk + " of row group "
                            + group + " at byte " + strayOffset,
                    "0 to " + (dataEnd - 1) + ", before the footer");
        }
        if (shortestChunk >= 0 && shortestValues < rows) {
            throw wrong(
                    "a column chunk that is too short: found " + shortestValues + " values in column chunk "
                            + shortestChunk + " of row group " + group,
                    rows + ", the rows of the row group");
        }
    }

    private void checkRows(long rows) {
        if (rows < 0 || rows > MAX_ROWS) {
            throw wrong("an impossible number of rows: found " + rows, "0 to " + MAX_ROWS);
        }
        long sum = 0;
        for (int group = 0; group < rowGroupRows.length; group++) {
            long more = rowGroupRows[group];
            if (more < 0 || more > MAX_ROWS - sum) {
                throw wrong(
                        "an impossible number of rows: found " + more + " in row group " + group + " after " + sum
                                + " before it",
                        "0 to " + MAX_ROWS + " in all");
            }
            sum += more;
        }
        if (sum != rows) {
            throw wrong(
                    "row groups that do not add up: found " + sum + " rows in " + rowGroupRows.length + " row groups",
                    rows + ", the rows of the file");
        }
    }

    private void require(boolean condition, String found, String expected) {
        if (!condition) {
            throw in.corrupt(found, expected);
        }
    }

    private BadFileException wrong(String what, String expected) {
        return new BadFileException("File " + file.path() + " has " + what + ", expected " + expected);
    }
}
