package dev.littoral.activities.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.local.LocalStores;
import dev.littoral.activities.testing.ForwardingStore;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.activities.testing.MemoryCatalogStore.Call;
import dev.littoral.activities.testing.MemoryCatalogStore.Fault;
import dev.littoral.workflows.model.FailureType;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConditionalWriteProbeTest {
    private final MemoryCatalogStore store = new MemoryCatalogStore();

    @Test
    void aMarkerOfManyBytesIsNotRead() throws Exception {
        store.put(ConditionalWriteProbe.MARKER, new byte[(64 << 10) + 1]);
        assertThatThrownBy(() -> ConditionalWriteProbe.probeOnce(store))
                .isInstanceOf(LittoralException.class)
                .hasMessageContaining("has 65537 bytes; expected at most 65536");
    }

    @Test
    void aSafeStorePassesAndNothingStays() throws Exception {
        ConditionalWriteProbe.probe(store);
        assertThat(store.keys()).isEmpty();
    }

    @Test
    void aLocalFolderPasses(@TempDir Path folder) throws Exception {
        CatalogStore local = LocalStores.catalog(folder);
        ConditionalWriteProbe.probe(local);
        assertThat(folder.resolve("_probe")).doesNotExist();
        ConditionalWriteProbe.probeOnce(local);
        assertThat(local.get(ConditionalWriteProbe.MARKER)).isPresent();
    }

    @Test
    void aStoreThatFillsUpInBetweenIsLeftAsItWas() {
        for (int fits : new int[] {0, 1, 16, 17, 100}) {
            MemoryCatalogStore full = new MemoryCatalogStore();
            AtomicInteger creates = new AtomicInteger();
            assertThatThrownBy(() -> ConditionalWriteProbe.probe(new ForwardingStore(full) {
                        @Override
                        public boolean createIfAbsent(String key, byte[] body) {
                            if (creates.getAndIncrement() >= fits) {
                                throw new LittoralException(FailureType.TRANSIENT, "No space left on device", null);
                            }
                            return super.createIfAbsent(key, body);
                        }
                    }))
                    .hasMessage("No space left on device");
            assertThat(full.keys()).as("%d creates fit", fits).isEmpty();
        }
    }

    @Test
    void aFullStoreThatCannotDeleteEitherIsSaidToBeFull() {
        assertThatThrownBy(() -> ConditionalWriteProbe.probe(new ForwardingStore(store) {
                    @Override
                    public boolean createIfAbsent(String key, byte[] body) {
                        throw new LittoralException(FailureType.TRANSIENT, "No space left on device", null);
                    }

                    @Override
                    public void delete(Collection<String> keys) {
                        throw new LittoralException(FailureType.TRANSIENT, "cannot delete", null);
                    }
                }))
                .hasMessage("No space left on device");
    }

    @Test
    void aStoreThatIsRefusedIsLeftAsItWas() {
        store.letCreatesWin(3);
        assertThatThrownBy(() -> ConditionalWriteProbe.probe(store)).isInstanceOf(LittoralException.class);
        assertThat(store.keys()).isEmpty();
    }

    @Test
    void aStoreThatLetsThreeCreatesWinIsRefused() {
        store.letCreatesWin(3);
        assertRefused(
                () -> ConditionalWriteProbe.probe(store),
                "The catalog's store at memory let 3 of 16 racing creates of one new key win; exactly one must."
                        + " Littoral cannot keep its promises there.");
    }

    @Test
    void aStoreThatWasRefusedIsNotMarked() throws Exception {
        store.letCreatesWin(2);
        assertThatThrownBy(() -> ConditionalWriteProbe.probeOnce(store)).isInstanceOf(LittoralException.class);
        assertThat(store.get(ConditionalWriteProbe.MARKER)).isEmpty();
    }

    @Test
    void aStoreThatLetsALaterCreateWinIsRefused() {
        store.letCreatesWin(17);
        assertThatThrownBy(() -> ConditionalWriteProbe.probe(store)).hasMessageContaining("16 of 16");
        MemoryCatalogStore forgetful = new MemoryCatalogStore();
        assertRefused(
                () -> ConditionalWriteProbe.probe(new ForwardingStore(forgetful) {
                    private int creates;

                    @Override
                    public synchronized boolean createIfAbsent(String key, byte[] body) {
                        if (++creates == 17) {
                            forgetful.put(key, body);
                            return true;
                        }
                        return super.createIfAbsent(key, body);
                    }
                }),
                "replace");
    }

    @Test
    void aStoreThatReturnsALosersBodyIsRefused() {
        MemoryCatalogStore mixing = new MemoryCatalogStore();
        assertRefused(
                () -> ConditionalWriteProbe.probe(new ForwardingStore(mixing) {
                    @Override
                    public boolean createIfAbsent(String key, byte[] body) {
                        boolean created = super.createIfAbsent(key, body);
                        if (!created) {
                            mixing.put(key, body);
                        }
                        return created;
                    }
                }),
                "another body");
    }

    @Test
    void aStoreWithoutAWinnerThatReturnsNobodysBodyIsRefused() {
        assertRefused(
                () -> ConditionalWriteProbe.probe(new ForwardingStore(store) {
                    @Override
                    public boolean createIfAbsent(String key, byte[] body) {
                        super.createIfAbsent(key, "nobody's".getBytes(UTF_8));
                        return false;
                    }
                }),
                "another body");
    }

    @Test
    void aStoreWhoseRefusedCreateReplacesIsRefused() {
        assertRefused(
                () -> ConditionalWriteProbe.probe(new ForwardingStore(store) {
                    private int creates;

                    @Override
                    public synchronized boolean createIfAbsent(String key, byte[] body) {
                        if (++creates == 17) {
                            put(key, body);
                        }
                        return super.createIfAbsent(key, body);
                    }
                }),
                "replace");
    }

    @Test
    void aStoreThatDoesNotReturnWhatWasCreatedIsRefused() {
        assertRefused(
                () -> ConditionalWriteProbe.probe(new ForwardingStore(store) {
                    @Override
                    public Optional<byte[]> get(String key) {
                        return Optional.empty();
                    }
                }),
                "did not return an object");
    }

    @Test
    void aStoreThatDoesNotListAllInOrderIsRefused() {
        assertRefused(
                () -> ConditionalWriteProbe.probe(new ForwardingStore(store) {
                    @Override
                    public List<String> list(String prefix, String startAfter, int limit) {
                        return super.list(prefix, startAfter, limit).reversed();
                    }
                }),
                "had been created");
    }

    @Test
    void aStoreThatLetsTwoWinNowAndThenIsRefused() {
        assertRefused(
                () -> ConditionalWriteProbe.probe(new ForwardingStore(store) {
                    private int creates;

                    @Override
                    public synchronized boolean createIfAbsent(String key, byte[] body) {
                        return super.createIfAbsent(key, body) || ++creates > 160;
                    }
                }),
                "of 16 racing creates");
    }

    @Test
    void aWinnerThatDoesNotLearnOfItIsNoFault() throws Exception {
        ConditionalWriteProbe.probe(new ForwardingStore(store) {
            @Override
            public boolean createIfAbsent(String key, byte[] body) {
                super.createIfAbsent(key, body);
                return false;
            }
        });
        assertThat(store.keys()).isEmpty();
    }

    @Test
    void aStoreThatIsAwayIsTransientNotUnsafe() {
        store.fail(Call.CREATE, 5, Fault.REQUEST_LOST);
        assertThatThrownBy(() -> ConditionalWriteProbe.probe(store))
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.TRANSIENT));
    }

    @Test
    void aProbedStoreIsProbedOnceOnly() throws Exception {
        ConditionalWriteProbe.probeOnce(store);
        assertThat(store.keys()).containsExactly(ConditionalWriteProbe.MARKER);
        int creates = store.calls(Call.CREATE);
        int gets = store.calls(Call.GET);
        ConditionalWriteProbe.probeOnce(store);
        assertThat(store.calls(Call.CREATE)).isEqualTo(creates);
        assertThat(store.calls(Call.GET)).isEqualTo(gets + 1);
    }

    @Test
    void aMarkerThatWasCopiedFromElsewhereDoesNotCount() throws Exception {
        ConditionalWriteProbe.probeOnce(store);
        MemoryCatalogStore copy = new MemoryCatalogStore();
        copy.put(
                ConditionalWriteProbe.MARKER,
                new String(store.get(ConditionalWriteProbe.MARKER).orElseThrow(), UTF_8)
                        .replace("memory", "s3://elsewhere")
                        .getBytes(UTF_8));
        copy.letCreatesWin(2);
        assertThatThrownBy(() -> ConditionalWriteProbe.probeOnce(copy)).hasMessageContaining("2 of 16");
    }

    @Test
    void aCatalogOfAnotherFormatIsRefused() {
        store.put(ConditionalWriteProbe.MARKER, "{\"format\":2,\"location\":\"memory\"}".getBytes(UTF_8));
        assertRefused(() -> ConditionalWriteProbe.probeOnce(store), "format 2");
        store.put(ConditionalWriteProbe.MARKER, "<html>".getBytes(UTF_8));
        assertRefused(() -> ConditionalWriteProbe.probeOnce(store), ConditionalWriteProbe.MARKER);
    }

    @Test
    void anInterruptEndsAProbe() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> ConditionalWriteProbe.probe(store)).isInstanceOf(InterruptedException.class);
    }

    private static void assertRefused(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .hasMessageContaining(message);
    }
}
