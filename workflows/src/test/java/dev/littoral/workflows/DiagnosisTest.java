package dev.littoral.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.littoral.workflows.model.Cause;
import dev.littoral.workflows.model.CauseKind;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.Json;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is found to be wrong with a collection by its status, and what is to be done. */
class DiagnosisTest {
    private static final String SOURCE = "'source':{'uri':'s3://lake/a/','spec':{'format':'parquet'}}";
    private static final Pattern STATE = Pattern.compile("'state':'[a-z]+'");
    private static final String SERVING = "'serving':{'version':3,";

    /** The status of a collection with nothing wrong, and with fields beside that; with ' for each ". */
    private static CollectionStatus status(String fields) {
        return withoutSource(SOURCE + (fields.isEmpty() ? "" : "," + fields));
    }

    private static CollectionStatus withoutSource(String fields) {
        String json = "{'collectionId':'orders','generation':1,'version':3,"
                + (STATE.matcher(fields).find() ? "" : "'state':'idle',")
                + "'snapshot':{'files':1,'bytes':1,'fragments':1,'rows':1,'segments':1,'skipped':0,'dead':0},"
                + "'options':{'targetRowsPerSegment':1000,'allowEmpty':false,'maxDropShare':1.0,"
                + "'keepVersionsFor':'PT168H','maxStaleness':'PT1H'},'rejected':[]," + fields + "}";
        try {
            return Json.JSON.readValue(json.replace('\'', '"'), CollectionStatus.class);
        } catch (JsonProcessingException e) {
            throw new AssertionError(json, e);
        }
    }

    private static String job(String name, String state, String ended, String more) {
        return "'" + name + "':{'update':7,'state':'" + state + "','trigger':'timer'," + SOURCE
                + ",'generation':1,'version':3,'requested':'2026-01-01T00:00:00Z'"
                + (ended == null ? "" : ",'ended':'" + ended + "'") + more + "}";
    }

    private static String failed(String type, String reason) {
        return job("last", "FAILED", "2026-01-01T00:01:00Z", ",'failure':'" + type + "','reason':'" + reason + "'");
    }

    private static void is(CollectionStatus status, CauseKind kind, String sentence, String nextStep) {
        assertThat(Diagnosis.of(status)).contains(new Cause(kind, sentence, nextStep));
    }

    /** Why a collection is BEHIND. */
    private static void behind(String fields, CauseKind kind, String sentence, String nextStep) {
        String stale = "'freshness':{'state':'BEHIND','staleAt':'2026-01-01T02:00:00Z','since':'2026-01-01T02:00:00Z'}";
        CollectionStatus status = status(stale + (fields.isEmpty() ? "" : "," + fields));
        is(status, kind, sentence, nextStep);
        assertThat(Diagnosis.ofBehind(status)).isEqualTo(new Cause(kind, sentence, nextStep));
    }

    @Test
    void whereNothingIsWrongNothingIsFound() {
        assertThat(Diagnosis.of(status(""))).isEmpty();
        assertThat(Diagnosis.of(withoutSource("'state':'starting'"))).isEmpty();
        assertThat(Diagnosis.of(status(job("last", "COMMITTED", "2026-01-01T00:50:00Z", ""))))
                .isEmpty();
        assertThat(Diagnosis.of(status("'freshness':{'state':'FRESH','staleAt':'2026-01-01T02:00:00Z'}")))
                .isEmpty();
        assertThat(Diagnosis.of(status("'sinks':[{'sink':'a','cursor':3,'behind':0}]")))
                .isEmpty();
        assertThat(Diagnosis.of(status(SERVING + "'state':'SERVED','consumers':[]}")))
                .isEmpty();
        assertThat(Diagnosis.of(status(SERVING + "'consumers':[]}"))).isEmpty();
    }

