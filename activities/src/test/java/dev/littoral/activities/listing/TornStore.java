package dev.littoral.activities.listing;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.OutOfOrderException;
import dev.littoral.activities.source.PlainSource;
import java.util.List;

/** A store whose range from a path on does not have that path, though the range before meets it. */
record TornStore(FakeStore store, String missing) implements PlainSource {
    @Override
    public String list(PathRange range, Visitor visitor) throws InterruptedException, OutOfOrderException {
        return missing.equals(range.from())
                ? store.list(new PathRange(missing + "\0", range.to()), visitor)
                : store.list(range, visitor);
    }

    @Override
    public void listSorted(Visitor visitor) throws FileChangedException, InterruptedException {
        store.listSorted(visitor);
    }

    @Override
    public List<String> splitPoints(String recent, String last, String to, int wanted) {
        return store.splitPoints(recent, last, to, wanted);
    }

    @Override
    public byte[] read(SourceFile file, long offset, int length) {
        return store.read(file, offset, length);
    }

    @Override
    public void close() {}
}
