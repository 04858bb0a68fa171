package dev.littoral.activities.source;

import dev.littoral.activities.path.SourceFile;
import java.util.ArrayList;
import java.util.List;

/** Keeps what a listing hands over. */
final class Found implements FileSource.Visitor {
    final List<SourceFile> files = new ArrayList<>();
    /** Path, then the reason's name. */
    final List<String> skipped = new ArrayList<>();

    @Override
    public void file(SourceFile file) {
        files.add(file);
    }

    @Override
    public void skipped(String path, SkipReason reason) {
        skipped.add(path + " " + reason);
    }

    List<String> paths() {
        return files.stream().map(SourceFile::path).toList();
    }
}
