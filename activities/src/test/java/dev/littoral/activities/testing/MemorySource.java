package dev.littoral.activities.testing;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.PlainSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Files in memory, for reading only. Fails on a read beyond a file, as a store would. */
public class MemorySource implements PlainSource {
    /** How many bytes each read asked for. */
    public final List<Integer> reads = new CopyOnWriteArrayList<>();

    private final Map<String, byte[]> files = new ConcurrentHashMap<>();

    /** Adds a file, or replaces one, and says how a listing would name it. */
    public SourceFile add(String path, byte[] bytes) {
        files.put(path, bytes);
        return new SourceFile(path, "v1", bytes.length);
    }

    @Override
    public byte[] read(SourceFile file, long offset, int length) throws FileChangedException, InterruptedException {
        reads.add(length);
        byte[] bytes = files.get(file.path());
        if (offset < 0 || length < 0 || offset + length > bytes.length) {
            throw new AssertionError("read of " + length + " at " + offset + " in " + bytes.length + " bytes");
        }
        return Arrays.copyOfRange(bytes, (int) offset, (int) offset + length);
    }

    @Override
    public String list(PathRange range, Visitor visitor) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void listSorted(Visitor visitor) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<String> splitPoints(String recent, String last, String to, int wanted) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
