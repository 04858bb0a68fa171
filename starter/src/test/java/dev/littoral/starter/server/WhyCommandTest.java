package dev.littoral.starter.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.littoral.workflows.model.CauseKind;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.Json;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class WhyCommandTest {
    private static final String WELL =
            "'freshness':{'state':'FRESH','asOf':'2026-11-01T12:00:00Z'," + "'staleAt':'2026-11-01T13:00:00Z'}";
    private static final String BEHIND = "'freshness':{'state':'BEHIND','asOf':'2026-11-01T12:00:00Z',"
            + "'staleAt':'2026-11-01T13:00:00Z','since':'2026-11-01T13:00:00Z'}";
    private static final String SOURCE = "'source':{'uri':'s3://lake/a/','spec':{'format':'parquet'}},";

    private static String job(long update, String state, String rest) {
        return "{'update':" + update + ",'state':'" + state + "','trigger':'timer'," + SOURCE
                + "'generation':1,'version':3,'requested':'2026-11-01T12:50:00Z'" + rest + "}";
    }

    /** A status in JSON, with ' for each ". */
    private static WhyCommand.Answer answer(String state, String fields) {
        String json = "{'collectionId':'orders','state':'" + state + "','generation':1,'version':3,"
                + "'snapshot':{'files':1,'bytes':1,'fragments':1,'rows':1,'segments':1,'skipped':0,'dead':0},"
                + "'options':{'targetRowsPerSegment':1000,'allowEmpty':false,'maxDropShare':1.0,"
                + "'keepVersionsFor':'PT168H','maxStaleness':'PT1H'},'rejected':[]" + fields + "}";
        try {
            return WhyCommand.Answer.of(Json.JSON.readValue(json.replace('\'', '"'), CollectionStatus.class));
        } catch (JsonProcessingException e) {
            throw new AssertionError(json, e);
        }
    }

    private static void says(WhyCommand.Answer answer, CauseKind kind, String... lines) {
        assertThat(answer.lines()).containsExactly(lines);
        assertThat(answer.cause() == null ? null : answer.cause().kind()).isEqualTo(kind);
    }

    @Test
    void nothingIsWrong() {
        String due = "'nextRefresh':'2026-11-01T12:50:00Z'";
        says(
                answer("idle", "," + SOURCE + WELL + "," + due),
                null,
                "orders  nothing is wrong: fresh as of 2026-11-01 12:00:00 UTC, BEHIND from 2026-11-01 13:00:00 UTC on;"
                        + " next refresh at 2026-11-01 12:50:00 UTC");
        says(
                answer("updating", "," + SOURCE + WELL + ",'update':" + job(7, "RUNNING", "")),
                null,
                "orders  nothing is wrong: fresh as of 2026-11-01 12:00:00 UTC, BEHIND from 2026-11-01 13:00:00 UTC on;"
                        + " update 7 runs");
        says(
                answer("idle", "," + SOURCE + "'freshness':{}"),
                null,
                "orders  nothing is wrong: nothing is known to be served yet; its source is listed again only when that"
                        + " is asked for");
        says(
                answer("updating", "," + SOURCE + WELL + ",'pending':" + job(7, "PENDING", "")),
                null,
                "orders  nothing is wrong: fresh as of 2026-11-01 12:00:00 UTC, BEHIND from 2026-11-01 13:00:00 UTC on;"
                        + " update 7 is about to begin");
    }

    @Test
    void aFailureSaysWhatToMend() {
        String last = ",'last':"
                + job(
                        41,
                        "FAILED",
                        ",'ended':'2026-11-01T13:10:00Z','failure':'INPUT','reason':'file a is not Parquet'");
        says(
                answer("failed", "," + SOURCE + BEHIND + last + ",'nextRefresh':'2026-11-01T13:13:00Z'"),
                CauseKind.FAILED,
                "orders  BEHIND since 2026-11-01 13:00:00 UTC: update 41 FAILED at 2026-11-01 13:10:00 UTC:"
                        + " file a is not Parquet",
                "  next      mend what it names, or set onBadFile to skip in the source's spec to leave broken files"
                        + " out; next try at 2026-11-01 13:13:00 UTC");
        says(
                answer("failed", "," + SOURCE + WELL + last),
                CauseKind.FAILED,
                "orders  failed: update 41 FAILED at 2026-11-01 13:10:00 UTC: file a is not Parquet",
                "  next      mend what it names, or set onBadFile to skip in the source's spec to leave broken files"
                        + " out; littoral refresh orders tries again");
    }

    @Test
    void aDamagedCatalogIsToBeBroughtBack() {
        String reason = "Catalog object c/orders/head/3 is damaged: it is no head version; expected what was written";
        says(
                answer(
                        "failed",
                        "," + SOURCE + WELL + ",'last':"
                                + job(
                                        41,
                                        "FAILED",
                                        ",'ended':'2026-11-01T13:10:00Z','failure':'INPUT','reason':'" + reason + "'")),
                CauseKind.DAMAGED,
                "orders  failed: update 41 FAILED at 2026-11-01 13:10:00 UTC: " + reason,
                "  next      bring back what it names from the bucket's versions or a backup; littoral verify orders"
                        + " names all that is wrong; littoral refresh orders tries again");
    }

    @Test
    void aSinkThatDoesNotTakeEventsIsNamed() {
        says(
                answer(
                        "idle",
                        "," + SOURCE + WELL
                                + ",'sinks':[{'sink':'indexer','cursor':1,'behind':2,'failure':'Sink indexer answers"
                                + " 503','nextTry':'2026-11-01T13:10:00Z'}]"),
                CauseKind.SINK,
                "orders  idle: Sink indexer answers 503; it lacks the events of 2 versions",
                "  next      see to the sink; next try at 2026-11-01 13:10:00 UTC");
    }

    @Test
    void eachOtherCauseHasItsNextStep() {
        says(
                answer("updating", "," + SOURCE + BEHIND + ",'update':" + job(7, "RUNNING", "")),
                CauseKind.SLOW,
                "orders  BEHIND since 2026-11-01 13:00:00 UTC: update 7 runs; it was asked for at"
                        + " 2026-11-01 12:50:00 UTC and is slow",
                "  next      wait, or add workers; littoral status orders --watch shows how far it is");
        says(
                answer("paused", "," + SOURCE + WELL),
                CauseKind.PAUSED,
                "orders  paused: refreshing is paused by request",
                "  next      littoral resume orders goes on");
        says(
                answer("paused", "," + SOURCE + BEHIND + ",'rolledBack':'rolled back to version 2'"),
                CauseKind.ROLLED_BACK,
                "orders  BEHIND since 2026-11-01 13:00:00 UTC: rolled back to version 2",
                "  next      littoral resume orders lists the source again");
        says(
                answer("retired", "," + SOURCE + "'freshness':{}"),
                CauseKind.RETIRED,
                "orders  retired: the collection is retired, and refreshed no more",
                "  next      start a collection of another collectionId");
        says(
                answer("idle", ""),
                CauseKind.NO_SOURCE,
                "orders  idle: the collection has no source yet",
                "  next      littoral change-source orders gives it one");
        says(
                answer("updating", "," + SOURCE + BEHIND + ",'pending':" + job(7, "PENDING", "")),
                CauseKind.WAITING,
                "orders  BEHIND since 2026-11-01 13:00:00 UTC: update 7 waits, asked for by timer at"
                        + " 2026-11-01 12:50:00 UTC",
                "  next      wait: it begins by itself");
        says(
                answer(
                        "idle",
                        "," + SOURCE + BEHIND + ",'last':"
                                + job(
                                        7,
                                        "CANCELED",
                                        ",'ended':'2026-11-01T13:10:00Z','reason':'cancelled by request'")),
                CauseKind.STOPPED,
                "orders  BEHIND since 2026-11-01 13:00:00 UTC: update 7 CANCELED at 2026-11-01 13:10:00 UTC:"
                        + " cancelled by request",
                "  next      littoral refresh orders lists the source again now");
        says(
                answer(
                        "idle",
                        "," + SOURCE + BEHIND + ",'last':" + job(7, "UNCHANGED", ",'ended':'2026-11-01T13:30:00Z'")),
                CauseKind.SLOW,
                "orders  BEHIND since 2026-11-01 13:00:00 UTC: update 7, the last that ended, took longer than PT1H"
                        + " allows",
                "  next      add workers, or start the collection with a larger maxStaleness");
        says(
                answer(
                        "idle",
                        "," + SOURCE + BEHIND + ",'nextRefresh':'2026-11-01T13:11:00Z','last':"
                                + job(7, "UNCHANGED", ",'ended':'2026-11-01T12:51:00Z'")),
                CauseKind.WAITING,
                "orders  BEHIND since 2026-11-01 13:00:00 UTC: update 7 was not slow, and the next one has not begun",
                "  next      wait until 2026-11-01 13:11:00 UTC: it begins by itself");
    }

    @Test
    void aSourceThatDoesNotAnswerIsTriedAgain() {
        says(
                answer(
                        "updating",
                        "," + SOURCE + BEHIND + ",'troubleSince':'2026-11-01T12:51:00Z','update':"
                                + job(7, "RUNNING", "")
                                + ",'trouble':{'step':'listFiles','cause':'Source s3://lake/a/ does not answer',"
                                + "'attempt':7,'time':'2026-11-01T13:02:00Z','nextTry':'2026-11-01T13:02:30Z'}"),
                CauseKind.UNREACHABLE,
                "orders  BEHIND since 2026-11-01 13:00:00 UTC: unreachable since 2026-11-01 12:51:00 UTC:"
                        + " Source s3://lake/a/ does not answer (listFiles, attempt 7 failed at"
                        + " 2026-11-01 13:02:00 UTC, next try at 2026-11-01 13:02:30 UTC)",
                "  next      make reachable what it names; littoral change-source orders gives the collection another"
                        + " source");
    }

    @Test
    void aWorkflowThatHasEndedIsStartedAgain() {
        Instant closed = Instant.parse("2026-11-01T12:00:00Z");
        says(
                WhyCommand.Answer.of("orders", new CollectionRun("terminated", "littoral", closed, null)),
                CauseKind.STOPPED,
                "orders  the collection was terminated at 2026-11-01 12:00:00 UTC, and runs no more",
                "  next      littoral start orders starts it again");
        assertThat(WhyCommand.Answer.of("orders", new CollectionRun("completed", "littoral", closed, null))
                        .lines())
                .isEqualTo(List.of(
                        "orders  the collection was retired at 2026-11-01 12:00:00 UTC, and runs no more",
                        "  next      start a collection of another collectionId"));
    }
}
