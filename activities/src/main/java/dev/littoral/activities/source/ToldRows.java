package dev.littoral.activities.source;

import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.path.TableFile;
import java.util.Optional;

/**
 * The number of rows that a table says of a data file. It may be corrected while the file stays as it is, so what was
 * found by it is not remembered of the file for good.
 */
public final class ToldRows {
    private static final String MISMATCH = ", as the table's metadata says";

    private ToldRows() {}

    /** The number, where the table says it. */
    public static Optional<Long> of(SourceFile file) {
        return Optional.ofNullable(file.table()).map(TableFile::rows);
    }

    /** The finding that a file has another number of rows than its table says. */
    public static BadFileException mismatch(SourceFile file, long found, long told) {
        return new BadFileException("File " + file.path() + " has " + found + " rows" + end(told));
    }

    private static String end(long told) {
        return "; expected " + told + MISMATCH;
    }

    /**
     * Whether the table says another number now than when the file was read, so that it is to be read anew.
     *
     * @param rows how many it had then
     * @param leftOut why it was left out, or null where it is served
     */
    public static boolean isOther(SourceFile file, long rows, String leftOut) {
        Optional<Long> told = of(file);
        if (told.isEmpty()) {
            return false;
        }
        if (leftOut == null || leftOut.equals(FileInspector.NO_ROWS)) {
            return rows != told.get();
        }
        return leftOut.endsWith(MISMATCH) && !leftOut.endsWith(end(told.get()));
    }
}
