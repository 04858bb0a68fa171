package dev.littoral.activities.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.catalog.HeadLog;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.retention.SnapshotExpirer;
import dev.littoral.activities.storage.SealedJson;
import dev.littoral.activities.testing.CatalogSchemas;
import dev.littoral.activities.testing.ForwardingStore;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.activities.testing.MemoryCatalogStore.Call;
import dev.littoral.activities.testing.MemoryCatalogStore.Fault;
import dev.littoral.activities.testing.MutableClock;
import dev.littoral.workflows.model.CleanRequest;
import dev.littoral.workflows.model.ConsumerEntry;
import dev.littoral.workflows.model.ConsumerState;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.LeaseAnswer;
import dev.littoral.workflows.model.SegmentProgress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A consumer's leases and answers beside clean-up, with a clock that the test sets. */
class ConsumerClientTest {
    private static final ExternalSource SOURCE = new ExternalSource("s3://lake/orders/", ExternalSpec.parquet());
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration KEEP = Duration.ofDays(2);
    private static final SegmentProgress ALL = new SegmentProgress(1, 0, 1);

    private final MemoryCatalogStore store = new MemoryCatalogStore();
    private final MutableClock clock = new MutableClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final HeadLog heads = new HeadLog(store, "orders");
    private final ConsumerClient search = consumer("search");
    private Head head = Head.NONE;

    @BeforeEach
    void fiveVersionsOfTheFirstDays() throws InterruptedException {
        for (int i = 0; i < 5; i++) {
            version();
            clock.pass(Duration.ofDays(1));
        }
    }

    private void version() throws InterruptedException {
        long number = head.version() + 1;
        Head next = new Head(
                number, "c-" + number, HeadKind.DECLARED, SOURCE, number, 1, null, 1, clock.instant(), "wanted");
        heads.create(head, next);
        head = next;
    }

    private ConsumerClient consumer(String name) {
        return new ConsumerClient(store, "orders", name, clock);
    }

    private void clean() throws InterruptedException {
        clean(Duration.ofDays(30));
    }

    private void clean(Duration forgetConsumersAfter) throws InterruptedException {
        new SnapshotExpirer(store, "orders", clock).clean(new CleanRequest("orders", KEEP, forgetConsumersAfter));
    }

    private List<Long> versions() throws InterruptedException {
        return heads.newest(Long.MAX_VALUE, 100).stream()
                .map(Head::version)
                .sorted()
                .toList();
    }

    private KnownConsumer known(String name) throws InterruptedException {
        return new Consumers(store, "orders").known(name, clock.instant());
    }

    private Boundary boundary() throws InterruptedException {
        return new BoundaryLog(store, "orders").newest();
    }

    @Test
    void withoutConsumersAllVersionsPastTheirRetentionGo() throws InterruptedException {
        clean();
        assertThat(versions()).containsExactly(3L, 4L, 5L);
        assertThat(boundary().below()).isEqualTo(3);
        assertThat(search.lease(3, HOUR).granted()).as("the first that stays").isTrue();
    }

    @Test
    void aLeaseKeepsItsVersionAndAllLaterOnes() throws InterruptedException {
        LeaseAnswer lease = search.lease(2, HOUR);
        assertThat(lease).isEqualTo(new LeaseAnswer(true, 2, clock.instant().plus(HOUR), null));
        clean();
        assertThat(versions()).containsExactly(2L, 3L, 4L, 5L);
        assertThat(boundary().below()).isEqualTo(2);
    }

    @Test
    void aLeaseThatHasRunOutKeepsNothing() throws InterruptedException {
        search.lease(1, HOUR);
        clock.pass(HOUR.plus(Lease.CLOCK_MARGIN));
        clean();
        assertThat(versions()).startsWith(1L);
        clock.pass(Duration.ofSeconds(1));
        clean();
        assertThat(versions()).startsWith(4L);
    }

