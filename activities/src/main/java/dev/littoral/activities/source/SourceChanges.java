package dev.littoral.activities.source;

import dev.littoral.activities.path.SourceFile;
import java.util.List;
import java.util.Set;

/**
 * What differs between two versions of a source, as its own history says.
 *
 * @param files the files that differ, each path once; {@link SourceFile#gone} where there is none any more
 * @param added paths among them that the history says are new. Where the earlier version has one all the same, the
 *     source has that file twice, and only a whole listing tells what it has
 * @param leftOut files that differ too, and are not of those that the source's spec selects
 */
public record SourceChanges(List<SourceFile> files, Set<String> added, List<LeftOut> leftOut) {
    public SourceChanges {
        files = List.copyOf(files);
        added = Set.copyOf(added);
        leftOut = List.copyOf(leftOut);
    }

    /** Changes of which all are listed. */
    public SourceChanges(List<SourceFile> files, Set<String> added) {
        this(files, added, List.of());
    }

    /** Changes by a history that knows all files of both versions. */
    public SourceChanges(List<SourceFile> files) {
        this(files, Set.of());
    }

    /** A file that is left out, and why; {@link SourceFile#gone} where there is none any more. */
    public record LeftOut(SourceFile file, SkipReason reason) {}
}
