package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.SnapshotRoot;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.ListRequest;
import dev.littoral.workflows.model.OnBadFile;
import dev.littoral.workflows.model.TableAt;
import dev.littoral.workflows.model.TableSpec;
import dev.littoral.workflows.model.TableVersion;
import dev.littoral.workflows.model.Totals;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ListedBaseTest {
    private static final TableVersion SERVED =
            new TableVersion("iceberg", "t", "7", "0", null, "s3://lake/t/metadata/v7.metadata.json");

    private static ExternalSource source(String uri, String format) {
        return source(uri, format, null);
    }

    private static ExternalSource source(String uri, String format, TableAt at) {
        return new ExternalSource(
                uri, new TableSpec(format, at, List.of(), List.of(), List.of(), OnBadFile.FAIL, null, false, false));
    }

    /** A listing of a source, where a version of an Iceberg table at {@code s3://lake/t} is served. */
    private static ListedBase listing(ExternalSource now) {
        return listing(now, Totals.NONE, 0.3);
    }

    private static ListedBase listing(ExternalSource now, Totals totals, double maxDeadShare) {
        ExternalSource then = source("s3://lake/t", "iceberg");
        Head head = new Head(6, "6-x", HeadKind.COMMITTED, then, 1, 6, null, 40, Instant.EPOCH, "wanted");
        SnapshotRoot root = new SnapshotRoot(
                1,
                "c",
                6,
                then,
                1,
                CollectionOptions.DEFAULT_TARGET_ROWS,
                totals,
                List.of(),
                new SnapshotRoot.SkipReport(0, null, null),
                maxDeadShare,
                SERVED.text(),
                Instant.EPOCH,
                SERVED,
                null);
        return new ListedBase(
                head, Optional.of(root), new ListRequest("c", 7, 1, now, CollectionOptions.DEFAULTS, head, null, null));
    }

    @Test
    void aTableIsServedWhereItsPlaceAndItsFormatAreThoseThatAreListed() {
        assertThat(listing(source("s3://lake/t", "iceberg")).table()).isEqualTo(SERVED);
        assertThat(listing(source("s3://lake/other", "iceberg")).table()).isNull();
        assertThat(listing(source("s3://lake/t", "delta")).table()).isNull();
        assertThat(listing(new ExternalSource("s3://lake/t", ExternalSpec.parquet()))
                        .table())
                .isNull();
    }

    @Test
    void aTableThatIsMeantInOtherWordsIsLookedUpAnew() {
        assertThat(listing(source("s3://lake/t", "iceberg")).tableAsMeant()).isEqualTo(SERVED);
        ExternalSource tagged = source("s3://lake/t", "iceberg", new TableAt(null, null, "monday", null, null));
        assertThat(listing(tagged).table()).isEqualTo(SERVED);
        assertThat(listing(tagged).tableAsMeant()).isNull();
        assertThat(listing(source("s3://lake/other", "iceberg")).tableAsMeant()).isNull();
    }

    @Test
    void segmentsAreBuiltAnewWhereFewerOfTheirRowsMayBeDead() {
        ExternalSource same = source("s3://lake/t", "iceberg");
        Totals dead = new Totals(1, 1, 1, 9, 1, 0, 1);
        assertThat(listing(same, dead, 0.9).touchAll()).isTrue();
        assertThat(listing(same, dead, 0.3).touchAll()).isFalse();
        assertThat(listing(same, new Totals(1, 1, 1, 10, 1, 0, 0), 0.9).touchAll())
                .isFalse();
    }

    @Test
    void withoutASnapshotNothingIsServed() {
        ListRequest request = listing(source("s3://lake/t", "iceberg")).request();
        ListedBase none = new ListedBase(Head.NONE, Optional.empty(), request);
        assertThat(none.hasSnapshot()).isFalse();
        assertThat(none.shards()).isEmpty();
        assertThat(none.table()).isNull();
        assertThat(none.touchAll()).isFalse();
    }
}
