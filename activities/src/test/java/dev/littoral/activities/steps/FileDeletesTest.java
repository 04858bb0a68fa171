package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.DeletesWriter;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.concurrent.MemoryBudget;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.model.FailureType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What deleted rows that are read from sources take of the heap, of all shards at once. */
@Timeout(600)
class FileDeletesTest {
    /** Files whose deleted rows are said to take so many bytes, and are read when they may be. */
    private static final class Held extends DeletesOnly {
        private final long bytes;
        private final AtomicInteger reading = new AtomicInteger();
        private final CountDownLatch release = new CountDownLatch(1);
        private volatile DeletedRows rows = DeletedRows.of(1);

        Held(long bytes) {
            this.bytes = bytes;
        }

        @Override
        public long deletionBytes(SourceFile file) {
            return bytes;
        }

        @Override
        public DeletedRows deletedRows(SourceFile file) throws IOException, InterruptedException {
            reading.incrementAndGet();
            release.await();
            if (rows == null) {
                throw new IOException("test");
            }
            return rows;
        }
    }

    private static final SourceFile FILE = new SourceFile("/lake/a.parquet", "v1", 100, "d1", null);

    private final CollectionCatalog catalog = new CollectionCatalog(new MemoryCatalogStore(), "c");

    private interface Reading {
        void run() throws Exception;
    }

    private Thread reads(MemoryBudget memory, Held source) {
        return reads(memory, source, FILE.path());
    }

    private Thread reads(MemoryBudget memory, Held source, String path) {
        // Each step has its own; what it takes of memory is the process's.
        FileDeletes deletes = new FileDeletes(catalog, source, memory);
        SourceFile file = new SourceFile(path, "v1", 100, "d1", null);
        return start(() -> assertThat(deletes.fromSource(file, 10)).isEqualTo(DeletedRows.of(1)));
    }

    /** Reads the file as a shard does. */
    private Thread lists(FileDeletes deletes) {
        FileEntry content = FileEntry.served(FILE, 10, "s", List.of(new FragmentEntry(0, 10, null)));
        DeletesWriter bitmaps = new DeletesWriter(catalog, (part, sha256) -> "k/" + part);
        return start(() ->
                assertThat(deletes.of(FILE, content, null, bitmaps).living()).isEqualTo(9));
    }

    private static Thread start(Reading reading) {
        Thread thread = new Thread(() -> {
            try {
                reading.run();
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
        // All was given back, or this would wait.
        memory.take("other", 400);
    }

    @Test
    void deletedRowsThatFitAreReadAtOnce() throws Exception {
        MemoryBudget memory = new MemoryBudget(400);
        Held source = new Held(25);
        Thread first = reads(memory, source);
        Thread second = reads(memory, source);
        awaitWaiting(first);
        awaitWaiting(second);
        assertThat(source.reading).hasValue(2);
        source.release.countDown();
        first.join();
        second.join();
    }

    @Test
    void filesOfShardsThatDoNotFitTogetherAreReadOneAfterTheOther() throws Exception {
        for (long bytes : new long[] {60, 1L << 40, Long.MAX_VALUE}) {
            MemoryBudget memory = new MemoryBudget(400);
            Held source = new Held(bytes);
            Thread first = lists(new FileDeletes(catalog, source, memory));
            awaitWaiting(first);
            Thread second = lists(new FileDeletes(catalog, source, memory));
            awaitWaiting(second);
            assertThat(source.reading).hasValue(1);
            source.release.countDown();
            first.join();
            second.join();
            assertThat(source.reading).hasValue(2);
            memory.take("other", 400);
        }
    }

    @Test
    void aStepReadsAFewFilesAtOnce() throws Exception {
        Held source = new Held(0);
        FileDeletes deletes = new FileDeletes(catalog, source, new MemoryBudget(400));
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            threads.add(lists(deletes));
        }
        for (Thread thread : threads) {
            awaitWaiting(thread);
        }
        assertThat(source.reading).hasValue(16);
        source.release.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(source.reading).hasValue(40);
    }

    @Test
    void rowsThatAFileDoesNotHaveAreRefusedAsWhatCannotBeRead() throws Exception {
        Held source = new Held(-1);
        source.release.countDown();
        FileDeletes deletes = new FileDeletes(catalog, source, new MemoryBudget(400));
        source.rows = DeletedRows.of(9);
        assertThat(deletes.fromSource(FILE, 10)).isEqualTo(DeletedRows.of(9));
        source.rows = DeletedRows.of(10);
        assertRefused(deletes, "go up to row 10; expected less than 10");
        source.rows = DeletedRows.of(-1);
        assertRefused(deletes, "go up to row 18446744073709551615; expected less than 10");
        source.rows = null;
        assertRefused(deletes, "Cannot read the deleted rows of /lake/a.parquet: test");
    }

    private static void assertRefused(FileDeletes deletes, String reason) {
        assertThatThrownBy(() -> deletes.fromSource(FILE, 10))
                .isInstanceOfSatisfying(LittoralException.class, refusal -> {
                    assertThat(refusal.type()).isEqualTo(FailureType.INPUT);
                    assertThat(refusal).hasMessageContaining(reason);
                });
    }

    @Test
    void deletedRowsOfAStoreThatAnswersSlowlyLeaveMemoryToThoseOfOthers() throws Exception {
        MemoryBudget memory = new MemoryBudget(400);
        Held slow = new Held(25);
        List<Thread> slowly = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            slowly.add(reads(memory, slow, "s3://slow/" + i + "/a.parquet"));
            awaitWaiting(slowly.get(i));
        }
        assertThat(slow.reading).hasValue(2);
        Held other = new Held(25);
        other.release.countDown();
        reads(memory, other, "s3://other/a.parquet").join();
        assertThat(other.reading).hasValue(1);
        assertThat(slowly).allMatch(Thread::isAlive);
        slow.release.countDown();
        for (Thread thread : slowly) {
            thread.join();
        }
        assertThat(slow.reading).hasValue(4);
    }
}
