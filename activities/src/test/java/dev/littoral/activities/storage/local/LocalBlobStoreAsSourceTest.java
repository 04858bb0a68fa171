package dev.littoral.activities.storage.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.Found;
import dev.littoral.activities.source.OutOfOrderException;
import dev.littoral.activities.source.PathFilter;
import dev.littoral.activities.source.SkipReason;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.OnTable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocalBlobStoreAsSourceTest {
    private static final PathFilter ALL = new PathFilter(List.of(), List.of(), OnTable.REFUSE);

    @TempDir
    Path temporary;

    private Path root;
    private Path outside;

    @BeforeEach
    void folders() throws IOException {
        root = Files.createDirectory(temporary.resolve("lake"));
        outside = Files.createDirectory(temporary.resolve("outside"));
    }

    private Path write(Path path, String text) throws IOException {
        Files.createDirectories(path.getParent());
        return Files.writeString(path, text);
    }

    private Path write(String relative) throws IOException {
        return write(root.resolve(relative), "x");
    }

    private Found list() throws InterruptedException, OutOfOrderException {
        return list(LocalStores.source(root, ALL));
    }

    private static Found list(FileSource source) throws InterruptedException, OutOfOrderException {
        Found found = new Found();
        source.list(PathRange.ALL, found);
        return found;
    }

    private SourceFile only() throws InterruptedException, OutOfOrderException {
        Found found = list();
        assertThat(found.files).hasSize(1);
        return found.files.getFirst();
    }

    private String path(String relative) {
        return root + "/" + relative;
    }

    private static void assertFails(FailureType type, Path naming, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(type))
                .hasMessageContaining(naming.toString());
    }

    // What is listed

    @Test
    void filesComeInByteOrderOfWholePaths() throws Exception {
        for (String name : List.of("a0", "a/x", "a-b", "a", "a/x-y", "a!/z")) {
            if (!name.equals("a")) {
                write(name);
            }
        }
        assertThat(list().paths()).containsExactly(path("a!/z"), path("a-b"), path("a/x"), path("a/x-y"), path("a0"));
    }

    @Test
    void aListingIsTheSortedTreeAndItsRangesJoin() throws Exception {
        long seed = 7_411;
        Random random = new Random(seed);
        for (int tree = 0; tree < 20; tree++) {
            Path top = Files.createDirectory(temporary.resolve("tree-" + tree));
            TreeSet<String> expected = new TreeSet<>(LocalBlobStoreAsSourceTest::compareBytes);
            grow(random, top, 3, expected);
            FileSource source = LocalStores.source(top, ALL);
            Found whole = list(source);
            assertThat(met(whole)).as("seed %s tree %s", seed, tree).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(whole.paths())
                    .as("seed %s tree %s", seed, tree)
                    .isSortedAccordingTo(LocalBlobStoreAsSourceTest::compareBytes);

            List<String> cuts = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                cuts.add(randomCut(random, top, new ArrayList<>(expected)));
            }
            cuts.sort(PathOrder.ORDER);
            Found joined = new Found();
            String from = null;
            for (int i = 0; i <= cuts.size(); i++) {
                String to = i < cuts.size() ? cuts.get(i) : null;
                String beyond = source.list(new PathRange(from, to), joined);
                assertThat(beyond)
                        .as("seed %s tree %s cuts %s range to %s", seed, tree, cuts, to)
                        .isEqualTo(to == null ? null : expected.ceiling(to));
                from = to;
            }
            assertThat(joined.files)
                    .as("seed %s tree %s cuts %s", seed, tree, cuts)
                    .isEqualTo(whole.files);
            assertThat(joined.skipped)
                    .as("seed %s tree %s cuts %s", seed, tree, cuts)
                    .isEqualTo(whole.skipped);
        }
    }

    private static List<String> met(Found found) {
        return Stream.concat(
                        found.paths().stream(),
                        found.skipped.stream().map(line -> line.substring(0, line.lastIndexOf(' '))))
                .toList();
    }

    private static int compareBytes(String a, String b) {
        return Arrays.compareUnsigned(a.getBytes(UTF_8), b.getBytes(UTF_8));
    }

    private static final List<String> LETTERS = List.of(
            "a", "b", "-", "!", " ", "0", "\n", "%2F", "+", "\uFFFD", "\uD83C\uDF0A", "é", "e\u0301", ".", "_", "\\");

    private static void grow(Random random, Path folder, int depth, Set<String> files) throws IOException {
        for (int i = random.nextInt(8); i > 0; i--) {
            StringBuilder name = new StringBuilder();
            for (int j = random.nextInt(3); j >= 0; j--) {
                name.append(LETTERS.get(random.nextInt(LETTERS.size())));
            }
            Path path = folder.resolve(name.toString());
            if (Files.exists(path) || path.endsWith(".") || path.endsWith("..")) {
                continue;
            }
            if (depth > 0 && random.nextInt(3) > 0) {
                Files.createDirectory(path);
                grow(random, path, depth - 1, files);
            } else {
                Files.writeString(path, "x".repeat(random.nextInt(3)));
                files.add(path.toString());
            }
        }
    }

    private static String randomCut(Random random, Path top, List<String> files) {
        String near = files.isEmpty() ? top.toString() : files.get(random.nextInt(files.size()));
        return switch (random.nextInt(4)) {
            case 0 -> near;
            case 1 -> near.substring(0, near.offsetByCodePoints(near.length(), -1));
            case 2 -> near + LETTERS.get(random.nextInt(LETTERS.size()));
            default -> Path.of(near).getParent() + "/";
        };
    }

    @Test
    void aNameIsRawWhateverItsCharacters() throws Exception {
        List<String> names =
                List.of("a b", "a+b", "a%20b", "a\nb", "é", "e\u0301", "\uFFFD", "\uD83C\uDF0A", "a\\b", "a:b?#&");
        for (String name : names) {
            write(name);
        }
        assertThat(list().paths())
                .containsExactlyInAnyOrderElementsOf(
                        names.stream().map(this::path).toList());
        assertThat(list().skipped).isEmpty();
    }

    @Test
    void nothingInAUriIsDecoded() throws Exception {
        write(root.resolve("a%20b+c/x"), "x");
        write(root.resolve("a b c/y"), "x");
        assertThat(list(LocalStores.source("file://" + root + "/a%20b+c/", ALL)).paths())
                .containsExactly(path("a%20b+c/x"));
    }

    @Test
    void aFolderMayBeNamedWithoutItsSlash() throws Exception {
        write("a");
        assertThat(list(LocalStores.source("file://" + root, ALL)).paths()).containsExactly(path("a"));
    }

    @Test
    void oneFileIsASourceAndIsServedWhateverItsName() throws Exception {
        Path file = write("_a.parquet");
        FileSource source =
                LocalStores.source("file://" + file, new PathFilter(List.of("*.csv"), List.of(), OnTable.REFUSE));
        assertThat(list(source).paths()).containsExactly(file.toString());
        assertThat(source.read(list(source).files.getFirst(), 0, 1)).isEqualTo("x".getBytes(UTF_8));
        Found none = new Found();
        assertThat(source.list(new PathRange(null, file.toString()), none)).isEqualTo(file.toString());
        assertThat(source.list(new PathRange(file + "0", null), none)).isNull();
        assertThat(none.files).isEmpty();
    }

    @Test
    void aUriWithAClosingSlashNamesNoFile() throws Exception {
        Path file = write("a");
        assertFails(FailureType.INPUT, file, () -> list(LocalStores.source("file://" + file + "/", ALL)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3://a/b/",
                "file:a/",
                "file:/a/",
                "file://host/a/",
                "/a/",
                "",
                "file:///a/../b/",
                "file:///./a",
                "file:///a\0b"
            })
    void aUriThatIsNotAPlainLocalPathIsRefused(String uri) {
        assertThatThrownBy(() -> LocalStores.source(uri, ALL))
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .hasMessageContaining("source");
    }

    @Test
    void anAddressOfAnotherKindIsNotRepeatedSinceItMayHoldASecret() {
        for (String uri : List.of("https://user:secret@host/x?token=secret", "file://user:secret@host/x")) {
            assertThatThrownBy(() -> LocalStores.source(uri, ALL))
                    .isInstanceOf(LittoralException.class)
                    .hasMessageNotContaining("secret");
        }
    }

    @Test
    void whatIsLeftOutIsListedWithItsReason() throws Exception {
        write("_SUCCESS");
        write("_temporary/0/part");
        write(".hidden/a");
        write("_day=1/ok.parquet");
        write("old/a.parquet");
        write("notes.txt");
        write(root.resolve("empty.parquet"), "");
        Files.createDirectories(root.resolve("nothing/below"));
        Found found =
                list(LocalStores.source(root, new PathFilter(List.of("*.parquet"), List.of("old/**"), OnTable.REFUSE)));
        assertThat(found.paths()).containsExactly(path("_day=1/ok.parquet"));
        assertThat(found.skipped)
                .containsExactly(
                        path(".hidden/a HIDDEN"),
                        path("_SUCCESS HIDDEN"),
                        path("_temporary/0/part HIDDEN"),
                        path("empty.parquet ZERO_BYTES"),
                        path("notes.txt NOT_INCLUDED"),
                        path("old/a.parquet EXCLUDED"));
    }

    @Test
    @Timeout(600)
    void whatIsNeitherFileNorFolderIsNeverOpened() throws Exception {
        run("mkfifo", path("fifo"));
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            // Its address is bounded in length, so it is made nearby and moved.
            Path near = Files.createTempDirectory("s").resolve("s");
            socket.bind(UnixDomainSocketAddress.of(near));
            run("mv", near.toString(), path("socket"));
            Files.delete(near.getParent());
            assertThat(list().skipped).containsExactly(path("fifo NOT_A_FILE"), path("socket NOT_A_FILE"));
        }
    }

    @Test
    void aNameThatIsNotUtf8IsLeftOutEscaped() throws Exception {
        run(
                "sh",
                "-c",
                "cd '" + root + "' && echo x > \"$(printf 'caf\\351 1')\" && mkdir \"$(printf 'd\\377')\""
                        + " && echo x > \"$(printf 'd\\377/y')\" && echo x > 'caf%E9%201' && echo x > cb");
        Found found = list();
        assertThat(found.paths()).containsExactly(path("caf%E9%201"), path("cb"));
        assertThat(found.skipped).containsExactly(path("caf%E9%201 UNREADABLE_NAME"), path("d%FF UNREADABLE_NAME"));
    }

    @Test
    void anEmptyFolderListsNothing() throws Exception {
        assertThat(met(list())).isEmpty();
    }

    @Test
    void aDeepTreeIsListed() throws Exception {
        Path deep = root;
        for (int i = 0; i < 1_500; i++) {
            deep = deep.resolve("d");
        }
        Files.createDirectories(deep);
        write(deep.resolve("x"), "x");
        assertThat(list().paths()).containsExactly(deep.resolve("x").toString());
        // The test framework takes minutes to delete so deep a tree.
        run("rm", "-r", path("d"));
    }

    @Test
    void aRangeTellsTheFirstPathBeyondIt() throws Exception {
        for (String name : List.of("a/x", "b/x", "c/_y")) {
            write(name);
        }
        Found found = new Found();
        FileSource source = LocalStores.source(root, ALL);
        assertThat(source.list(new PathRange(path("b/"), path("b0")), found)).isEqualTo(path("c/_y"));
        assertThat(met(found)).containsExactly(path("b/x"));
        assertThat(source.list(new PathRange(path("b"), path("d")), new Found()))
                .isNull();
    }

    @Test
    void aSourceIsListedSortedToo() throws Exception {
        write("b");
        write("a");
        Found found = new Found();
        FileSource source = LocalStores.source(root, ALL);
        source.listSorted(found);
        assertThat(found.paths()).containsExactly(path("a"), path("b"));
        assertThat(source.splitPoints(path("a"), path("a"), null, 8)).isEmpty();
    }

    // Where it must not go

    @Test
    void aSymbolicLinkIsNeverFollowed() throws Exception {
        write(outside.resolve("secret"), "x");
        write("a/x");
        Files.createSymbolicLink(root.resolve("file-link"), outside.resolve("secret"));
        Files.createSymbolicLink(root.resolve("folder-link"), outside);
        Files.createSymbolicLink(root.resolve("inside-link"), root.resolve("a/x"));
        Files.createSymbolicLink(root.resolve("a/loop"), root);
        Files.createSymbolicLink(root.resolve("a/self"), Path.of("self"));
        Files.createSymbolicLink(root.resolve("dangling"), Path.of("nowhere"));
        Found found = list();
        assertThat(found.paths()).containsExactly(path("a/x"));
        assertThat(found.skipped)
                .containsExactly(
                        path("a/loop SYMBOLIC_LINK"),
                        path("a/self SYMBOLIC_LINK"),
                        path("dangling SYMBOLIC_LINK"),
                        path("file-link SYMBOLIC_LINK"),
                        path("folder-link SYMBOLIC_LINK"),
                        path("inside-link SYMBOLIC_LINK"));
    }

    @Test
    void theRootItselfMayBeALinkAndPathsKeepItsName() throws Exception {
        write("a/x");
        Path link = Files.createSymbolicLink(temporary.resolve("link"), root);
        FileSource source = LocalStores.source(link, ALL);
        Found found = list(source);
        assertThat(found.paths()).containsExactly(link + "/a/x");
        assertThat(source.read(found.files.getFirst(), 0, 1)).hasSize(1);

        Path fileLink = Files.createSymbolicLink(temporary.resolve("file-link"), root.resolve("a/x"));
        FileSource file = LocalStores.source(fileLink, ALL);
        assertThat(list(file).paths()).containsExactly(fileLink.toString());
        assertThat(file.read(list(file).files.getFirst(), 0, 1)).hasSize(1);
    }

    @Test
    void aFolderThatBecomesALinkDuringTheListingIsNotFollowed() throws Exception {
        write(outside.resolve("sub/secret"), "x");
        write("a/-first");
        write("a/sub/x");
        Found found = new Found();
        LocalStores.source(root, ALL).list(PathRange.ALL, during(found, path("a/-first"), () -> {
            Files.move(root.resolve("a"), temporary.resolve("a"));
            Files.createSymbolicLink(root.resolve("a"), outside);
        }));
        assertThat(found.paths()).containsExactly(path("a/-first"));
    }

    @Test
    void nothingOutsideTheRootIsRead() throws Exception {
        Path secret = write(outside.resolve("secret"), "x");
        FileSource source = LocalStores.source(root, ALL);
        for (String path : List.of(secret.toString(), root + "/../outside/secret", root + "0", "secret")) {
            SourceFile file = new SourceFile(path, versionOf(secret), 1);
            assertThatThrownBy(() -> source.read(file, 0, 1))
                    .as(path)
                    .isInstanceOfAny(LittoralException.class, FileChangedException.class);
        }
    }

    @Test
    void aFileBehindAFolderThatBecameALinkIsNotRead() throws Exception {
        write("a/x");
        SourceFile file = only();
        // Even the very same file is not read through a link that leads out.
        Files.createLink(outside.resolve("x"), root.resolve("a/x"));
        Files.delete(root.resolve("a/x"));
        Files.delete(root.resolve("a"));
        Files.createSymbolicLink(root.resolve("a"), outside);
        assertThatThrownBy(() -> LocalStores.source(root, ALL).read(file, 0, 1))
                .isInstanceOf(FileChangedException.class)
                .hasMessageContaining("symbolic link");
    }

    private String versionOf(Path file) throws InterruptedException, OutOfOrderException {
        return list(LocalStores.source(file, ALL)).files.getFirst().version();
    }

    // What changes meanwhile

    private interface Change {
        void run() throws IOException;
    }

    private static FileSource.Visitor during(Found found, String path, Change change) {
        return new FileSource.Visitor() {
            @Override
            public void file(SourceFile file) {
                found.file(file);
                if (file.path().equals(path)) {
                    try {
                        change.run();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                }
            }

            @Override
            public void skipped(String skipped, SkipReason reason) {
                found.skipped(skipped, reason);
            }
        };
    }

    private static void deleteTree(Path top) throws IOException {
        List<Path> all;
        try (Stream<Path> paths = Files.walk(top)) {
            all = paths.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }

    @Test
    void whatVanishesDuringTheListingIsNotThere() throws Exception {
        write("b/x");
        write("b-first");
        write("c");
        write("d/x");
        Found found = new Found();
        // The folder b has been met by then, d and c have not.
        LocalStores.source(root, ALL).list(PathRange.ALL, during(found, path("b-first"), () -> {
            deleteTree(root.resolve("b"));
            deleteTree(root.resolve("d"));
            Files.delete(root.resolve("c"));
        }));
        assertThat(met(found)).containsExactly(path("b-first"));
    }

    @Test
    void aFolderThatBecomesAFileIsNotThere() throws Exception {
        write("b/x");
        write("b-first");
        Found found = new Found();
        LocalStores.source(root, ALL).list(PathRange.ALL, during(found, path("b-first"), () -> {
            deleteTree(root.resolve("b"));
            Files.writeString(root.resolve("b"), "x");
        }));
        assertThat(met(found)).containsExactly(path("b-first"));
    }

    @Test
    void aRootThatVanishesDuringTheListingIsAFailure() throws Exception {
        write("a");
        write("b/x");
        assertFails(
                FailureType.INPUT,
                root,
                () -> LocalStores.source(root, ALL)
                        .list(PathRange.ALL, during(new Found(), path("a"), () -> deleteTree(root))));
    }

    @Test
    void aRootThatIsReplacedDuringTheListingIsAFailureToTryAgain() throws Exception {
        write("a");
        write("b/x");
        assertFails(
                FailureType.TRANSIENT,
                root,
                () -> LocalStores.source(root, ALL).list(PathRange.ALL, during(new Found(), path("a"), () -> {
                    Files.move(root, temporary.resolve("moved"));
                    Files.createDirectory(root);
                })));
    }

    @Test
    void aRootLinkThatIsTurnedDuringTheListingIsAFailureToTryAgain() throws Exception {
        write("a");
        write("b/x");
        Path link = Files.createSymbolicLink(temporary.resolve("current"), root);
        assertFails(
                FailureType.TRANSIENT,
                link,
                () -> LocalStores.source(link, ALL).list(PathRange.ALL, during(new Found(), link + "/a", () -> {
                    Files.delete(link);
                    Files.createSymbolicLink(link, outside);
                })));
    }

    @Test
    void aMissingRootIsAnInputFailure() throws Exception {
        Path missing = temporary.resolve("missing");
        assertFails(FailureType.INPUT, missing, () -> list(LocalStores.source(missing, ALL)));
        Path dangling = Files.createSymbolicLink(temporary.resolve("dangling"), missing);
        assertFails(FailureType.INPUT, dangling, () -> list(LocalStores.source(dangling, ALL)));
        Path loop = Files.createSymbolicLink(temporary.resolve("loop"), Path.of("loop"));
        assertFails(FailureType.INPUT, loop, () -> list(LocalStores.source(loop, ALL)));
        Path below = write("a").resolve("b");
        assertFails(FailureType.INPUT, below, () -> list(LocalStores.source(below, ALL)));
        assertFails(FailureType.INPUT, Path.of("/dev/null"), () -> list(LocalStores.source(Path.of("/dev/null"), ALL)));
    }

    @Test
    void anInterruptEndsAListing() throws Exception {
        write("a");
        write("b");
        Found found = new Found();
        FileSource source = LocalStores.source(root, ALL);
        assertThatThrownBy(() -> source.list(
                        PathRange.ALL,
                        during(found, path("a"), () -> Thread.currentThread().interrupt())))
                .isInstanceOf(InterruptedException.class);
        assertThat(found.paths()).containsExactly(path("a"));

        SourceFile file = found.files.getFirst();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> source.read(file, 0, 1)).isInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    // Versions and reading

    @Test
    void aVersionIsSizeTimeAndInode() throws Exception {
        Path file = write(root.resolve("a"), "four");
        Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_700_000_000, 42_000)));
        assertThat(only())
                .isEqualTo(new SourceFile(
                        path("a"),
                        "size:4;mtime:1700000000.000042000;inode:" + Files.getAttribute(file, "unix:ino"),
                        4));
    }

    /** Of a clock that stepped, or was never set. */
    @ParameterizedTest
    @ValueSource(longs = {0, 4_000_000_000L})
    void aFileOfAnyTimeIsServedAndAnotherTimeIsAnotherVersion(long seconds) throws Exception {
        Path path = write(root.resolve("a"), "four");
        SourceFile before = only();
        Files.setLastModifiedTime(path, FileTime.from(Instant.ofEpochSecond(seconds, 7_000)));
        SourceFile after = only();
        assertThat(after.version())
                .startsWith("size:4;mtime:" + seconds + ".000007000;")
                .isNotEqualTo(before.version());
        FileSource source = LocalStores.source(root, ALL);
        assertThat(source.read(after, 0, 4)).asString(UTF_8).isEqualTo("four");
        assertThatThrownBy(() -> source.read(before, 0, 4)).isInstanceOf(FileChangedException.class);
    }

    @Test
    void aFileSystemWithoutInodesGivesSizeAndTime() throws Exception {
        try (FileSystem zip = FileSystems.newFileSystem(temporary.resolve("a.zip"), Map.of("create", "true"))) {
            Files.createDirectory(zip.getPath("/a"));
            Path file = Files.writeString(zip.getPath("/a/x"), "four");
            long seconds = Files.getLastModifiedTime(file).toInstant().getEpochSecond();
            Found found = list(LocalStores.source(zip.getPath("/"), ALL));
            assertThat(found.files).hasSize(1);
            assertThat(found.files.getFirst().path()).isEqualTo("/a/x");
            assertThat(found.files.getFirst().version()).matches("size:4;mtime:" + seconds + "\\.\\d{9}");
        }
    }

    @Test
    void rangesOfAFileAreReadExactly() throws Exception {
        write(root.resolve("a"), "0123456789");
        FileSource source = LocalStores.source(root, ALL);
        SourceFile file = only();
        assertThat(source.read(file, 0, 10)).asString(UTF_8).isEqualTo("0123456789");
        assertThat(source.read(file, 3, 4)).asString(UTF_8).isEqualTo("3456");
        assertThat(source.read(file, 10, 0)).isEmpty();
    }

    @Test
    void bytesThatTheFileNeverHadAreABug() throws Exception {
        write(root.resolve("a"), "0123456789");
        FileSource source = LocalStores.source(root, ALL);
        SourceFile file = only();
        assertFails(FailureType.INTERNAL, root, () -> source.read(file, 8, 3));
        assertFails(FailureType.INTERNAL, root, () -> source.read(file, -1, 1));
        assertFails(FailureType.INTERNAL, root, () -> source.read(file, 0, -1));
        assertFails(FailureType.INTERNAL, root, () -> source.read(file, Long.MAX_VALUE, 1));
    }

    @Test
    void aFileOverwrittenInPlaceWithAsManyBytesIsNoticed() throws Exception {
        Path path = write(root.resolve("a"), "old");
        SourceFile file = only();
        Files.writeString(path, "new");
        // The file system may set the time in coarse steps, so it is set here.
        Files.setLastModifiedTime(path, FileTime.from(Instant.ofEpochSecond(1_900_000_000)));
        assertThat(only().version()).isNotEqualTo(file.version());
        assertChanged(file);
    }

    @Test
    void aFileReplacedByOneOfTheSameSizeAndTimeIsNoticed() throws Exception {
        Path path = write(root.resolve("a"), "old");
        SourceFile file = only();
        Path other = write(outside.resolve("a"), "new");
        Files.setLastModifiedTime(other, Files.getLastModifiedTime(path));
        run("mv", other.toString(), path.toString());
        assertChanged(file);
    }

    @Test
    void aFileThatIsGoneOrNoLongerAFileIsNoticed() throws Exception {
        Path path = write(root.resolve("b/a"), "old");
        SourceFile file = only();
        Files.delete(path);
        assertChanged(file);
        run("mkfifo", path.toString());
        assertChanged(file);
        Files.delete(path);
        Files.createSymbolicLink(path, write(outside.resolve("a"), "old"));
        assertChanged(file);
        Files.delete(path);
        Files.delete(path.getParent());
        assertChanged(file);
        Files.writeString(path.getParent(), "x");
        assertChanged(file);
    }

    @Test
    void aFileThatIsOverwrittenWhileItIsReadIsNoticed() throws Exception {
        write(root.resolve("a"), "old");
        SourceFile file = only();
        FileSource source = LocalStores.source(root, ALL, (path, options) -> {
            FileChannel channel = FileChannel.open(path, options);
            Files.writeString(path, "new");
            Files.setLastModifiedTime(path, FileTime.from(Instant.ofEpochSecond(1_900_000_000)));
            return channel;
        });
        assertThatThrownBy(() -> source.read(file, 0, 3))
                .isInstanceOf(FileChangedException.class)
                .hasMessageContaining("it has version size:3;mtime:1900000000.")
                .hasMessageContaining("and had " + file.version());
    }

    @Test
    void aFileThatIsReplacedJustBeforeItIsOpenedIsNoticed() throws Exception {
        Path other = write(outside.resolve("a"), "new");
        Path here = write(root.resolve("a"), "old");
        Files.setLastModifiedTime(other, Files.getLastModifiedTime(here));
        SourceFile file = only();
        FileSource source = LocalStores.source(root, ALL, (path, options) -> {
            Files.move(other, path, StandardCopyOption.REPLACE_EXISTING);
            return FileChannel.open(path, options);
        });
        assertThatThrownBy(() -> source.read(file, 0, 3)).isInstanceOf(FileChangedException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "Input/output error, TRANSIENT",
        "Stale file handle, TRANSIENT",
        "Too many open files, TRANSIENT",
        "Permission denied, ACCESS",
        "Operation not permitted, ACCESS"
    })
    void whatTheSystemAnswersIsAFailureOfItsClassAndNoWordOnTheFile(String reason, FailureType type) throws Exception {
        Path file = write("a");
        SourceFile listed = only();
        FileSource source = LocalStores.source(root, ALL, (path, options) -> {
            throw new FileSystemException(path.toString(), null, reason);
        });
        assertFails(type, file, () -> source.read(listed, 0, 1));
    }

    private void assertChanged(SourceFile file) {
        assertThatThrownBy(() -> LocalStores.source(root, ALL).read(file, 0, 1))
                .isInstanceOf(FileChangedException.class)
                .hasMessageContaining(file.path());
    }

    // Permissions and locale

    @Test
    void whatMayNotBeReadIsAnAccessFailureThatNamesIt() throws Exception {
        Path file = write("a/x");
        SourceFile listed = only();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        if (Files.isReadable(file)) {
            // A superuser may read whatever the bits say; how a refusal is classified is tested apart from the file
            // system.
            assertThat(LocalStores.source(root, ALL).read(listed, 0, 1)).hasSize(1);
            return;
        }
        assertFails(
                FailureType.ACCESS, file, () -> LocalStores.source(root, ALL).read(listed, 0, 1));
        Files.setPosixFilePermissions(file.getParent(), PosixFilePermissions.fromString("---------"));
        try {
            assertFails(FailureType.ACCESS, file.getParent(), this::list);
            Path hidden = Files.move(file.getParent(), root.resolve(".a"));
            assertThat(list().skipped).containsExactly(hidden + "/ HIDDEN");
            Files.move(hidden, file.getParent());
        } finally {
            Files.setPosixFilePermissions(file.getParent(), PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void aLocaleThatCannotTellNamesIsAFailureNotAnEmptyListing() throws Exception {
        write("é");
        ProcessBuilder java = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                InPlainLocale.class.getName(),
                root.toString());
        java.environment().put("LC_ALL", "C");
        assertThat(output(java.redirectErrorStream(true))).contains("INPUT").contains("LC_ALL=C.UTF-8");
    }

    /** Lists a folder in a JVM whose locale knows ASCII only. */
    static final class InPlainLocale {
        private InPlainLocale() {}

        public static void main(String[] args) throws Exception {
            try {
                System.out.println(met(list(LocalStores.source(Path.of(args[0]), ALL))));
            } catch (LittoralException e) {
                System.out.println(e.type() + " " + e.getMessage());
            }
        }
    }

    private static void run(String... command) throws Exception {
        String output = output(new ProcessBuilder(command).redirectErrorStream(true));
        assertThat(output).isEmpty();
    }

    private static String output(ProcessBuilder command) throws Exception {
        Process process = command.start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor();
        return output;
    }

    @Test
    void aFolderBelowTheSourceIsListedAlone() throws Exception {
        write("data/a.parquet");
        write("log/1");
        write("log/2");
        write("log/3");
        write("zz");
        LocalBlobStore store =
                LocalBlobStore.source(new RootDirectory(root), false, FileChannel::open, StoreObserver.NONE);
        assertThat(files(store, root + "/log/", null))
                .containsExactly(root + "/log/1", root + "/log/2", root + "/log/3");
        assertThat(files(store, root + "/log/", root + "/log/1")).containsExactly(root + "/log/2", root + "/log/3");
        assertThat(files(store, root + "/none/", null)).isEmpty();
    }

    private static List<String> files(LocalBlobStore store, String folder, String after) throws InterruptedException {
        List<String> keys = new ArrayList<>();
        BlobStore.Cursor cursor = store.list(folder, after, BlobStore.NO_LIMIT);
        for (List<BlobStore.Entry> page = cursor.next(); !page.isEmpty(); page = cursor.next()) {
            page.stream().filter(each -> each.kind() == BlobStore.Kind.FILE).forEach(each -> keys.add(each.key()));
        }
        cursor.finish();
        return keys;
    }

    @Test
    void aFileIsGotWholeWhereTheSourceIs() throws Exception {
        write("log/1");
        LocalBlobStore store =
                LocalBlobStore.source(new RootDirectory(root), false, FileChannel::open, StoreObserver.NONE);
        assertThat(store.get(path("log/1"), 1)).hasValue(new byte[] {'x'});
        assertThat(store.get(path("log/2"), 1)).isEmpty();
        assertThat(store.get(path("log"), 1 << 20)).isEmpty();
        assertThat(store.get(path("no/log"), 1)).isEmpty();
        assertThatThrownBy(() -> store.get(path("log/1"), 0))
                .isInstanceOf(LittoralException.class)
                .hasMessageContaining("has 1 bytes; expected at most 0");
        Path link = temporary.resolve("link");
        Files.createSymbolicLink(link, root);
        LocalBlobStore byLink =
                LocalBlobStore.source(new RootDirectory(link), false, FileChannel::open, StoreObserver.NONE);
        assertThat(byLink.get(link + "/log/1", 1)).hasValue(new byte[] {'x'});
        // Where the source was when it was opened.
        Files.delete(link);
        Files.createSymbolicLink(link, outside);
        write(outside.resolve("log/1"), "stolen");
        assertThat(byLink.get(link + "/log/1", 1)).hasValue(new byte[] {'x'});
    }

    @Test
    @Timeout(600)
    void whatIsNoRegularFileIsRefusedUnopened() throws Exception {
        run("mkfifo", path("pipe"));
        LocalBlobStore source =
                LocalBlobStore.source(new RootDirectory(root), false, FileChannel::open, StoreObserver.NONE);
        for (LocalBlobStore store : List.of(source, LocalBlobStore.forReading(new RootDirectory(root)))) {
            assertThatThrownBy(() -> store.get(path("pipe"), 100))
                    .isInstanceOfSatisfying(
                            LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                    .hasMessage("File " + path("pipe") + " is a pipe, a socket or a device; expected a regular file");
        }
    }

    @Test
    void aFileThatTurnsOutLargerThanItsSizeIsReadNoFurther() throws Exception {
        Path growing = Path.of("/proc/self/maps");
        assumeTrue(Files.exists(growing) && Files.size(growing) == 0, "no file here has more bytes than its size");
        LocalBlobStore store = LocalBlobStore.source(
                new RootDirectory(growing.getParent()), false, FileChannel::open, StoreObserver.NONE);
        assertThatThrownBy(() -> store.get(growing.toString(), 10))
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .hasMessage("Object " + growing + " has 11 bytes; expected at most 10");
    }

    @Test
    void noLinkIsFollowedToGetAFile() throws Exception {
        write(outside.resolve("secret"), "secret");
        Files.createSymbolicLink(root.resolve("file"), outside.resolve("secret"));
        Files.createSymbolicLink(root.resolve("folder"), outside);
        Files.createSymbolicLink(root.resolve("within"), write("real"));
        LocalBlobStore store =
                LocalBlobStore.source(new RootDirectory(root), false, FileChannel::open, StoreObserver.NONE);
        for (String name : List.of("file", "folder", "folder/secret", "within", "folder/../../outside/secret")) {
            assertThatThrownBy(() -> store.get(path(name), 100))
                    .isInstanceOfSatisfying(
                            LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                    .hasMessage("File " + path(name) + " is a symbolic link, or in a folder that is one; expected a"
                            + " file, as links are not followed");
            assertThat(store.find(path(name))).as(name).isEmpty();
        }
        write(outside.resolve("deep/secret"), "secret");
        for (String name : List.of("folder/", "folder/deep/", "folder/../../outside/")) {
            assertThat(files(store, path(name), null)).as(name).isEmpty();
        }
    }
}
