package dev.littoral.activities.source;

import dev.littoral.activities.concurrent.ParallelTasks;
import java.util.Optional;

/** A source of a test that says nothing of how it is listed and read at best. */
public interface PlainSource extends FileSource {
    @Override
    default int parallelListings() {
        return 16;
    }

    @Override
    default ParallelTasks.Threads readers() {
        return ParallelTasks.Threads.platform(32);
    }

    @Override
    default Optional<String> disagreement(String path) {
        return Optional.empty();
    }
}
