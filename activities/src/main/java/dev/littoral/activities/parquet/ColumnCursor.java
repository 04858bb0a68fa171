package dev.littoral.activities.parquet;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.source.BadFileException;
import java.util.Arrays;

/**
 * Cursor over the values of a column in a row group. A row has one value, or null; one of a list or map has several,
 * and one that is not there stands for an empty list. One thread.
 */
public final class ColumnCursor {
    private final ChunkPages pages;
    private final ColumnChunks.Column column;
    private final ColumnValue value = new ColumnValue();

    /** Values of the chunk that are not in a page that was opened. */
    private long unopened;

    private DataPage page;
    private int repetition;
    private boolean isPeeked;
    private boolean isPresent;

    /** Rows from the next one on that are known to have no value. */
    private int absent;

    ColumnCursor(ChunkPages pages, ColumnChunks.Column column, long values) {
        this.pages = pages;
        this.column = column;
        this.unopened = values;
    }

    /**
     * Goes to the first value of the next row.
     *
     * @throws BadFileException when there is none, or the file is corrupt in any other way
     */
    public void nextRow() throws FileChangedException, InterruptedException {
        if (absent > 0) {
            absent--;
            return;
        }
        do {
            if (!peek()) {
                throw pages.corrupt("its end", "as many rows as the row group has");
            }
            take();
        } while (repetition > 0);
    }

    /** Goes to the next value of the same row, if there is one. */
    public boolean nextInRow() throws FileChangedException, InterruptedException {
        if (column.repetition() == 0 || !peek() || repetition == 0) {
            return false;
        }
        take();
        return true;
    }

    /** Looks at the repetition level of the next value. */
    private boolean peek() throws FileChangedException, InterruptedException {
        if (isPeeked) {
            return true;
        }
        try {
            while (page == null || page.left() == 0) {
                if (unopened <= 0) {
                    return false;
                }
                page = pages.next();
                unopened -= page.left();
            }
            repetition = page.nextRepetition();
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw pages.corrupt("what cannot be decoded (" + e.getMessage() + ")", "levels");
        }
        isPeeked = true;
        return true;
    }

    private void take() {
        isPeeked = false;
        try {
            isPresent = page.nextDefinition() == column.definition();
            if (isPresent) {
                page.nextValue(value);
            } else if (column.repetition() == 0) {
                absent = page.skipSameDefinition();
            }
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw pages.corrupt("what cannot be decoded (" + e.getMessage() + ")", "values");
        }
    }

    /** Whether there is a value where the cursor is: no null, nor a null or empty list. */
    public boolean isPresent() {
        return isPresent;
    }

    /** The value of a column of integers. */
    public long number() {
        require(column.physical() == ColumnValue.INT32 || column.physical() == ColumnValue.INT64, "integers");
        return value.number;
    }

    /** The value of a column of booleans. */
    public boolean isTrue() {
        require(column.physical() == ColumnValue.BOOLEAN, "booleans");
        return value.number != 0;
    }

    /** The value of a column of texts. */
    public String text() {
        require(column.physical() == ColumnValue.BINARY, "texts");
        return value.text();
    }

    /**
     * The value of a column of texts.
     *
     * @param maxBytes of it in UTF-8
     * @throws BadFileException when it has more
     */
    public String text(int maxBytes) {
        require(column.physical() == ColumnValue.BINARY, "texts");
        if (value.length > maxBytes) {
            throw pages.corrupt("a text of " + value.length + " bytes", "at most " + maxBytes);
        }
        return value.text();
    }

    /** Reads bytes within an array. */
    public interface Bytes<T> {
        T read(byte[] bytes, int offset, int length);
    }

    /** Reads the bytes of the value of a column of texts or binaries where they lie. They are not kept. */
    public <T> T read(Bytes<T> reader) {
        require(column.physical() == ColumnValue.BINARY, "texts");
        return reader.read(value.bytes, value.offset, value.length);
    }

    /** The bytes of the value of a column of texts or binaries. A copy. */
    public byte[] bytes() {
        require(column.physical() == ColumnValue.BINARY, "texts");
        return Arrays.copyOfRange(value.bytes, value.offset, value.offset + value.length);
    }

    private void require(boolean isSo, String expected) {
        if (!isSo) {
            throw pages.corrupt("values of physical type " + column.physical(), expected);
        }
    }
}
