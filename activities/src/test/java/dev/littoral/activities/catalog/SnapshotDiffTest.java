package dev.littoral.activities.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.catalog.Segment.FragmentSpan;
import dev.littoral.activities.deletes.RowRange;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.testing.ForwardingStore;
import dev.littoral.activities.testing.MemoryCatalogStore.Call;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.SnapshotRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The difference between two versions whose shards a test lays out by hand. */
class SnapshotDiffTest extends HandMadeCollection {
    private List<String> changes(long from, long to) {
        return reader.diff("c", from, to)
                .changes()
                .map(change -> switch (change) {
                    case SegmentChange.Build build -> "build " + build.id() + build.deleted();
                    case SegmentChange.Drop drop -> "drop " + drop.id() + " of " + drop.rows();
                    case SegmentChange.Delete delete -> "delete " + delete.id() + delete.ranges();
                    case SegmentChange.Restore restore -> "restore " + restore.id() + restore.ranges();
                    case SegmentChange.Move move -> "move " + move.id() + " of " + move.rows();
                })
                .toList();
    }

    private static List<String> ranges(String prefix, long... bounds) {
        List<RowRange> ranges = new ArrayList<>();
        for (int i = 0; i < bounds.length; i += 2) {
            ranges.add(new RowRange(bounds[i], bounds[i + 1]));
        }
        return List.of(prefix + ranges);
    }

    @Test
    void rowsThatDiedAreRangesInTheSegmentsNumberingAndComeBackOnTheWayBack() throws Exception {
        commit(shard("", file("/a", 1), file("/b", 1), file("/c", 1), file("/d", 1)));
        SnapshotRef first = head.snapshot();
        commit(shard(
                "",
                file("/a", 1),
                file("/b", 1).dead(2),
                file("/b", "w", 2),
                file("/c", 1).dead(2),
                file("/d", 1)));
        commit(shard(
                "",
                file("/a", 1).dead(3),
                file("/b", 1).dead(2),
                file("/b", "w", 2),
                file("/c", 1).dead(2),
                file("/d", 1)));
        add(HeadKind.ROLLED_BACK, first);

        assertThat(changes(1, 2))
                .containsExactlyInAnyOrder(
                        "build 2[]", ranges("delete 1", 10, 30).getFirst());
        assertThat(changes(2, 3)).isEqualTo(ranges("delete 1", 0, 10));
        assertThat(changes(3, 4))
                .containsExactlyInAnyOrder(
                        "drop 2 of 10", ranges("restore 1", 0, 30).getFirst());
        assertThat(reader.diff("c", 3, 4).older()).isTrue();
        assertThat(reader.diff("c", 1, 3).older()).isFalse();
        assertThat(reader.diff("c", 1, 4).older()).isFalse();
        assertThat(changes(1, 4)).isEmpty();
        assertThat(changes(0, 3))
                .containsExactlyInAnyOrder("build 2[]", ranges("build 1", 0, 30).getFirst());
        SegmentChange.Build build = reader.diff("c", 0, 3)
                .changes()
                .map(SegmentChange.Build.class::cast)
                .filter(change -> change.id() == 1)
                .findFirst()
                .orElseThrow();
        assertThat(build.rows()).isEqualTo(10);
        assertThat(build.bytes()).as("what is gone is not read").isEqualTo(100);
        assertThat(reader.snapshot("c", 3).deadFiles().map(FileEntry::path)).containsExactly("/a", "/b", "/c");
        assertThat(reader.snapshot("c").deadFiles()).isEmpty();
    }

    @Test
    void aSegmentCanHaveRowsDeletedAndRestored() throws Exception {
        commit(shard("", file("/a", 1), file("/b", 1), file("/c", 1)));
        SnapshotRef first = head.snapshot();
        commit(shard("", file("/a", 1).dead(2), file("/b", 1), file("/c", 1)));
        add(HeadKind.ROLLED_BACK, first);
        commit(shard("", file("/a", 1), file("/b", 1), file("/c", 1).dead(4)));
        assertThat(changes(2, 4))
                .containsExactly(
                        ranges("delete 1", 20, 30).getFirst(),
                        ranges("restore 1", 0, 10).getFirst());
        DiffTotals totals = reader.diff("c", 2, 4).totals();
        assertThat(totals).isEqualTo(new DiffTotals(0, 0, 0, 0, 0, 10, 10, 0));
    }