    @Test
    void aVersionBelowTheBoundaryIsRefusedThoughItIsThere() throws InterruptedException {
        consumer("other").lease(1, HOUR);
        clock.pass(Duration.ofDays(31));
        version();
        consumer("other").lease(1, HOUR);
        clean();
        assertThat(versions()).startsWith(1L);
        assertThat(boundary().below()).isGreaterThan(1);
        assertThat(search.lease(1, HOUR).refusal())
                .isEqualTo("version 1 is cleaned away, or about to be; expected the newest one to be taken");
    }

    @Test
    void aVersionThatIsNotThereIsRefused() throws InterruptedException {
        assertThat(search.lease(9, HOUR).refusal())
                .isEqualTo("version 9 is not in the log; expected the newest one to be taken");
    }

    @Test
    void aConsumerThatWasPausedPastItsLeaseHoldsNothing() throws InterruptedException {
        ConsumerClient paused = new ConsumerClient(store, "orders", "search", new java.time.Clock() {
            @Override
            public Instant instant() {
                Instant now = clock.instant();
                // It goes on much later.
                clock.pass(HOUR.multipliedBy(2));
                return now;
            }

            @Override
            public java.time.ZoneId getZone() {
                return clock.getZone();
            }

            @Override
            public java.time.Clock withZone(java.time.ZoneId zone) {
                return this;
            }
        });
        assertThat(paused.lease(2, HOUR).refusal()).contains("which has passed");
    }

    @Test
    void theNewestLeaseAloneCounts() throws InterruptedException {
        search.lease(1, HOUR);
        search.lease(3, HOUR);
        clean();
        assertThat(versions()).startsWith(3L);
    }

    @Test
    void whatIsServedIsKeptWhileAnotherVersionIsBuilt() throws InterruptedException {
        search.lease(1, HOUR);
        search.serving(1, 0, ALL);
        search.lease(4, HOUR);
        search.failed(4, new SegmentProgress(3, 1, 4), "disk full");
        clock.pass(Duration.ofDays(20));
        clean();
        assertThat(versions()).startsWith(1L);
        assertThat(known("search").serving().version()).isEqualTo(1);
        assertThat(known("search").newest().state()).isEqualTo(ConsumerState.FAILED);
    }

    @Test
    void whatWasWrittenIsAnswered() throws InterruptedException {
        assertThat(search.serving(1, 7, ALL)).isEqualTo(known("search").newest());
        assertThat(search.failed(2, ALL, "disk full")).isEqualTo(known("search").newest());
        assertThat(search.gone(2)).isEqualTo(known("search").newest());
    }

    @Test
    void aConsumerThatIsGoneHoldsNothing() throws InterruptedException {
        search.serving(1, 0, ALL);
        search.gone(1);
        clean();
        assertThat(versions()).startsWith(3L);
    }

    @Test
    void aConsumerThatServesForeverIsLetGo() throws InterruptedException {
        search.serving(1, 0, ALL);
        clock.pass(Duration.ofDays(24));
        clean();
        assertThat(versions()).startsWith(1L);
        clock.pass(Duration.ofDays(3));
        clean();
        assertThat(versions()).startsWith(5L);

        version();
        clock.pass(Duration.ofDays(3));
        clean();
        assertThat(versions()).as("a version that is gone holds no other").containsExactly(6L);
    }

    @Test
    void aConsumerIsForgottenOnceItWasNotHeardOfForSoLong() throws InterruptedException {
        search.gone(1);
        consumer("late").serving(1, 0, ALL);
        clock.pass(Duration.ofDays(29));
        clean();
        assertThat(known("search").newest()).isNotNull();
        assertThat(known("late").newest()).isNotNull();
        clock.pass(Duration.ofDays(4));
        version();
        clock.pass(Duration.ofDays(3));
        clean();
        assertThat(known("search").newest()).isNull();
        assertThat(known("late").newest()).isNull();
    }

