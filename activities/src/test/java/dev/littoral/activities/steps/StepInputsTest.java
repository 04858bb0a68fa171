package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.UpdateExternalCollectionWorkflow;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CommitRequest;
import dev.littoral.workflows.model.DiscardRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.ListRequest;
import dev.littoral.workflows.model.ShardsRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the steps of an update refuse to be asked for. */
class StepInputsTest {
    private static final ExternalSource A = new ExternalSource("s3://lake/a/", ExternalSpec.parquet());
    private static final CollectionOptions OPTIONS = CollectionOptions.DEFAULTS;
    private static final Head BASE =
            new Head(6, "6-x", HeadKind.DECLARED, A, 3, 7, null, 40, Instant.parse("2026-11-01T12:00:00Z"), "a test");
    private static final ActivityCaller UPDATE =
            new ActivityCaller("c/update-7", UpdateExternalCollectionWorkflow.TYPE, 1);
    private static final String PLAN = "staging/0000000007/r1-x/plan.json.zst";
    private static final String OBJECTS = "snapshots/0000000007-7-x";

    private final StepInputs inputs = new StepInputs();

    private static void refused(ThrowingCallable call, String... words) {
        assertThatThrownBy(call)
                .isInstanceOfAny(LittoralException.class, InvalidRequestException.class)
                .satisfies(e -> {
                    for (String word : words) {
                        assertThat(e).hasMessageContaining(word);
                    }
                });
    }

    private static ListRequest list(int round, Head base, String previousPlan) {
        return new ListRequest("c", 7, round, A, OPTIONS, base, previousPlan);
    }

    private static ShardsRequest shards(String plan, int from, int to, long firstId, String objects, long files) {
        return new ShardsRequest("c", 7, 1, A, OPTIONS, plan, from, to, firstId, objects, files);
    }

    private static CommitRequest commit(String objects, String commitId, long nextSegmentId, String reason) {
        return new CommitRequest("c", 7, 1, A, OPTIONS, PLAN, objects, BASE, commitId, nextSegmentId, reason);
    }

    @Test
    void whatAnUpdateAsksForIsTaken() {
        assertThatCode(() -> {
                    inputs.list(UPDATE, list(1, BASE, null));
                    inputs.list(UPDATE, list(5, BASE, PLAN));
                    inputs.shards(UPDATE, shards(PLAN, 0, 1, 0, OBJECTS, 0));
                    inputs.commit(UPDATE, commit(OBJECTS, "7-x", 40, "3 files new, 0 changed, 0 removed"));
                    inputs.discard(UPDATE, new DiscardRequest("c", 7, List.of(OBJECTS)));
                })
                .doesNotThrowAnyException();
    }