    @Test
    void versionsOfOneSnapshotAndOfNoneDifferInNothing() throws Exception {
        add(HeadKind.DECLARED, null);
        add(HeadKind.DECLARED, null);
        commit(shard("", file("/a", 1)));
        add(HeadKind.DECLARED, head.snapshot());
        assertThat(changes(1, 2)).isEmpty();
        assertThat(changes(0, 2)).isEmpty();
        assertThat(changes(2, 3)).containsExactly("build 1[]");
        assertThat(changes(3, 4)).isEmpty();
        assertThat(changes(3, 3)).isEmpty();
        assertThat(changes(4, 1)).containsExactly("drop 1 of 10");
        assertThat(reader.diff("c", 4, 1).older()).isTrue();
        assertThat(reader.diff("c", 4, 1).files().map(FileChange::change)).containsExactly(FileChange.Kind.REMOVED);
        assertThat(changes(4, 0)).containsExactly("drop 1 of 10");
    }

    @Test
    void aShardThatBothVersionsNameIsNotReadAlsoWhereItsRangeGrew() throws Exception {
        ShardRef a = shard("", file("/a", 1));
        ShardRef c = shard("/c", file("/c", 3));
        commit(a, shard("/b", file("/b", 2)), c);
        commit(a, c.from("/b"));
        int before = store.calls(Call.GET);
        SnapshotDiff diff = reader.diff("c", 1, 2);
        assertThat(store.calls(Call.GET))
                .as("the newest, the versions, their roots")
                .isEqualTo(before + 5);
        assertThat(diff.shardsToRead()).isEqualTo(1);
        assertThat(diff.listedAt()).contains(Instant.EPOCH);
        assertThat(diff.changes()).containsExactly(new SegmentChange.Drop(2, 10));
        assertThat(diff.totals()).isEqualTo(new DiffTotals(0, 0, 0, 1, 10, 0, 0, 0));
        assertThat(store.calls(Call.GET)).as("and a shard").isEqualTo(before + 6);
        assertThat(diff.files().map(FileChange::path)).containsExactly("/b");
        assertThat(diff.fileCounts()).isEqualTo(new FileChange.Counts(0, 1, 0));
        assertThat(store.calls(Call.GET)).isEqualTo(before + 7);
    }

    @Test
    void rowsThatMoveAreAChangeOfTheirOwn() throws Exception {
        commit(shard("", file("/a", 1), file("/b", 2)));
        List<MovedRows> first = List.of(new MovedRows("/c", "v", List.of(new MovedRows.Range(0, 10, 0))));
        List<MovedRows> second = List.of(new MovedRows("/c", "v", List.of(new MovedRows.Range(0, 10, 10))));
        FileEntry compacted = FileEntry.served(
                new SourceFile("/c", "v", 200),
                20,
                "s",
                List.of(new FragmentEntry(0, 10, 1L, 0, 0, true), new FragmentEntry(10, 20, 2L, 0, 0, true)));
        commit(shard("", moved(file("/a", 1), first), moved(file("/b", 2), second), compacted));
        SnapshotDiff diff = reader.diff("c", 1, 2);
        assertThat(diff.changes())
                .containsExactly(
                        new SegmentChange.Move(
                                new Segment(1, List.of(new FragmentSpan("/a", "v", 0, 10, 0, 0, null, null, first))),
                                10),
                        new SegmentChange.Move(
                                new Segment(2, List.of(new FragmentSpan("/b", "v", 0, 10, 0, 0, null, null, second))),
                                10));
        assertThat(diff.totals()).isEqualTo(new DiffTotals(0, 0, 0, 0, 0, 0, 0, 20));
        assertThat(changes(1, 2)).containsExactly("move 1 of 10", "move 2 of 10");
    }

    private static FileEntry moved(FileEntry file, List<MovedRows> to) {
        return file.gone(2L, file.fragments(), null, to);
    }

