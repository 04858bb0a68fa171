package dev.littoral.activities.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.SealedJson;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.activities.testing.MemoryCatalogStore.Call;
import dev.littoral.activities.testing.MemoryCatalogStore.Fault;
import dev.littoral.activities.testing.SealedHead;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.model.Totals;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeadLogTest {
    private static final ExternalSource SOURCE = new ExternalSource("file:///lake/", ExternalSpec.parquet());

    private final MemoryCatalogStore store = new MemoryCatalogStore();
    private final HeadLog heads = new HeadLog(store, "c");

    private static Head version(long version, String commitId) {
        return new Head(
                version,
                commitId,
                HeadKind.COMMITTED,
                SOURCE,
                1,
                version,
                new SnapshotRef("snapshots/x/root.json.zst", "00", Totals.NONE, null),
                7,
                Instant.parse("2026-11-01T12:00:00Z"),
                "a reason");
    }

    private Head grow(int versions) throws InterruptedException {
        Head newest = heads.newest();
        for (int i = 0; i < versions; i++) {
            Head next = version(newest.version() + 1, "id-" + (newest.version() + 1));
            assertThat(heads.create(newest, next)).isEqualTo(new CommitOutcome.Created(next));
            newest = next;
        }
        return newest;
    }

    private static String key(long version) {
        return "c/head/%010d.json".formatted(9_999_999_999L - version);
    }

    /** A version of megabytes is no version; whoever reads it has no memory for it. */
    @Test
    void aVersionOfManyMegabytesIsNotRead() throws Exception {
        store.put(key(1), new byte[(4 << 20) + 1]);
        assertThatThrownBy(heads::newest)
                .isInstanceOf(LittoralException.class)
                .hasMessageContaining("has 4194305 bytes; expected at most 4194304");
        HeadLog within = new HeadLog(new StagingBuffer(store, "c", true), "c");
        assertThatThrownBy(within::newest)
                .isInstanceOf(LittoralException.class)
                .hasMessageContaining("at most 4194304");
        store.put(key(1), new byte[4 << 20]);
        assertThatThrownBy(heads::newest).hasMessageContaining("is damaged");
    }

    @Test
    void aCollectionWithoutVersionsHasNoHead() throws Exception {
        assertThat(heads.newest()).isEqualTo(Head.NONE);
        assertThat(heads.at(1)).isEmpty();
        assertThat(heads.newest(Long.MAX_VALUE, 10)).isEmpty();
    }

    @Test
    void exactlyTheVersionAfterTheBaseIsCreated() throws Exception {
        Head head = grow(3);
        assertThat(store.keys()).containsExactly(key(3), key(2), key(1));
        assertThat(heads.newest()).isEqualTo(head);
        assertThat(heads.at(2)).contains(version(2, "id-2"));
    }

    /** A workflow task that is run again after it had declared can come to another wish with the same commitId. */
    @Test
    void theSameCommitIdWithAnotherWishIsNotOnesOwn() throws Exception {
        Head base = grow(1);
        Head written = version(2, "id");
        assertThat(heads.create(base, written)).isEqualTo(new CommitOutcome.Created(written));
        ExternalSource other = new ExternalSource("file:///other/", SOURCE.spec());
        for (Head wish : List.of(
                new Head(2, "id", HeadKind.DECLARED, SOURCE, 1, 2, null, 7, written.time(), "r"),
                new Head(2, "id", HeadKind.COMMITTED, other, 1, 2, written.snapshot(), 7, written.time(), "r"),
                new Head(2, "id", HeadKind.COMMITTED, SOURCE, 2, 2, written.snapshot(), 7, written.time(), "r"),
                new Head(2, "id", HeadKind.COMMITTED, SOURCE, 1, 3, written.snapshot(), 7, written.time(), "r"))) {
            assertThat(heads.create(base, wish)).isEqualTo(new CommitOutcome.Moved(written));
        }
        Head later = new Head(
                2,
                "id",
                HeadKind.COMMITTED,
                SOURCE,
                1,
                2,
                written.snapshot(),
                7,
                Instant.parse("2027-01-01T00:00:00Z"),
                "r");
        assertThat(heads.create(base, later)).as("another try").isEqualTo(new CommitOutcome.Created(written));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 3})
    void aVersionThatDoesNotFollowItsBaseIsABug(long wrong) throws Exception {
        Head base = grow(1);
        assertThatThrownBy(() -> heads.create(base, version(wrong, "x"))).isInstanceOf(IllegalArgumentException.class);
        assertThat(heads.newest()).isEqualTo(base);
    }

    @Test
    void somebodyElsesVersionIsMovedAndNamesTheNewest() throws Exception {
        Head base = grow(1);
        Head newest = grow(4);
        CommitOutcome outcome = heads.create(base, version(2, "late"));
        assertThat(outcome).isEqualTo(new CommitOutcome.Moved(newest));
        assertThat(heads.at(2).orElseThrow().commitId()).isEqualTo("id-2");
        assertThat(store.keys()).hasSize(5);
    }

    @Test
    void askedAgainItAnswersTheSameThoughOthersWentOn() throws Exception {
        Head base = grow(1);
        Head mine = version(2, "mine");
        heads.create(base, mine);
        grow(3);
        Head again = new Head(
                2, "mine", HeadKind.COMMITTED, SOURCE, 1, 2, mine.snapshot(), 7, Instant.EPOCH, "another time");
        assertThat(heads.create(base, again)).isEqualTo(new CommitOutcome.Created(mine));
    }

    @Test
    void aLostAnswerIsReadBack() throws Exception {
        Head base = grow(1);
        store.fail(Call.CREATE, 1, Fault.ANSWER_LOST);
        Head mine = version(2, "mine");
        assertThat(heads.create(base, mine)).isEqualTo(new CommitOutcome.Created(mine));
    }

    @Test
    void aLostAnswerAboutSomebodyElsesVersionIsMoved() throws Exception {
        Head base = grow(1);
        Head newest = grow(1);
        store.fail(Call.CREATE, 1, Fault.ANSWER_LOST);
        assertThat(heads.create(base, version(2, "mine"))).isEqualTo(new CommitOutcome.Moved(newest));
    }

    @Test
    void aLostRequestFailsAndCanBeAskedAgain() throws Exception {
        Head base = grow(1);
        store.fail(Call.CREATE, 1, Fault.REQUEST_LOST);
        Head mine = version(2, "mine");
        assertThatThrownBy(() -> heads.create(base, mine)).satisfies(e -> isOf(FailureType.TRANSIENT, e));
        assertThat(heads.create(base, mine)).isEqualTo(new CommitOutcome.Created(mine));
    }

    @Test
    void aReadBackThatFailsLeavesItUnknownUntilItIsAskedAgain() throws Exception {
        Head base = grow(1);
        store.fail(Call.CREATE, 1, Fault.ANSWER_LOST);
        store.fail(Call.GET, 1, Fault.REQUEST_LOST);
        Head mine = version(2, "mine");
        assertThatThrownBy(() -> heads.create(base, mine)).satisfies(e -> isOf(FailureType.TRANSIENT, e));
        assertThat(heads.create(base, mine)).isEqualTo(new CommitOutcome.Created(mine));
    }

    @ParameterizedTest
    @EnumSource(names = "TRANSIENT", mode = EnumSource.Mode.EXCLUDE)
    void whatIsDeniedComesOutAsItIsAndIsNotReadBack(FailureType type) throws Exception {
        Head base = grow(1);
        HeadLog denied = new HeadLog(
                new Answers(store) {
                    @Override
                    public boolean createIfAbsent(String key, byte[] body) {
                        throw new LittoralException(type, "no");
                    }
                },
                "c");
        int gets = store.calls(Call.GET);
        assertThatThrownBy(() -> denied.create(base, version(2, "mine"))).satisfies(e -> isOf(type, e));
        assertThat(store.calls(Call.GET)).isEqualTo(gets);
    }

    @Test
    void aStoreThatSaysThereIsOneButHasNoneIsAskedAgain() throws Exception {
        Head base = grow(1);
        HeadLog confused = new HeadLog(
                new Answers(store) {
                    @Override
                    public boolean createIfAbsent(String key, byte[] body) {
                        return false;
                    }
                },
                "c");
        assertThatThrownBy(() -> confused.create(base, version(2, "mine")))
                .satisfies(e -> isOf(FailureType.TRANSIENT, e))
                .hasMessageContaining(key(2));
    }

    /** A store whose own retry finds its own first write. */
    @Test
    void aFalseAboutOnesOwnWriteIsCreated() throws Exception {
        Head base = grow(1);
        HeadLog retried = new HeadLog(
                new Answers(store) {
                    @Override
                    public boolean createIfAbsent(String key, byte[] body) throws InterruptedException {
                        super.createIfAbsent(key, body);
                        return super.createIfAbsent(key, body);
                    }
                },
                "c");
        Head mine = version(2, "mine");
        assertThat(retried.create(base, mine)).isEqualTo(new CommitOutcome.Created(mine));
    }

    @Test
    void anInterruptComesOut() throws Exception {
        Head base = grow(1);
        HeadLog stopped = new HeadLog(
                new Answers(store) {
                    @Override
                    public boolean createIfAbsent(String key, byte[] body) throws InterruptedException {
                        throw new InterruptedException("stop");
                    }
                },
                "c");
        assertThatThrownBy(() -> stopped.create(base, version(2, "mine"))).isInstanceOf(InterruptedException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "7",
                "not JSON",
                "{\"version\":2",
                "{\"version\":2,\"commitId\":\"x\"}",
                "{\"version\":2,\"commitId\":\"x\",\"kind\":\"ODD\",\"source\":{\"uri\":\"file:///a\"}}",
                "{\"version\":3,\"commitId\":\"x\",\"kind\":\"DECLARED\",\"source\":{\"uri\":\"file:///a\","
                        + "\"spec\":{}}}",
                "{\"version\":2,\"commitId\":\"x\",\"kind\":\"DECLARED\",\"source\":{\"uri\":\"file:///a\"}}",
                "{\"version\":2,\"commitId\":\"x\",\"kind\":\"DECLARED\",\"source\":{\"spec\":{}}}",
                "{\"version\":2,\"commitId\":\"x\",\"kind\":\"COMMITTED\",\"source\":{\"uri\":\"file:///a\","
                        + "\"spec\":{}},"
                        + "\"snapshot\":{\"key\":\"snapshots/x/root.json.zst\"}}",
                "{\"version\":2,\"commitId\":\"x\",\"kind\":\"DECLARED\",\"source\":{\"uri\":\"file:///a\","
                        + "\"spec\":{}}}}"
            })
    void aDamagedVersionIsRefusedByName(String body) throws Exception {
        Head base = grow(1);
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        for (byte[] damaged : List.of(bytes, bytes.length == 0 ? bytes : SealedJson.seal(bytes))) {
            store.put(key(2), damaged);
            assertThatThrownBy(heads::newest)
                    .satisfies(e -> isOf(FailureType.INPUT, e))
                    .hasMessageContaining("memory/" + key(2));
            assertThatThrownBy(() -> heads.create(base, version(2, "mine"))).satisfies(e -> isOf(FailureType.INPUT, e));
        }
    }

    /** The next version is made from each of them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/commitId",
                "/kind",
                "/time",
                "/source",
                "/source/uri",
                "/source/spec",
                "/snapshot",
                "/snapshot/key",
                "/snapshot/sha256",
                "/snapshot/totals"
            })
    void aVersionThatLacksAFieldIsRefused(String field) throws Exception {
        grow(1);
        ObjectNode head = (ObjectNode) Json.JSON.readTree("{\"version\":2,\"commitId\":\"x\",\"kind\":\"COMMITTED\","
                + "\"time\":\"2026-11-01T12:00:00Z\",\"source\":{\"uri\":\"file:///a\",\"spec\":{}},"
                + "\"snapshot\":{\"key\":\"k\",\"sha256\":\"s\",\"totals\":{}}}");
        store.put(key(2), SealedHead.of(head).getBytes(StandardCharsets.UTF_8));
        assertThat(heads.newest().snapshot().key()).isEqualTo("k");

        int name = field.lastIndexOf('/');
        ((ObjectNode) head.at(field.substring(0, name))).remove(field.substring(name + 1));
        store.put(key(2), SealedHead.of(head).getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(heads::newest)
                .satisfies(e -> isOf(FailureType.INPUT, e))
                .hasMessageContaining("memory/" + key(2));
    }

    @Test
    void aVersionThatWasEditedIsRefusedByItsDigest() throws Exception {
        grow(2);
        byte[] written = store.get(key(2)).orElseThrow();
        for (int i = 0; i < written.length; i++) {
            byte[] edited = written.clone();
            edited[i] ^= 1;
            store.put(key(2), edited);
            assertThatThrownBy(heads::newest)
                    .as("byte " + i)
                    .satisfies(e -> isOf(FailureType.INPUT, e))
                    .hasMessageContaining("memory/" + key(2) + " is damaged: it");
        }
        store.put(
                key(2),
                new String(written, StandardCharsets.UTF_8)
                        .replace("a reason", "no reason")
                        .getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(heads::newest).hasMessageContaining("its SHA-256 is ");
        store.put(key(2), written);
        assertThat(heads.newest().version()).isEqualTo(2);
    }

    @Test
    void fieldsOfANewerReleaseAreNoDamage() throws Exception {
        store.put(
                key(1),
                SealedJson.seal(
                        ("{\"version\":1,\"commitId\":\"x\",\"kind\":\"DECLARED\",\"time\":\"2026-11-01T12:00:00Z\","
                                        + "\"source\":{\"uri\":\"file:///a\",\"spec\":{\"newer\":1}},\"newer\":{}}")
                                .getBytes(StandardCharsets.UTF_8)));
        assertThat(heads.newest().source().uri()).isEqualTo("file:///a");
    }

    @Test
    void versionsArePagedNewestFirst() throws Exception {
        grow(25);
        for (int limit : List.of(1, 2, 7, 24, 25, 26)) {
            List<Long> all = new ArrayList<>();
            long before = Long.MAX_VALUE;
            while (true) {
                List<Head> page = heads.newest(before, limit);
                assertThat(page).hasSizeLessThanOrEqualTo(limit);
                if (page.isEmpty()) {
                    break;
                }
                page.forEach(head -> all.add(head.version()));
                before = all.get(all.size() - 1);
            }
            assertThat(all).as("limit " + limit).hasSize(25).isSortedAccordingTo((a, b) -> Long.compare(b, a));
        }
        assertThat(heads.newest(4, 10)).extracting(Head::version).containsExactly(3L, 2L, 1L);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 1})
    void thereIsNothingBelowTheFirstVersion(long before) throws Exception {
        grow(3);
        assertThat(heads.newest(before, 10)).isEmpty();
        assertThat(heads.at(Math.min(before, 0))).isEmpty();
    }

    /** Clean-up may take old versions while they are paged. */
    @Test
    void aVersionThatGoesWhileItIsPagedIsLeftOut() throws Exception {
        grow(3);
        HeadLog cleaned = new HeadLog(
                new Answers(store) {
                    @Override
                    public Optional<byte[]> get(String key) throws InterruptedException {
                        return key.equals(key(1)) ? Optional.empty() : super.get(key);
                    }
                },
                "c");
        assertThat(cleaned.newest(Long.MAX_VALUE, 10)).extracting(Head::version).containsExactly(3L, 2L);
    }

    @Test
    void aNewestVersionThatIsListedButNotThereIsNeverAnEmptyCollection() throws Exception {
        grow(1);
        HeadLog late = new HeadLog(
                new Answers(store) {
                    @Override
                    public Optional<byte[]> get(String key) {
                        return Optional.empty();
                    }
                },
                "c");
        assertThatThrownBy(late::newest).satisfies(e -> isOf(FailureType.TRANSIENT, e));
    }

    @Test
    void aCollectionWhoseNameStartsLikeAnotherIsApart() throws Exception {
        grow(2);
        assertThat(new HeadLog(store, "c2").newest()).isEqualTo(Head.NONE);
        assertThat(new HeadLog(store, "").newest()).isEqualTo(Head.NONE);
    }

    private static void isOf(FailureType type, Throwable e) {
        assertThat(e).isInstanceOf(LittoralException.class);
        assertThat(((LittoralException) e).type()).isEqualTo(type);
    }

    /** A store whose answers a test can change. */
    private static class Answers implements CatalogStore {
        private final CatalogStore store;

        Answers(CatalogStore store) {
            this.store = store;
        }

        @Override
        public boolean createIfAbsent(String key, byte[] body) throws InterruptedException {
            return store.createIfAbsent(key, body);
        }

        @Override
        public void put(String key, byte[] body) throws InterruptedException {
            store.put(key, body);
        }

        @Override
        public Optional<byte[]> get(String key) throws InterruptedException {
            return store.get(key);
        }

        @Override
        public List<String> list(String prefix, String startAfter, int limit) throws InterruptedException {
            return store.list(prefix, startAfter, limit);
        }

        @Override
        public void delete(Collection<String> keys) throws InterruptedException {
            store.delete(keys);
        }

        @Override
        public String location() {
            return store.location();
        }

        @Override
        public void close() {
            store.close();
        }
    }
}
