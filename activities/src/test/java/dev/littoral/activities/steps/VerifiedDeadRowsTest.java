package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.ConditionalWriteProbe;
import dev.littoral.activities.storage.local.LocalStores;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code verify} finds where dead rows are not what they have to be, under right digests and sums. */
class VerifiedDeadRowsTest {
    private static final CollectionOptions OPTIONS =
            new CollectionOptions(5_000, null, true, 1.0, CollectionOptions.DEFAULTS.keepVersionsFor(), 0.9);

    @TempDir
    private Path folder;

    private CatalogFolder catalog;
    private String shard;

    /** Versions 2 to 4: four files in a segment; one is overwritten, and then another one goes. */
    @BeforeEach
    void makeCatalog() throws Exception {
        Lake lake = Lake.in(folder.resolve("lake"));
        for (int i = 0; i < 4; i++) {
            lake.write("f" + i + ".parquet", 1_000, i);
        }
        ExternalSource source = new ExternalSource(lake.place().uri(), ExternalSpec.parquet());
        CatalogStore store = LocalStores.catalog(folder.resolve("catalog"));
        ConditionalWriteProbe.probeOnce(store);
        try (Pipeline pipeline = new Pipeline(store, PipelineTest.local(), 10)) {
            pipeline.update(source, OPTIONS);
            lake.write("f1.parquet", 900, 9);
            pipeline.update(source, OPTIONS);
            lake.delete("f2.parquet");
            pipeline.update(source, OPTIONS);
        }
        catalog = new CatalogFolder(folder.resolve("catalog"));
        shard = catalog.shardKey(4, 0);
        assertThat(catalog.lines(shard).stream()
                        .map(line -> line.path("deadSince").asLong()))
                .containsExactly(0L, 3L, 0L, 4L, 0L);
        assertThat(findings()).isEmpty();
    }

    private List<String> findings() throws InterruptedException {
        return Verified.of(LocalStores.forReading(folder.resolve("catalog"))).lines();
    }

    private void assertFinds(String... parts) throws InterruptedException {
        assertThat(findings())
                .anySatisfy(line -> assertThat(line).startsWith("ERROR ").contains(parts));
    }

    private static ObjectNode fragment(ObjectNode line) {
        return (ObjectNode) line.get("fragments").get(0);
    }

    @Test
    void aRowThatComesBackToLife() throws Exception {
        catalog.forgeShard(shard, lines -> {
            lines.remove(2);
            lines.get(1).remove("deadSince");
            fragment(lines.get(1)).remove("dead");
        });
        assertFinds("has dead rows that are not dead in version 4", "rows that stay dead");
    }

    @Test
    void aDeadLineThatIsForgotten() throws Exception {
        catalog.forgeShard(shard, lines -> lines.remove(1));
        assertFinds("segment 1 has other fragments than in the snapshot of version 4", "as an id is never used again");
    }

    @Test
    void aDeadRowThatIsServed() throws Exception {
        catalog.forgeShard(shard, lines -> fragment(lines.get(1)).put("dead", 999));
        assertFinds("f1.parquet has the fragment [0, 1000) with 999 dead rows", "whose rows are all dead");
    }

    @Test
    void moreDeadRowsThanAreAllowed() throws Exception {
        catalog.forgeRoot(4, root -> root.put("maxDeadShare", 0.1));
        assertFinds("a share of 0.5 is dead; expected at most 0.1, its maxDeadShare");
    }

    @Test
    void deadRowsThatNoPositionsStandFor() throws Exception {
        catalog.forgeShard(shard, lines -> fragment(lines.get(0)).put("dead", 5));
        assertFinds("f0.parquet has fragments with 5 deleted rows; expected 0, which its deletes have");
    }

    @Test
    void positionsThatTheRootDoesNotName() throws Exception {
        catalog.forgeShard(shard, lines -> {
            fragment(lines.get(0)).put("dead", 5);
            lines.get(0)
                    .putObject("deletes")
                    .put("key", shard.replace("shard-000000.jsonl.zst", "deletes-000000-0.bin"))
                    .put("offset", 0)
                    .put("length", 9)
                    .put("count", 5)
                    .put("sha256", "0".repeat(64));
        });
        assertFinds("shards[0].deletes are []; expected [snapshots/");
    }

    @Test
    void aDeathInNoVersion() throws Exception {
        catalog.forgeShard(shard, lines -> lines.get(1).put("deadSince", 0));
        assertFinds("its deadSince is 0, which is no version");
    }

    @Test
    void linesThatAreNotInTheOrderOfDeaths() throws Exception {
        catalog.forgeShard(shard, lines -> lines.add(3, lines.remove(1)));
        assertFinds("each path once", "after its dead files in the order of their deaths");
    }

    @Test
    void aFragmentInNoSegment() throws Exception {
        catalog.forgeShard(shard, lines -> fragment(lines.get(0)).remove("segment"));
        assertFinds("f0.parquet has a fragment in segment 0; expected an id from 1 on");
    }

    @Test
    void aRootThatLacksWhatFormatTwoHas() throws Exception {
        catalog.forgeRoot(4, root -> root.remove("listedAt"));
        assertFinds("listedAt is missing");
        catalog.forgeRoot(4, root -> root.put("listedAt", "today").put("maxDeadShare", 1));
        assertFinds("listedAt is \"today\"", "an instant such as");
        assertFinds("maxDeadShare is 1; expected a number from 0 to 0.9");
    }
}
