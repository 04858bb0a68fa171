package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.Segment;
import dev.littoral.activities.catalog.Snapshot;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.local.LocalStores;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What verifying, and reading, finds in damaged bitmaps of deleted rows. The catalog's log: 1 DECLARED, 2 COMMITTED
 * with rows 2 to 4 of a file deleted, 3 COMMITTED with its row 5 too.
 */
class DamagedDeletesTest {
    @TempDir
    private Path folder;

    private CatalogFolder catalog;

    @BeforeEach
    void makeCatalog() throws Exception {
        DeletesBeside.Lake lake = new DeletesBeside.Lake(folder.resolve("lake"));
        lake.write("a", 500, 0);
        lake.write("b", 300, 0);
        lake.delete("b", 2, 3, 4);
        Path made = folder.resolve("made");
        try (Pipeline pipeline = new Pipeline(LocalStores.catalog(made), DeletesBeside.opener(), 10)) {
            pipeline.update(lake.source(), PipelineTest.options(1_000));
            lake.delete("b", 2, 3, 4, 5);
            pipeline.update(lake.source(), PipelineTest.options(1_000));
        }
        catalog = CatalogFolder.copy(made, folder.resolve("catalog"));
    }

    private List<String> verified() throws InterruptedException {
        return Verified.of(LocalStores.forReading(folder.resolve("catalog"))).lines();
    }

    private Snapshot snapshot() {
        return CatalogReader.on(LocalStores.forReading(folder.resolve("catalog")))
                .snapshot("c");
    }

    private String deletesKey() {
        return catalog.root(3).get("shards").get(0).get("deletes").get(0).asText();
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    /** Edits the newest snapshot's line of the file, and the digests above it. */
    private void forgeLine(Consumer<ObjectNode> edit) throws Exception {
        String key = catalog.shardKey(3, 0);
        List<ObjectNode> lines = new ArrayList<>(catalog.lines(key));
        edit.accept(lines.get(1));
        byte[] shard = CatalogFolder.compress(CatalogFolder.text(lines));
        catalog.write(catalog.path(key), shard);
        String sha256 = sha256(shard);
        catalog.forgeRoot(3, root -> ((ObjectNode) root.get("shards").get(0)).put("sha256", sha256));
    }

    /** Gives the file other deleted rows, and the digests above them. */
    private void forgeRows(long... rows) throws Exception {
        byte[] bitmap = DeletedRows.of(rows).bytes();
        catalog.write(catalog.path(deletesKey()), bitmap);
        String sha256 = sha256(bitmap);
        forgeLine(line -> ((ObjectNode) line.get("deletes"))
                .put("offset", 0)
                .put("length", bitmap.length)
                .put("sha256", sha256));
    }

    private void refusedWhenRead(String because) {
        assertThatThrownBy(() -> {
                    Snapshot snapshot = snapshot();
                    for (Segment segment : snapshot.segments().toList()) {
                        snapshot.deadRows(segment);
                    }
                })
                .isInstanceOf(LittoralException.class)
                .hasMessageContaining(because);
    }

    @Test
    void aCatalogWithDeletedRowsHasNoFinding() throws Exception {
        assertThat(verified()).isEmpty();
        assertThat(snapshot().deadRows(1L)).isEqualTo(DeletedRows.of(502, 503, 504, 505));
    }

    @Test
    void aByteThatChangedIsFound() throws Exception {
        catalog.flip(catalog.path(deletesKey()));
        assertThat(verified())
                .singleElement()
                .asString()
                .startsWith("ERROR c/snapshots/0000000003-")
                .contains("/b has deleted rows whose SHA-256 is ");
        refusedWhenRead("is damaged: the deleted rows of " + folder.resolve("lake/b") + " have the SHA-256 ");
    }

    @Test
    void anObjectThatIsMissingIsFound() throws Exception {
        String key = deletesKey();
        catalog.delete(catalog.path(key));
        assertThat(verified())
                .singleElement()
                .asString()
                .startsWith("ERROR c/" + key + ": it is missing; expected it to be there");
        refusedWhenRead(key + " is missing");
    }

    @Test
    void aRowThatComesBackToLifeIsFoundThoughAsManyAreDead() throws Exception {
        forgeRows(2, 3, 7, 8);
        assertThat(verified())
                .singleElement()
                .asString()
                .startsWith("ERROR c/snapshots/0000000003-")
                .contains("/b has rows in segment 1, row 4 among them, that are deleted in version 2");
    }

    @Test
    void aPositionBeyondTheFileIsFound() throws Exception {
        forgeRows(2, 3, 4, 300);
        assertThat(verified())
                .anyMatch(line -> line.contains("/b has deleted rows up to row 300; expected less than 300"));
        refusedWhenRead("are 3 from row 0 to before 300; expected 4, those of the fragment");
    }

    @Test
    void aBitmapOfOtherRowsThanItsLineCountsIsFound() throws Exception {
        forgeRows(2, 3, 4);
        assertThat(verified())
                .anyMatch(line -> line.contains("/b has deleted rows that are 3; expected 4, at least 1"));
        refusedWhenRead("are 3; expected 4");
    }

    @Test
    void aRangeBeyondItsObjectIsFound() throws Exception {
        forgeLine(line -> ((ObjectNode) line.get("deletes")).put("offset", 1_000));
        assertThat(verified()).anyMatch(line -> line.contains("/b has deleted rows beyond the "));
        refusedWhenRead("expected bytes of the ");
    }

    @Test
    void anObjectThatTheRootDoesNotNameIsFound() throws Exception {
        catalog.forgeRoot(3, root -> ((ObjectNode) root.get("shards").get(0)).remove("deletes"));
        assertThat(verified()).anyMatch(line -> line.contains("shards[0].deletes are []; expected ["));
        assertThatThrownBy(() -> snapshot().files().toList())
                .isInstanceOf(LittoralException.class)
                .hasMessageContaining("expected one of those that the root names, null");
    }
}