    @Test
    void totalsAddUpByKind() throws Exception {
        commit(shard("", file("/a", 1), file("/b", 2)));
        SnapshotRef first = head.snapshot();
        commit(shard("", file("/a", 1).dead(2), file("/b", 2).dead(2)));
        add(HeadKind.ROLLED_BACK, first);
        assertThat(reader.diff("c", 0, 1).totals()).isEqualTo(new DiffTotals(2, 20, 200, 0, 0, 0, 0, 0));
        assertThat(reader.diff("c", 1, 0).totals()).isEqualTo(new DiffTotals(0, 0, 0, 2, 20, 0, 0, 0));
        assertThat(reader.diff("c", 1, 2).totals()).isEqualTo(new DiffTotals(0, 0, 0, 0, 0, 20, 0, 0));
        assertThat(reader.diff("c", 2, 3).totals()).isEqualTo(new DiffTotals(0, 0, 0, 0, 0, 0, 20, 0));
    }

    /** A shard may begin with the first file of a segment that the other version has further up. */
    @Test
    void aPathWithWhichAnUnreadShardBeginsWaitsForIt() throws Exception {
        commit(shard("", file("/a", 1), file("/b", 2)));
        commit(shard("", file("/a", "w", 3)), shard("/b", file("/b", 2)));
        for (long[] way : new long[][] {{1, 2}, {2, 1}}) {
            SnapshotDiff diff = reader.diff("c", way[0], way[1]);
            assertThat(diff.shardsToRead()).isEqualTo(3);
            assertThat(diff.changes().map(SegmentChange::id)).containsExactlyInAnyOrder(1L, 3L);
            assertThat(diff.files().map(change -> change.change() + " " + change.path()))
                    .containsExactly("CHANGED /a");
        }
    }

    /** Positions that both versions name alike are not read. */
    @Test
    void deletedRowsThatAreTheSameAreNotLookedAt() {
        FileEntry line = file("/a", 1)
                .with(
                        List.of(new FragmentEntry(0, 10, 1L, 3, 0, false)),
                        new FileEntry.Deletes("snapshots/1/deletes", 0, 30, 3, "digest"),
                        "1");
        ShardSegment segment = ShardSegment.of(List.of(line)).get(1L);
        ShardSegment same = ShardSegment.of(List.of(line.with(line.fragments(), line.deletes(), "2")))
                .get(1L);
        assertThat(segment.deadBeyond(same, new DeadRows(null))).isEmpty();
    }

    /** Random segments in shards whose ranges are drawn anew in each version. */
    @Test
    void segmentsMeetWhereverTheRangesOfTheirShardsLieAndFewWaitForEachOther() throws Exception {
        int waited = 0;
        for (long seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            SnapshotRoot before = commit(random(random));
            SnapshotRoot after = commit(random(random));
            Set<Long> was = segments(before);
            Set<Long> is = segments(after);
            int largest = Math.max(largest(before), largest(after));

            Set<String> expected = new HashSet<>();
            was.stream().filter(id -> !is.contains(id)).forEach(id -> expected.add("DROP " + id));
            is.stream().filter(id -> !was.contains(id)).forEach(id -> expected.add("BUILD " + id));
            List<String> found = new ArrayList<>();
            SegmentPairing pairing =
                    new SegmentPairing(new DeadRows(null), (path, id) -> new IllegalStateException("segment " + id));
            int[] most = new int[1];
            ShardSweep<SegmentChange> sweep =
                    new ShardSweep<>(catalog, before, after, new ShardSweep.Pairing<SegmentChange>() {
                        @Override
                        public void before(List<FileEntry> lines) {
                            pairing.before(lines);
                        }

                        @Override
                        public void after(List<FileEntry> lines) {
                            pairing.after(lines);
                        }

                        @Override
                        public void settle(String startBefore, String startAfter, Consumer<SegmentChange> each) {
                            pairing.settle(startBefore, startAfter, each);
                            most[0] = Math.max(most[0], pairing.pending());
                        }
                    });
            StreamSupport.stream(sweep, false)
                    .forEach(change -> found.add(
                            switch (change) {
                                case SegmentChange.Drop drop -> "DROP " + drop.id();
                                case SegmentChange.Build build -> "BUILD " + build.id();
                                case SegmentChange.Delete delete -> "DELETE " + delete.id();
                                case SegmentChange.Restore restore -> "RESTORE " + restore.id();
                                case SegmentChange.Move move -> "MOVE " + move.id();
                            }));
            assertThat(found).as("seed " + seed).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(pairing.pending()).as("seed " + seed).isZero();
            assertThat(most[0]).as("seed " + seed).isLessThanOrEqualTo(2 * largest);
            waited = Math.max(waited, most[0]);
        }
        assertThat(waited).isPositive();
    }

