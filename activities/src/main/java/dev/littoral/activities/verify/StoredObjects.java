package dev.littoral.activities.verify;

import dev.littoral.activities.storage.CatalogStore;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The objects of one collection: keys are those below it, names those below the catalog. */
final class StoredObjects {
    private static final int PAGE = 1_000;
    private static final Pattern PART = Pattern.compile("(?!\\.\\.?$)[a-z0-9._=-]{1,255}");

    private final CatalogStore store;
    private final String collectionId;

    StoredObjects(CatalogStore store, String collectionId) {
        this.store = store;
        this.collectionId = collectionId;
    }

    String name(String key) {
        return collectionId + "/" + key;
    }

    Optional<byte[]> find(String key) throws InterruptedException {
        return store.get(name(key));
    }

    /** An object of at most so many bytes; INPUT where it has more. */
    Optional<byte[]> find(String key, int maxBytes) throws InterruptedException {
        return store.get(name(key), maxBytes);
    }

    /** Whether a store can have an object of this key. */
    static boolean isKey(String key) {
        for (String part : key.split("/", -1)) {
            if (!PART.matcher(part).matches()) {
                return false;
            }
        }
        return true;
    }

    /** Receives keys. */
    interface Visitor {
        /** The next key, in ASCII order. */
        void key(String key) throws InterruptedException;
    }

    /** Passes all keys with a prefix to the visitor. */
    void forEach(String prefix, Visitor visitor) throws InterruptedException {
        int below = name("").length();
        String after = null;
        List<String> page;
        do {
            page = store.list(name(prefix), after, PAGE);
            for (String name : page) {
                visitor.key(name.substring(below));
                after = name;
            }
        } while (page.size() == PAGE);
    }

    /** The first key that starts with a prefix. */
    Optional<String> first(String prefix) throws InterruptedException {
        return store.list(name(prefix), null, 1).stream()
                .map(name -> name.substring(name("").length()))
                .findFirst();
    }
}
