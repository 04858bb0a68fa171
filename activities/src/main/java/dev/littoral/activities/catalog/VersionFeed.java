package dev.littoral.activities.catalog;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.Head;
import java.util.Objects;
import java.util.Optional;

/**
 * The feed of a collection's versions, one after the other, each with its difference to the one before. Following it is
 * one request a look. A {@link CatalogReader} opens it, documents its failures and has to stay open. For one thread.
 */
public final class VersionFeed {
    /** Of so many looks that find nothing one asks whether the next version was there and is cleaned away. */
    private static final int LOOKS = 60;

    private final CollectionCatalog catalog;
    private Head current;
    private SnapshotRoot root;
    private int looks;

    VersionFeed(CollectionCatalog catalog, Head current, SnapshotRoot root) {
        this.catalog = catalog;
        this.current = current;
        this.root = root;
    }

    /** The version that the next one is compared with: the one that was handed over last; {@link Head#NONE} for 0. */
    public Head current() {
        return current;
    }

    /** Whether there will be no next version, as the collection has ended. */
    public boolean ended() {
        return current.retired();
    }

    /**
     * The next version, or empty where there is none yet. One request where there is none; where there is one, another
     * for its root.
     *
     * @throws LittoralException INPUT when the next version was cleaned away before it was asked for
     */
    public Optional<SnapshotDiff> next() {
        return CatalogReader.uninterrupted(() -> {
            Optional<Head> next = catalog.heads().at(current.version() + 1);
            if (next.isEmpty()) {
                if (looks++ % LOOKS == 0) {
                    requireNoneLater();
                }
                return Optional.empty();
            }
            looks = 0;
            Head head = next.get();
            SnapshotRoot now = Objects.equals(head.snapshot(), current.snapshot())
                    ? root
                    : catalog.root(head).orElse(null);
            SnapshotDiff diff = new SnapshotDiff(catalog, current, root, head, now);
            current = head;
            root = now;
            return Optional.of(diff);
        });
    }

    private void requireNoneLater() throws InterruptedException {
        Head newest = catalog.heads().newest();
        if (newest.version() > current.version()
                && catalog.heads().at(current.version() + 1).isEmpty()) {
            throw catalog.heads().absent(current.version() + 1, newest, false);
        }
    }
}