    @Test
    void aConsumerThatIsBackMeanwhileIsNotForgotten() throws InterruptedException {
        search.serving(1, 0, ALL);
        clock.pass(Duration.ofDays(40));
        Consumers consumers = new Consumers(store, "orders");
        List<KnownConsumer> known = consumers.known(clock.instant());
        search.lease(5, HOUR);
        consumers.expire(known, version -> false, clock.instant().minus(Duration.ofDays(30)), clock.instant());
        assertThat(known("search").newest().n()).isEqualTo(2);
        assertThat(known("search").serving()).isNull();
    }

    @Test
    void consumersAndRollbacksHoldVersionsAndNobodyElse() throws InterruptedException {
        search.lease(2, HOUR);
        ConsumerClient.ofRollback(store, "orders", 3, clock).lease(3, HOUR);
        ConsumerEntry entry = known("search").newest();
        new ConsumerLog(store, "orders", "wrong name").append(n -> entry);
        assertThat(new Consumers(store, "orders").holders(clock.instant()))
                .extracting(KnownConsumer::name)
                .containsExactly("search", "_rollback-3");
    }

    /** However soon an operator has consumers forgotten. */
    @Test
    void aConsumerIsNotForgottenWithinADay() throws InterruptedException {
        search.gone(1);
        clock.pass(Lease.LONGEST);
        clean(Duration.ZERO);
        assertThat(known("search").newest()).isNotNull();
        version();
        clock.pass(KEEP.plus(HOUR));
        clean(Duration.ZERO);
        assertThat(known("search").newest()).isNull();
    }

    @Test
    void aConsumerOfAVersionThatIsKeptIsNotForgottenHoweverLongItIsSilent() throws InterruptedException {
        search.serving(5, 0, ALL);
        clock.pass(Duration.ofDays(40));
        clean();
        assertThat(versions()).containsExactly(5L);
        assertThat(known("search").serving()).as("of the newest").isNotNull();
        version();
        version();
        clock.pass(Duration.ofDays(10));
        consumer("other").serving(7, 0, ALL);
        clean();
        assertThat(versions()).containsExactly(5L, 6L, 7L);
        clock.pass(Duration.ofDays(20).plus(HOUR));
        version();
        clock.pass(KEEP.plus(HOUR));
        clean();
        assertThat(versions()).containsExactly(7L, 8L);
        assertThat(known("search").serving()).as("of what is let go").isNotNull();
        consumer("other").serving(8, 0, ALL);
        clean();
        assertThat(versions()).containsExactly(8L);
        assertThat(known("search").newest()).isNull();
        assertThat(known("other").serving()).isNotNull();
    }

    @Test
    void aCleanUpThatRemovesNothingSaysNothing() throws InterruptedException {
        clock.pass(HOUR);
        clean();
        Boundary said = boundary();
        clock.pass(HOUR);
        clean();
        assertThat(boundary()).isEqualTo(said);
    }

    /** A renewal is refused, but what was granted before holds to its end. */
    @Test
    void aConsumerThatRenewsForeverIsLetGoWhenItsLeaseEnds() throws InterruptedException {
        clock.pass(Duration.ofDays(26).plus(HOUR));
        assertThat(search.lease(1, Lease.LONGEST).granted()).isTrue();
        clean();
        assertThat(versions()).startsWith(1L);
        clock.pass(HOUR);
        assertThat(search.lease(1, HOUR).granted()).isFalse();
        clock.pass(HOUR.plus(Duration.ofMinutes(2)));
        clean();
        assertThat(versions()).startsWith(5L);
    }

    /** Who does not care for a refusal holds up clean-up for a day, and no longer. */
    @Test
    void aConsumerThatRenewsInSpiteOfRefusalsIsLetGo() throws InterruptedException {
        clock.pass(Duration.ofDays(26).plus(HOUR));
        search.lease(1, Lease.LONGEST);
        clean();
        for (int hours = 0; hours <= 25; hours++) {
            assertThat(versions()).startsWith(1L);
            clock.pass(HOUR);
            search.lease(1, Lease.LONGEST);
            clean();
        }
        assertThat(versions()).startsWith(5L);
    }

