package dev.littoral.activities.catalog;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.Storages;
import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.spec.CollectionId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/**
 * The read API of a catalog: which collections it has, their versions, and the files, segments and rows of each
 * snapshot. It needs the catalog's store and nothing else, no Temporal, and writes nothing.
 *
 * <p>Every object is read when it is asked for and checked against its digest. Streams read as they are consumed, one
 * object at a time, so memory is bounded by the largest shard, whatever the size of the collection. An answer about one
 * snapshot stays right while newer ones are committed; after its retention its objects are removed, and reading it
 * fails.
 *
 * <p>Failures are {@link LittoralException}, with one sentence that names the thing: of the class INPUT where something
 * is not there or is damaged, ACCESS where credentials or permissions are missing, TRANSIENT where the store does not
 * answer or the thread is interrupted, whose interrupted status stays set. Streams fail so while they are consumed.
 * Safe for use by many threads; a stream is for one.
 */
public final class CatalogReader implements AutoCloseable {
    /** How many versions or keys are listed at a time. */
    private static final int PAGE = 100;

    private final CatalogStore store;
    private final Runnable onClose;

    private CatalogReader(CatalogStore store, Runnable onClose) {
        this.store = store;
        this.onClose = onClose;
    }

    /**
     * Opens a catalog. Sends no request yet; what is opened is closed with the reader.
     *
     * @param location {@code s3://bucket/prefix}, {@code file:///dir} or a path. Settings and credentials of S3 come
     *     from where AWS tools expect them. A folder that is not there is a catalog without collections, and is not
     *     made
     * @throws LittoralException INPUT when the location is not right
     */
    public static CatalogReader open(String location) {
        Storages storages = StorageRegistry.storages();
        try {
            CatalogStore store = storages.openCatalogForReading(location);
            return new CatalogReader(store, () -> {
                store.close();
                storages.close();
            });
        } catch (RuntimeException e) {
            storages.close();
            throw e;
        }
    }

    /** Reads the catalog in a store, which is left open when the reader is closed. */
    public static CatalogReader on(CatalogStore store) {
        return new CatalogReader(store, () -> {});
    }

    /** The catalog's address as a person knows it: {@code s3://bucket/prefix} or a folder's path. */
    public String location() {
        return store.location();
    }

    /** The ids of all collections, those that were retired too, sorted. At most a request for each, and one. */
    public List<String> collections() {
        return uninterrupted(() -> {
            List<String> ids = new ArrayList<>();
            String after = null;
            List<String> page;
            do {
                page = store.list("", after, PAGE);
                page.stream()
                        .map(CatalogLayout::collectionOf)
                        .flatMap(Optional::stream)
                        .filter(CatalogReader::isId)
                        .forEach(ids::add);
                // A collection's versions sort before its other objects, and the character after / is 0.
                after = page.isEmpty() ? null : page.getLast().split("/", 2)[0] + "0";
            } while (!page.isEmpty());
            return ids.stream().distinct().sorted().toList();
        });
    }

    /** The newest version of a collection, or empty where the catalog has no collection of that id. Two requests. */
    public Optional<Head> newest(String collectionId) {
        return Optional.of(uninterrupted(() -> collection(collectionId).heads().newest()))
                .filter(Head::exists);
    }

    /**
     * The newest version of a collection. Two requests.
     *
     * @throws LittoralException INPUT when the catalog has no collection of that id
     */
    public Head head(String collectionId) {
        return newest(collectionId)
                .orElseThrow(
                        () -> LittoralException.input("Catalog " + location() + " has no collection " + collectionId));
    }

    /**
     * One version of a collection. Up to three requests.
     *
     * @param version from 1
     * @throws LittoralException INPUT when the catalog has no collection of that id, or the collection no such version,
     *     any more or yet
     */
    public Head head(String collectionId, long version) {
        return head(collectionId, version, head(collectionId), false);
    }

    private Head head(String collectionId, long version, Head newest, boolean orNothing) {
        HeadLog heads = collection(collectionId).heads();
        return uninterrupted(() -> {
            Optional<Head> there = heads.at(version);
            if (there.isEmpty()) {
                throw heads.absent(version, newest, orNothing);
            }
            return there.get();
        });
    }

