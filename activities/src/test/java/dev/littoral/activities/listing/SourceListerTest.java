package dev.littoral.activities.listing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.JsonLines;
import dev.littoral.activities.catalog.ListingDigest;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.FileListDiff;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.activities.testing.MemoryCatalogStore.Call;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.SkippedFile;
import dev.littoral.workflows.model.Totals;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lists a store that changes, again and again, and holds each plan against what the store has. */
class SourceListerTest {
    private static final int MAX = 8;

    /** The order a store lists in. */
    enum Order {
        UTF_8,
        UTF_16,
        RANDOM;

        Comparator<String> comparator(long seed) {
            return switch (this) {
                case UTF_8 -> PathOrder.ORDER;
                case UTF_16 -> Comparator.naturalOrder();
                case RANDOM ->
                    Comparator.comparingInt((String path) -> (path.hashCode() ^ (int) seed) * 0x9E3779B9)
                            .thenComparing(Comparator.naturalOrder());
            };
        }
    }

    private final MemoryCatalogStore objects = new MemoryCatalogStore();
    private final CollectionCatalog catalog = new CollectionCatalog(objects, "c");
    private int listings;

    private SourceLister.Result list(FakeStore store, int maxFiles, List<ShardRef> base, boolean touchAll)
            throws FileChangedException, InterruptedException {
        return list(store, maxFiles, base, touchAll, null);
    }

    private SourceLister.Result list(
            FakeStore store, int maxFiles, List<ShardRef> base, boolean touchAll, Checkpoint from)
            throws FileChangedException, InterruptedException {
        return lister(store, maxFiles).list(base, touchAll, false, null, from);
    }

    private SourceLister lister(FakeStore store, int maxFiles) {
        return new SourceLister(store, catalog, "staging/" + listings++, maxFiles, new AtomicLong());
    }

    /** How far attempts came that failed on the way, one going on where the other ended; as Temporal hands it over. */
    private Checkpoint attempts(FakeStore store, int maxFiles, List<ShardRef> base, boolean touchAll, int... paths)
            throws Exception {
        Checkpoint from = null;
        for (int most : paths) {
            store.failAfter(most);
            SourceLister lister = lister(store, maxFiles);
            try {
                lister.list(base, touchAll, false, null, from);
            } catch (LittoralException e) {
                // As was wanted.
            }
            Checkpoint checkpoint = lister.checkpoint();
            from = checkpoint == null
                    ? null
                    : Json.JSON.readValue(Json.JSON.writeValueAsString(checkpoint), Checkpoint.class);
        }
        store.failAfter(-1);
        return from;
    }

    /** The files of a planned shard, as the step after the listing reads them. */
    private List<SourceFile> files(PlannedShard shard) throws InterruptedException {
        List<SourceFile> files = new ArrayList<>();
        ShardRef whole = shard.isTouched() ? shard.carriedPrefix() : shard.carried();
        if (whole != null) {
            catalog.readShard(whole, entry -> files.add(entry.file()));
        }
        for (StagedFiles part : shard.parts()) {
            List<SourceFile> staged = catalog.lines(part.object(), SourceFile.class);
            if (part.baseShard() != null) {
                staged = FileListDiff.apply(filesOf(shard.base(), part.baseShard()), staged);
            }
            assertThat(part.files()).isEqualTo(staged.size()).isPositive();
            assertThat(part.first()).isEqualTo(staged.get(0).path());
            files.addAll(staged);
        }
        return files;
    }

    private List<SourceFile> filesOf(List<ShardRef> shards, String key) throws InterruptedException {
        ShardRef base = shards.stream()
                .filter(shard -> shard.key().equals(key))
                .findFirst()
                .orElseThrow();
        return catalog.shard(base).stream().map(FileEntry::file).toList();
    }

    /** The shards of the snapshot that comes of a plan. */
    private List<ShardRef> commit(ListingPlan plan) throws InterruptedException {
        List<ShardRef> shards = new ArrayList<>();
        for (PlannedShard shard : plan.shards()) {
            if (shard.isTouched()) {
                ListingDigest digest = new ListingDigest();
                List<FileEntry> entries = new ArrayList<>();
                for (SourceFile file : files(shard)) {
                    digest.add(file);
                    entries.add(FileEntry.served(file, 1, "s", List.of(new FileEntry.FragmentEntry(0, 1, 1L))));
                }
                String key = "shards/" + listings + "-" + shards.size();
                String sha256 = catalog.write(key, JsonLines.write(entries));
                Totals totals = new Totals(entries.size(), 0, 0, entries.size(), 1, 0, 0);
                shards.add(new ShardRef(shard.from(), key, sha256, digest.hex(), totals, List.of(), 0L, null, 0));
            } else {
                shards.add(shard.carried().from(shard.from()));
            }
        }
        return shards;
    }

