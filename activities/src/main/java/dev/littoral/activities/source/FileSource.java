package dev.littoral.activities.source;

import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.failure.ArchivedException;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.path.SourceFile;
import java.util.List;
import java.util.Optional;

/**
 * A listing and reader of data files: an S3 prefix, a local folder, or one file. Safe for use by many threads. Every
 * method fails with {@link dev.littoral.activities.failure.LittoralException}, classified; an interrupt ends a call
 * early with {@link InterruptedException}.
 */
public interface FileSource extends AutoCloseable {

    /** Receives what a listing finds. */
    interface Visitor {
        /** A file to serve. Paths come in {@link PathOrder#ORDER}, each once. */
        void file(SourceFile file) throws InterruptedException;

        /**
         * A file or directory marker that is left out, and why, in words for the skip report. {@link #list} hands it
         * over at its place in the order, {@link #listSorted} before all files.
         */
        void skipped(String path, SkipReason reason) throws InterruptedException;

        /**
         * Whether the range still reaches to a path; asked of each path of the range before it is handed over, in
         * order, and of no other. A no ends the listing as the range's end does. A source that names no
         * {@link #splitPoints} need not ask.
         */
        default boolean accepts(String path) {
            return true;
        }
    }

    /**
     * Lists the files of a range, in {@link PathOrder#ORDER}. Costs one request per 1,000 files on S3. A reply that was
     * cut off is an error, never an end. So is a path that shows that the source is a table, unless its spec says to
     * ignore that.
     *
     * @return the first path at or beyond the range's end that was met, whether it is served or not; null when nothing
     *     lies there or the range is open. Where ranges join, it is the first path the next range hands to its visitor,
     *     skipped ones included; anything else means that the source changed in between or was listed out of order.
     * @throws OutOfOrderException when the store does not list in order, so that a range may have missed files; list
     *     {@link PathRange#ALL} with {@link #listSorted} instead
     */
    String list(PathRange range, Visitor visitor) throws InterruptedException, OutOfOrderException;

    /**
     * Lists everything and sorts it, whatever order the store lists in, in bounded memory (temporary files).
     *
     * @throws FileChangedException when what says which files there are is gone or has changed
     */
    void listSorted(Visitor visitor) throws FileChangedException, InterruptedException;

    /** Whether ranges can be listed; else only {@link #listSorted} lists. */
    default boolean listsInOrder() {
        return true;
    }

    /** How many ranges are listed at once; 1 where each of them costs as much as the whole. */
    int parallelListings();

    /** What the files of a shard are read on. */
    ParallelTasks.Threads readers();

    /**
     * Paths that split what a listing has not met yet of a range, so that it can be listed in parallel: in order,
     * beyond {@code last} and before {@code to}, each with something at it or behind. Empty where none is found or it
     * is not worth it. Costs a bounded number of requests.
     *
     * @param recent a path that the listing of the range met a page or two before
     * @param last the last one so far
     * @param to the first path beyond the range, or null
     * @param limit the maximum number of points
     */
    List<String> splitPoints(String recent, String last, String to, int limit) throws InterruptedException;

    /**
     * Reads exactly {@code length} bytes at {@code offset} of the file, at the version that was listed. One request.
     *
     * @throws FileChangedException when the file is gone or has another version
     * @throws ArchivedException when the store has it in an archive
     */
    byte[] read(SourceFile file, long offset, int length) throws FileChangedException, InterruptedException;

    /**
     * Why no read of a file can ever find the version that is listed, in words, or empty when it may. Asked for a file
     * that was found changed again and again; costs a few requests.
     */
    Optional<String> disagreement(String path) throws InterruptedException;

    @Override
    void close();
}
