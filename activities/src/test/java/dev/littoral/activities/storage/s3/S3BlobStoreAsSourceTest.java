package dev.littoral.activities.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.junit.jupiter.params.provider.EnumSource.Mode.EXCLUDE;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.Listing;
import dev.littoral.activities.source.OutOfOrderException;
import dev.littoral.activities.source.PathFilter;
import dev.littoral.activities.source.SkipReason;
import dev.littoral.activities.storage.RequestCounts;
import dev.littoral.activities.testing.S3Server;
import dev.littoral.activities.testing.S3Servers;
import dev.littoral.activities.testing.S3Servers.Kind;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.OnTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

class S3BlobStoreAsSourceTest {
    private static final PathFilter EVERYTHING = new PathFilter(List.of(), List.of(), OnTable.REFUSE);
    private static final String EMOJI = "\ud83d\ude00";

    private final RequestCounts counter = new RequestCounts();

    @ParameterizedTest
    @EnumSource
    void oddKeysAreListedRawAndReadBack(Kind kind) throws Exception {
        S3Server server = S3Servers.shared(kind);
        String bucket = server.newBucket();
        Collection<String> keys = new ArrayList<>(List.of(
                "in/a b",
                "in/a+b",
                "in/a%b",
                "in/a%20b",
                "in/a%2Fb",
                "in/day=2026-11-01/part 0.parquet",
                "in/a#b",
                "in/a?b=c",
                "in/a&<>\"'b",
                "in/caf\u00e9",
                "in/cafe\u0301",
                "in/\u65e5\u672c",
                "in/" + EMOJI,
                "in/line\nbreak",
                "in/tab\tbed",
                "in/back\\slash",
                "in/trail ",
                "in/~*()!@$,;:|^`{}[]"));
        if (kind != Kind.VERSITYGW) {
            keys.add("in/control\u0001");
        }
        put(server.client(), bucket, keys);

        try (FileSource source = source(server, bucket, "in/")) {
            Listing listing = Listing.of(source);

            assertThat(listing.paths()).containsExactlyInAnyOrderElementsOf(paths(bucket, keys));
            assertThat(listing.skipped()).isEmpty();
            for (SourceFile file : listing.files()) {
                assertThat(source.read(file, 0, (int) file.bytes()))
                        .as(file.path())
                        .asString()
                        .isEqualTo(body(file.path().substring("s3:///".length() + bucket.length())));
            }
        }
    }

