package dev.littoral.activities.consumer;

import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.workflows.spec.ConsumerName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.function.Predicate;

/** All consumers of a collection, as the catalog knows them. */
public final class Consumers {
    /** The most consumers that are looked at, the first by name. */
    public static final int MOST = 1_000;

    /** What the names begin with by which rollbacks hold versions; no consumer's does. */
    static final String ROLLBACK = "_rollback-";

    private static final int PAGE = 1_000;

    private final CatalogStore store;
    private final String collectionId;

    public Consumers(CatalogStore store, String collectionId) {
        this.store = store;
        this.collectionId = collectionId;
    }

    /**
     * What each says of itself, by name. A request for each thousand entries or consumer, and three or more for each
     * consumer.
     *
     * @param now entries of times beyond are passed over
     */
    public List<KnownConsumer> known(Instant now) throws InterruptedException {
        return known(names(null, ConsumerName::isValid), now);
    }

    /** All that hold versions: consumers, and rollbacks under way. */
    public List<KnownConsumer> holders(Instant now) throws InterruptedException {
        List<String> names = names(null, ConsumerName::isValid);
        names.addAll(names(ROLLBACK, name -> name.startsWith(ROLLBACK)));
        return known(names, now);
    }

    private List<KnownConsumer> known(List<String> names, Instant now) throws InterruptedException {
        List<KnownConsumer> known = new ArrayList<>();
        for (String name : names) {
            known.add(log(name).known(now));
        }
        return known;
    }

    /** What one says of itself; nothing where it has no entry. */
    public KnownConsumer known(String name, Instant now) throws InterruptedException {
        return log(name).known(now);
    }

    private List<String> names(String from, Predicate<String> wanted) throws InterruptedException {
        String folder = CatalogLayout.key(collectionId, ConsumerLog.FOLDER);
        List<String> names = new ArrayList<>();
        String after = from == null ? null : folder + from;
        List<String> page;
        do {
            page = store.list(folder, after, PAGE);
            for (String key : page) {
                String name = nameOf(folder, key);
                boolean isFolder = key.length() > folder.length() + name.length();
                if (isFolder && wanted.test(name) && !names.contains(name) && names.size() < MOST) {
                    names.add(name);
                }
            }
            // Beyond all that the last one has: the character after / is 0.
            after = page.isEmpty() ? null : folder + nameOf(folder, page.getLast()) + "0";
        } while (page.size() == PAGE && names.size() < MOST);
        return names;
    }

    private static String nameOf(String folder, String key) {
        return key.substring(folder.length()).split("/", 2)[0];
    }

    /**
     * Removes entries that newer ones have replaced long ago, and all of who holds nothing and was not heard of.
     *
     * @param isThere whether a version is in the log: who wants it is not forgotten before it is said to be let go
     * @param before consumers whose newest entry is older are forgotten
     */
    public void expire(List<KnownConsumer> known, LongPredicate isThere, Instant before, Instant now)
            throws InterruptedException {
        for (KnownConsumer consumer : known) {
            boolean isRollback = consumer.name().startsWith(ROLLBACK);
            boolean isOver = consumer.newest() != null
                    && consumer.held(now).isEmpty()
                    && (isRollback
                            || (consumer.newest().time().isBefore(before)
                                    && consumer.wanted(now).stream().noneMatch(isThere::test)));
            log(consumer.name()).expire(consumer, isOver ? 0 : ConsumerLog.KEPT);
        }
    }

    private ConsumerLog log(String name) {
        return new ConsumerLog(store, collectionId, name);
    }
}
