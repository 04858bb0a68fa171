package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.listing.ListingPlan;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.Totals;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RootWriterTest {
    private static final ExternalSource SOURCE = new ExternalSource("s3://lake/orders/", ExternalSpec.parquet());
    private static final Instant COMMITTED = Instant.parse("2026-01-01T00:00:00Z");
    private static final Head BASE = new Head(6, "6-x", HeadKind.DECLARED, SOURCE, 1, 6, null, 40, COMMITTED, "wanted");

    private final CollectionCatalog catalog = new CollectionCatalog(new MemoryCatalogStore(), "orders");

    private Instant listedAt(Instant planned) throws InterruptedException {
        ListingPlan plan =
                new ListingPlan(null, List.of(), Totals.NONE, false, 0, null, null, planned, null, null, null, null);
        return new RootWriter(catalog, "orders", SOURCE, CollectionOptions.DEFAULTS, "snapshots/0000000007-7-x")
                .write(BASE, plan, List.of())
                .listedAt();
    }

    @Test
    void aSnapshotWasListedWhenItsPlanSays() throws InterruptedException {
        Instant later = COMMITTED.plusSeconds(90);
        assertThat(listedAt(later)).isEqualTo(later);
        assertThat(listedAt(null)).as("of an older build's plan").isEqualTo(COMMITTED);
    }
}
