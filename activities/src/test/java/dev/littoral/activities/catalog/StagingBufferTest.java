package dev.littoral.activities.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.RequestCounts;
import dev.littoral.activities.testing.ForwardingStore;
import dev.littoral.activities.testing.MemoryCatalogStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StagingBufferTest {
    private final MemoryCatalogStore store = new MemoryCatalogStore();
    private final StagingBuffer buffer = new StagingBuffer(store, "c", true);

    private static String key(int object) {
        return CatalogLayout.key("c", CatalogLayout.listedPart("staging/0000000001/r1-x/list-00000", object));
    }

    @Test
    void littleThatIsStagedIsReadFromMemory() throws Exception {
        buffer.put(key(1), new byte[] {1});
        buffer.put(key(1), new byte[] {1, 2});
        assertThat(buffer.get(key(1)).orElseThrow()).containsExactly(1, 2);
        assertThat(buffer.holds(key(1).substring(2))).isTrue();
        assertThat(buffer.isAtMost(2)).isTrue();
        assertThat(buffer.isAtMost(1)).isFalse();
        assertThat(buffer.hasWritten()).isFalse();
        assertThat(store.keys()).isEmpty();
    }

    @Test
    void theBoundOnWhatIsReadIsTheStores() throws Exception {
        List<Integer> bounds = new ArrayList<>();
        StagingBuffer asks = new StagingBuffer(
                new ForwardingStore(store) {
                    @Override
                    public Optional<byte[]> get(String key, int maxBytes) {
                        bounds.add(maxBytes);
                        return store.get(key);
                    }
                },
                "c",
                true);
        store.put(key(1), new byte[] {1});
        assertThat(asks.get(key(1), 7)).isPresent();
        asks.put(key(2), new byte[] {1});
        assertThat(asks.get(key(2), 7)).isPresent();
        assertThat(bounds).containsExactly(7);
    }

    @Test
    void whatIsNotStagedByItsCollectionIsWritten() throws Exception {
        buffer.put("c/snapshots/0000000001-x/root.json.zst", new byte[] {1});
        buffer.put(key(1).replaceFirst("c", "d"), new byte[] {1});
        assertThat(store.keys()).hasSize(2);
        assertThat(buffer.hasWritten()).isFalse();
    }

    @Test
    void whatIsInMemoryIsWrittenOnceSomebodyElseNeedsIt() throws Exception {
        buffer.put(key(1), new byte[] {1});
        buffer.flush();
        buffer.put(key(2), new byte[] {2});
        assertThat(store.keys()).containsExactly(key(1), key(2));
        assertThat(buffer.holds(key(1).substring(2))).isFalse();
        assertThat(buffer.isAtMost(1)).isFalse();
        assertThat(buffer.hasWritten()).isTrue();
        assertThat(buffer.get(key(2))).isPresent();
    }

    @Test
    void moreObjectsOrBytesThanALittleAreWrittenAsTheyCome() throws Exception {
        for (int i = 0; i < 33; i++) {
            buffer.put(key(i), new byte[] {1});
        }
        assertThat(store.keys()).hasSize(33);
        StagingBuffer other = new StagingBuffer(new MemoryCatalogStore(), "c", true);
        other.put(key(1), new byte[1 << 20]);
        assertThat(other.hasWritten()).isFalse();
        other.put(key(2), new byte[] {1});
        assertThat(other.hasWritten()).isTrue();
    }

    @Test
    void aBufferThatHoldsNothingWritesAtOnce() throws Exception {
        StagingBuffer none = new StagingBuffer(store, "c", false);
        none.put(key(1), new byte[] {1});
        assertThat(store.keys()).containsExactly(key(1));
        assertThat(none.isAtMost(1)).isFalse();
    }

    @Test
    void whatIsNotStagedIsTheStores() throws Exception {
        String key = "c/head/0000000001.json";
        assertThat(buffer.createIfAbsent(key, new byte[] {1})).isTrue();
        assertThat(buffer.createIfAbsent(key, new byte[] {2})).isFalse();
        assertThat(buffer.list("c/head/", null, 9)).containsExactly(key);
        assertThat(buffer.address(key)).isEqualTo(store.address(key));
        assertThat(buffer.location()).isEqualTo(store.location()).isNotEmpty();
        buffer.delete(List.of(key));
        assertThat(store.keys()).isEmpty();
    }

    @Test
    void requestsAreCountedWhereTheyAreMade() throws Exception {
        RequestCounts counts = new RequestCounts();
        var observed = buffer.observed(counts);
        observed.put(key(1), new byte[] {1});
        assertThat(observed.get(key(1))).isPresent();
        assertThat(counts.requests()).isEmpty();
        buffer.flush();
        assertThat(observed.get(key(1))).isPresent();
        assertThat(counts.requests()).isEqualTo(Map.of("catalog.get", 1L));
    }

    @Test
    void whatCouldNotBeWrittenIsStillHeld() throws Exception {
        buffer.put(key(1), new byte[] {1});
        store.fail(MemoryCatalogStore.Call.PUT, 1, MemoryCatalogStore.Fault.REQUEST_LOST);
        assertThatThrownBy(buffer::flush).isInstanceOf(LittoralException.class);
        assertThat(buffer.holds(key(1).substring(2))).isTrue();
        assertThat(buffer.hasWritten()).isTrue();
    }
}
