package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.concurrent.MemoryBudget;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.FileInspector.FileContents;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.SourceReader;
import dev.littoral.activities.testing.MemoryCatalogStore;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What deleted rows that are read from sources take of the heap, of all shards at once. */
@Timeout(600)
class FileDeletesTest {
    /** Files whose deleted rows are said to take so many bytes, and are read when they may be. */
    private static final class Held implements SourceReader {
        private final long bytes;
        private final AtomicInteger reading = new AtomicInteger();
        private final CountDownLatch release = new CountDownLatch(1);

        Held(long bytes) {
            this.bytes = bytes;
        }

        @Override
        public FileSource files() {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileContents inspect(SourceFile file, long targetRows) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long deletionBytes(SourceFile file) {
            return bytes;
        }

        @Override
        public DeletedRows deletedRows(SourceFile file) throws InterruptedException {
            reading.incrementAndGet();
            release.await();
            return DeletedRows.of(1);
        }
    }

    private static Thread reads(MemoryBudget memory, Held source) {
        // Each step has its own; what it takes of memory is the process's.
        FileDeletes deletes = new FileDeletes(new CollectionCatalog(new MemoryCatalogStore(), "c"), source, memory);
        SourceFile file = new SourceFile("/lake/a.parquet", "v1", 100, "d1", null);
        Thread thread = new Thread(() -> {
            try {
                assertThat(deletes.fromSource(file, 10)).isEqualTo(DeletedRows.of(1));
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        thread.start();
        return thread;
    }

    private static void awaitWaiting(Thread thread) throws InterruptedException {
        while (thread.getState() != Thread.State.WAITING) {
            Thread.sleep(1);
        }
    }

    @Test
    void deletedRowsThatDoNotFitTogetherAreReadOneAfterTheOther() throws Exception {
        MemoryBudget memory = new MemoryBudget(400);
        Held source = new Held(60);
        Thread first = reads(memory, source);
        awaitWaiting(first);
        Thread second = reads(memory, source);
        awaitWaiting(second);
        assertThat(source.reading).hasValue(1);
        source.release.countDown();
        first.join();
        second.join();
        assertThat(source.reading).hasValue(2);
        memory.take(400);
    }

    @Test
    void deletedRowsThatFitAreReadAtOnce() throws Exception {
        MemoryBudget memory = new MemoryBudget(400);
        Held source = new Held(50);
        Thread first = reads(memory, source);
        Thread second = reads(memory, source);
        awaitWaiting(first);
        awaitWaiting(second);
        assertThat(source.reading).hasValue(2);
        source.release.countDown();
        first.join();
        second.join();
    }
}