    @Test
    void anOperatorMayHaveNothingHeldBeyondALease() throws InterruptedException {
        search.serving(1, 0, ALL);
        clock.pass(Duration.ofDays(2));
        clean(Duration.ZERO);
        assertThat(versions()).containsExactly(5L);
    }

    @Test
    void anEntryOfTheFutureHoldsNothing() throws InterruptedException {
        MutableClock ahead = new MutableClock(clock.instant().plus(Duration.ofDays(1)));
        new ConsumerClient(store, "orders", "search", ahead).lease(1, HOUR);
        clean();
        assertThat(versions()).startsWith(3L);
    }

    @Test
    void aLeaseOfMoreThanADayCountsAsOne() throws InterruptedException {
        ConsumerEntry entry = new ConsumerEntry(
                "search",
                1,
                1,
                ConsumerState.BUILDING,
                Instant.parse("9999-01-01T00:00:00Z"),
                null,
                null,
                null,
                clock.instant());
        new EntryLog<>(store, "orders", "consumers/search/", ConsumerEntry.class).create(1, entry);
        clock.pass(Lease.LONGEST);
        clean();
        assertThat(versions()).startsWith(1L);
        clock.pass(Duration.ofMinutes(2));
        clean();
        assertThat(versions()).startsWith(5L);
    }

    @Test
    void aVersionThatNobodyHasHoldsNothing() throws InterruptedException {
        search.lease(4_711, HOUR);
        consumer("other").serving(999_999, 0, ALL);
        clean();
        assertThat(versions()).startsWith(3L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "null",
                "{\"consumer\":\"search\"}",
                "{\"consumer\":\"search\",\"n\":2,\"version\":2.5,\"state\":\"GONE\","
                        + "\"time\":\"2026-01-01T00:00:00Z\"}",
                "{\"consumer\":\"search\",\"n\":2,\"version\":\"2\",\"state\":\"GONE\","
                        + "\"time\":\"2026-01-01T00:00:00Z\"}",
                "{\"consumer\":\"other\",\"n\":2,\"version\":1,\"state\":\"GONE\",\"time\":\"2026-01-01T00:00:00Z\"}",
                "{\"consumer\":\"search\",\"n\":3,\"version\":1,\"state\":\"GONE\",\"time\":\"2026-01-01T00:00:00Z\"}",
                "{\"consumer\":\"search\",\"n\":2,\"version\":0,\"state\":\"GONE\",\"time\":\"2026-01-01T00:00:00Z\"}",
                "{\"consumer\":\"search\",\"n\":2,\"version\":1,\"state\":\"LOST\",\"time\":\"2026-01-01T00:00:00Z\"}",
                "{\"consumer\":\"search\",\"n\":2,\"version\":1,\"state\":\"GONE\",\"time\":\"yesterday\"}",
                "{\"consumer\":\"search\",\"n\":2,\"version\":1,\"time\":\"2026-01-01T00:00:00Z\"}",
                "{\"consumer\":\"search\",\"n\":2,\"version\":1,\"state\":\"GONE\"}",
                "{\"consumer\":\"search\",\"n\":2,\"version\":9,\"version\":1,\"state\":\"GONE\","
                        + "\"time\":\"2026-01-01T00:00:00Z\"}",
                "{\"consumer\":\"search\",\"n\":2,\"version\":1,\"state\":\"GONE\",\"time\":\"2026-01-01T00:00:00Z\"}"
                        + " {}",
                "{\"consumer\":\"search\",\"n\":2,\"version\":1,\"state\":\"BUILDING\","
                        + "\"time\":\"2026-01-01T00:00:00Z\"}",
                "{\"consumer\":\"search\",\"n\":2,\"version\":1,\"state\":\"SERVING\","
                        + "\"time\":\"2026-01-01T00:00:00Z\"}"
            })
    void anEntryThatIsNotWholeIsPassedOverAndSaid(String json) throws InterruptedException {
        search.lease(1, HOUR);
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        store.put("orders/consumers/search/9999999997.json", json.length() < 2 ? bytes : SealedJson.seal(bytes));
        assertThat(known("search").newest().n()).isEqualTo(1);
        assertThat(known("search").problem()).startsWith("entry 2 is passed over: ");
        clean();
        assertThat(versions()).startsWith(1L);
    }

