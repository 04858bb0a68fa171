package dev.littoral.activities.catalog;

import dev.littoral.activities.catalog.SnapshotRoot.SkipReport;
import dev.littoral.activities.concurrent.HeapBounds;
import dev.littoral.activities.digest.Sha256;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.workflows.model.CatalogDamage;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.SkippedFile;
import dev.littoral.workflows.model.SnapshotRef;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The objects of one collection: its commit log, its snapshots, and the staging area of running updates. Every object
 * that a version reaches is checked against the digest that names it, and one that was changed by hand is refused. Safe
 * for use by many threads.
 */
public final class CollectionCatalog {
    private static final String UNREADABLE = "it cannot be read as what it should be";
    private static final int DELETE_BATCH = 1_000;

    private final CatalogStore store;
    private final String collectionId;
    private final ObjectCache cache;
    private final HeadLog heads;

    public CollectionCatalog(CatalogStore store, String collectionId) {
        this(store, collectionId, ObjectCache.NONE);
    }

    /**
     * The objects of a collection.
     *
     * @param cache has objects that need not be read
     */
    public CollectionCatalog(CatalogStore store, String collectionId, ObjectCache cache) {
        this.store = store;
        this.collectionId = collectionId;
        this.cache = cache;
        this.heads = new HeadLog(store, collectionId);
    }

    public HeadLog heads() {
        return heads;
    }

    /**
     * The newest version, when a collection is taken up. An update writes snapshot objects for the version after its
     * base, so objects of a version after the next show that versions were lost.
     *
     * @throws LittoralException INPUT when they were: segment ids would be used twice
     */
    public Head open() throws InterruptedException {
        Head newest = heads.newest();
        List<String> later = laterObjects(newest);
        if (!later.isEmpty()) {
            // An update of an earlier run may have gone on meanwhile.
            newest = heads.newest();
            later = laterObjects(newest);
        }
        if (!later.isEmpty()) {
            long version = CatalogLayout.versionOf(later.get(0)).orElseThrow();
            throw LittoralException.input(CatalogDamage.lostVersions(
                    name(later.get(0)),
                    "version " + version + ", but the newest one in " + name(CatalogLayout.HEADS) + " is "
                            + newest.version() + "; expected " + (version - 1)
                            + " or newer: versions were deleted by hand; restore them, or remove " + name("")
                            + " to begin anew"));
        }
        return newest;
    }

    private List<String> laterObjects(Head newest) throws InterruptedException {
        return list(CatalogLayout.SNAPSHOTS, CatalogLayout.objects(newest.version() + 2, ""), 1).stream()
                .filter(key -> CatalogLayout.versionOf(key).isPresent())
                .toList();
    }

    /** The snapshot a head names, or empty when it names none. */
    public Optional<SnapshotRoot> root(Head head) throws InterruptedException {
        SnapshotRef ref = head.snapshot();
        if (ref == null) {
            return Optional.empty();
        }
        String fault = SnapshotValidator.of(head);
        if (fault != null) {
            throw damaged(name(CatalogLayout.HEADS) + " version " + head.version(), fault, null);
        }
        byte[] bytes = verified(ref.key(), ref.sha256());
        SnapshotRoot root;
        try {
            root = JsonLines.readOne(bytes, SnapshotRoot.class);
        } catch (IOException e) {
            throw damaged(name(ref.key()), UNREADABLE, e);
        }
        fault = SnapshotValidator.of(root, head, collectionId);
        if (fault != null) {
            throw damaged(ref.key(), fault);
        }
        return Optional.of(root);
    }

    /**
     * Writes a snapshot's root.
     *
     * @param objects the folder of the snapshot's own objects
     */
    public SnapshotRef writeRoot(String objects, SnapshotRoot root) throws InterruptedException {
        byte[] bytes = JsonLines.writeOne(root);
        String key = CatalogLayout.root(objects);
        return new SnapshotRef(key, write(key, bytes), root.totals(), root.listedAt(), root.table());
    }

    /** Passes the files that a shard lists to the consumer, in order. */
    public void readShard(ShardRef shard, Consumer<FileEntry> file) throws InterruptedException {
        readLines(shard, line -> {
            if (line.listed()) {
                file.accept(line);
            }
        });
    }

