package dev.littoral.activities.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.HeadLog;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.RequestCounts;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.activities.testing.MutableClock;
import dev.littoral.workflows.model.ConsumerState;
import dev.littoral.workflows.model.ConsumerStatus;
import dev.littoral.workflows.model.ConsumersRequest;
import dev.littoral.workflows.model.ConsumersSeen;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.SegmentProgress;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.model.Totals;
import dev.littoral.workflows.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What consumers say against the log, with a clock that the test sets. */
class ServingCheckTest {
    private static final ExternalSource SOURCE = new ExternalSource("s3://lake/orders/", ExternalSpec.parquet());
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration MONTH = Duration.ofDays(30);

    private final MemoryCatalogStore store = new MemoryCatalogStore();
    private final MutableClock clock = new MutableClock(START);
    private final HeadLog heads = new HeadLog(store, "orders");
    private final ConsumerClient search = new ConsumerClient(store, "orders", "search", clock);
    private Head head = Head.NONE;

    /** Version 1 declares, version 2 has 20 rows in 2 segments, version 3 has 30 in 3; an hour each. */
    @BeforeEach
    void threeVersions() throws InterruptedException {
        version(HeadKind.DECLARED, null);
        commit(2);
        commit(3);
    }

    private void commit(int segments) throws InterruptedException {
        version(
                HeadKind.COMMITTED,
                new SnapshotRef(
                        "snapshots/" + (head.version() + 1),
                        "00",
                        new Totals(1, 1, 1, 10L * segments, segments, 0, 0),
                        null));
    }

    private void version(HeadKind kind, SnapshotRef snapshot) throws InterruptedException {
        long number = head.version() + 1;
        Head next = new Head(number, "c-" + number, kind, SOURCE, 1, number, snapshot, 1, clock.instant(), "a test");
        heads.create(head, next);
        head = next;
        clock.pass(Duration.ofHours(1));
    }

    private ConsumersSeen look(List<String> named, long namedAt) throws InterruptedException {
        return look(store, named, namedAt);
    }

    private ConsumersSeen look(CatalogStore from, List<String> named, long namedAt) throws InterruptedException {
        return new ServingCheck(from, "orders", clock).look(new ConsumersRequest("orders", named, namedAt, MONTH));
    }

    private Map<String, Long> requestsOfALook() throws InterruptedException {
        RequestCounts requests = new RequestCounts();
        look(store.observed(requests), List.of(), 0);
        return requests.counts();
    }

    private ConsumerStatus only() throws InterruptedException {
        List<ConsumerStatus> consumers = look(List.of(), 0).consumers();
        assertThat(consumers).hasSize(1);
        return consumers.getFirst();
    }

    private ConsumerStatus serving(long version, long rows, long done, long failed) throws InterruptedException {
        search.serving(version, rows, new SegmentProgress(done, failed, 3));
        return only();
    }

    @Test
    void aCollectionWithoutConsumersCostsOneRequest() throws InterruptedException {
        assertThat(look(List.of(), 0)).isEqualTo(ConsumersSeen.NONE);
        assertThat(requestsOfALook()).isEqualTo(Map.of("catalog.list", 1L));
    }

    @Test
    void theLogIsReadOnlyAsFarBackAsSomebodyIsBehind() throws InterruptedException {
        for (int i = 0; i < 50; i++) {
            commit(1);
        }
        serving(53, 10, 1, 0);
        assertThat(requestsOfALook().get("catalog.get")).isEqualTo(2);
        commit(1);
        // The newest version, the one that is served, a page of twenty, and the entry.
        assertThat(requestsOfALook().get("catalog.get")).isEqualTo(23);
    }

    @Test
    void theNewestVersionWithItsCountsIsRight() throws InterruptedException {
        ConsumerStatus status = serving(3, 30, 3, 0);
        assertThat(status.verdict()).isEqualTo(Verdict.RIGHT);
        assertThat(status.serves()).isEqualTo(3);
        assertThat(status.behind()).isZero();
        assertThat(status.since()).isNull();
        assertThat(status.servesNewest()).isTrue();
        assertThat(look(List.of(), 0).snapshot()).isEqualTo("snapshots/3");
    }