    @Test
    void whatKeepsACollectionFromRefreshingComesFirst() {
        is(
                status("'state':'retired'," + failed("INPUT", "r")),
                CauseKind.RETIRED,
                "the collection is retired, and refreshed no more",
                "start a collection of another collectionId");
        is(
                status("'state':'paused','rolledBack':'rolled back to version 2: bad'"),
                CauseKind.ROLLED_BACK,
                "rolled back to version 2: bad",
                "littoral resume orders lists the source again");
        is(
                status("'state':'paused'," + failed("INPUT", "r")),
                CauseKind.PAUSED,
                "refreshing is paused by request",
                "littoral resume orders goes on");
        is(
                withoutSource("'state':'idle'"),
                CauseKind.NO_SOURCE,
                "the collection has no source yet",
                "littoral change-source orders gives it one");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "INPUT | r | FAILED | mend what it names, or set onBadFile to skip in the source's spec to leave broken"
                        + " files out",
                "ACCESS | r | FAILED | mend the credentials or permissions that it names",
                "INTERNAL | r | FAILED | a bug in Littoral: report it with the worker's log",
                "INPUT | Catalog object x is missing | DAMAGED | bring back what it names from the bucket's versions or"
                        + " a backup; littoral verify orders names all that is wrong",
                "ACCESS | Catalog object x is missing | FAILED | mend the credentials or permissions that it names",
            })
    void aFailureSaysWhatIsToBeMendedAndWhenItIsTriedAgain(
            String type, String reason, CauseKind kind, String nextStep) {
        String sentence = "update 7 FAILED at 2026-01-01 00:01:00 UTC: " + reason;
        is(status(failed(type, reason)), kind, sentence, nextStep + "; littoral refresh orders tries again");
        is(
                status(failed(type, reason) + ",'nextRefresh':'2026-01-01T00:11:00Z'"),
                kind,
                sentence,
                nextStep + "; next try at 2026-01-01 00:11:00 UTC");
        is(
                status(failed(type, reason) + ","
                        + job("update", "RUNNING", null, "").replace("'update':7", "'update':8")),
                kind,
                sentence,
                nextStep + "; update 8 tries again");
    }

    @Test
    void whatDoesNotAnswerIsUnreachable() {
        String nextStep =
                "make reachable what it names; littoral change-source orders gives the collection another source";
        is(
                status(failed("TRANSIENT", "r")),
                CauseKind.UNREACHABLE,
                "unreachable: update 7 FAILED at 2026-01-01 00:01:00 UTC: r; littoral refresh orders tries again",
                nextStep);
        is(
                status("'troubleSince':'2026-01-01T00:00:00Z','trouble':{'step':'list','cause':'no answer','attempt':2,"
                        + "'time':'2026-01-01T00:02:00Z','nextTry':'2026-01-01T00:03:00Z'}"),
                CauseKind.UNREACHABLE,
                "unreachable since 2026-01-01 00:00:00 UTC: no answer (list, attempt 2 failed at 2026-01-01 00:02:00"
                        + " UTC, next try at 2026-01-01 00:03:00 UTC)",
                nextStep);
    }

    @Test
    void aCollectionWithNothingWrongIsBehindAsSomethingTakesItsTime() {
        behind(
                SERVING + "'consumers':[],'waits':'update 8 waits for search'}," + job("update", "RUNNING", null, ""),
                CauseKind.CONSUMER,
                "update 8 waits for search",
                "see to the consumer; without it the update goes ahead a day after it was asked for");
        behind(
                job("update", "RUNNING", null, "") + "," + job("pending", "PENDING", null, ""),
                CauseKind.SLOW,
                "update 7 runs; it was asked for at 2026-01-01 00:00:00 UTC and is slow",
                "wait, or add workers; littoral status orders --watch shows how far it is");
        behind(
                job("pending", "PENDING", null, "") + "," + job("last", "CANCELED", null, ""),
                CauseKind.WAITING,
                "update 7 waits, asked for by timer at 2026-01-01 00:00:00 UTC",
                "wait: it begins by itself");
        for (String stopped : new String[] {"CANCELED", "SUPERSEDED"}) {
            behind(
                    job("last", stopped, "2026-01-01T00:50:00Z", ""),
                    CauseKind.STOPPED,
                    "update 7 " + stopped + " at 2026-01-01 00:50:00 UTC",
                    "littoral refresh orders lists the source again now");
        }
        behind("", CauseKind.WAITING, "no update has run yet", "littoral refresh orders lists the source");
    }

    @Test
    void anUpdateOfMoreThanHalfThePromiseIsSlow() {
        String quick = job("last", "UNCHANGED", "2026-01-01T00:30:00Z", "");
        String sentence = "update 7 was not slow, and the next one has not begun";
        behind(quick, CauseKind.WAITING, sentence, "littoral refresh orders lists the source again now");
        behind(
                quick + ",'nextRefresh':'2026-01-01T03:00:00Z'",
                CauseKind.WAITING,
                sentence,
                "wait until 2026-01-01 03:00:00 UTC: it begins by itself");
        behind(
                job("last", "UNCHANGED", "2026-01-01T00:30:01Z", ""),
                CauseKind.SLOW,
                "update 7, the last that ended, took longer than PT1H allows",
                "add workers, or start the collection with a larger maxStaleness");
    }

    @Test
    void whoServesTheSnapshotLateOrWrongIsNamed() {
        String consumers = "'consumers':[" + consumer("a", true, "SERVING", 3, 0) + ","
                + consumer("b", false, "SERVING", 2, 1) + "," + consumer("c", true, "GONE", 0, 0) + ","
                + consumer("d", false, "GONE", 0, 0) + "]}";
        is(
                status(SERVING + "'state':'LAGGING'," + consumers),
                CauseKind.CONSUMER,
                "LAGGING: consumer b serves 2, 1 version behind; c is GONE; the newest version is 3",
                "see to the consumer; littoral consumers orders shows how it goes on");
    }

    private static String consumer(String name, boolean named, String state, long serves, long behind) {
        return "{'consumer':'" + name + "','named':" + named + ",'state':'" + state + "',"
                + (serves == 0 ? "" : "'serves':" + serves + ",'verdict':'RIGHT',") + "'behind':" + behind
                + ",'letGo':false}";
    }

    @Test
    void aSinkThatTakesNothingIsNamed() {
        String sinks = "'sinks':[{'sink':'a','cursor':3,'behind':0},{'sink':'b','cursor':1,'behind':2,"
                + "'failure':'Sink b answers 503'%s}]";
        is(
                status(sinks.formatted("")),
                CauseKind.SINK,
                "Sink b answers 503; it lacks the events of 2 versions",
                "see to the sink; it is tried again by itself");
        is(
                status(sinks.formatted(",'nextTry':'2026-01-01T00:03:00Z'")),
                CauseKind.SINK,
                "Sink b answers 503; it lacks the events of 2 versions",
                "see to the sink; next try at 2026-01-01 00:03:00 UTC");
    }
}
