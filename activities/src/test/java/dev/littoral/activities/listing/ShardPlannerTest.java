package dev.littoral.activities.listing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.Totals;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShardPlannerTest {
    private static final int MAX = 8;

    private final ShardPlanner planner = new ShardPlanner(MAX);

    private static ShardRef shard(String from, int files) {
        return new ShardRef(
                from,
                "shard-" + from,
                "sha",
                "listing",
                new Totals(files, 0, 0, files * 10L, 1, 0, 0),
                List.of(),
                0L,
                null,
                0);
    }

    private static RangeListing unchanged(ShardRef base) {
        return new RangeListing(base, true, List.of(), base.listed(), 0, null, base.from(), null);
    }

    /** A range with parts of these sizes, whose paths start with a letter. */
    private static RangeListing listed(ShardRef base, String letter, int... sizes) {
        List<StagedFiles> parts = new ArrayList<>();
        for (int i = 0; i < sizes.length; i++) {
            parts.add(new StagedFiles("part-" + letter + i, letter + i, sizes[i], null));
        }
        int files = IntStream.of(sizes).sum();
        return new RangeListing(base, false, parts, files, 0, null, parts.isEmpty() ? null : letter + 0, null);
    }

    private static List<String> froms(List<PlannedShard> shards) {
        return shards.stream().map(PlannedShard::from).toList();
    }

    private static List<Long> sizes(List<PlannedShard> shards) {
        return shards.stream().map(PlannedShard::files).toList();
    }

    @Test
    void anInitialListingIsCutIntoFullShardsOverItsRanges() {
        List<PlannedShard> shards = planner.plan(List.of(
                listed(null, "a", 4, 1), listed(null, "b", 4, 4, 4, 3), listed(null, "c"), listed(null, "d", 4)));
        assertThat(froms(shards)).containsExactly("", "b0", "b2", "d0");
        assertThat(sizes(shards)).containsExactly(5L, 8L, 7L, 4L);
        assertThat(shards).allMatch(shard -> shard.isTouched() && shard.base().isEmpty());
    }

    @Test
    void anInitialListingOfNothingHasNoShards() {
        assertThat(planner.plan(List.of(listed(null, "a"), listed(null, "b")))).isEmpty();
    }

    @Test
    void whatListsAsBeforeIsCarried() {
        ShardRef a = shard("", 8);
        ShardRef b = shard("b", 1);
        ShardRef c = shard("c", 1);
        List<PlannedShard> shards = planner.plan(List.of(unchanged(a), unchanged(b), unchanged(c)));
        assertThat(shards).extracting(PlannedShard::carried).containsExactly(a, b, c);
        assertThat(shards).noneMatch(PlannedShard::isTouched);
    }

    @Test
    void aChangedShardKeepsItsCutAndKnowsItsBase() {
        ShardRef a = shard("", 8);
        ShardRef b = shard("b", 8);
        ShardRef c = shard("c", 8);
        List<PlannedShard> shards = planner.plan(List.of(unchanged(a), listed(b, "bx", 4, 2), unchanged(c)));
        assertThat(froms(shards)).containsExactly("", "b", "c");
        assertThat(shards.get(1).isTouched()).isTrue();
        assertThat(shards.get(1).base()).containsExactly(b);
        assertThat(shards.get(1).carriedPrefix()).isNull();
    }

    @Test
    void aShardThatGrewTooLargeSplitsAlikeInTheMiddleAndFullAtTheEnd() {
        ShardRef a = shard("", 8);
        ShardRef b = shard("b", 8);
        List<PlannedShard> shards = planner.plan(List.of(listed(a, "a", 4, 4, 1), listed(b, "b", 4, 4, 1)));
        assertThat(sizes(shards)).containsExactly(4L, 5L, 8L, 1L);
        assertThat(froms(shards)).containsExactly("", "a1", "b", "b2");
        assertThat(shards.get(0).base()).containsExactly(a);
        assertThat(shards.get(1).base()).containsExactly(a);
        assertThat(shards.get(3).base()).containsExactly(b);
    }

    @Test
    void aSmallShardJoinsTheUnchangedOneBeforeItWithoutListingItAgain() {
        ShardRef a = shard("", 4);
        ShardRef b = shard("b", 5);
        List<PlannedShard> shards = planner.plan(List.of(unchanged(a), listed(b, "b", 1)));
        assertThat(shards).hasSize(1);
        assertThat(shards.get(0).carriedPrefix()).isEqualTo(a);
        assertThat(shards.get(0).base()).containsExactly(a, b);
        assertThat(shards.get(0).parts()).extracting(StagedFiles::first).containsExactly("b0");
    }

    @Test
    void aSmallShardLeavesAFullNeighbourAlone() {
        ShardRef a = shard("", 6);
        ShardRef b = shard("b", 5);
        ShardRef c = shard("c", 2);
        List<PlannedShard> shards = planner.plan(List.of(unchanged(a), listed(b, "b", 1), unchanged(c)));
        assertThat(froms(shards)).containsExactly("", "b", "c");
        assertThat(shards.get(0).carried()).isEqualTo(a);
        assertThat(shards.get(2).carried()).isEqualTo(c);
    }

    @Test
    void smallTouchedNeighboursJoinEachOther() {
        ShardRef a = shard("", 8);
        ShardRef b = shard("b", 8);
        ShardRef c = shard("c", 8);
        List<PlannedShard> shards = planner.plan(List.of(listed(a, "a", 1), listed(b, "b", 3), listed(c, "c", 1)));
        assertThat(shards).hasSize(1);
        assertThat(shards.get(0).base()).containsExactly(a, b, c);
        assertThat(shards.get(0).parts()).extracting(StagedFiles::first).containsExactly("a0", "b0", "c0");
    }

    @Test
    void theRangeOfAShardThatVanishedFallsToTheOneBefore() {
        ShardRef a = shard("", 8);
        ShardRef b = shard("b", 3);
        ShardRef c = shard("c", 8);
        List<RangeListing> ranges = List.of(unchanged(a), listed(b, "b"), unchanged(c));
        assertThat(froms(planner.plan(ranges))).containsExactly("", "c");
        assertThat(ShardPlanner.vanished(ranges)).isEqualTo(b.totals());
    }

    @Test
    void theFirstShardStartsBeforeEveryPathThoughTheOneBeforeItVanished() {
        ShardRef a = shard("", 3);
        ShardRef b = shard("b", 8);
        List<PlannedShard> shards = planner.plan(List.of(listed(a, "a"), unchanged(b)));
        assertThat(shards).hasSize(1);
        assertThat(shards.get(0).from()).isEmpty();
        assertThat(shards.get(0).carried()).isEqualTo(b);
    }

    @Test
    void whenAllVanishesNoShardIsLeft() {
        ShardRef a = shard("", 3);
        ShardRef b = shard("b", 8);
        List<RangeListing> ranges = List.of(listed(a, "a"), listed(b, "b"));
        assertThat(planner.plan(ranges)).isEmpty();
        assertThat(ShardPlanner.vanished(ranges)).isEqualTo(a.totals().plus(b.totals()));
    }

    /** Another build may go on with a plan that is staged, or with a checkpoint. */
    @Test
    void stagedPlansKeepTheNamesOfTheirFields() throws Exception {
        StagedFiles part = new StagedFiles("part", "a", 1, "shard-a");
        PlannedShard planned = new PlannedShard("", null, List.of(part), shard("", 8), List.of());
        String json = Json.JSON.writeValueAsString(planned);
        assertThat(json).contains("\"upon\":\"shard-a\"").contains("\"unlisted\":{");
        assertThat(Json.JSON.readValue(json, PlannedShard.class)).isEqualTo(planned);
    }
}