    /** Passes all lines of a shard to the consumer, in order: those of dead files too. */
    public void readLines(ShardRef shard, Consumer<FileEntry> line) throws InterruptedException {
        byte[] bytes = verified(shard.key(), shard.sha256());
        FileEntry[] before = new FileEntry[1];
        try {
            JsonLines.read(bytes, FileEntry.class, entry -> {
                String fault = SnapshotValidator.of(entry, before[0], shard);
                if (fault != null) {
                    throw damaged(shard.key(), fault);
                }
                before[0] = entry;
                line.accept(entry);
            });
        } catch (IOException e) {
            throw damaged(name(shard.key()), UNREADABLE, e);
        }
    }

    /** The files that a shard lists, in order. */
    public List<FileEntry> shard(ShardRef shard) throws InterruptedException {
        List<FileEntry> files = new ArrayList<>();
        readShard(shard, files::add);
        return files;
    }

    /** All lines of a shard, in order: those of dead files too. */
    public List<FileEntry> lines(ShardRef shard) throws InterruptedException {
        List<FileEntry> lines = new ArrayList<>();
        readLines(shard, lines::add);
        return lines;
    }

    /** Writes an object and returns the digest of its bytes. */
    public String write(String key, byte[] bytes) throws InterruptedException {
        store.put(key(key), bytes);
        String sha256 = Sha256.hex(bytes);
        if (!CatalogLayout.isStaged(key)) {
            cache.put(sha256, bytes);
        }
        return sha256;
    }

    /** The files that the listing left out, decoded as they are taken: they can be as many as the source has. */
    public Stream<SkippedFile> skipped(SnapshotRoot root) throws InterruptedException {
        SkipReport report = root.skipped();
        if (report.key() == null) {
            return Stream.empty();
        }
        byte[] bytes = verified(report.key(), report.sha256());
        return JsonLines.stream(bytes, SkippedFile.class, e -> damaged(name(report.key()), UNREADABLE, e))
                .peek(file -> {
                    if (file == null || file.file() == null || file.reason() == null) {
                        throw damaged(report.key(), "a line lacks its file or its reason");
                    }
                });
    }

    /** Reads a staged object, of which no digest is known. */
    public <T> List<T> lines(String key, Class<T> type) throws InterruptedException {
        return lines(key, staged(key), type);
    }

    private <T> List<T> lines(String key, byte[] bytes, Class<T> type) {
        try {
            return JsonLines.readAll(bytes, type);
        } catch (IOException e) {
            throw damaged(name(key), UNREADABLE, e);
        }
    }

    /**
     * A staged object's bytes.
     *
     * @throws StagingGoneException when there is none
     */
    public byte[] staged(String key) throws InterruptedException {
        return find(key).orElseThrow(() -> new StagingGoneException(name(key)));
    }

    /** An object's bytes, staged or of a snapshot, to be checked by whoever knows the digest of its parts. */
    byte[] object(String key) throws InterruptedException {
        return CatalogLayout.isStaged(key) ? staged(key) : find(key).orElseThrow(() -> missing(key));
    }

    public Optional<byte[]> find(String key) throws InterruptedException {
        return store.get(key(key), HeapBounds.of(96 << 20, 512 << 20));
    }

    /** Writes one value as compressed JSON. */
    public void writeOne(String key, Object value) throws InterruptedException {
        store.put(key(key), JsonLines.writeOne(value));
    }

    /** Writes one value that is staged under a key that nobody else has, and that is never written again. */
    public void writeOnce(String key, Object value) throws InterruptedException {
        byte[] bytes = JsonLines.writeOne(value);
        store.put(key(key), bytes);
        cache.put(key(key), bytes);
    }

    /** Reads one value that was staged. */
    public <T> T one(String key, Class<T> type) throws InterruptedException {
        try {
            Optional<byte[]> known = cache.get(key(key));
            return JsonLines.readOne(known.isPresent() ? known.get() : staged(key), type);
        } catch (IOException e) {
            throw damaged(name(key), UNREADABLE, e);
        }
    }