    @Test
    void oneRowTooFewIsWrong() throws InterruptedException {
        assertThat(serving(3, 29, 3, 0).finding()).isEqualTo("rows is 29; expected 30, as version 3 has");
        assertThat(only().verdict()).isEqualTo(Verdict.WRONG);
        assertThat(only().servesNewest()).isFalse();
    }

    @Test
    void oneSegmentTooManyIsWrong() throws InterruptedException {
        assertThat(serving(3, 30, 4, 0).finding()).isEqualTo("segments.done is 4; expected 3, as version 3 has");
    }

    @Test
    void aSegmentThatFailedIsWrong() throws InterruptedException {
        assertThat(serving(3, 20, 2, 1).finding())
                .isEqualTo("rows is 20; expected 30, segments.done is 2; expected 3, segments.failed is 1; expected 0,"
                        + " as version 3 has");
    }

    @Test
    void anOlderVersionIsRightByItsOwnCountsAndLags() throws InterruptedException {
        ConsumerStatus status = serving(2, 20, 2, 0);
        assertThat(status.verdict()).isEqualTo(Verdict.RIGHT);
        assertThat(status.behind()).isEqualTo(1);
        assertThat(status.since()).isEqualTo(START.plus(Duration.ofHours(2)));
        commit(4);
        assertThat(only().behind()).isEqualTo(2);
        assertThat(only().since()).isEqualTo(START.plus(Duration.ofHours(2)));
    }

    @Test
    void aVersionThatOnlyDeclaresChangesNothing() throws InterruptedException {
        version(HeadKind.DECLARED, head.snapshot());
        version(HeadKind.DECLARED, head.snapshot());
        ConsumerStatus status = serving(3, 30, 3, 0);
        assertThat(status.servesNewest()).isTrue();
        assertThat(serving(5, 30, 3, 0).servesNewest()).isTrue();
        assertThat(serving(1, 0, 0, 0).verdict()).isEqualTo(Verdict.RIGHT);
        assertThat(only().behind()).isEqualTo(2);
    }

    @Test
    void whoServesWhatARollbackServesAgainDoesNotLag() throws InterruptedException {
        SnapshotRef two = heads.at(2).orElseThrow().snapshot();
        version(HeadKind.ROLLED_BACK, two);
        assertThat(serving(2, 20, 2, 0).servesNewest()).isTrue();
        ConsumerStatus newer = serving(3, 30, 3, 0);
        assertThat(newer.behind()).isEqualTo(1);
        assertThat(newer.since()).isEqualTo(START.plus(Duration.ofHours(3)));
    }

    @Test
    void aVersionThatTheLogNeverHadIsWrong() throws InterruptedException {
        assertThat(serving(99, 30, 3, 0).finding())
                .isEqualTo("it serves version 99; expected one of the log, whose newest is 3");
    }

    @Test
    void aVersionThatWasCleanedAwayIsUnknownUnlessTheNextOneHasItsSnapshot() throws InterruptedException {
        search.serving(2, 19, new SegmentProgress(2, 0, 2));
        heads.delete(List.of(1L, 2L));
        assertThat(only().verdict()).isEqualTo(Verdict.UNKNOWN);
        assertThat(only().behind()).isEqualTo(1);
        search.serving(3, 30, new SegmentProgress(3, 0, 3));
        version(HeadKind.DECLARED, head.snapshot());
        heads.delete(List.of(3L));
        assertThat(only().servesNewest()).isTrue();
    }

    @Test
    void whoBuildsForTheFirstTimeLagsFromThere() throws InterruptedException {
        search.lease(2, Duration.ofHours(1));
        ConsumerStatus status = only();
        assertThat(status.state()).isEqualTo(ConsumerState.BUILDING);
        assertThat(status.version()).isEqualTo(2);
        assertThat(status.until()).isEqualTo(clock.instant().plus(Duration.ofHours(1)));
        assertThat(status.serves()).isNull();
        assertThat(status.verdict()).isNull();
        assertThat(status.behind()).isEqualTo(2);
    }

