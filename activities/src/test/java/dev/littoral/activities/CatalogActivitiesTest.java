package dev.littoral.activities;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.testing.MemoryObjectStore;
import dev.littoral.workflows.CatalogActivities;
import dev.littoral.workflows.SourceRules;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.DeclareRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.Head;
import io.temporal.activity.ActivityOptions;
import io.temporal.testing.TestActivityEnvironment;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class CatalogActivitiesTest {
    private final MemoryObjectStore store = new MemoryObjectStore();

    /** A worker declares the next of some sources, when its clock says so. */
    private Head declare(Head base, String time) {
        TestActivityEnvironment temporal = TestActivityEnvironment.newInstance();
        try {
            temporal.registerActivitiesImplementations(new CatalogActivitiesImpl(
                    store, SourceRules.NONE, Clock.fixed(Instant.parse(time), ZoneOffset.UTC)));
            CatalogActivities activities = temporal.newActivityStub(
                    CatalogActivities.class,
                    ActivityOptions.newBuilder()
                            .setStartToCloseTimeout(Duration.ofMinutes(1))
                            .build());
            ExternalSource source = new ExternalSource("file:///lake-" + base.version() + "/", ExternalSpec.parquet());
            CommitOutcome outcome = activities.declareSource(
                    new DeclareRequest("c", 1, source, base, "id-" + base.version(), "a test"));
            return ((CommitOutcome.Created) outcome).head();
        } finally {
            temporal.close();
        }
    }

    /** Retention counts from these times. */
    @Test
    void timesInTheLogDoNotGoBackWhateverAWorkersClockSays() {
        Head first = declare(Head.NONE, "2026-11-01T12:00:00Z");
        Head second = declare(first, "2026-11-01T11:00:00Z");
        Head third = declare(second, "2026-11-01T12:30:00Z");
        assertThat(first.time()).isEqualTo("2026-11-01T12:00:00Z");
        assertThat(second.time()).isEqualTo(first.time());
        assertThat(third.time()).isEqualTo("2026-11-01T12:30:00Z");
    }
}