    @Test
    void anEntryThatWasEditedOrIsTooLargeIsPassedOver() throws InterruptedException {
        search.lease(1, HOUR);
        byte[] entry = store.get("orders/consumers/search/9999999998.json").orElseThrow();
        String edited = new String(entry, StandardCharsets.UTF_8).replace("\"n\":1", "\"n\":2");
        store.put("orders/consumers/search/9999999997.json", edited.getBytes(StandardCharsets.UTF_8));
        assertThat(known("search").problem()).contains("its SHA-256 is");
        store.put("orders/consumers/search/9999999996.json", new byte[EntryLog.MAX_BYTES + 1]);
        assertThat(known("search").problem()).contains("has 16385 bytes; expected at most 16384");
        assertThat(known("search").newest().n()).isEqualTo(1);
    }

    @Test
    void whatOthersPutBelowConsumersChangesNothing() throws InterruptedException {
        search.lease(1, HOUR);
        store.put("orders/consumers/.hidden/9999999998.json", new byte[] {1});
        store.put("orders/consumers/-a/9999999998.json", new byte[] {1});
        store.put("orders/consumers/file", new byte[] {1});
        store.put("orders/consumers/search/9999999999.json", new byte[] {1});
        store.put("orders/consumers/search/notes.txt", new byte[] {1});
        for (int i = 0; i < 1_500; i++) {
            store.put("orders/consumers/a-flood/.tmp-" + i, new byte[] {1});
            store.put("orders/consumers/search/.tmp-" + i, new byte[] {1});
        }
        assertThat(new Consumers(store, "orders").known(clock.instant()))
                .extracting(KnownConsumer::name, KnownConsumer::problem)
                .containsExactly(tuple("a-flood", null), tuple("search", null));
        clean();
        assertThat(versions()).startsWith(1L);
    }

    @Test
    void manyConsumersThatHoldNothingChangeNothingForOneThatDoesAndAreForgotten() throws InterruptedException {
        for (int i = 0; i < 150; i++) {
            consumer("a%04d".formatted(i)).gone(1);
            store.put("orders/consumers/b%04d".formatted(i), new byte[] {1});
        }
        search.lease(1, HOUR);
        clean();
        assertThat(versions()).startsWith(1L);
        clock.pass(Duration.ofDays(31));
        version();
        search.lease(6, HOUR);
        clean();
        assertThat(store.keys()).noneMatch(key -> key.startsWith("orders/consumers/a"));
    }

    @Test
    void whatIsServedIsKeptHoweverOftenALeaseIsRenewed() throws InterruptedException {
        search.serving(2, 0, ALL);
        for (int i = 0; i < 1_100; i++) {
            search.lease(4, HOUR);
        }
        clock.pass(Duration.ofDays(3));
        clean();
        assertThat(versions()).startsWith(2L);
        for (int i = 0; i < 70; i++) {
            search.lease(4, HOUR);
        }
        clean();
        assertThat(versions()).startsWith(2L);
    }

    @Test
    void anEntryOfTheFutureHidesNoOther() throws InterruptedException {
        search.serving(2, 0, ALL);
        MutableClock ahead = new MutableClock(Instant.parse("9000-01-01T00:00:00Z"));
        new ConsumerClient(store, "orders", "search", ahead).serving(5, 0, ALL);
        clean();
        assertThat(versions()).startsWith(2L);
        assertThat(known("search").problem()).contains("expected one that has come");
    }

    @Test
    void moreConsumersThanAreLookedAtChangeNothingForTheOthers() throws InterruptedException {
        store.put("orders/consumers/a-file", new byte[] {1});
        for (int i = 0; i < Consumers.MOST + 10; i++) {
            consumer("c%04d".formatted(i)).gone(1);
        }
        assertThat(new Consumers(store, "orders").known(clock.instant())).hasSize(Consumers.MOST);
    }

