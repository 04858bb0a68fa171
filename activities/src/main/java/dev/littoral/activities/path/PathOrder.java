package dev.littoral.activities.path;

import java.util.Comparator;

/** The sort order of paths of every source: by their UTF-8 bytes, as object stores list keys. */
public final class PathOrder {
    public static final Comparator<String> ORDER = PathOrder::compare;

    private PathOrder() {}

    /**
     * Compares as the UTF-8 bytes of both would. That is the order of code points; {@link String#compareTo} differs
     * where surrogates meet U+E000 to U+FFFF.
     */
    public static int compare(String a, String b) {
        int n = Math.min(a.length(), b.length());
        for (int i = 0; i < n; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                boolean xs = Character.isSurrogate(x);
                boolean ys = Character.isSurrogate(y);
                return xs == ys ? Character.compare(x, y) : xs ? 1 : -1;
            }
        }
        return Integer.compare(a.length(), b.length());
    }
}
