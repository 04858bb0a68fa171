package dev.littoral.activities.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.testing.MemoryCatalogStore.Call;
import dev.littoral.activities.testing.MemoryCatalogStore.Fault;
import dev.littoral.workflows.model.FailureType;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryCatalogStoreTest {
    private final MemoryCatalogStore store = new MemoryCatalogStore();

    @Test
    void bytesAreCopiedOnTheWayInAndOut() {
        byte[] body = {1};
        store.createIfAbsent("a", body);
        body[0] = 2;
        store.get("a").orElseThrow()[0] = 3;
        assertThat(store.get("a").orElseThrow()).containsExactly(1);
    }

    @Test
    void aLostRequestIsNotAppliedAndALostAnswerIs() {
        store.fail(Call.CREATE, 2, Fault.REQUEST_LOST);
        store.fail(Call.CREATE, 3, Fault.ANSWER_LOST);
        assertThat(store.createIfAbsent("a", new byte[0])).isTrue();
        for (String key : List.of("b", "c")) {
            assertThatThrownBy(() -> store.createIfAbsent(key, new byte[0]))
                    .isInstanceOfSatisfying(
                            LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.TRANSIENT));
        }
        assertThat(store.createIfAbsent("c", new byte[0])).isFalse();
        assertThat(store.keys()).containsExactly("a", "c");
        assertThat(store.calls(Call.CREATE)).isEqualTo(4);
        assertThat(store.calls(Call.PUT)).isZero();
    }

    @Test
    void anUnsafeStoreLetsSoManyCreatesWin() {
        store.letCreatesWin(2);
        assertThat(store.createIfAbsent("a", new byte[] {1})).isTrue();
        assertThat(store.createIfAbsent("a", new byte[] {2})).isTrue();
        assertThat(store.createIfAbsent("a", new byte[] {3})).isFalse();
        assertThat(store.get("a").orElseThrow()).containsExactly(2);
    }

    @Test
    void keysAreListedInOrderAfterAKeyUpToALimit() {
        for (String key : List.of("p/b", "p/a/x", "p/a-b", "q/a", "p")) {
            store.put(key, new byte[0]);
        }
        assertThat(store.list("p/", null, 10)).containsExactly("p/a-b", "p/a/x", "p/b");
        assertThat(store.list("p/", "p/a-b", 1)).containsExactly("p/a/x");
        store.delete(List.of("p/a/x", "none"));
        assertThat(store.list("p/", "p/a-b", 1)).containsExactly("p/b");
    }
}
