package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.RetireRequest;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.model.Totals;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class NextHeadTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final SnapshotRef SNAPSHOT = new SnapshotRef("snapshots/6", "00", Totals.NONE, NOW);

    private static Head base(Instant time) {
        ExternalSource source = new ExternalSource("s3://lake/orders/", ExternalSpec.parquet());
        return new Head(6, "6-x", HeadKind.COMMITTED, source, 2, 8, SNAPSHOT, 40, time, "wanted");
    }

    private static Head retired(Head base) {
        return new NextHead(Clock.fixed(NOW, ZoneOffset.UTC))
                .retired(base, new RetireRequest("c", 9, base, "9-retire"));
    }

    @Test
    void aVersionIsNeverOlderThanItsBase() {
        assertThat(retired(base(NOW.minusNanos(1))).time()).isEqualTo(NOW);
        assertThat(retired(base(NOW.plusSeconds(9))).time()).isEqualTo(NOW.plusSeconds(9));
        assertThat(retired(Head.NONE).time()).isEqualTo(NOW);
    }

    @Test
    void theLastEntryServesWhatItsBaseDoes() {
        Head base = base(NOW);
        assertThat(retired(base))
                .isEqualTo(new Head(
                        7, "9-retire", HeadKind.RETIRED, base.source(), 2, 9, SNAPSHOT, 40, NOW, "retired by request"));
    }
}
