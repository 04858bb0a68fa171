package dev.littoral.activities.storage;

import dev.littoral.activities.failure.LittoralException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A catalog below a prefix of any blob store. It is as safe as the store's conditional create is. Keys of other
 * characters than a catalog's are somebody else's, and not listed.
 */
public final class BlobCatalogStore implements CatalogStore {
    /** The first part of no key: kept for what a store writes before it takes its name. */
    public static final String TEMPORARY = "_tmp";

    private final BlobStore blobs;
    /** Empty, or ends in a slash. */
    private final String prefix;

    /**
     * A catalog.
     *
     * @param blobs opened at its folder, with or without a closing slash; closed with this
     */
    public BlobCatalogStore(BlobStore blobs) {
        this.blobs = blobs;
        this.prefix = folder(blobs.prefix());
    }

    /** The folder that a prefix names, with or without its slash: empty, or with a slash at its end. */
    public static String folder(String prefix) {
        return prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/";
    }

    @Override
    public boolean createIfAbsent(String key, byte[] body) throws InterruptedException {
        return blobs.createIfAbsent(whole(key), body);
    }

    @Override
    public void put(String key, byte[] body) throws InterruptedException {
        blobs.put(whole(key), body);
    }

    @Override
    public Optional<byte[]> get(String key) throws InterruptedException {
        return blobs.get(whole(key));
    }

    @Override
    public Optional<byte[]> get(String key, int maxBytes) throws InterruptedException {
        return blobs.get(whole(key), maxBytes);
    }

    @Override
    public List<String> list(String keyPrefix, String startAfter, int limit) throws InterruptedException {
        if ((!keyPrefix.isEmpty() && !keyPrefix.endsWith("/")) || limit < 1) {
            throw new IllegalArgumentException("Cannot list " + limit + " keys of prefix " + keyPrefix
                    + "; expected one or more, and a / at its end.");
        }
        String below = keyPrefix.isEmpty() ? prefix : whole(keyPrefix.substring(0, keyPrefix.length() - 1)) + "/";
        List<String> keys = new ArrayList<>();
        BlobStore.Cursor cursor = blobs.list(below, startAfter == null ? null : prefix + startAfter, limit);
        String previous = startAfter == null ? "" : startAfter;
        for (List<BlobStore.Entry> entries = cursor.next(); !entries.isEmpty(); entries = cursor.next()) {
            for (BlobStore.Entry entry : entries) {
                if (entry.failure() != null) {
                    throw entry.failure();
                }
                if (entry.kind() == BlobStore.Kind.FILE) {
                    String key = entry.key().substring(prefix.length());
                    checkOrder(previous, key, startAfter);
                    previous = key;
                    if (isKey(key) && !isTemporary(key)) {
                        keys.add(key);
                    }
                }
            }
            if (keys.size() >= limit) {
                break;
            }
        }
        if (keys.size() > limit) {
            throw LittoralException.input("The store lists " + keys.size() + " keys below " + location() + " where "
                    + limit + " at most were asked for; a catalog needs one that heeds max-keys");
        }
        return keys;
    }

    private void checkOrder(String previous, String key, String startAfter) {
        if (previous.compareTo(key) < 0) {
            return;
        }
        if (previous.equals(startAfter)) {
            throw LittoralException.input("The store lists " + key + " below " + location() + " where keys after "
                    + startAfter + " were asked for; a catalog needs one that heeds start-after");
        }
        throw LittoralException.input("The store lists " + previous + " before " + key + " below " + location()
                + "; a catalog needs one that lists in ASCII order");
    }

    @Override
    public void delete(Collection<String> keys) throws InterruptedException {
        blobs.delete(keys.stream().distinct().map(this::whole).toList());
    }

    @Override
    public CatalogStore observed(StoreObserver observer) {
        return new BlobCatalogStore(blobs.observed(observer));
    }

    @Override
    public String location() {
        return blobs.location();
    }

    @Override
    public void close() {
        blobs.close();
    }

    private String whole(String key) {
        if (!isKey(key) || isTemporary(key)) {
            throw new IllegalArgumentException("The key " + key
                    + " is not one of a catalog; expected parts of 1 to 255 of the characters a-z 0-9 . _ = -, none of"
                    + " them . or .., and the first not " + TEMPORARY + ".");
        }
        return prefix + key;
    }

    private static boolean isTemporary(String key) {
        return key.equals(TEMPORARY) || key.startsWith(TEMPORARY + "/");
    }

    private static boolean isKey(String key) {
        for (int start = 0, end; start <= key.length(); start = end + 1) {
            end = key.indexOf('/', start);
            end = end < 0 ? key.length() : end;
            if (!isPart(key.substring(start, end))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPart(String part) {
        return !part.isEmpty()
                && part.length() <= 255
                && !part.equals(".")
                && !part.equals("..")
                && part.chars()
                        .allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "._=-".indexOf(c) >= 0);
    }
}
