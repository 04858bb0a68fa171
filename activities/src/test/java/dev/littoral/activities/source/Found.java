package dev.littoral.activities.source;

import dev.littoral.activities.path.SourceFile;
import java.util.ArrayList;
import java.util.List;

/** Keeps what a listing hands over. */
public final class Found implements FileSource.Visitor {
    public final List<SourceFile> files = new ArrayList<>();
    /** Path, then the reason's name. */
    public final List<String> skipped = new ArrayList<>();

    @Override
    public void file(SourceFile file) {
        files.add(file);
    }

    @Override
    public void skipped(String path, SkipReason reason) {
        skipped.add(path + " " + reason);
    }

    public List<String> paths() {
        return files.stream().map(SourceFile::path).toList();
    }
}