    /** The most segments of a shard. */
    private int largest(SnapshotRoot root) throws InterruptedException {
        int most = 0;
        for (ShardRef shard : root.shards()) {
            most = Math.max(most, ShardSegment.of(catalog.lines(shard)).size());
        }
        return most;
    }

    private Set<Long> segments(SnapshotRoot root) throws InterruptedException {
        Set<Long> segments = new TreeSet<>();
        for (ShardRef shard : root.shards()) {
            segments.addAll(ShardSegment.of(catalog.lines(shard)).keySet());
        }
        return segments;
    }

    /** Blocks of files; the two or three segments of a block have its files in turn, and no shard cuts a block. */
    private ShardRef[] random(SplittableRandom random) throws InterruptedException {
        int blocks = 40;
        List<ShardRef> refs = new ArrayList<>();
        List<FileEntry> lines = new ArrayList<>();
        String from = "";
        double cut = random.nextDouble();
        for (int block = 0; block < blocks; block++) {
            if (!lines.isEmpty() && random.nextDouble() < cut) {
                refs.add(shard(from, lines.toArray(FileEntry[]::new)));
                lines.clear();
                from = "/%03d".formatted(block);
            }
            // A segment of a block is in it, or is not; where it is, it has the same files.
            boolean[] there = {random.nextInt(4) > 0, random.nextInt(4) > 0, random.nextInt(4) > 0};
            for (int i = 0; i < 6; i++) {
                if (there[i % 3]) {
                    lines.add(file("/%03d/%d".formatted(block, i), block * 3L + i % 3 + 1));
                }
            }
        }
        if (!lines.isEmpty()) {
            refs.add(shard(from, lines.toArray(FileEntry[]::new)));
        }
        return refs.toArray(ShardRef[]::new);
    }

    @Test
    void filesAreAddedRemovedAndChangedInOrderOfTheirPaths() throws Exception {
        FileEntry leftOut = FileEntry.leftOut(new SourceFile("/d", "v", 5), "no rows");
        commit(
                shard("", file("/a", 1), file("/b", 1), leftOut),
                shard("/e", file("/e", 2), file("/\uE001", 3), file("/\uD83D\uDE00", 3)));
        commit(
                shard("", file("/a", 1), file("/b", 1).dead(2), file("/b", "w", 4)),
                shard("/c", file("/c", 5), file("/d", 5), file("/\uE001", "w", 6)));
        List<String> found = reader.diff("c", 1, 2)
                .files()
                .map(change -> change.change() + " " + change.path())
                .toList();
        assertThat(found)
                .containsExactly(
                        "CHANGED /b", "ADDED /c", "ADDED /d", "REMOVED /e", "CHANGED /\uE001", "REMOVED /\uD83D\uDE00");
        assertThat(reader.diff("c", 1, 2).fileCounts()).isEqualTo(new FileChange.Counts(2, 2, 2));
        assertThat(found.stream()
                        .map(line -> line.substring(line.indexOf(' ') + 1))
                        .toList())
                .isSortedAccordingTo(PathOrder.ORDER);
    }

    @Test
    void streamsReadAsTheyAreTaken() throws Exception {
        commit();
        ShardRef[] shards = new ShardRef[20];
        for (int i = 0; i < shards.length; i++) {
            shards[i] = shard(i == 0 ? "" : "/%02d".formatted(i), file("/%02d/a".formatted(i), i + 1));
        }
        commit(shards);
        SnapshotDiff diff = reader.diff("c", 1, 2);
        int before = store.calls(Call.GET);
        assertThat(diff.changes().findFirst()).isPresent();
        assertThat(diff.files().findFirst()).isPresent();
        assertThat(store.calls(Call.GET)).isEqualTo(before + 2);
        assertThat(diff.totals().newSegments()).isEqualTo(20);
        assertThat(store.calls(Call.GET)).isEqualTo(before + 22);
        assertThat(diff.totals().newRows()).isEqualTo(200);
        assertThat(store.calls(Call.GET)).isEqualTo(before + 22);
    }

