package dev.littoral.activities.path;

/**
 * A half-open range of paths in UTF-8 byte order.
 *
 * @param from the first path that belongs to it, or null for no lower bound
 * @param to the first path beyond it, or null for no upper bound
 */
public record PathRange(String from, String to) {
    public static final PathRange ALL = new PathRange(null, null);

    public boolean contains(String path) {
        return (from == null || PathOrder.compare(path, from) >= 0) && (to == null || PathOrder.compare(path, to) < 0);
    }
}
