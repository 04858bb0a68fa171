package dev.littoral.activities.path;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;

/**
 * Orders the entries of one directory so that a depth-first walk meets whole paths in {@link PathOrder#ORDER}. Files
 * below the folder {@code a} come after the file {@code a-b}, since {@code /} comes after {@code -}. Which names are
 * folders need not be known beforehand: the walk says so when it meets one. One thread.
 */
public final class DirectoryOrder {
    private final String[] names;
    private int at;
    /**
     * Folders met whose files come later. The one on top begins with the name of the one below it, so it comes first.
     */
    private final Deque<String> folders = new ArrayDeque<>();

    public DirectoryOrder(Collection<String> names) {
        this.names = names.toArray(String[]::new);
        Arrays.sort(this.names, PathOrder.ORDER);
    }

    /**
     * The next name, or the name of a folder with {@code /} at its end when it is time to walk it, or null at the end.
     */
    public String next() {
        String name = at < names.length ? names[at] : null;
        if (!folders.isEmpty() && (name == null || PathOrder.compare(folders.peek(), name) < 0)) {
            return folders.pop();
        }
        at++;
        return name;
    }

    /** Says that the name just handed out is a folder; it comes again when it is time to walk it. */
    public void folder(String name) {
        folders.push(name + "/");
    }
}