    @Test
    void anAnswerThatWasLostIsKnownAgain() throws InterruptedException {
        store.fail(Call.CREATE, 1, Fault.ANSWER_LOST);
        assertThat(search.lease(2, HOUR).granted()).isTrue();
        assertThat(known("search").newest().n()).isEqualTo(1);
        store.fail(Call.CREATE, 1, Fault.REQUEST_LOST);
        assertThatThrownBy(() -> search.serving(2, 0, ALL)).isInstanceOf(LittoralException.class);
        assertThat(known("search").newest().n()).isEqualTo(1);
    }

    /** As the contract says what each costs. */
    @Test
    void aLeaseIsTwoOrThreeRequestsAndAnAnswerOne() throws InterruptedException {
        clean();
        assertThat(requests(() -> search.lease(head, HOUR)))
                .as("and a listing at the start")
                .isEqualTo(4);
        assertThat(requests(() -> search.lease(head, HOUR))).isEqualTo(2);
        assertThat(requests(() -> search.serving(5, 0, ALL))).isEqualTo(1);
        clock.pass(Duration.ofDays(3));
        version();
        clean();
        assertThat(requests(() -> search.lease(head, HOUR))).isEqualTo(3);
        assertThat(requests(() -> search.lease(head, HOUR))).isEqualTo(2);
        assertThat(requests(() -> heads.at(7))).isEqualTo(1);
    }

    @Test
    void aVersionOfWhichOnlyTheNumberIsKnownIsReadFirst() throws InterruptedException {
        search.lease(5, HOUR);
        assertThat(requests(() -> search.lease(5, HOUR))).isEqualTo(3);
        assertThat(requests(() -> search.lease(9, HOUR))).isEqualTo(1);
        assertThat(known("search").newest().version())
                .as("nothing is given up for it")
                .isEqualTo(5);
    }

    @Test
    void aVersionThatWentAfterItWasReadIsRefused() throws InterruptedException {
        Head first = heads.at(1).orElseThrow();
        clean();
        assertThat(search.lease(first, HOUR).refusal())
                .isEqualTo("version 1 is cleaned away, or about to be; expected the newest one to be taken");
    }

    @Test
    void entriesThatOthersWroteUnderTheNameAreFollowed() throws InterruptedException {
        search.lease(5, HOUR);
        consumer("search").gone(5);
        assertThat(search.lease(4, HOUR).granted()).isTrue();
        assertThat(known("search").newest().n()).isEqualTo(3);
    }

    private interface Request {
        Object send() throws InterruptedException;
    }

    private int requests(Request request) throws InterruptedException {
        int before = calls();
        request.send();
        return calls() - before;
    }

    private int calls() {
        return Arrays.stream(Call.values()).mapToInt(store::calls).sum();
    }

    @Test
    void entriesAndBoundariesFollowTheirSchemas() throws Exception {
        search.lease(2, HOUR);
        search.serving(2, 7, ALL);
        search.failed(3, null, "disk full");
        search.gone(3);
        clean();
        clean();
        int entries = 0;
        for (String key : store.keys()) {
            JsonNode node = Json.JSON.readTree(store.get(key).orElseThrow());
            if (key.startsWith("orders/consumers/")) {
                entries++;
                assertThat(CatalogSchemas.CONSUMER_ENTRY.faults(node)).isEmpty();
            } else if (key.startsWith("orders/boundary/")) {
                entries++;
                assertThat(CatalogSchemas.BOUNDARY.faults(node)).isEmpty();
            }
        }
        assertThat(entries).isGreaterThanOrEqualTo(5);
    }

    @Test
    void oldEntriesAreRemovedButNotWhatSaysWhatIsServed() throws InterruptedException {
        search.serving(2, 0, ALL);
        for (int i = 0; i < 150; i++) {
            search.lease(4, HOUR);
        }
        clean();
        List<Long> left = new EntryLog<>(store, "orders", "consumers/search/", ConsumerEntry.class).numbers(1_000);
        assertThat(left).hasSizeBetween(100, 101).startsWith(151L);
    }