    @Test
    void anAttemptGoesOnAfterTheRangesThatAnotherHasFinished() throws Exception {
        FakeStore store = new FakeStore(PathOrder.ORDER);
        for (int i = 0; i < 400; i++) {
            store.put("%04d".formatted(i), "v1");
        }
        store.hide("0101");
        store.listAtOnce(1);
        List<ShardRef> base = commit(list(store, MAX, List.of(), false).plan());
        assertThat(base.size()).isGreaterThan(40);
        store.put("0007", "v2");
        Checkpoint from = attempts(store, MAX, base, false, 200, 150);

        store.visits.set(0);
        SourceLister.Result result = list(store, MAX, base, false, from);
        assertThat(store.visits.get()).as("the last 50, and a range").isBetween(50, 50 + 2 * MAX);
        assertThat(result.listed()).isEqualTo(400);
        assertThat(result.skips().count()).isEqualTo(1);
        assertThat(result.plan().touched()).hasSize(1);
        check("resumed", store, result, base, MAX, false);
    }

    @Test
    void aSourceThatChangedWhereAnAttemptEndedIsListedWhole() throws Exception {
        FakeStore store = new FakeStore(PathOrder.ORDER);
        for (int i = 0; i < 100; i++) {
            store.put("%04d".formatted(i), "v1");
        }
        store.listAtOnce(1);
        List<ShardRef> base = commit(list(store, MAX, List.of(), false).plan());
        Checkpoint from = attempts(store, MAX, base, false, 50);
        store.remove(from.runs().get(0).getLast().beyond());

        SourceLister.Result result = list(store, MAX, base, false, from);
        assertThat(store.sortedListings).hasValue(1);
        check("changed", store, result, base, MAX, false);
    }

    @Test
    void whatIsHandedToAnotherAttemptStaysSmall() throws Exception {
        FakeStore store = new FakeStore(PathOrder.ORDER);
        for (int i = 0; i < 3_000; i++) {
            store.put("%04d-%s".formatted(i, "x".repeat(900)), "v1");
        }
        store.listAtOnce(1);
        List<ShardRef> base = commit(list(store, 2, List.of(), false).plan());
        Checkpoint from = attempts(store, 2, base, false, 2_900);
        assertThat(from.runs().get(0)).hasSizeBetween(50, 250);
        assertThat(Json.JSON.writeValueAsBytes(from)).hasSizeLessThan(600_000);

        check("resumed", store, list(store, 2, base, false, from), base, 2, false);
    }

    @ParameterizedTest
    @EnumSource
    void everyPlanHasEveryFileOnceInItsShard(Order order) throws Exception {
        int sorted = 0;
        for (long seed = 0; seed < 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            FakeStore store = new FakeStore(order.comparator(seed));
            int maxFiles = 2 + random.nextInt(MAX);
            store.listAtOnce(1 + random.nextInt(5));
            List<ShardRef> base = List.of();
            List<SourceFile> before = null;
            for (int step = 0; step < 25; step++) {
                String at = order + ", seed " + seed + ", step " + step;
                change(store, random, step == 0 ? random.nextInt(60) : random.nextInt(6));
                boolean touchAll = !base.isEmpty() && random.nextInt(10) == 0;
                Checkpoint from = random.nextInt(3) > 0
                        ? null
                        : attempts(store, maxFiles, base, touchAll, random.nextInt(20), random.nextInt(20));
                int written = objects.calls(Call.PUT);
                SourceLister.Result result = list(store, maxFiles, base, touchAll, from);
                boolean same = before != null && !base.isEmpty() && before.equals(store.files());
                assertThat(result.same()).as(at).isEqualTo(same && !touchAll);
                if (result.same() && order == Order.UTF_8) {
                    assertThat(objects.calls(Call.PUT)).as(at).isEqualTo(written);
                }
                check(at, store, result, base, maxFiles, touchAll);
                base = commit(result.plan());
                before = store.files();
            }
            sorted += store.sortedListings.get();
        }
        assertThat(sorted > 0).as(order.name()).isEqualTo(order != Order.UTF_8);
    }

