package dev.littoral.worker;

import dev.littoral.workflows.model.ExternalSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A source that a seeded random generator changes. It remembers what it had when, so that it can tell whether a
 * snapshot is one listing made within a span of time. One thread changes it.
 */
interface ChangingSource {
    /** How far the clocks and the times that stores keep may be apart. */
    long SLACK_MILLIS = 1_500;

    /**
     * A file as a snapshot has it.
     *
     * @param rows all that it has
     * @param deleted how many of them are deleted
     */
    record Served(String version, long rows, long deleted) {}

    ExternalSource source();

    /** Changes something, and says what. */
    String change(SplittableRandom random) throws Exception;

    /** Adds a file behind all others. */
    void append(int rows) throws Exception;

    /** The living rows of each file with such, by path. */
    Map<String, Long> rows();

    /** The deleted rows of each file that has both deleted and living ones, by path. */
    Map<String, List<Long>> deleted();

    /** The living rows of each file with such, by path, as others count them in what the store has now. */
    Map<String, Long> fresh(Path scratch) throws Exception;

    /** Why a snapshot cannot be a listing that was made between two times; nothing when it can. */
    List<String> contradictions(Map<String, Served> snapshot, long from, long to);
}
