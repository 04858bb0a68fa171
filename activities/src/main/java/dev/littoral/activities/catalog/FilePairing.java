package dev.littoral.activities.catalog;

import dev.littoral.activities.catalog.FileChange.FileState;
import dev.littoral.activities.catalog.FileChange.Kind;
import dev.littoral.activities.path.FileListDiff;
import dev.littoral.activities.path.PathOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The pairing of the files that two snapshots serve by their paths. */
final class FilePairing implements ShardSweep.Pairing<FileChange> {
    /**
     * A file that is served, or a path where none is.
     *
     * @param deletes the digest of the positions of its deleted rows, or null
     */
    private record Served(String path, FileState file, String deletes) implements FileListDiff.Line {
        @Override
        public String version() {
            return file == null ? null : file.version();
        }
    }

    private final List<Served> before = new ArrayList<>();
    private final List<Served> after = new ArrayList<>();

    @Override
    public void before(List<FileEntry> lines) {
        add(lines, before);
    }

    @Override
    public void after(List<FileEntry> lines) {
        add(lines, after);
    }

    private static void add(List<FileEntry> lines, List<Served> to) {
        for (FileEntry line : lines) {
            if (line.listed() && line.served()) {
                FileState file = new FileState(line.version(), line.bytes(), line.rows(), line.rows() - line.living());
                to.add(new Served(
                        line.path(),
                        file,
                        line.deletes() == null ? null : line.deletes().sha256()));
            }
        }
    }

    @Override
    public void settle(String startBefore, String startAfter, Consumer<FileChange> found) {
        String start = startBefore == null
                ? startAfter
                : startAfter == null || PathOrder.compare(startBefore, startAfter) < 0 ? startBefore : startAfter;
        List<Served> old = takeBelow(start, before);
        Map<String, FileState> files = new HashMap<>();
        old.forEach(file -> files.put(file.path(), file.file()));
        for (Served line : FileListDiff.between(old, takeBelow(start, after), path -> new Served(path, null, null))) {
            FileState was = files.get(line.path());
            Kind kind = was == null ? Kind.ADDED : line.file() == null ? Kind.REMOVED : Kind.CHANGED;
            found.accept(new FileChange(kind, line.path(), was, line.file()));
        }
    }

    /** Takes the files before a path out of a list; all where the path is null. */
    private static List<Served> takeBelow(String path, List<Served> files) {
        int n = files.size();
        while (n > 0 && path != null && PathOrder.compare(files.get(n - 1).path(), path) >= 0) {
            n--;
        }
        List<Served> head = files.subList(0, n);
        List<Served> taken = List.copyOf(head);
        head.clear();
        return taken;
    }
}