    /** Runs that a build began which named its commits so go on. */
    @Test
    void aFolderOfABuildBeforeIsTaken() {
        String uuid = "0190163d-8694-739b-aea5-966c26f8ad91";
        assertThatCode(() -> inputs.commit(UPDATE, commit("snapshots/0000000007-" + uuid, uuid, 40, "x")))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "c, UpdateExternalCollection",
        "c/update-8, UpdateExternalCollection",
        "c/update-07, UpdateExternalCollection",
        "d/update-7, UpdateExternalCollection",
        "c/update-7/x, UpdateExternalCollection",
        "c/update-7, ExternalCollection"
    })
    void onlyTheUpdateItselfIsHeard(String id, String type) {
        ActivityCaller stranger = new ActivityCaller(id, type, 1);
        refused(() -> inputs.list(stranger, list(1, BASE, null)), "asked for by", "c/update-7");
        refused(() -> inputs.shards(stranger, shards(PLAN, 0, 1, 0, OBJECTS, 0)), "asked for by");
        refused(() -> inputs.commit(stranger, commit(OBJECTS, "7-x", 40, "x")), "asked for by");
        refused(() -> inputs.discard(stranger, new DiscardRequest("c", 7, List.of())), "asked for by");
    }

    @Test
    void aRequestThatIsMissingIsRefused() {
        refused(() -> inputs.list(UPDATE, null));
        refused(() -> inputs.shards(UPDATE, null));
        refused(() -> inputs.commit(UPDATE, null));
        refused(() -> inputs.discard(UPDATE, null));
        refused(() -> inputs.clean(UPDATE, null));
        refused(() -> inputs.declare(UPDATE, null));
        refused(() -> inputs.retire(UPDATE, null));
        refused(() -> inputs.open(UPDATE, null, A));
        refused(() -> inputs.read(UPDATE, null));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "staging/0000000008/r1-x/plan.json.zst",
                "staging/0000000007/../0000000008/r1-x/plan.json.zst",
                "staging/0000000007/r1-x/../../../d/plan.json.zst",
                "/staging/0000000007/r1-x/plan.json.zst",
                "../d/staging/0000000007/r1-x/plan.json.zst",
                "staging/7/r1-x/plan.json.zst",
                "staging/0000000007/plan.json.zst",
                "staging/0000000007/r1-x/shard-000000.json.zst",
                "head/9999999998.json",
                "snapshots/0000000006-7-x/root.json.zst"
            })
    void aPlanIsInTheStagingOfItsUpdate(String plan) {
        refused(() -> inputs.shards(UPDATE, shards(plan, 0, 1, 0, OBJECTS, 0)), "plan is");
        refused(
                () -> inputs.commit(
                        UPDATE, new CommitRequest("c", 7, 1, A, OPTIONS, plan, OBJECTS, BASE, "7-x", 40, "x")),
                "plan is");
        if (plan != null) {
            refused(() -> inputs.list(UPDATE, list(1, BASE, plan)), "previousPlan is");
        }
    }

    @Test
    void numbersAreInTheirRanges() {
        refused(() -> inputs.list(UPDATE, list(0, BASE, null)), "round is 0");
        refused(() -> inputs.list(UPDATE, list(6, BASE, null)), "round is 6");
        refused(() -> inputs.shards(UPDATE, shards(PLAN, -1, 1, 0, OBJECTS, 0)), "from is -1");
        refused(() -> inputs.shards(UPDATE, shards(PLAN, 1, 1, 0, OBJECTS, 0)), "to is 1");
        refused(() -> inputs.shards(UPDATE, shards(PLAN, 0, Integer.MAX_VALUE, 0, OBJECTS, 0)), "to is");
        refused(() -> inputs.shards(UPDATE, shards(PLAN, 0, 1, -1, OBJECTS, 0)), "firstSegmentId is -1");
        refused(() -> inputs.shards(UPDATE, shards(PLAN, 0, 1, Long.MAX_VALUE, OBJECTS, 0)), "firstSegmentId is");
        refused(() -> inputs.shards(UPDATE, shards(PLAN, 0, 1, 0, OBJECTS, -1)), "files is -1");
        refused(() -> inputs.commit(UPDATE, commit(OBJECTS, "7-x", 0, "x")), "nextSegmentId is 0");
        refused(() -> inputs.commit(UPDATE, commit(OBJECTS, "7-x", Long.MAX_VALUE, "x")), "nextSegmentId is");
    }

    @Test
    void aCommitIsIntoTheFolderOfItsVersionAndCommitId() {
        for (String objects : new String[] {
            null,
            "",
            "head",
            "snapshots",
            "snapshots/0000000008-7-x",
            "snapshots/0000000006-7-x",
            "snapshots/0000000007-7-y",
            "snapshots/0000000007-8-x",
            "snapshots/0000000007-7-x/../../head"
        }) {
            refused(() -> inputs.commit(UPDATE, commit(objects, "7-x", 40, "x")), "objects is");
        }
        for (String commitId : new String[] {null, "", "../7-x", "x".repeat(101)}) {
            refused(() -> inputs.commit(UPDATE, commit(OBJECTS, commitId, 40, "x")), "commitId is");
        }
        for (String reason : new String[] {null, "", "x".repeat(201), "a\nb"}) {
            refused(() -> inputs.commit(UPDATE, commit(OBJECTS, "7-x", 40, reason)), "reason is");
        }
    }

    @Test
    void listsAreBoundedAndHoldNothingEmpty() {
        refused(() -> inputs.discard(UPDATE, new DiscardRequest("c", 7, null)), "objects has no entries");
        refused(() -> inputs.discard(UPDATE, new DiscardRequest("c", 7, Collections.nCopies(6, OBJECTS))), "6 entries");
        refused(
                () -> inputs.discard(UPDATE, new DiscardRequest("c", 7, Collections.singletonList(null))),
                "objects[0] is missing");
    }

    @Test
    void sourceAndOptionsAreThoseOfAMessage() {
        for (ExternalSource source : new ExternalSource[] {
            null,
            new ExternalSource(null, ExternalSpec.parquet()),
            new ExternalSource("s3://lake/a/", null),
            new ExternalSource("S3://lake/a/", ExternalSpec.parquet()),
            new ExternalSource("file://relative/", ExternalSpec.parquet()),
            new ExternalSource("s3://key:secret@lake/a/", ExternalSpec.parquet()),
            new ExternalSource("s3://" + "x".repeat(3_000) + "/", ExternalSpec.parquet())
        }) {
            refused(() -> inputs.list(UPDATE, new ListRequest("c", 7, 1, source, OPTIONS, BASE, null)));
        }
        for (CollectionOptions options : new CollectionOptions[] {
            null,
            new CollectionOptions(0, null, false, 1, Duration.ofDays(7)),
            new CollectionOptions(-1, null, false, 1, Duration.ofDays(7)),
            new CollectionOptions(Long.MAX_VALUE, null, false, 1, Duration.ofDays(7)),
            new CollectionOptions(1, Duration.ZERO, false, 1, Duration.ofDays(7)),
            new CollectionOptions(1, null, false, 1.5, Duration.ofDays(7)),
            new CollectionOptions(1, null, false, Double.NaN, Duration.ofDays(7)),
            new CollectionOptions(1, null, false, 1, Duration.ZERO)
        }) {
            refused(() -> inputs.list(UPDATE, new ListRequest("c", 7, 1, A, options, BASE, null)));
        }
    }

    @Test
    void theBaseIsAVersion() {
        for (Head base : new Head[] {
            null,
            new Head(6, null, HeadKind.DECLARED, A, 3, 7, null, 40, Instant.EPOCH, "x"),
            new Head(6, "x", null, A, 3, 7, null, 40, Instant.EPOCH, "x"),
            new Head(6, "x", HeadKind.DECLARED, null, 3, 7, null, 40, Instant.EPOCH, "x"),
            new Head(6, "x", HeadKind.DECLARED, A, 3, 7, null, 40, null, "x"),
            new Head(0, "x", HeadKind.DECLARED, A, 3, 7, null, 40, Instant.EPOCH, "x"),
            new Head(-6, "x", HeadKind.DECLARED, A, 3, 7, null, 40, Instant.EPOCH, "x"),
            new Head(Long.MAX_VALUE, "x", HeadKind.DECLARED, A, 3, 7, null, 40, Instant.EPOCH, "x")
        }) {
            refused(() -> inputs.list(UPDATE, list(1, base, null)), "base");
        }
    }
}
