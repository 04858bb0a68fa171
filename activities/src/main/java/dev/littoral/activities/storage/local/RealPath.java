package dev.littoral.activities.storage.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The real path of a path: where it leads once every symbolic link on it is resolved, those that lead to nothing too.
 * Of what is not there yet, the nearest folder that is there decides.
 */
final class RealPath {
    /** More than any system follows; what is left then can be opened by nobody. */
    private static final int MAX_LINKS = 40;

    private RealPath() {}

    static Path of(Path path) {
        Path absolute = path.toAbsolutePath();
        try {
            return absolute.toRealPath();
        } catch (IOException notAllThere) {
            return walked(absolute);
        }
    }

    private static Path walked(Path absolute) {
        Path done = absolute.getRoot();
        Deque<Path> ahead = new ArrayDeque<>();
        absolute.forEach(ahead::add);
        int links = 0;
        while (!ahead.isEmpty()) {
            Path next = done.resolve(ahead.pop()).normalize();
            Path target = links < MAX_LINKS && Files.isSymbolicLink(next) ? target(next) : null;
            if (target == null) {
                done = next;
                continue;
            }
            links++;
            for (int i = target.getNameCount() - 1; i >= 0; i--) {
                ahead.push(target.getName(i));
            }
            if (target.isAbsolute()) {
                done = target.getRoot();
            }
        }
        return done;
    }

    private static Path target(Path link) {
        try {
            return Files.readSymbolicLink(link);
        } catch (IOException gone) {
            return null;
        }
    }
}