    @Test
    void aFilesBytesAreSharedAmongItsFragmentsWithoutLoss() throws Exception {
        FileEntry file = FileEntry.served(
                new SourceFile("/a", "v", 1_000_000_007L),
                30,
                "s",
                List.of(new FragmentEntry(0, 10, 1L), new FragmentEntry(10, 20, 2L), new FragmentEntry(20, 30, 3L)));
        commit(shard("", file));
        List<Long> bytes = reader.diff("c", 0, 1)
                .changes()
                .map(change -> ((SegmentChange.Build) change).bytes())
                .sorted()
                .toList();
        assertThat(bytes).containsExactly(333_333_335L, 333_333_336L, 333_333_336L);
    }

    @Test
    void aLayoutThatChangedAndALineInTheWrongShardAreDamage() throws Exception {
        commit(shard("", file("/a", 1), file("/b", 1)));
        commit(shard("", file("/a", 1), file("/b", "w", 1)));
        commit(shard("", file("/a", 1), file("/c", 2)), shard("/b", file("/b", 1)));
        commit(shard("", file("/a", 1)));
        refused(
                () -> changes(1, 2),
                "Segment 1, which begins with /a, has other rows in version 2 than in version 1; expected one layout"
                        + " for ever");
        refused(
                () -> changes(4, 1),
                "Segment 1, which begins with /a, has other rows in version 1 than in version 4; expected one layout"
                        + " for ever");
        refused(
                () -> changes(1, 3),
                "Catalog object memory/c/snapshots/0000000003-x/shard-000002.jsonl.zst is damaged: it has /c, which its"
                        + " root puts in another shard; expected paths from '' on and before '/b'");
    }

    @Test
    void aVersionThatIsNotThereIsNamedWithThoseThatAre() throws Exception {
        for (int i = 0; i < 5; i++) {
            add(HeadKind.DECLARED, null);
        }
        String orNothing = "Version -1 is not in the catalog; expected 0 for nothing, or one of 1 to 5";
        refused(() -> reader.diff("c", -1, 5), orNothing);
        refused(() -> reader.diff("c", 5, -1), orNothing);
        refused(() -> reader.feed("c", -1), orNothing);
        refused(() -> reader.head("c", -1), "Version -1 is not in the catalog; expected one of 1 to 5");
        catalog.heads().delete(List.of(1L, 2L));
        store.put("c/head/notes.txt", new byte[] {1});
        String cleaned = " was cleaned away; expected one of 3 to 5, those that are kept";
        refused(() -> reader.diff("c", 2, 5), "Version 2" + cleaned);
        refused(() -> reader.feed("c", 1), "Version 1" + cleaned);
        refused(() -> reader.feed("c", 0), "Version 1" + cleaned);
        refused(() -> reader.head("c", 2), "Version 2" + cleaned);
        refused(() -> reader.diff("c", 3, 6), "Version 6 is not in the catalog; expected one of 3 to 5");
        refused(() -> reader.feed("c", -1), "Version -1 is not in the catalog; expected one of 3 to 5");
        refused(() -> reader.diff("other", 0, 1), "Catalog memory has no collection other");
        assertThat(changes(0, 5)).isEmpty();
    }

    private static void refused(ThrowingCallable reading, String sentence) {
        assertThatThrownBy(reading)
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .hasMessage(sentence);
    }

    @Test
    void theFeedHandsOverEachVersionOnceAndALookIsOneRequest() throws Exception {
        add(HeadKind.DECLARED, null);
        commit(shard("", file("/a", 1)));
        VersionFeed feed = reader.feed("c", 0);
        assertThat(feed.current()).isEqualTo(Head.NONE);
        assertThat(feed.next().orElseThrow().to().version()).isEqualTo(1);
        SnapshotDiff second = feed.next().orElseThrow();
        assertThat(List.of(second.from().version(), second.to().version())).containsExactly(1L, 2L);
        assertThat(second.totals().newSegments()).isEqualTo(1);
        assertThat(feed.next()).isEmpty();
        int requests = store.calls(Call.GET) + store.calls(Call.LIST);
        for (int i = 0; i < 10; i++) {
            assertThat(feed.next()).isEmpty();
        }
        assertThat(store.calls(Call.GET) + store.calls(Call.LIST)).isEqualTo(requests + 10);
        add(HeadKind.RETIRED, head.snapshot());
        assertThat(feed.ended()).isFalse();
        assertThat(feed.next().orElseThrow().totals()).isEqualTo(DiffTotals.NONE);
        assertThat(feed.ended()).isTrue();
    }

