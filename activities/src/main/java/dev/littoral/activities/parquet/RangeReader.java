package dev.littoral.activities.parquet;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.SourceFile;

/** Reads ranges of files. */
@FunctionalInterface
public interface RangeReader {
    /**
     * Reads exactly {@code length} bytes at {@code offset}. One request.
     *
     * @throws FileChangedException when the file is gone or shorter
     */
    byte[] read(SourceFile file, long offset, int length) throws FileChangedException, InterruptedException;
}