    @Test
    void theBoundaryNeverGoesBackAndKeepsItsNewestEntries() throws InterruptedException {
        long below = 0;
        for (int i = 0; i < 30; i++) {
            version();
            clock.pass(Duration.ofDays(1));
            clean();
            assertThat(boundary().below()).isGreaterThanOrEqualTo(below);
            below = boundary().below();
        }
        assertThat(store.keys().stream().filter(key -> key.contains("/boundary/")))
                .hasSizeBetween(10, 11);
    }

    @Test
    void aDamagedBoundaryIsNamedAndNothingIsDeletedOrGranted() throws InterruptedException {
        clean();
        String key = store.keys().stream()
                .filter(each -> each.contains("/boundary/"))
                .findFirst()
                .orElseThrow();
        store.put(key, new byte[] {1});
        assertThatThrownBy(() -> search.lease(5, HOUR))
                .hasMessageContaining("Catalog object memory/" + key + " is damaged: ");
        clock.pass(Duration.ofDays(9));
        assertThatThrownBy(this::clean).hasMessageContaining("is damaged");
        assertThat(versions()).containsExactly(3L, 4L, 5L);
    }

    @Test
    void theNewestVersionStaysWhateverABoundarySays() throws InterruptedException {
        new BoundaryLog(store, "orders").advance(Boundary.NONE, new Boundary(1, 4_711, null, clock.instant()));
        clean();
        assertThat(versions()).containsExactly(5L);
    }

    @Test
    void anotherProcessOfTheSameNameIsNotRacedForEver() {
        ForwardingStore raced = new ForwardingStore(store) {
            @Override
            public boolean createIfAbsent(String key, byte[] body) {
                store.put(key, new byte[] {1});
                return false;
            }
        };
        assertThatThrownBy(() -> new ConsumerClient(raced, "orders", "search", clock).lease(2, HOUR))
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.TRANSIENT))
                .hasMessage("Other processes write entries of consumer search; expected one at a time");
        assertThat(store.keys().stream().filter(key -> key.startsWith("orders/consumers/search/")))
                .hasSize(10);
    }

    @Test
    void onlySoManyDamagedEntriesAreLookedThrough() throws InterruptedException {
        search.serving(2, 0, ALL);
        for (int n = 2; n <= 10_001; n++) {
            store.put("orders/consumers/search/%010d.json".formatted(9_999_999_999L - n), new byte[] {1});
        }
        assertThat(known("search").serving()).isNull();
        store.delete(List.of("orders/consumers/search/9999989998.json"));
        assertThat(known("search").serving()).isNotNull();
    }

    @Test
    void wrongArgumentsAreRefusedInOneSentence() {
        assertThatThrownBy(() -> consumer("Search"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("1 to 63 characters of a-z 0-9 . _ -");
        for (ThrowingCallable wrong : List.<ThrowingCallable>of(
                () -> search.lease(0, HOUR),
                () -> search.lease(Head.NONE, HOUR),
                () -> search.serving(0, 0, ALL),
                () -> search.failed(0, ALL, "disk full"),
                () -> search.gone(0))) {
            assertThatThrownBy(wrong).hasMessageContaining("version is 0; expected 1 or more");
        }
        assertThatThrownBy(() -> search.lease(head, Duration.ofHours(25))).hasMessageContaining("up to PT24H");
        assertThatThrownBy(() -> search.lease(99, Duration.ofHours(25))).hasMessageContaining("up to PT24H");
        assertThat(store.keys()).noneMatch(key -> key.contains("/consumers/"));
        assertThatThrownBy(() -> search.lease(1, Duration.ofHours(25))).hasMessageContaining("up to PT24H");
        assertThatThrownBy(() -> search.lease(1, Duration.ZERO)).hasMessageContaining("more than PT0S");
    }
}
