package dev.littoral.activities.source;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.path.SourceFile;
import java.util.ArrayList;
import java.util.List;

/** Keeps what a listing finds. */
public final class Listing implements FileSource.Visitor {
    private final List<SourceFile> files = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();
    private final List<String> visited = new ArrayList<>();

    /** Both ways to list a source. */
    public enum Way {
        ORDERED,
        SORTED;

        public Listing list(FileSource source) throws FileChangedException, InterruptedException, OutOfOrderException {
            return switch (this) {
                case ORDERED -> of(source);
                case SORTED -> sorted(source);
            };
        }
    }

    public static Listing of(FileSource source) throws InterruptedException, OutOfOrderException {
        Listing listing = new Listing();
        source.list(PathRange.ALL, listing);
        return listing;
    }

    public static Listing sorted(FileSource source) throws FileChangedException, InterruptedException {
        Listing listing = new Listing();
        source.listSorted(listing);
        return listing;
    }

    @Override
    public void file(SourceFile file) {
        files.add(file);
        visited.add(file.path());
    }

    @Override
    public void skipped(String path, SkipReason reason) {
        skipped.add(path + ": " + reason);
        visited.add(path);
    }

    public List<SourceFile> files() {
        return files;
    }

    public List<String> paths() {
        return files.stream().map(SourceFile::path).toList();
    }

    /** Path and reason. */
    public List<String> skipped() {
        return skipped;
    }

    /** Every path, in the order it came. */
    public List<String> visited() {
        return visited;
    }
}
