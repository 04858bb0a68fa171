package dev.littoral.activities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.testing.MemoryObjectStore;
import dev.littoral.workflows.CatalogActivities;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.DeclareRequest;
import dev.littoral.workflows.model.DiscardRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import io.temporal.activity.ActivityOptions;
import io.temporal.failure.ApplicationFailure;
import io.temporal.testing.TestActivityEnvironment;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the steps on a catalog do beside reading and writing it, for a worker that may read one source. */
@Timeout(180)
class CatalogActivitiesTest {
    private static final ExternalSource ALLOWED = new ExternalSource("s3://lake/a/", ExternalSpec.parquet());
    private static final ExternalSource OTHER = new ExternalSource("s3://lake/b/", ExternalSpec.parquet());

    private final TestActivityEnvironment temporal = TestActivityEnvironment.newInstance();
    private final MemoryObjectStore objects = new MemoryObjectStore();
    private final WatchedStore store = new WatchedStore(objects);
    private final CatalogActivities steps;
    private Instant now = Instant.parse("2026-11-01T12:00:00Z");

    /** A worker's clock, which may be set. */
    private final class WorkerClock extends Clock {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    CatalogActivitiesTest() {
        temporal.registerActivitiesImplementations(new CatalogActivitiesImpl(
                store,
                source -> source.equals(ALLOWED) ? Optional.empty() : Optional.of(source.uri() + " is not allowed"),
                new WorkerClock()));
        steps = temporal.newActivityStub(
                CatalogActivities.class,
                ActivityOptions.newBuilder()
                        .setStartToCloseTimeout(Duration.ofMinutes(3))
                        .setHeartbeatTimeout(Duration.ofSeconds(30))
                        .build());
    }

    @AfterEach
    void close() {
        temporal.close();
    }

    private CommitOutcome declare(ExternalSource source) {
        return steps.declareSource(new DeclareRequest("c", 1, source, Head.NONE, "commit-1", "a test"));
    }

    @Test
    void aCollectionIsNotOpenedUponASourceThatIsNotAllowed() {
        assertThatThrownBy(() -> steps.openCollection("c", OTHER))
                .cause()
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo(FailureType.INPUT.name());
                    assertThat(failure.getOriginalMessage()).contains("s3://lake/b/ is not allowed");
                });
        assertThat(steps.openCollection("c", ALLOWED)).isEqualTo(Head.NONE);
    }

    @Test
    void aSourceThatIsNotAllowedIsNotDeclared() {
        assertThat(declare(OTHER)).isEqualTo(new CommitOutcome.Refused("s3://lake/b/ is not allowed"));
        assertThat(objects.keys()).isEmpty();
        assertThat(declare(ALLOWED)).isInstanceOf(CommitOutcome.Created.class);
    }

    @Test
    void openingRemovesWhatEarlierUpdatesStagedAndNothingElse() {
        steps.declareSource(new DeclareRequest("c", 7, ALLOWED, Head.NONE, "commit-1", "a test"));
        String head = objects.keys().get(0);
        objects.put("c/staging/0000000007/r1-x/plan.json.zst", new byte[] {1});
        objects.put("c/staging/0000000008/r1-x/plan.json.zst", new byte[] {1});
        objects.put("c/snapshots/0000000001-x/root.json.zst", new byte[] {1});
        objects.put("d/staging/0000000007/r1-x/plan.json.zst", new byte[] {1});
        steps.openCollection("c", null);
        assertThat(objects.keys())
                .as("the next update runs already where this is a try that was paused")
                .containsExactly(
                        head,
                        "c/snapshots/0000000001-x/root.json.zst",
                        "c/staging/0000000008/r1-x/plan.json.zst",
                        "d/staging/0000000007/r1-x/plan.json.zst");
    }

    @Test
    void anUpdateRemovesItsOwnStagingAndTheSnapshotsItNames() {
        for (String key : List.of(
                "c/snapshots/0000000003-mine/root.json.zst",
                "c/snapshots/0000000003-mine2/root.json.zst",
                "c/staging/0000000002/r1-x/plan.json.zst",
                "c/staging/0000000003/r1-x/plan.json.zst",
                "c/staging/0000000004/r1-x/plan.json.zst")) {
            objects.put(key, new byte[] {1});
        }
        steps.discardStaging(new DiscardRequest("c", 3, List.of("snapshots/0000000003-mine")));
        assertThat(objects.keys())
                .containsExactly(
                        "c/snapshots/0000000003-mine2/root.json.zst", "c/staging/0000000004/r1-x/plan.json.zst");
    }

    /** So that a worker that dies in it is soon noticed. */
    @Test
    void aStepOnTheCatalogHeartbeats() {
        CountDownLatch heard = new CountDownLatch(1);
        temporal.setActivityHeartbeatListener(String.class, word -> heard.countDown());
        store.beforeEachWrite(key -> {
            if (!heard.await(2, TimeUnit.MINUTES)) {
                throw new AssertionError("no heartbeat");
            }
        });
        assertThat(declare(ALLOWED)).isInstanceOf(CommitOutcome.Created.class);
    }

    /** Retention counts from these times. */
    @Test
    void timesInTheLogDoNotGoBackWhateverAWorkersClockSays() {
        Head first = ((CommitOutcome.Created) declare(ALLOWED)).head();
        assertThat(first.time()).isEqualTo(now);
        now = now.minusSeconds(3_600);
        Head second = ((CommitOutcome.Created)
                        steps.declareSource(new DeclareRequest("c", 2, ALLOWED, first, "commit-2", "a test")))
                .head();
        assertThat(second.time()).isEqualTo(first.time());
        now = now.plusSeconds(7_200);
        Head third = ((CommitOutcome.Created)
                        steps.declareSource(new DeclareRequest("c", 3, ALLOWED, second, "commit-3", "a test")))
                .head();
        assertThat(third.time()).isEqualTo(now);
    }
}
