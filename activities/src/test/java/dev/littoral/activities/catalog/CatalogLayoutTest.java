package dev.littoral.activities.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.Totals;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where objects are, which keys are those of an object, and what a reference to a shard says. */
class CatalogLayoutTest {
    private static final String FOLDER = CatalogLayout.objects(7, "7-x");
    private static final String ATTEMPTS = CatalogLayout.attempts(7, 2);

    @Test
    void keysOfASnapshotAreKnown() {
        assertThat(CatalogLayout.root(FOLDER)).isEqualTo("snapshots/0000000007-7-x/root.json.zst");
        assertThat(CatalogLayout.shard(FOLDER, 3)).isEqualTo("snapshots/0000000007-7-x/shard-000003.jsonl.zst");
        assertThat(CatalogLayout.deletes(FOLDER, 3, 1)).isEqualTo("snapshots/0000000007-7-x/deletes-000003-1.bin");
        assertThat(CatalogLayout.skipReport(FOLDER)).isEqualTo("snapshots/0000000007-7-x/skipped.jsonl.zst");

        assertThat(CatalogLayout.isRoot(CatalogLayout.root(FOLDER))).isTrue();
        assertThat(CatalogLayout.isDeletes(CatalogLayout.deletes(FOLDER, 3, 1))).isTrue();
        assertThat(CatalogLayout.isSkipReport(CatalogLayout.skipReport(FOLDER))).isTrue();
        assertThat(CatalogLayout.isShard(CatalogLayout.shard(FOLDER, 3), 7)).isTrue();
        assertThat(CatalogLayout.isShard(CatalogLayout.shard(FOLDER, 3), 6)).isFalse();
        for (String other : List.of(
                "head/9999999998.json",
                "staging/0000000007/r1-x/plan.json.zst",
                "snapshots/0000000007-7-x/notes.txt",
                "snapshots/0000000007-7-x/../root.json.zst")) {
            assertThat(CatalogLayout.isRoot(other)).isFalse();
            assertThat(CatalogLayout.isDeletes(other)).isFalse();
            assertThat(CatalogLayout.isSkipReport(other)).isFalse();
            assertThat(CatalogLayout.isShard(other, 7)).isFalse();
        }
    }

    @Test
    void keysOfWhatIsStagedAreKnown() {
        String folder = ATTEMPTS + "a";
        String plan = CatalogLayout.plan(folder);
        assertThat(plan).isEqualTo("staging/0000000007/r2-a/plan.json.zst");
        assertThat(CatalogLayout.isPlan(plan, 7)).isTrue();
        assertThat(CatalogLayout.isPlan(plan, 8)).isFalse();
        assertThat(CatalogLayout.isPlan(folder + "/other.json.zst", 7)).isFalse();
        assertThat(CatalogLayout.folderOf(plan)).isEqualTo(folder);
        assertThat(CatalogLayout.stagedDeletes(folder, 3, "abc")).isEqualTo(folder + "/deletes-000003-abc.bin");
        assertThat(CatalogLayout.isStaged(plan)).isTrue();
        assertThat(CatalogLayout.isStaged(CatalogLayout.root(FOLDER))).isFalse();

        String part = CatalogLayout.listedPart(CatalogLayout.listedRange(folder, 0), 1);
        assertThat(CatalogLayout.isListedPart(part, ATTEMPTS)).isTrue();
        assertThat(CatalogLayout.isListedPart(part, CatalogLayout.attempts(7, 1)))
                .isFalse();
        assertThat(CatalogLayout.isListedPart(plan, ATTEMPTS)).isFalse();
    }

    private static ShardRef shard(Long unread, long skipped, String... schemas) {
        Totals totals = new Totals(5, 1, 1, 1, 1, skipped, 0);
        return new ShardRef("", "k", "d", "d", totals, List.of(schemas), unread, null, 0);
    }

    @Test
    void aReferenceToAShardSaysWhatIsInIt() {
        assertThat(shard(0L, 2).listed()).isEqualTo(7);
        assertThat(ShardRef.schemas(List.of(shard(0L, 0, "a", "b"), shard(0L, 0, "b", "c"))))
                .isEqualTo(3);
        assertThat(shard(0L, 2).mayHaveUnread()).isFalse();
        assertThat(shard(1L, 2).mayHaveUnread()).isTrue();
        assertThat(shard(0L, 2).unread(1).mayHaveUnread()).isTrue();
        assertThat(shard(null, 2).mayHaveUnread())
                .as("of a build that counted them as bad")
                .isTrue();
        assertThat(shard(null, 0).mayHaveUnread()).isFalse();
    }
}