    private void check(
            String at, FakeStore store, SourceLister.Result result, List<ShardRef> base, int maxFiles, boolean touchAll)
            throws InterruptedException {
        List<PlannedShard> shards = result.plan().shards();
        List<SourceFile> all = new ArrayList<>();
        Map<String, ShardRef> baseOf = new HashMap<>();
        for (ShardRef shard : base) {
            catalog.readShard(shard, entry -> baseOf.put(entry.path(), shard));
        }
        for (int i = 0; i < shards.size(); i++) {
            PlannedShard shard = shards.get(i);
            String to = i + 1 < shards.size() ? shards.get(i + 1).from() : null;
            if (i == 0) {
                assertThat(shard.from()).as(at).isEmpty();
            }
            List<SourceFile> files = files(shard);
            assertThat(files.size()).as(at).isBetween(1, maxFiles);
            assertThat(shard.files()).as(at).isEqualTo(files.size());
            for (SourceFile file : files) {
                assertThat(PathOrder.compare(file.path(), shard.from())).as(at).isNotNegative();
                assertThat(to == null || PathOrder.compare(file.path(), to) < 0)
                        .as(at)
                        .isTrue();
                ShardRef old = baseOf.get(file.path());
                if (shard.isTouched() && old != null) {
                    assertThat(shard.base()).as(at + " " + file).contains(old);
                }
            }
            assertThat(shard.isTouched() || !touchAll).as(at).isTrue();
            all.addAll(files);
        }
        assertThat(all).as(at).isEqualTo(store.files());
        assertThat(result.listed()).as(at).isEqualTo(all.size() + store.skippedCount());
        assertThat(result.skips().count()).as(at).isEqualTo(store.skippedCount());
        assertThat(result.plan().skipped()).as(at).isEqualTo(store.skippedCount());

        // Every shard of the base is carried, read again, or gone with all its files; never two of these.
        LinkedHashSet<ShardRef> used = new LinkedHashSet<>();
        for (PlannedShard shard : shards) {
            if (shard.isTouched()) {
                used.addAll(shard.base());
            } else {
                assertThat(used.add(shard.carried())).as(at).isTrue();
            }
        }
        assertThat(new HashSet<>(base)).as(at).containsAll(used);
        Totals vanished = base.stream()
                .filter(shard -> !used.contains(shard))
                .map(ShardRef::totals)
                .reduce(Totals.NONE, Totals::plus);
        assertThat(result.plan().vanished()).as(at).isEqualTo(vanished);
    }