    /** Removes what an update staged. */
    public void discardStaging(long update) throws InterruptedException {
        String folder = CatalogLayout.staging(update);
        deleteAll(CatalogLayout.STAGING, folder, key -> key.startsWith(folder + "/"));
    }

    /**
     * Removes what updates that are over have left in staging: those up to the one that wrote the newest version, but
     * not one that declared it, as another service may be running it.
     */
    public void discardEndedStaging(Head newest) throws InterruptedException {
        String end = CatalogLayout.staging(newest.update() - (newest.kind() == HeadKind.DECLARED ? 1 : 0)) + "/~";
        deleteAll(CatalogLayout.STAGING, null, key -> key.compareTo(end) < 0);
    }

    /** Whether the version that a folder of snapshot objects is for is there and names it. */
    public boolean isNamed(String objects) throws InterruptedException {
        return isNamed(objects + "/", heads.at(CatalogLayout.versionOfFolder(objects)));
    }

    private static boolean isNamed(String start, Optional<Head> version) {
        return version.isPresent()
                && version.get().snapshot() != null
                && version.get().snapshot().key().startsWith(start);
    }

    /**
     * Removes a folder of snapshot objects that nothing names or can come to name, and those of attempts that prepared
     * a snapshot for the same commit, whose names begin with the folder's.
     *
     * @throws LittoralException INPUT when a version names it, or one that was cleaned away may have, whose shards may
     *     still be served
     */
    public void discard(String objects) throws InterruptedException {
        long version = CatalogLayout.versionOfFolder(objects);
        boolean expired = heads.hasExpired(version);
        Optional<Head> there = heads.at(version);
        if (expired || isNamed(objects + "/", there) || isNamed(objects + "-", there)) {
            throw LittoralException.input("Catalog folder " + name(objects) + " is of version " + version
                    + ", which is in the log or was; expected one that no version names");
        }
        deleteAll(
                CatalogLayout.SNAPSHOTS,
                objects,
                key -> key.startsWith(objects + "/") || key.startsWith(objects + "-"));
    }

    /** Keys of a folder, below the collection. */
    public List<String> list(String folder, String startAfter, int limit) throws InterruptedException {
        int prefix = key("").length();
        return store.list(key(folder), startAfter == null ? null : key(startAfter), limit).stream()
                .map(key -> key.substring(prefix))
                .toList();
    }

    /** Deletes objects. */
    public void delete(List<String> keys) throws InterruptedException {
        if (!keys.isEmpty()) {
            store.delete(keys.stream().map(this::key).toList());
        }
    }

    /** Deletes the objects of a folder that are wanted, which come one after the other. */
    private void deleteAll(String folder, String startAfter, Predicate<String> isWanted) throws InterruptedException {
        List<String> doomed;
        do {
            doomed = list(folder, startAfter, DELETE_BATCH).stream()
                    .takeWhile(isWanted)
                    .toList();
            delete(doomed);
        } while (doomed.size() == DELETE_BATCH);
    }

    private byte[] verified(String key, String sha256) throws InterruptedException {
        Optional<byte[]> known = cache.get(sha256);
        if (known.isPresent()) {
            return known.get();
        }
        byte[] bytes = find(key).orElseThrow(() -> missing(key));
        String found = Sha256.hex(bytes);
        if (!found.equals(sha256)) {
            throw damaged(key, "its SHA-256 is " + found + "; expected " + sha256);
        }
        cache.put(sha256, bytes);
        return bytes;
    }

    /** The failure to throw for an object that is not there. */
    public LittoralException missing(String key) {
        return LittoralException.input(CatalogDamage.missing(name(key)));
    }

    /** The failure to throw for an object that its reader finds to be damaged. */
    public LittoralException damaged(String key, String how) {
        return damaged(name(key), how, null);
    }

    private static LittoralException damaged(String object, String how, IOException cause) {
        return new LittoralException(FailureType.INPUT, CatalogDamage.of(object, how), cause);
    }

    private String name(String key) {
        return store.address(key(key));
    }

    private String key(String key) {
        return CatalogLayout.key(collectionId, key);
    }
}
