package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import io.temporal.api.deployment.v1.WorkerDeploymentVersion;
import io.temporal.api.taskqueue.v1.PollerInfo;
import io.temporal.api.workflowservice.v1.DescribeTaskQueueResponse;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** When a worker deployment version is taken for one without workers. */
class DeploymentActivitiesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final WorkerDeploymentVersion OLD = version("littoral", "1");
    private static final WorkerDeploymentVersion NEW = version("littoral", "2");

    private final DescribeTaskQueueResponse.Builder queue = DescribeTaskQueueResponse.newBuilder();

    private static WorkerDeploymentVersion version(String name, String build) {
        return WorkerDeploymentVersion.newBuilder()
                .setDeploymentName(name)
                .setBuildId(build)
                .build();
    }

    private void current(WorkerDeploymentVersion version) {
        queue.getVersioningInfoBuilder().setCurrentDeploymentVersion(version);
    }

    /** A worker has asked for work that long ago. */
    private void poller(WorkerDeploymentVersion version, Duration ago) {
        PollerInfo.Builder poller = queue.addPollersBuilder()
                .setLastAccessTime(Timestamps.fromMillis(NOW.minus(ago).toEpochMilli()));
        poller.getDeploymentOptionsBuilder()
                .setDeploymentName(version.getDeploymentName())
                .setBuildId(version.getBuildId());
    }

    private boolean isAbandoned(WorkerDeploymentVersion version) {
        return DeploymentActivitiesImpl.isAbandoned(version, queue.build());
    }

    @Test
    void aVersionWhoseWorkersHaveAskedForWorkALittleAgoIsNotAbandoned() {
        current(NEW);
        poller(NEW, Duration.ZERO);
        poller(OLD, Duration.ofSeconds(80));
        assertThat(isAbandoned(OLD)).isFalse();
    }

    @Test
    void aVersionWhoseWorkersHaveAllBeenSilentForLongIsAbandoned() {
        current(NEW);
        poller(NEW, Duration.ZERO);
        poller(OLD, Duration.ofSeconds(100));
        poller(OLD, Duration.ofSeconds(200));
        assertThat(isAbandoned(OLD)).isTrue();
        poller(OLD, Duration.ofSeconds(80));
        assertThat(isAbandoned(OLD)).as("one of them is not silent").isFalse();
    }

    /** The service's times are compared with each other. */
    @Test
    void whereNoWorkerHasAskedForWorkSinceNoneIsSilent() {
        current(NEW);
        poller(OLD, Duration.ofDays(1));
        assertThat(isAbandoned(OLD)).isFalse();
    }

    @Test
    void theVersionThatNewWorkGoesToIsNotAbandoned() {
        current(OLD);
        assertThat(isAbandoned(OLD)).isFalse();
        poller(NEW, Duration.ZERO);
        poller(OLD, Duration.ofDays(1));
        assertThat(isAbandoned(OLD)).isFalse();
    }

    @Test
    void aVersionWithoutWorkersIsAbandoned() {
        current(NEW);
        assertThat(isAbandoned(OLD)).isTrue();
        poller(NEW, Duration.ZERO);
        poller(version("another", "1"), Duration.ZERO);
        assertThat(isAbandoned(OLD)).isTrue();
    }
}