    @Test
    void aFeedWhoseNextVersionWasCleanedAwaySaysSo() throws Exception {
        add(HeadKind.DECLARED, null);
        VersionFeed feed = reader.feed("c", 1);
        assertThat(feed.next()).isEmpty();
        for (int i = 0; i < 3; i++) {
            add(HeadKind.DECLARED, null);
        }
        catalog.heads().delete(List.of(1L, 2L, 3L));
        refused(
                () -> {
                    for (int i = 0; i < 60; i++) {
                        assertThat(feed.next()).isEqualTo(Optional.empty());
                    }
                },
                "Version 2 was cleaned away; expected one of 4 to 4, those that are kept");
    }

    /** It is not there at the first look, and the newest one at the second. */
    @Test
    void aVersionThatComesBetweenTwoLooksWasNotCleanedAway() throws Exception {
        add(HeadKind.DECLARED, null);
        AtomicBoolean opened = new AtomicBoolean();
        VersionFeed feed = CatalogReader.on(new ForwardingStore(store) {
                    @Override
                    public List<String> list(String prefix, String startAfter, int limit) {
                        if (opened.get()) {
                            declare();
                        }
                        return super.list(prefix, startAfter, limit);
                    }
                })
                .feed("c", 1);
        opened.set(true);
        assertThat(feed.next()).isEmpty();
        assertThat(feed.next().orElseThrow().to()).isEqualTo(head);
    }

    private void declare() {
        try {
            add(HeadKind.DECLARED, null);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** What the command line prints. */
    @Test
    void itsJsonSaysWhatChangedAndHowManyRows() throws Exception {
        commit(shard("", file("/a", 1), file("/b", 1)));
        commit(shard("", file("/a", 1).dead(2), file("/b", 1), file("/c", 2)));
        List<SegmentChange> changes = reader.diff("c", 1, 2)
                .changes()
                .sorted(Comparator.comparingLong(SegmentChange::id))
                .toList();
        assertThat(Json.JSON.writeValueAsString(changes.getFirst()))
                .isEqualTo("{\"change\":\"DELETE\",\"segment\":1,\"rows\":10,\"ranges\":[{\"start\":0,\"end\":10}]}");
        assertThat(Json.JSON.readTree(Json.JSON.writeValueAsString(changes.getLast())))
                .isEqualTo(
                        Json.JSON.readTree("{\"change\":\"BUILD\",\"segment\":2,\"rows\":10,\"dead\":0,\"bytes\":100,"
                                + "\"fragments\":[{\"file\":\"/c\",\"version\":\"v\","
                                + "\"start\":0,\"end\":10,\"from\":0}]}"));
        assertThat(Json.JSON.writeValueAsString(new SegmentChange.Drop(1, 5)))
                .isEqualTo("{\"change\":\"DROP\",\"segment\":1,\"rows\":5}");
        assertThat(Json.JSON.writeValueAsString(
                        reader.diff("c", 1, 2).files().findFirst().orElseThrow()))
                .isEqualTo("{\"change\":\"REMOVED\",\"path\":\"/a\","
                        + "\"before\":{\"version\":\"v\",\"bytes\":100,\"rows\":10}}");
    }

    @Test
    void rangesWithoutOthersAreWhatRowByRowIsLeft() {
        for (long seed = 0; seed < 500; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            boolean[] a = rows(random);
            boolean[] b = rows(random);
            boolean[] left = new boolean[a.length];
            for (int i = 0; i < a.length; i++) {
                left[i] = a[i] && !b[i];
            }
            assertThat(RowRange.minus(ranges(a), ranges(b))).as("seed " + seed).isEqualTo(ranges(left));
        }
    }

    private static boolean[] rows(SplittableRandom random) {
        boolean[] rows = new boolean[30];
        int share = 1 + random.nextInt(6);
        for (int i = 0; i < rows.length; i++) {
            rows[i] = random.nextInt(share) == 0;
        }
        return rows;
    }

    private static List<RowRange> ranges(boolean[] rows) {
        List<RowRange> ranges = new ArrayList<>();
        for (int i = 0; i < rows.length; i++) {
            if (rows[i]) {
                RowRange.append(ranges, List.of(new RowRange(0, 1)), i);
            }
        }
        return ranges;
    }
}