    private static void change(FakeStore store, SplittableRandom random, int changes) {
        List<String> paths =
                new ArrayList<>(store.files().stream().map(SourceFile::path).toList());
        for (int i = 0; i < changes; i++) {
            String path =
                    paths.isEmpty() || random.nextBoolean() ? path(random) : paths.get(random.nextInt(paths.size()));
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> store.remove(path);
                case 3 -> store.hide(path);
                default -> store.put(path, "v" + random.nextInt(3));
            }
        }
        if (random.nextInt(12) == 0) {
            // A whole run of paths goes.
            String first = path(random);
            store.files().stream()
                    .map(SourceFile::path)
                    .filter(path -> PathOrder.compare(path, first) >= 0)
                    .limit(20)
                    .forEach(store::remove);
        }
        store.cutAt(IntStream.range(0, random.nextInt(4))
                .mapToObj(i -> path(random))
                .distinct()
                .sorted(PathOrder.ORDER)
                .toList());
    }

    /** Letters that UTF-8 and UTF-16 order differently are among them. */
    private static String path(SplittableRandom random) {
        String[] letters = {"a", "b", "/", "-", "é", "\uE000", "\uFFFD", "\uD800\uDC00", "\uD83D\uDE00"};
        StringBuilder path = new StringBuilder("/lake/");
        int length = 1 + random.nextInt(4);
        for (int i = 0; i < length; i++) {
            path.append(letters[random.nextInt(letters.length)]);
        }
        return path.toString();
    }

    private static FakeStore store(Comparator<String> order, int files) {
        FakeStore store = new FakeStore(order);
        for (int i = 0; i < files; i++) {
            store.put("/lake/%03d".formatted(i), "v");
        }
        return store;
    }

    @Test
    void onlyTheRangeThatChangedIsStaged() throws Exception {
        FakeStore store = store(PathOrder.ORDER, 40);
        List<ShardRef> base = commit(list(store, MAX, List.of(), false).plan());
        assertThat(base).hasSize(5);
        store.put("/lake/020", "w");
        int before = objects.calls(Call.PUT);
        ListingPlan plan = list(store, MAX, base, false).plan();
        assertThat(plan.touched()).hasSize(1);
        assertThat(plan.touched().get(0).shard().base()).containsExactly(base.get(2));
        assertThat(objects.calls(Call.PUT) - before).isEqualTo(1);
        assertThat(plan.carried().files()).isEqualTo(32);
    }

    @Test
    void noMoreListingsAreMadeThanTheSourceTakesAtOnce() throws Exception {
        for (int atOnce : new int[] {1, 2, 3, 5, 16}) {
            FakeStore store = store(PathOrder.ORDER, 40);
            store.listAtOnce(atOnce);
            List<ShardRef> base = commit(list(store, MAX, List.of(), false).plan());
            store.put("/lake/020", "w");
            store.listings.set(0);
            ListingPlan plan = list(store, MAX, base, false).plan();
            assertThat(store.listings.get()).isEqualTo(Math.min(atOnce, base.size()));
            assertThat(plan.touched()).hasSize(1);
            assertThat(plan.touched().get(0).shard().base()).containsExactly(base.get(2));
        }
    }

    @Test
    void aSizeOrVersionThatChangedAndARenameAreAllNoticed() throws Exception {
        for (int change = 0; change < 3; change++) {
            FakeStore store = store(PathOrder.ORDER, 8);
            List<ShardRef> base = commit(list(store, MAX, List.of(), false).plan());
            assertThat(list(store, MAX, base, false).same()).isTrue();
            switch (change) {
                case 0 -> store.put("/lake/003", "w");
                case 1 -> {
                    store.remove("/lake/003");
                    store.put("/lake/003x", "v");
                }
                default -> store.put("/lake/003", "v", 1);
            }
            assertThat(list(store, MAX, base, false).same())
                    .as("change " + change)
                    .isFalse();
        }
    }

    @Test
    void whatIsLeftOutDoesNotTouchAShard() throws Exception {
        FakeStore store = store(PathOrder.ORDER, 20);
        List<ShardRef> base = commit(list(store, MAX, List.of(), false).plan());
        store.hide("/lake/0085");
        store.hide("/");
        SourceLister.Result result = list(store, MAX, base, false);
        assertThat(result.same()).isTrue();
        assertThat(result.skips().count()).isEqualTo(2);
        assertThat(result.skips().first()).extracting(SkippedFile::file).contains("/", "/lake/0085");
    }

    @Test
    void anEmptySourceHasNoShards() throws Exception {
        FakeStore store = new FakeStore(PathOrder.ORDER);
        SourceLister.Result result = list(store, MAX, List.of(), false);
        assertThat(result.plan().shards()).isEmpty();
        assertThat(result.listed()).isZero();
    }

    @Test
    void aStoreOutOfOrderIsListedWholeAndKeepsItsShards() throws Exception {
        FakeStore store = new FakeStore(Comparator.reverseOrder());
        for (int i = 0; i < 40; i++) {
            store.put("/lake/%03d".formatted(i), "v");
        }
        List<ShardRef> base = commit(list(store, MAX, List.of(), false).plan());
        assertThat(list(store, MAX, base, false).same()).isTrue();
        store.put("/lake/020", "w");
        ListingPlan plan = list(store, MAX, base, false).plan();
        assertThat(plan.touched()).hasSize(1);
        assertThat(store.sortedListings.get()).isEqualTo(3);
    }

    /** A range that leaves out too many files to tell of is listed again, and so are those after it. */
    @Test
    void anAttemptTakesOverOnlyWhatIsWhole() throws Exception {
        FakeStore store = new FakeStore(PathOrder.ORDER);
        for (int i = 0; i < 400; i++) {
            store.put("%04d".formatted(i), "v1");
        }
        store.listAtOnce(1);
        List<ShardRef> base = commit(list(store, MAX, List.of(), false).plan());
        for (int i = 0; i < 300; i++) {
            store.hide("0015-%04d".formatted(i));
        }
        Checkpoint from = attempts(store, MAX, base, false, 600);

        SourceLister.Result result = list(store, MAX, base, false, from);
        assertThat(result.skips().count()).isEqualTo(300);
        assertThat(result.listed()).isEqualTo(700);
        assertThat(store.sortedListings.get()).as("whole listings").isZero();
        check("resumed", store, result, base, MAX, false);
    }

    /** What ranges of it have listed may lack files. */
    @Test
    void nothingOfAStoreOutOfOrderIsHandedToAnotherAttempt() throws Exception {
        FakeStore store = new FakeStore(Comparator.reverseOrder());
        for (int i = 0; i < 40; i++) {
            store.put("/lake/%03d".formatted(i), "v");
        }
        List<ShardRef> base = commit(list(store, MAX, List.of(), false).plan());
        store.visits.set(0);
        list(store, MAX, base, false);
        int whole = store.visits.get();
        store.sortedListings.set(0);

        assertThat(attempts(store, MAX, base, false, whole - 10)).isNull();
        assertThat(store.sortedListings.get()).isEqualTo(1);
    }

    @Test
    void anAttemptThatCutsOtherwiseTakesNothingOver() throws Exception {
        FakeStore store = new FakeStore(PathOrder.ORDER);
        for (int i = 0; i < 400; i++) {
            store.put("%04d".formatted(i), "v1");
        }
        store.listAtOnce(1);
        List<ShardRef> base = commit(list(store, MAX, List.of(), false).plan());
        Checkpoint from = attempts(store, MAX, base, false, 200);
        store.listAtOnce(3);
        store.visits.set(0);
        store.sortedListings.set(0);

        SourceLister.Result result = list(store, MAX, base, false, from);
        assertThat(result.same()).isTrue();
        assertThat(store.visits.get()).isEqualTo(400);
        assertThat(store.sortedListings.get()).isZero();
    }

    @Test
    void anInitialListingGoesOnWhereTheAttemptBeforeHasCut() throws Exception {
        FakeStore store = new FakeStore(PathOrder.ORDER);
        for (int i = 0; i < 40; i++) {
            store.put("%04d".formatted(i), "v1");
        }
        Checkpoint from = new Checkpoint(List.of("0020"), List.of(List.of(), List.of()));
        store.cutAt(List.of("0030"));
        SourceLister lister = lister(store, MAX);
        lister.list(List.of(), false, false, null, from);

        assertThat(lister.checkpoint().splitPoints()).isEqualTo(from.splitPoints());
    }

    @Test
    void shardsThatWereMadeLargerStayUntilTheyGrow() throws Exception {
        FakeStore store = new FakeStore(PathOrder.ORDER);
        for (int i = 0; i < 40; i++) {
            store.put("%04d".formatted(2 * i), "v1");
        }
        store.listAtOnce(1);
        List<ShardRef> base = commit(list(store, 2 * MAX, List.of(), false).plan());
        assertThat(list(store, MAX, base, false).same()).isTrue();

        store.put("0002", "v2");
        List<ShardRef> changed = commit(list(store, MAX, base, false).plan());
        assertThat(changed).hasSameSizeAs(base);
        assertThat(changed.subList(1, changed.size())).isEqualTo(base.subList(1, base.size()));

        store.put("0001", "v1");
        assertThat(commit(list(store, MAX, changed, false).plan())).hasSizeGreaterThan(base.size());
    }

    /** A source that changes while ranges are listed; what the joins show is settled by a whole listing. */
    @Test
    void rangesThatDoNotJoinAreListedAgainWhole() throws Exception {
        FakeStore store = store(PathOrder.ORDER, 16);
        List<ShardRef> base = commit(list(store, MAX, List.of(), false).plan());
        assertThat(base).hasSize(2);
        FakeStore torn = new FakeStore(PathOrder.ORDER);
        store.files().forEach(file -> torn.put(file.path(), file.version()));
        TornStore source = new TornStore(torn, base.get(1).from());
        SourceLister.Result result = new SourceLister(source, catalog, "staging/torn", MAX, new AtomicLong())
                .list(base, false, false, null, null);
        assertThat(torn.sortedListings.get()).isEqualTo(1);
        assertThat(result.same()).isTrue();
    }
}
