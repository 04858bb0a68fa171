package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.littoral.activities.testing.MutableClock;
import dev.littoral.worker.CollectionTracker.Standing;
import dev.littoral.workflows.model.CauseKind;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CollectionTrackerTest {
    private static final Duration PROMISE = Duration.ofHours(1);
    private static final String WELL = "'freshness':{}";

    private final MutableClock clock = new MutableClock(Instant.parse("2026-11-01T12:00:00Z"));
    private final CollectionTracker tracker = new CollectionTracker(clock);

    private Instant soon() {
        return clock.instant().plusSeconds(60);
    }

    /** A collection looks; its status is in JSON, with ' for each ". */
    private void looked(String collection, String state, Instant until, String... fields) {
        String json = "{'collectionId':'" + collection + "','state':'" + state + "','generation':1,'version':3,"
                + "'source':{'uri':'s3://lake/a/','spec':{'format':'parquet'}},"
                + "'snapshot':{'files':1,'bytes':1,'fragments':1,'rows':1,'segments':1,'skipped':0,'dead':0},"
                + "'options':{'targetRowsPerSegment':1000,'allowEmpty':false,'maxDropShare':1.0,"
                + "'keepVersionsFor':'PT168H','maxStaleness':'PT1H'},'rejected':[]," + String.join(",", fields) + "}";
        try {
            tracker.looked(Json.JSON.readValue(json.replace('\'', '"'), CollectionStatus.class), until);
        } catch (JsonProcessingException e) {
            throw new AssertionError(json, e);
        }
    }

    private static String fresh(Instant asOf) {
        return "'freshness':{'state':'FRESH','asOf':'" + asOf + "','staleAt':'" + asOf.plus(PROMISE) + "'}";
    }

    private static String behind(Instant asOf, Instant since, CauseKind kind) {
        return "'freshness':{'state':'BEHIND'," + (asOf == null ? "" : "'asOf':'" + asOf + "',") + "'staleAt':'" + since
                + "','since':'" + since + "','cause':{'kind':'" + kind
                + "','sentence':'a reason','nextStep':'a step'}}";
    }

    private static String failed(String type, String reason) {
        return "'last':{'update':7,'state':'FAILED','trigger':'timer','source':{'uri':'s3://lake/a/',"
                + "'spec':{'format':'parquet'}},'generation':1,'version':3,'requested':'2026-11-01T11:50:00Z',"
                + "'ended':'2026-11-01T11:51:00Z','failure':'" + type + "','reason':'" + reason + "'}";
    }

    private static String consumer(String state, String verdict, long behind, boolean letGo) {
        return "'serving':{'version':3,'consumers':[{'consumer':'search','named':false,'state':'" + state
                + "','version':3,'serves':3,'rows':1,'verdict':" + (verdict == null ? "null" : "'" + verdict + "'")
                + ",'behind':" + behind + (behind == 0 ? "" : ",'since':'2026-11-01T12:00:00Z'") + ",'letGo':" + letGo
                + "}]}";
    }

    private long behind() {
        return Arrays.stream(CauseKind.values()).mapToLong(tracker::behind).sum();
    }

    private long troubled() {
        return Arrays.stream(CauseKind.values()).mapToLong(tracker::troubled).sum();
    }

    @Test
    void eachCollectionCountsOnceByWhatItSaidLast() {
        looked("a", "idle", soon(), behind(clock.instant().minus(PROMISE), clock.instant(), CauseKind.SLOW));
        looked("b", "failed", soon(), behind(clock.instant().minus(PROMISE), clock.instant(), CauseKind.FAILED));
        looked("a", "failed", soon(), behind(clock.instant().minus(PROMISE), clock.instant(), CauseKind.FAILED));
        assertThat(tracker.behind(CauseKind.FAILED)).isEqualTo(2);
        assertThat(behind()).isEqualTo(2);
        looked("a", "idle", soon(), fresh(clock.instant()));
        assertThat(tracker.behind(CauseKind.FAILED)).isEqualTo(1);
        looked("b", "retired", null, WELL);
        assertThat(behind()).as("it ended").isZero();
    }

    @Test
    void theWorstLagGrowsWhileNothingIsHeard() {
        assertThat(tracker.worstLagSeconds()).isZero();
        looked(
                "a",
                "idle",
                clock.instant().plusSeconds(600),
                fresh(clock.instant().minusSeconds(30)));
        looked(
                "b",
                "idle",
                clock.instant().plusSeconds(600),
                fresh(clock.instant().minusSeconds(90)));
        looked(
                "promises nothing",
                "idle",
                clock.instant().plusSeconds(600),
                "'freshness':{'asOf':'2026-10-01T12:00:00Z'}");
        clock.pass(Duration.ofSeconds(10));
        assertThat(tracker.worstLagSeconds()).isEqualTo(100);
        looked(
                "nothing served yet",
                "failed",
                null,
                behind(null, clock.instant().minusSeconds(500), CauseKind.FAILED));
        assertThat(tracker.worstLagSeconds()).isEqualTo(500);
        looked(
                "of a clock that is ahead",
                "idle",
                clock.instant().plusSeconds(600),
                fresh(clock.instant().plusSeconds(5)));
        assertThat(tracker.worstLagSeconds()).isEqualTo(500);
    }

    @Test
    void whatIsWrongCountsAlsoWhereNothingIsPromised() {
        looked("bad file", "failed", soon(), WELL, failed("INPUT", "file a is not Parquet"));
        looked("no right", "failed", soon(), WELL, failed("ACCESS", "s3://lake/a/ is denied"));
        looked("damaged", "failed", soon(), WELL, failed("INPUT", "Catalog object a/head/2 is damaged: cut"));
        looked("gone", "failed", soon(), WELL, failed("INPUT", "Catalog object a/snapshots/2 is missing; expected"));
        looked("away", "failed", soon(), WELL, failed("TRANSIENT", "s3://lake/a/ does not answer"));
        looked("paused", "paused", null, WELL);
        looked("well", "idle", soon(), WELL);
        assertThat(tracker.troubled(CauseKind.FAILED)).isEqualTo(2);
        assertThat(tracker.troubled(CauseKind.DAMAGED)).isEqualTo(2);
        assertThat(tracker.troubled(CauseKind.UNREACHABLE)).isEqualTo(1);
        assertThat(tracker.troubled(CauseKind.PAUSED)).isEqualTo(1);
        assertThat(troubled()).isEqualTo(6);
        assertThat(tracker.failing(FailureClass.INPUT)).isEqualTo(1);
        assertThat(tracker.failing(FailureClass.ACCESS)).isEqualTo(1);
        assertThat(tracker.failing(FailureClass.DAMAGED)).isEqualTo(2);
        assertThat(tracker.failing(FailureClass.TRANSIENT)).isEqualTo(1);
        assertThat(tracker.failing(FailureClass.INTERNAL)).isZero();
        assertThat(behind()).isZero();
    }

    @Test
    void aSinkCountsTheCollectionsWhoseEventsItDidNotTake() {
        String held = "'sinks':[{'sink':'indexer','cursor':1,'behind':2,'failure':'answers 503'},"
                + "{'sink':'pager','cursor':1,'behind':2}]";
        looked("a", "idle", soon(), WELL, held);
        looked("b", "idle", soon(), WELL, held);
        assertThat(tracker.undelivered("indexer")).isEqualTo(2);
        assertThat(tracker.undelivered("pager")).as("it is being sent").isZero();
        assertThat(tracker.troubled(CauseKind.SINK)).isEqualTo(2);
        assertThat(tracker.dropped("indexer")).isZero();
        looked("a", "idle", soon(), WELL, "'sinks':[{'sink':'indexer','cursor':3,'behind':0,'dropped':4}]");
        assertThat(tracker.undelivered("indexer")).isEqualTo(1);
        assertThat(tracker.dropped("indexer")).isEqualTo(4);
    }

    @Test
    void eachConsumerCountsOnceAsItWasSeenLast() {
        looked("a", "idle", null, WELL, consumer("SERVING", "RIGHT", 0, false));
        looked("b", "idle", null, WELL, consumer("SERVING", "WRONG", 0, false));
        looked("c", "idle", null, WELL, consumer("SERVING", "RIGHT", 2, true));
        looked("d", "idle", null, WELL, consumer("GONE", null, 0, false));
        looked("e", "idle", null, WELL, consumer("BUILDING", "RIGHT", 2, false));
        for (Standing standing : Standing.values()) {
            assertThat(tracker.consumers(standing)).as(standing.name()).isEqualTo(1);
        }
        clock.pass(Duration.ofSeconds(90));
        assertThat(tracker.worstConsumerLagSeconds()).isEqualTo(90.0);
        looked("e", "idle", null, WELL, consumer("SERVING", "RIGHT", 0, false));
        assertThat(tracker.consumers(Standing.SERVED)).isEqualTo(2);
        assertThat(tracker.worstConsumerLagSeconds()).isZero();
        looked("a", "idle", null, WELL);
        assertThat(tracker.consumers(Standing.SERVED)).isEqualTo(1);
    }

    @Test
    void aCollectionThatDoesNotLookAgainWhenItShouldIsForgotten() {
        looked("a", "failed", soon(), behind(clock.instant().minus(PROMISE), clock.instant(), CauseKind.FAILED));
        looked("stopped", "idle", null, behind(clock.instant().minus(PROMISE), clock.instant(), CauseKind.STOPPED));
        looked("paused", "paused", null, behind(clock.instant().minus(PROMISE), clock.instant(), CauseKind.PAUSED));
        clock.pass(Duration.ofMinutes(6));
        assertThat(behind()).as("late by less than is allowed").isEqualTo(3);
        clock.pass(Duration.ofSeconds(1));
        assertThat(tracker.behind(CauseKind.FAILED))
                .as("another worker's by clock.instant()")
                .isZero();
        assertThat(behind()).isEqualTo(2);
        clock.pass(Duration.ofHours(1));
        assertThat(behind()).as("one waits for a person").isEqualTo(1);
        assertThat(tracker.troubled(CauseKind.PAUSED)).isEqualTo(1);
        clock.pass(Duration.ofDays(2));
        assertThat(behind()).isZero();
        assertThat(tracker.worstLagSeconds()).isZero();
    }

    @Test
    void itRemembersABoundedNumberOfCollections() {
        for (int i = 0; i < 10_050; i++) {
            looked("c" + i, "idle", null, behind(clock.instant(), clock.instant(), CauseKind.SLOW));
        }
        assertThat(tracker.behind(CauseKind.SLOW)).isEqualTo(10_000);
    }
}
