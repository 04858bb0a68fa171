package dev.littoral.activities.steps;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.FileInspector.FileContents;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.OutOfOrderException;
import dev.littoral.activities.source.RowIdRange;
import dev.littoral.activities.source.SourceChanges;
import dev.littoral.activities.source.SourceReader;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.TableVersion;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Notes which files are opened, and lets a test step in. Safe for use by many threads. */
final class WatchedSources implements UpdateActivitiesImpl.Opener {
    /** Steps in before a file is opened. */
    interface Step {
        void before(SourceFile file) throws InterruptedException;
    }

    private final UpdateActivitiesImpl.Opener sources;
    private final boolean remembers;
    private final Map<String, Integer> reads = new ConcurrentHashMap<>();
    private final LongAdder count = new LongAdder();
    private final LongAdder deletesRead = new LongAdder();
    private final AtomicInteger open = new AtomicInteger();
    private volatile Step step = file -> {};
    private volatile Runnable listing = () -> {};
    private volatile String disagreement;

    WatchedSources(UpdateActivitiesImpl.Opener sources) {
        this(sources, true);
    }

    /**
     * @param remembers whether paths are noted; otherwise reads are only counted
     */
    WatchedSources(UpdateActivitiesImpl.Opener sources, boolean remembers) {
        this.sources = sources;
        this.remembers = remembers;
    }

    void beforeEachRead(Step newStep) {
        step = newStep;
    }

    void beforeEachListing(Runnable newListing) {
        listing = newListing;
    }

    /** Has listings and reads of the source name versions differently, for a reason. */
    void disagree(String reason) {
        disagreement = reason;
    }

    void forget() {
        reads.clear();
        count.reset();
        deletesRead.reset();
    }

    /** How often the deleted rows of a file were read. */
    long deletesRead() {
        return deletesRead.sum();
    }

    /** How many reads there were. */
    long count() {
        return count.sum();
    }

    /** The paths of the files that were read. */
    Set<String> opened() {
        return Set.copyOf(reads.keySet());
    }

    /** How often each file was read. */
    Map<String, Integer> reads() {
        return new TreeMap<>(reads);
    }

    /** Sources that were opened and not closed. */
    int open() {
        return open.get();
    }

    @Override
    public SourceReader open(ExternalSource source, boolean allowEmpty, StoreObserver requests) {
        SourceReader opened = sources.open(source, allowEmpty, requests);
        open.incrementAndGet();
        return new SourceReader() {
            private final FileSource files = new Watched(opened.files());

            @Override
            public FileSource files() {
                return files;
            }

            @Override
            public TableVersion resolve(TableVersion before) throws FileChangedException, InterruptedException {
                return opened.resolve(before);
            }

            @Override
            public void pin(TableVersion version) throws FileChangedException, InterruptedException {
                opened.pin(version);
            }

            @Override
            public JsonNode schema() throws FileChangedException, InterruptedException {
                return opened.schema();
            }

            @Override
            public Optional<SourceChanges> changesSince(TableVersion before)
                    throws FileChangedException, InterruptedException {
                return opened.changesSince(before);
            }

            @Override
            public FileContents inspect(SourceFile file, long targetRows)
                    throws FileChangedException, InterruptedException {
                note(file);
                return opened.inspect(file, targetRows);
            }

            @Override
            public DeletedRows deletedRows(SourceFile file)
                    throws FileChangedException, InterruptedException, IOException {
                deletesRead.increment();
                return opened.deletedRows(file);
            }

            @Override
            public List<RowIdRange> rowsBefore(SourceFile file, TableVersion since, int most)
                    throws FileChangedException, InterruptedException {
                return opened.rowsBefore(file, since, most);
            }

            @Override
            public void close() {
                open.decrementAndGet();
                opened.close();
            }
        };
    }

    private void note(SourceFile file) throws InterruptedException {
        count.increment();
        if (remembers) {
            reads.merge(file.path(), 1, Integer::sum);
        }
        step.before(file);
    }

    private final class Watched implements FileSource {
        private final FileSource source;

        Watched(FileSource source) {
            this.source = source;
        }

        @Override
        public String list(PathRange range, Visitor visitor) throws InterruptedException, OutOfOrderException {
            listing.run();
            return source.list(range, visitor);
        }

        @Override
        public void listSorted(Visitor visitor) throws FileChangedException, InterruptedException {
            source.listSorted(visitor);
        }

        @Override
        public boolean listsInOrder() {
            return source.listsInOrder();
        }

        @Override
        public int parallelListings() {
            return source.parallelListings();
        }

        @Override
        public ParallelTasks.Threads readers() {
            return source.readers();
        }

        @Override
        public List<String> splitPoints(String recent, String last, String to, int wanted) throws InterruptedException {
            return source.splitPoints(recent, last, to, wanted);
        }

        @Override
        public Optional<String> disagreement(String path) throws InterruptedException {
            return disagreement == null ? source.disagreement(path) : Optional.of(disagreement);
        }

        @Override
        public byte[] read(SourceFile file, long offset, int length) throws FileChangedException, InterruptedException {
            note(file);
            return source.read(file, offset, length);
        }

        @Override
        public void close() {
            source.close();
        }
    }
}