    @Test
    void whoIsNamedAndNeverAnsweredLagsFromTheVersionAtWhichItWasNamed() throws InterruptedException {
        ConsumerStatus silent = look(List.of("cache"), 2).consumers().getFirst();
        assertThat(silent.named()).isTrue();
        assertThat(silent.state()).isNull();
        assertThat(silent.behind()).isEqualTo(1);
        search.serving(3, 30, new SegmentProgress(3, 0, 3));
        assertThat(look(List.of("cache"), 3).consumers())
                .extracting(ConsumerStatus::consumer)
                .containsExactly("search", "cache");
    }

    @Test
    void whoIsNamedLagsFromThereAndElseFromWhatItBuilds() throws InterruptedException {
        search.lease(3, Duration.ofHours(1));
        assertThat(only().behind()).isEqualTo(1);
        ConsumerStatus named = look(List.of("search"), 0).consumers().getFirst();
        assertThat(named.named()).isTrue();
        assertThat(named.behind()).isEqualTo(2);
    }

    @Test
    void whoIsNamedDoesNotLagByWhatOnlyDeclares() throws InterruptedException {
        version(HeadKind.DECLARED, head.snapshot());
        assertThat(look(List.of("cache"), 3).consumers().getFirst().behind()).isZero();
    }

    @Test
    void whatIsServedIsSaidWhileAnotherVersionIsBuilt() throws InterruptedException {
        search.serving(2, 20, new SegmentProgress(2, 0, 2));
        search.lease(3, Duration.ofHours(1));
        assertThat(only().segments()).isEqualTo(new SegmentProgress(2, 0, 2));
        assertThat(new ServingCheck(store, "orders", clock).look("search")).isEqualTo(only());
    }

    @Test
    void aLagIsCountedUpToAThousandVersions() throws InterruptedException {
        search.serving(2, 20, new SegmentProgress(2, 0, 2));
        for (int i = 0; i < 25; i++) {
            commit(1);
        }
        assertThat(only().behind()).isEqualTo(26);
        for (int i = 0; i < 975; i++) {
            commit(1);
        }
        assertThat(only().behind()).isEqualTo(1_000);
    }

    @Test
    void aFailureKeepsWhatIsServedAndSaysWhy() throws InterruptedException {
        search.serving(2, 20, new SegmentProgress(2, 0, 2));
        search.failed(3, new SegmentProgress(1, 2, 3), "no space left");
        ConsumerStatus status = only();
        assertThat(status.state()).isEqualTo(ConsumerState.FAILED);
        assertThat(status.serves()).isEqualTo(2);
        assertThat(status.version()).isEqualTo(3);
        assertThat(status.reason()).isEqualTo("no space left");
        assertThat(status.segments()).isEqualTo(new SegmentProgress(1, 2, 3));
        assertThat(status.verdict()).isEqualTo(Verdict.RIGHT);
    }

    @Test
    void whoIsGoneLagsNoMore() throws InterruptedException {
        search.serving(2, 20, new SegmentProgress(2, 0, 2));
        search.gone(2);
        assertThat(only().state()).isEqualTo(ConsumerState.GONE);
        assertThat(only().behind()).isZero();
    }

    @Test
    void whatTheBoundaryHasPassedIsLetGoAndForgottenWhenItIsGone() throws InterruptedException {
        search.serving(2, 20, new SegmentProgress(2, 0, 2));
        assertThat(only().letGo()).isFalse();
        BoundaryLog boundaries = new BoundaryLog(store, "orders");
        Boundary first = boundaries.advance(Boundary.NONE, new Boundary(1, 2, null, clock.instant()));
        assertThat(only().letGo()).isFalse();
        boundaries.advance(first, new Boundary(2, 3, null, clock.instant()));
        assertThat(only().letGo()).isTrue();
        heads.delete(List.of(1L, 2L));
        assertThat(only().letGo()).isTrue();
        clock.pass(MONTH.plusDays(1));
        assertThat(look(List.of(), 0).consumers()).isEmpty();
        assertThat(look(List.of("search"), 0).consumers()).hasSize(1);
    }

    @Test
    void whatIsWrongWithAnEntryIsSaid() throws InterruptedException {
        store.put("orders/consumers/search/9999999998.json", "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(only().problem()).contains("entry 1 is passed over");
        assertThat(only().state()).isNull();
    }
}
