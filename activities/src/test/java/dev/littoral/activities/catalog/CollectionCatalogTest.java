package dev.littoral.activities.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** A collection whose newest versions may have been deleted. */
class CollectionCatalogTest {
    private static final ExternalSource SOURCE = new ExternalSource("file:///lake/", ExternalSpec.parquet());

    private final MemoryCatalogStore store = new MemoryCatalogStore();

    private void grow(int versions) throws InterruptedException {
        HeadLog heads = new HeadLog(store, "c");
        for (int i = 0; i < versions; i++) {
            Head base = heads.newest();
            long next = base.version() + 1;
            heads.create(
                    base,
                    new Head(next, "id-" + next, HeadKind.DECLARED, SOURCE, next, 1, null, 1, Instant.EPOCH, "a test"));
        }
    }

    private void write(long version) throws InterruptedException {
        store.put("c/snapshots/%010d-x/root.json.zst".formatted(version), new byte[] {1});
    }

    @Test
    void whatAnUpdateIsAboutToCommitOrHasLostIsNoSignOfDeletedVersions() throws Exception {
        assertThat(new CollectionCatalog(store, "c").open()).isEqualTo(Head.NONE);
        grow(3);
        write(2);
        write(4);
        store.put("c/snapshots/notes.txt", new byte[] {1});
        assertThat(new CollectionCatalog(store, "c").open().version()).isEqualTo(3);
    }

    @Test
    void objectsOfAVersionThatNobodyCanHaveDecidedUponAreRefused() throws Exception {
        grow(3);
        write(5);
        assertThatThrownBy(() -> new CollectionCatalog(store, "c").open())
                .isInstanceOf(LittoralException.class)
                .hasMessage("Catalog object memory/c/snapshots/0000000005-x/root.json.zst was written for "
                        + "version 5, but the newest"
                        + " one in memory/c/head/ is 3; expected 4 or newer: versions were deleted "
                        + "by hand; restore them, or"
                        + " remove memory/c/ to begin anew");
    }

    /** An update of an earlier run commits, and the next one writes, just between the two looks. */
    @Test
    void aVersionThatComesMeanwhileIsNotTakenForADeletedOne() throws Exception {
        grow(3);
        CatalogStore moving = (CatalogStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {CatalogStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("list")
                            && ((String) arguments[0]).contains("snapshots/")
                            && store.keys().size() == 3) {
                        grow(1);
                        write(5);
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        assertThat(new CollectionCatalog(moving, "c").open().version()).isEqualTo(4);
    }
}