    /**
     * The versions of a collection that are kept, newest first. A request for each, and one for each hundred.
     *
     * @throws LittoralException INPUT when the catalog has no collection of that id
     */
    public Stream<Head> versions(String collectionId) {
        HeadLog heads = collection(collectionId).heads();
        List<Head> first = uninterrupted(() -> heads.newest(head(collectionId).version() + 1, PAGE));
        return Stream.iterate(
                        first,
                        Objects::nonNull,
                        page -> page.size() < PAGE
                                ? null
                                : uninterrupted(
                                        () -> heads.newest(page.getLast().version(), PAGE)))
                .flatMap(List::stream);
    }

    /**
     * The newest snapshot of a collection. Three requests.
     *
     * @throws LittoralException INPUT when the catalog has no collection of that id, or nothing was committed
     */
    public Snapshot snapshot(String collectionId) {
        return snapshot(collectionId, head(collectionId));
    }

    /**
     * The snapshot that a version of a collection serves. Up to four requests.
     *
     * @param version from 1
     * @throws LittoralException INPUT as {@link #head(String, long)}, or when nothing was committed up to that version
     */
    public Snapshot snapshot(String collectionId, long version) {
        return snapshot(collectionId, head(collectionId, version));
    }

    private Snapshot snapshot(String collectionId, Head head) {
        CollectionCatalog collection = collection(collectionId);
        return new Snapshot(
                collection,
                uninterrupted(() -> collection.root(head))
                        .orElseThrow(() -> LittoralException.input(
                                "Version " + head.version() + " has no snapshot: nothing was committed before it")));
    }

    /**
     * The difference between two versions of a collection: what somebody who serves {@code from} has to do to serve
     * {@code to}. Up to six requests.
     *
     * @param from a version, or 0 for nothing: an index that is still empty
     * @param to a version, which may be the older one
     * @throws LittoralException INPUT as {@link #head(String, long)}
     */
    public SnapshotDiff diff(String collectionId, long from, long to) {
        Head newest = head(collectionId);
        CollectionCatalog collection = collection(collectionId);
        Head before = from == 0 ? Head.NONE : head(collectionId, from, newest, true);
        Head after = to == 0 ? Head.NONE : head(collectionId, to, newest, true);
        return uninterrupted(() -> SnapshotDiff.between(collection, before, after));
    }

    /**
     * The versions of a collection after one, each with its difference to the one before, those that are yet to come
     * too. Up to four requests.
     *
     * @param from a version, or 0 for all
     * @throws LittoralException INPUT as {@link #head(String, long)}, also where the version after 0 was cleaned away
     */
    public VersionFeed feed(String collectionId, long from) {
        Head newest = head(collectionId);
        CollectionCatalog collection = collection(collectionId);
        boolean fromNothing =
                from < 0 && uninterrupted(() -> collection.heads().at(1)).isPresent();
        Head there = head(collectionId, from == 0 ? 1 : from, newest, fromNothing);
        Head current = from == 0 ? Head.NONE : there;
        return uninterrupted(() ->
                new VersionFeed(collection, current, collection.root(current).orElse(null)));
    }

    private CollectionCatalog collection(String collectionId) {
        try {
            return new CollectionCatalog(store, CollectionId.check(collectionId));
        } catch (InvalidRequestException e) {
            throw new LittoralException(FailureType.INPUT, e.getMessage(), e);
        }
    }

    private static boolean isId(String name) {
        try {
            CollectionId.check(name);
            return true;
        } catch (InvalidRequestException e) {
            return false;
        }
    }

    /** What is read; an interrupt is a failure like any other. */
    static <T> T uninterrupted(Callable<T> reading) {
        try {
            return reading.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LittoralException(FailureType.TRANSIENT, "Reading the catalog was interrupted", e);
        } catch (Exception e) {
            throw new IllegalStateException("Reading throws nothing else that is checked", e);
        }
    }

    @Override
    public void close() {
        onClose.run();
    }
}
