package dev.littoral.activities.catalog;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A cache of objects that never change, the least recently used of which leave it: snapshot objects by the digest that
 * names them, and plans by their keys, each of which one attempt writes and nobody else. Versions of the log and
 * whatever a second attempt may write again are never in it. Safe for use by many threads.
 */
public final class ObjectCache {
    /** Keeps nothing. */
    public static final ObjectCache NONE = new ObjectCache(0);

    /** A larger object would displace too many others. */
    private static final int LARGEST_SHARE = 4;

    private final long maxBytes;

    /** The cache that this one fills, too; null for none. */
    private final ObjectCache filled;

    @GuardedBy("this")
    private final Map<String, byte[]> objects = new LinkedHashMap<>(16, 0.75f, true);

    @GuardedBy("this")
    private long bytes;

    /**
     * A cache.
     *
     * @param maxBytes of the objects, as they are stored
     */
    public ObjectCache(long maxBytes) {
        this(maxBytes, null);
    }

    private ObjectCache(long maxBytes, ObjectCache filled) {
        this.maxBytes = maxBytes;
        this.filled = filled;
    }

    /**
     * A cache that begins empty and fills this one, too: whoever uses it reads every object from the store once, and
     * finds out what was damaged or removed there.
     */
    public ObjectCache refreshing() {
        return new ObjectCache(maxBytes, this);
    }

    synchronized Optional<byte[]> get(String name) {
        return Optional.ofNullable(objects.get(name));
    }

    synchronized void put(String name, byte[] object) {
        if (filled != null) {
            filled.put(name, object);
        }
        if (object.length > maxBytes / LARGEST_SHARE) {
            return;
        }
        byte[] before = objects.put(name, object);
        bytes += object.length - (before == null ? 0 : before.length);
        Iterator<byte[]> oldest = objects.values().iterator();
        while (bytes > maxBytes) {
            bytes -= oldest.next().length;
            oldest.remove();
        }
    }
}