    /** Names that no file has, but a key may have. */
    @ParameterizedTest
    @EnumSource(names = "S3PROXY")
    void keysThatLookLikePathsAreOnlyKeys(Kind kind) throws Exception {
        S3Server server = S3Servers.shared(kind);
        String bucket = server.newBucket();
        String longest = "in/" + "k".repeat(1_021);
        List<String> served = List.of("in/caf\u00e9", "in/cafe\u0301", longest, "in/~tilde/ space /x");
        put(server.client(), bucket, served);
        put(server.client(), bucket, List.of("in/.x", "in/..x/y", "in/folder/"));

        try (FileSource source = source(server, bucket, "in/")) {
            Listing listing = Listing.of(source);
            assertThat(listing.paths()).containsExactlyInAnyOrderElementsOf(paths(bucket, served));
            assertThat(listing.skipped())
                    .containsExactlyInAnyOrder(
                            "s3://" + bucket + "/in/..x/y: " + SkipReason.HIDDEN,
                            "s3://" + bucket + "/in/.x: " + SkipReason.HIDDEN,
                            "s3://" + bucket + "/in/folder/: " + SkipReason.DIRECTORY_MARKER);
            for (SourceFile file : listing.files()) {
                assertThat(source.read(file, 0, (int) file.bytes()))
                        .as(file.path())
                        .asString()
                        .isEqualTo(body(file.path().substring("s3:///".length() + bucket.length())));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = "VERSITYGW")
    void aKeyThatTheReplyCannotSayIsLeftOut(Kind kind) throws Exception {
        S3Server server = S3Servers.shared(kind);
        String bucket = server.newBucket();
        put(server.client(), bucket, List.of("in/a", "in/control\u0001"));

        try (FileSource source = source(server, bucket, "in/")) {
            Listing listing = Listing.of(source);

            assertThat(listing.paths()).containsExactly("s3://" + bucket + "/in/a");
            assertThat(listing.skipped())
                    .containsExactly("s3://" + bucket + "/in/control\ufffd: " + SkipReason.UNREADABLE_NAME);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "S3PROXY", mode = EXCLUDE)
    void filesComeInTheOrderOfUtf8Bytes(Kind kind) throws Exception {
        S3Server server = S3Servers.shared(kind);
        String bucket = server.newBucket();
        List<String> ordered =
                List.of("in/ ", "in/A", "in/a", "in/a!", "in/a0", "in/\u00e9", "in/\ue000", "in/" + EMOJI);
        put(server.client(), bucket, ordered);

        try (FileSource source = source(server, bucket, "in/")) {
            assertThat(Listing.of(source).paths()).isEqualTo(paths(bucket, ordered));
            assertThat(Listing.sorted(source).paths()).isEqualTo(paths(bucket, ordered));
        }
    }

    @ParameterizedTest
    @EnumSource(names = "S3PROXY")
    void anotherOrderIsToldAndCanBeSorted(Kind kind) throws Exception {
        S3Server server = S3Servers.shared(kind);
        String bucket = server.newBucket();
        List<String> ordered = List.of("in/a/1", "in/a/_SUCCESS", "in/\ue000/1", "in/" + EMOJI + "/1");
        put(server.client(), bucket, ordered);

        try (FileSource source = source(server, bucket, "in/")) {
            assertThatThrownBy(() -> Listing.of(source))
                    .isInstanceOf(OutOfOrderException.class)
                    .hasMessageContaining(EMOJI);
            assertThat(Listing.sorted(source).paths())
                    .isEqualTo(paths(bucket, List.of("in/a/1", "in/\ue000/1", "in/" + EMOJI + "/1")));
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyRangeListsItsOwnAndTellsWhereTheNextBegins(Kind kind) throws Exception {
        S3Server server = S3Servers.shared(kind);
        String bucket = server.newBucket();
        List<String> keys = IntStream.range(0, 1500)
                .mapToObj(i -> "in/day=%02d/%s%04d".formatted(i / 100, i % 50 == 0 ? "_" : "", i))
                .toList();
        put(server.client(), bucket, keys);
        put(server.client(), bucket, List.of("before", "in-between", "in0"));
        List<String> all = new ArrayList<>(paths(bucket, keys));
        all.sort(PathOrder.ORDER);

        try (FileSource source = source(server, bucket, "in/")) {
            assertThat(Listing.of(source).visited()).isEqualTo(all);
            assertThat(counter.requests()).containsEntry("source.list", 2L).doesNotContainKey("source.head");

            for (long seed = 0; seed < 4; seed++) {
                Random random = new Random(seed);
                TreeSet<String> cuts = new TreeSet<>(PathOrder.ORDER);
                for (int i = random.nextInt(1, 8); i > 0; i--) {
                    String path = all.get(random.nextInt(all.size()));
                    // A whole path, or some beginning of one: both beyond and before files.
                    cuts.add(random.nextBoolean() ? path : path.substring(0, path.length() - random.nextInt(9)));
                }
                List<String> bounds = new ArrayList<>(cuts);
                bounds.addFirst(null);
                bounds.add(null);
                List<String> visited = new ArrayList<>();
                String expected = null;
                for (int i = 0; i + 1 < bounds.size(); i++) {
                    Listing listing = new Listing();
                    PathRange range = new PathRange(bounds.get(i), bounds.get(i + 1));
                    String next = source.list(range, listing);
                    if (expected != null && !listing.visited().isEmpty()) {
                        assertThat(listing.visited().getFirst())
                                .as("seed %d, %s", seed, range)
                                .isEqualTo(expected);
                    }
                    visited.addAll(listing.visited());
                    expected = next;
                }
                assertThat(visited).as("seed %d, cuts %s", seed, cuts).isEqualTo(all);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void listingCostsOneRequestForEachThousandAndReadingOneForEachFile(Kind kind) throws Exception {
        S3Server server = S3Servers.shared(kind);
        String bucket = server.newBucket();
        put(
                server.client(),
                bucket,
                IntStream.range(0, 1001).mapToObj(i -> "in/%04d".formatted(i)).toList());

        try (FileSource source = source(server, bucket, "in/")) {
            List<SourceFile> files = Listing.of(source).files();
            for (SourceFile file : files.subList(0, 7)) {
                assertThat(source.read(file, 1, 2))
                        .asString()
                        .isEqualTo(body(file.path()).substring(1, 3));
            }
            assertThat(source.read(files.getFirst(), 3, 0)).isEmpty();
        }
        assertThat(counter.requests())
                .containsEntry("source.list", 2L)
                .containsEntry("source.get", 7L)
                .doesNotContainKey("source.head")
                .doesNotContainKey("source.put")
                .doesNotContainKey("source.delete");
    }

    @ParameterizedTest
    @EnumSource
    void aFileThatChangedIsNotRead(Kind kind) throws Exception {
        S3Server server = S3Servers.shared(kind);
        String bucket = server.newBucket();
        put(server.client(), bucket, List.of("in/a", "in/b"));

        try (FileSource source = source(server, bucket, "in/")) {
            List<SourceFile> files = Listing.of(source).files();
            server.client()
                    .putObject(r -> r.bucket(bucket).key("in/a"), RequestBody.fromString("other of the same size"));
            server.client().deleteObject(r -> r.bucket(bucket).key("in/b"));

            for (SourceFile file : files) {
                assertThatThrownBy(() -> source.read(file, 0, 2))
                        .isInstanceOf(FileChangedException.class)
                        .hasMessageContaining(file.path());
            }
            assertThat(Listing.of(source).files().getFirst().version())
                    .isNotEqualTo(files.getFirst().version());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNotServedIsSkippedWithItsReason(Kind kind) throws Exception {
        S3Server server = S3Servers.shared(kind);
        String bucket = server.newBucket();
        put(server.client(), bucket, List.of("in/a.parquet", "in/_tmp/b.parquet", "in/note.txt", "in/old/c.parquet"));
        for (String key : List.of("in/", "in/day=1/", "in/empty.parquet", "in/_SUCCESS")) {
            server.client().putObject(r -> r.bucket(bucket).key(key), RequestBody.empty());
        }
        PathFilter filter = new PathFilter(List.of("**.parquet"), List.of("old/**"), OnTable.REFUSE);

        try (FileSource source = S3Stores.source(server.client(), uri(bucket, "in/"), filter, counter, false)) {
            Listing listing = Listing.of(source);

            String in = "s3://" + bucket + "/in/";
            assertThat(listing.paths()).containsExactly(in + "a.parquet");
            assertThat(listing.skipped())
                    .contains(
                            in + "_SUCCESS: HIDDEN",
                            in + "_tmp/b.parquet: HIDDEN",
                            in + "day=1/: DIRECTORY_MARKER",
                            in + "empty.parquet: ZERO_BYTES",
                            in + "note.txt: NOT_INCLUDED",
                            in + "old/c.parquet: EXCLUDED");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAddressMeansAFolderAnObjectOrTheWholeBucket(Kind kind) throws Exception {
        S3Server server = S3Servers.shared(kind);
        String bucket = server.newBucket();
        List<String> keys = List.of("in/_a", "in/b", "in/bb", "outside");
        put(server.client(), bucket, keys);

        assertThat(listed(server, "s3://" + bucket)).isEqualTo(paths(bucket, List.of("in/b", "in/bb", "outside")));
        assertThat(listed(server, "s3://" + bucket + "/"))
                .isEqualTo(paths(bucket, List.of("in/b", "in/bb", "outside")));
        assertThat(listed(server, "s3://" + bucket + "/in")).isEqualTo(paths(bucket, List.of("in/b", "in/bb")));
        assertThat(listed(server, "s3://" + bucket + "/in/b")).isEqualTo(paths(bucket, List.of("in/b")));
        assertThat(listed(server, "s3://" + bucket + "/in/_a")).isEqualTo(paths(bucket, List.of("in/_a")));
    }

    @ParameterizedTest
    @EnumSource
    void oneObjectIsListedInItsRangeOnly(Kind kind) throws Exception {
        S3Server server = S3Servers.shared(kind);
        String bucket = server.newBucket();
        put(server.client(), bucket, List.of("in/m"));
        String path = "s3://" + bucket + "/in/m";

        try (FileSource source = source(server, bucket, "in/m")) {
            Listing listing = new Listing();
            assertThat(source.list(new PathRange(path + "0", null), listing)).isNull();
            assertThat(source.list(new PathRange(null, path), listing)).isEqualTo(path);
            assertThat(listing.visited()).isEmpty();
            assertThat(source.list(new PathRange(path, path + "0"), listing)).isNull();
            assertThat(listing.paths()).containsExactly(path);
            assertThat(source.splitPoints(path, path, null, 4)).isEmpty();
            SourceFile file = listing.files().getFirst();
            assertThat(source.read(file, 0, (int) file.bytes())).asString().isEqualTo(body("in/m"));
        }
        assertThat(counter.requests()).containsEntry("source.list", 3L).containsEntry("source.get", 1L);
    }

    @ParameterizedTest
    @EnumSource
    void aSourceOfWhichNothingExistsFailsUnlessItMayBeEmpty(Kind kind) throws Exception {
        S3Server server = S3Servers.shared(kind);
        String bucket = server.newBucket();
        put(server.client(), bucket, List.of("in/a"));
        server.client().putObject(r -> r.bucket(bucket).key("marked/"), RequestBody.empty());

        for (String key : List.of("i/", "i", "in/a/", "zzz/")) {
            try (FileSource strict = source(server, bucket, key);
                    FileSource lenient =
                            S3Stores.source(server.client(), uri(bucket, key), EVERYTHING, counter, true)) {
                for (Listing.Way way : Listing.Way.values()) {
                    assertThatThrownBy(() -> way.list(strict))
                            .asInstanceOf(type(LittoralException.class))
                            .satisfies(e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                            .satisfies(e -> assertThat(e)
                                    .hasMessageStartingWith("Nothing found at s3://" + bucket + "/" + key + ":"));
                    assertThat(way.list(lenient).visited()).isEmpty();
                }
            }
        }
        try (FileSource marked = source(server, bucket, "marked/")) {
            assertThat(Listing.of(marked).paths()).isEmpty();
        }
        try (FileSource some = source(server, bucket, "in/")) {
            // Not the first range: whether the source is empty is for that one to say.
            assertThat(some.list(new PathRange("s3://" + bucket + "/in/b", null), new Listing()))
                    .isNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void cutsAreFoldersBesideThoseOfTheLastPath(Kind kind) throws Exception {
        S3Server server = S3Servers.shared(kind);
        String bucket = server.newBucket();
        List<String> keys = new ArrayList<>();
        for (int year = 2024; year <= 2026; year++) {
            for (int month = 1; month <= 12; month++) {
                keys.add("lake/table/year=%d/month=%02d/part-0".formatted(year, month));
            }
        }
        put(server.client(), bucket, keys);
        List<String> paths = paths(bucket, keys);

        try (FileSource source = source(server, bucket, "lake/")) {
            assertThat(source.splitPoints(paths.get(0), paths.get(3), null, 100))
                    .hasSize(10)
                    .isSortedAccordingTo(PathOrder.ORDER)
                    .startsWith("s3://" + bucket + "/lake/table/year=2024/month=05/")
                    .endsWith("s3://" + bucket + "/lake/table/year=2025/", "s3://" + bucket + "/lake/table/year=2026/");
            assertThat(counter.requests()).containsEntry("source.list", 3L);
            assertThat(source.splitPoints(paths.get(0), paths.get(3), null, 4)).hasSize(4);
            assertThat(source.splitPoints(
                            paths.get(0), paths.get(3), "s3://" + bucket + "/lake/table/year=2024/month=06/", 9))
                    .containsExactly("s3://" + bucket + "/lake/table/year=2024/month=05/");
            assertThat(source.splitPoints(paths.get(0), paths.get(35), null, 9)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void cutsOfAFlatFolderAreNamesThatGoOnOtherwise(Kind kind) throws Exception {
        S3Server server = S3Servers.shared(kind);
        String bucket = server.newBucket();
        List<String> keys = IntStream.range(0, 500)
                .mapToObj(i -> "flat/part-%05d.parquet".formatted(7 * i))
                .toList();
        put(server.client(), bucket, keys);
        List<String> paths = paths(bucket, keys);

        try (FileSource source = source(server, bucket, "flat/")) {
            String stem = "s3://" + bucket + "/flat/part-0";
            assertThat(source.splitPoints(paths.get(0), paths.get(99), null, 16))
                    .containsExactly(stem + 1, stem + 2, stem + 3);
            assertThat(source.splitPoints(paths.get(0), paths.get(99), stem + 1, 16))
                    .containsExactly(stem + "07", stem + "08", stem + "09");
            assertThat(source.splitPoints(paths.get(0), paths.getLast(), null, 16))
                    .isEmpty();
        }
        assertThat(counter.requests().get("source.list")).isLessThan(3 * 32L);
    }

    @ParameterizedTest
    @EnumSource
    void aBucketThatIsNotThereIsAnInputFailure(Kind kind) {
        S3Server server = S3Servers.shared(kind);

        assertThatThrownBy(() -> Listing.of(source(server, "no-such-bucket", "in/")))
                .asInstanceOf(type(LittoralException.class))
                .satisfies(e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .satisfies(e -> assertThat(e).hasMessageContaining("s3://no-such-bucket/in/"))
                .satisfies(e -> assertThat(e).hasMessageContaining("NoSuchBucket"));
    }

    @ParameterizedTest
    @EnumSource
    void wrongCredentialsAreAnAccessFailure(Kind kind) {
        S3Server server = S3Servers.shared(kind);
        String bucket = server.newBucket();

        try (S3Client wrongSecret = S3Clients.connect(server.endpoint(), server.accessKey(), "wrong-secret");
                S3Client wrongKey = S3Clients.connect(server.endpoint(), "wrongkey", server.secretKey())) {
            for (S3Client client : List.of(wrongSecret, wrongKey)) {
                for (String key : List.of("in/", "in")) {
                    assertThatThrownBy(() ->
                                    Listing.of(S3Stores.source(client, uri(bucket, key), EVERYTHING, counter, false)))
                            .asInstanceOf(type(LittoralException.class))
                            .satisfies(
                                    e -> assertThat(e.type()).as(e.getMessage()).isEqualTo(FailureType.ACCESS))
                            .satisfies(e -> assertThat(e.getMessage())
                                    .contains("s3://" + bucket + "/in")
                                    .doesNotContain(
                                            "wrong-secret", "wrongkey", server.secretKey(), server.accessKey()));
                }
            }
        }
    }

    private FileSource source(S3Server server, String bucket, String key) {
        return S3Stores.source(server.client(), uri(bucket, key), EVERYTHING, counter, false);
    }

    private List<String> listed(S3Server server, String uri) throws InterruptedException, OutOfOrderException {
        try (FileSource source = S3Stores.source(server.client(), uri, EVERYTHING, counter, false)) {
            return Listing.of(source).paths();
        }
    }

    private static String uri(String bucket, String key) {
        return "s3://" + bucket + "/" + key;
    }

    private static List<String> paths(String bucket, Collection<String> keys) {
        return keys.stream().map(key -> "s3://" + bucket + "/" + key).toList();
    }

    /** Of one length for every key, so that only the ETag tells them apart. */
    private static String body(String key) {
        return "body-%017d".formatted(key.substring(key.lastIndexOf('/') + 1).hashCode());
    }

    private static void put(S3Client client, String bucket, Collection<String> keys)
            throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<?>> puts = new ArrayList<>();
            for (String key : keys) {
                puts.add(threads.submit(
                        () -> client.putObject(r -> r.bucket(bucket).key(key), RequestBody.fromString(body(key)))));
            }
            for (Future<?> put : puts) {
                put.get();
            }
        }
    }
}
