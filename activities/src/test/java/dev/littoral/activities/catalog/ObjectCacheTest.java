package dev.littoral.activities.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.testing.MemoryCatalogStore;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Objects that need not be read again. */
class ObjectCacheTest {
    @Test
    void theLeastRecentlyUsedLeave() {
        ObjectCache cache = new ObjectCache(100);
        for (String name : List.of("a", "b", "c", "d")) {
            cache.put(name, new byte[25]);
        }
        assertThat(cache.get("a")).isPresent();
        cache.put("e", new byte[20]);
        assertThat(cache.get("b")).isEmpty();
        assertThat(cache.get("a")).isPresent();
        cache.put("a", new byte[5]);
        cache.put("f", new byte[25]);
        assertThat(List.of("a", "c", "d", "e", "f"))
                .allMatch(name -> cache.get(name).isPresent());
    }

    @Test
    void whatIsTooLargeIsNotKept() {
        ObjectCache cache = new ObjectCache(100);
        cache.put("a", new byte[26]);
        assertThat(cache.get("a")).isEmpty();
        ObjectCache.NONE.put("b", new byte[1]);
        assertThat(ObjectCache.NONE.get("b")).isEmpty();
    }

    /** Two attempts of a step may write one key; a digest has one content. */
    @Test
    void anObjectThatIsWrittenAgainIsNotTakenForWhatItWas() throws Exception {
        MemoryCatalogStore store = new MemoryCatalogStore();
        CollectionCatalog catalog = new CollectionCatalog(store, "c", new ObjectCache(1 << 20));
        String key = "snapshots/0000000001-1-x/shard-0.jsonl.zst";
        catalog.write(key, JsonLines.write(List.of()));
        String other = catalog.write(key, JsonLines.write(List.of(FileEntry.gone("p"))));
        store.put("c/" + key, JsonLines.write(List.of()));
        ShardRef known = new ShardRef("", key, other, "", null, List.of(), null, null, 0);
        assertThatThrownBy(() -> catalog.readLines(known, line -> {}))
                .as("it is what was written, and no file")
                .isInstanceOf(LittoralException.class)
                .hasMessageNotContaining("SHA-256");
        ShardRef unknown = new ShardRef("", key, "00", "", null, List.of(), null, null, 0);
        assertThatThrownBy(() -> catalog.readLines(unknown, line -> {})).hasMessageContaining("SHA-256");
    }
}
