package dev.littoral.activities.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.AllowList.AllowedProfile;
import dev.littoral.activities.source.registry.FormatRegistry;
import dev.littoral.activities.storage.RequestCounts;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.activities.storage.s3.S3Clients;
import dev.littoral.activities.storage.s3.TestProfiles;
import dev.littoral.activities.tablecatalog.TableCatalogs;
import dev.littoral.activities.testing.FakeS3;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.FolderSpec;
import dev.littoral.workflows.model.OnBadFile;
import dev.littoral.workflows.model.OnTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a worker lets collections read. */
class SourcesTest {
    @TempDir
    private Path temporary;

    private Path allowed;
    private Path outside;

    @BeforeEach
    void makeFolders() throws IOException {
        Path real = temporary.toRealPath();
        allowed = Files.createDirectories(real.resolve("allowed"));
        outside = Files.createDirectories(real.resolve("outside"));
        Files.writeString(Files.createDirectories(outside.resolve("deep")).resolve("secret"), "secret");
        Files.writeString(Files.createDirectories(allowed.resolve("lake")).resolve("a"), "a");
    }

    private static ExternalSource source(String uri) {
        return source(uri, null);
    }

    private static ExternalSource source(String uri, String profile) {
        return new ExternalSource(
                uri, new FolderSpec("parquet", List.of(), List.of(), List.of(), OnBadFile.FAIL, profile));
    }

    private Sources sources(String... prefixes) {
        return new Sources(
                StorageRegistry.addresses(),
                FormatRegistry.formats(),
                new AllowList(
                        prefixes.length == 0 ? List.of("file://" + allowed + "/") : List.of(prefixes), List.of()));
    }

    private static void assertAllowed(Sources sources, String uri) {
        assertThat(sources.refusal(source(uri))).isEmpty();
        sources.open(source(uri), false).close();
    }

    /** Refused when it is asked for, and again when it is opened. */
    private static String assertRefused(Sources sources, ExternalSource source) {
        String why = sources.refusal(source).orElseThrow(() -> new AssertionError(source.uri() + " is allowed"));
        assertThatThrownBy(() -> sources.open(source, false).close())
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .hasMessage(why);
        return why;
    }

    private String assertLeadsOut(Path path) {
        String uri = "file://" + path;
        String why = assertRefused(sources(), source(uri));
        assertThat(why)
                .startsWith("Source " + uri + " leads through a symbolic link to where this worker reads nothing;")
                .contains("expected one that starts with file://" + allowed + "/")
                .doesNotContain("outside");
        assertRefused(sources(), source(uri + "/"));
        return why;
    }

    private Path link(Path link, Path target) throws IOException {
        return Files.createSymbolicLink(link, target);
    }

    private static List<String> list(FileSource source) throws Exception {
        List<SourceFile> files = new ArrayList<>();
        source.list(PathRange.ALL, new Found(files));
        return files.stream().map(SourceFile::path).toList();
    }

    private record Found(List<SourceFile> files) implements FileSource.Visitor {
        @Override
        public void file(SourceFile file) {
            files.add(file);
        }

        @Override
        public void skipped(String path, SkipReason reason) {}
    }

    @ParameterizedTest
    @CsvSource({
        "s3://lake, s3://lake/",
        "s3://lake, s3://lake/a/b",
        "s3://lake/, s3://lake/",
        "s3://lake/, s3://lake//x",
        "s3://lake/, s3://lake/a/../b/",
        "s3://lake/pre, s3://lake/pre",
        "s3://lake/pre, s3://lake/pre/",
        "s3://lake/pre, s3://lake/pre//a",
        "s3://, s3://any/",
    })
    void whatLiesBelowAPrefixIsAllowed(String prefix, String uri) {
        assertThat(sources(prefix).refusal(source(uri))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "s3://lake, s3://lake-of-others/",
        "s3://lake, s3://lake.of.others/",
        "s3://lake, s3://lak/",
        "s3://lake/, s3://lake-of-others/",
        "s3://lake/pre, s3://lake/prefix/",
        "s3://lake/pre/, s3://lake/pre",
        "s3://lake/pre/, s3://lake//pre/",
        "s3://lake/pre, s3://lake/Pre/",
        "s3://lake/, S3://lake/",
        "s3://lake/, file:///lake/",
        "file:///, s3://lake/",
        "s3://, file:///lake/",
    })
    void whatLiesElsewhereIsRefusedAndNotOpened(String prefix, String uri) {
        assertRefused(sources(prefix), source(uri));
    }

    @Test
    void aRefusalNamesTheSourceAndWhatIsAllowed() {
        assertThat(assertRefused(sources("s3://lake/", "file:///data/"), source("s3://other/")))
                .isEqualTo(
                        "Source s3://other/ is not on this worker's list of allowed sources; expected one that starts"
                                + " with s3://lake/ or file:///data/");
    }

    @Test
    void whatIsNoLongerAllowedIsRefusedWhenItIsOpened() throws Exception {
        ExternalSource lake = source("file://" + allowed + "/lake/");
        assertThat(list(sources().open(lake, false).files())).containsExactly(allowed + "/lake/a");
        assertThatThrownBy(() -> sources("file://" + outside + "/").open(lake, false))
                .isInstanceOf(LittoralException.class)
                .hasMessageStartingWith("Source file://" + allowed + "/lake/ is not on this worker's list");
    }

    @Test
    void aRootThatIsALinkOutIsRefused() throws Exception {
        assertLeadsOut(link(allowed.resolve("link"), outside));
        assertLeadsOut(link(allowed.resolve("link-to-link"), allowed.resolve("link")));
        assertLeadsOut(link(allowed.resolve("relative"), Path.of("../outside")));
        assertLeadsOut(link(allowed.resolve("up"), Path.of("..")));
        assertLeadsOut(link(allowed.resolve("process"), Path.of("/proc/self/root" + outside)));
    }

    @Test
    void aLinkAboveTheRootThatLeadsOutIsRefused() throws Exception {
        Path link = link(allowed.resolve("link"), outside);
        assertLeadsOut(link.resolve("deep"));
        assertLeadsOut(link.resolve("deep/secret"));
        assertLeadsOut(link.resolve("not/there/yet"));
    }

    @Test
    void aFileThatIsALinkOutIsRefused() throws Exception {
        assertLeadsOut(link(allowed.resolve("file"), outside.resolve("deep/secret")));
    }

    /** Otherwise the answer would tell what there is outside. */
    @Test
    void aLinkOutToNothingIsRefusedLikeOneToSomething() throws Exception {
        Path something = link(allowed.resolve("1"), outside.resolve("deep"));
        Path nothing = link(allowed.resolve("2"), outside.resolve("nothing"));
        assertThat(assertLeadsOut(nothing).replace("/2", "/1")).isEqualTo(assertLeadsOut(something));
        assertThat(assertLeadsOut(nothing.resolve("a")).replace("/2", "/1"))
                .isEqualTo(assertLeadsOut(something.resolve("a")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/../outside/", "/lake/../../outside/", "/link/../outside/", "/lake/./", "/./lake"})
    void anAddressWithDotsIsRefused(String path) throws Exception {
        link(allowed.resolve("link"), outside.resolve("deep"));
        assertThat(assertRefused(sources(), source("file://" + allowed + path)))
                .endsWith("has a part . or ..; expected a plain path.");
    }

    @Test
    void aLinkThatStaysWithinIsAllowedAndPathsKeepItsName() throws Exception {
        Path link = link(allowed.resolve("link"), allowed.resolve("lake"));
        try (SourceReader opened = sources().open(source("file://" + link + "/"), false)) {
            assertThat(list(opened.files())).containsExactly(link + "/a");
        }
        assertAllowed(sources(), "file://" + link);
        assertAllowed(sources(), "file://" + link + "/a");
    }

    @Test
    void anotherWayToAnAllowedFolderIsAllowed() throws Exception {
        Path link = link(outside.resolve("way"), allowed);
        assertAllowed(sources(), "file://" + link + "/lake/");
        assertAllowed(sources(), "file:///proc/self/root" + allowed + "/lake/");
        assertAllowed(sources(), "file://" + allowed + "//lake///");
        assertAllowed(sources(), "file://" + allowed);
    }

    @Test
    void anAllowedFolderThatIsALinkMeansWhereItLeads() throws Exception {
        Path link = link(outside.getParent().resolve("alias"), allowed);
        Sources byLink = sources("file://" + link);
        assertAllowed(byLink, "file://" + link + "/lake/");
        assertAllowed(byLink, "file://" + allowed + "/lake/");
        assertRefused(byLink, source("file://" + outside + "/"));
        // It is looked at each time.
        Files.delete(link);
        link(link, outside);
        assertAllowed(byLink, "file://" + outside + "/");
        assertRefused(byLink, source("file://" + allowed + "/lake/"));
    }

    @Test
    void aLinkIsLookedAtAtEachOpen() throws Exception {
        Path link = link(allowed.resolve("current"), allowed.resolve("lake"));
        assertAllowed(sources(), "file://" + link + "/");
        Files.delete(link);
        link(link, outside);
        assertLeadsOut(link);
    }

    @Test
    void whatIsNotThereYetLiesWhereItsNearestFolderLies() {
        assertAllowed(sources(), "file://" + allowed + "/new/lake/");
        assertRefused(sources(), source("file://" + outside + "/new/lake/"));
        assertAllowed(sources("file://" + outside + "/new/"), "file://" + outside + "/new/lake/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-of-others", "2", ".old"})
    void aFolderWhoseNameOnlyBeginsAlikeIsRefused(String rest) throws Exception {
        Path other = Files.createDirectories(allowed.resolveSibling("allowed" + rest));
        assertRefused(sources(), source("file://" + other + "/"));
        assertRefused(sources("file://" + allowed), source("file://" + other + "/"));
    }

    @Test
    void theWholeMachineMayBeAllowedOrOneFile() throws Exception {
        assertAllowed(sources("file:///"), "file://" + outside + "/");
        assertAllowed(sources("file:///"), "file:///");
        Sources one = sources("file://" + allowed + "/lake/a");
        assertAllowed(one, "file://" + allowed + "/lake/a");
        assertRefused(one, source("file://" + allowed + "/lake/"));
    }

    @Test
    void aRingOfLinksLeadsNowhere() throws Exception {
        link(allowed.resolve("ring"), allowed.resolve("ring"));
        FileSource ring =
                sources().open(source("file://" + allowed + "/ring/"), false).files();
        assertThatThrownBy(() -> list(ring)).isInstanceOf(LittoralException.class);
    }

    @Test
    void whatIsTurnedIntoALinkAfterItWasOpenedIsNotRead() throws Exception {
        // The very same file, so that only the way to it is another.
        Files.createLink(outside.resolve("a"), allowed.resolve("lake/a"));
        FileSource folder =
                sources().open(source("file://" + allowed + "/lake/"), false).files();
        FileSource file =
                sources().open(source("file://" + allowed + "/lake/a"), false).files();
        List<SourceFile> listed = new ArrayList<>();
        file.list(PathRange.ALL, new Found(listed));
        Files.move(allowed.resolve("lake"), allowed.resolve("moved"));
        link(allowed.resolve("lake"), outside);
        assertThatThrownBy(() -> list(folder)).isInstanceOf(LittoralException.class);
        assertThatThrownBy(() -> list(file)).isInstanceOf(LittoralException.class);
        for (FileSource each : List.of(folder, file)) {
            assertThatThrownBy(() -> each.read(listed.getFirst(), 0, 1))
                    .isInstanceOf(FileChangedException.class)
                    .hasMessageContaining("symbolic link");
        }
    }

    @Test
    void aLinkThatIsTurnedAfterItWasOpenedIsNotFollowedAnew() throws Exception {
        Files.createLink(outside.resolve("a"), allowed.resolve("lake/a"));
        Path link = link(allowed.resolve("current"), allowed.resolve("lake"));
        FileSource opened =
                sources().open(source("file://" + link + "/"), false).files();
        Files.delete(link);
        link(link, outside);
        assertThatThrownBy(() -> list(opened))
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.TRANSIENT))
                .hasMessageContaining(link + " was replaced");
    }

    @Test
    void aProfileIsAllowedOnlyWhereItIsNamed() {
        try (S3Clients clients = TestProfiles.clients("[profile a]\nregion=x\n[profile b]\nregion=x\n")) {
            Sources sources = new Sources(
                    StorageRegistry.storages(clients),
                    FormatRegistry.formats(),
                    new AllowList(
                            List.of("s3://lake/", "s3://tenant/"),
                            List.of(new AllowedProfile("", "a"), new AllowedProfile("s3://tenant/b", "b"))));
            assertThat(sources.refusal(source("s3://lake/x/", "a"))).isEmpty();
            assertThat(sources.refusal(source("s3://tenant/b/x/", "a"))).isEmpty();
            assertThat(sources.refusal(source("s3://tenant/b/x/", "b"))).isEmpty();
            sources.open(source("s3://tenant/b", "b"), false).close();
            assertRefused(sources, source("s3://tenant/bb/", "b"));
            assertRefused(sources, source("s3://tenant/", "b"));
            assertRefused(sources, source("s3://lake/", "b"));
            // A profile opens no source that is not allowed.
            assertThat(assertRefused(sources, source("s3://other/", "a"))).contains("list of allowed sources");
        }
    }

    @Test
    void aProfileThatIsNotAllowedIsRefusedLikeOneThatIsNotThere() {
        try (S3Clients clients = TestProfiles.clients("[profile there]\nregion=x\n")) {
            ExternalSource there = source("s3://lake/", "there");
            ExternalSource nobody = source("s3://lake/", "nobody");
            Sources none = new Sources(
                    StorageRegistry.storages(clients),
                    FormatRegistry.formats(),
                    new AllowList(List.of("s3://"), List.of()));
            String sentence =
                    "Profile '%s' cannot be used for source s3://lake/: this worker has no such profile, or its"
                            + " allow-profile does not name it for that source; expected one that it has and names";
            assertThat(assertRefused(none, there)).isEqualTo(sentence.formatted("there"));
            assertThat(assertRefused(none, nobody)).isEqualTo(sentence.formatted("nobody"));
            Sources named = new Sources(
                    StorageRegistry.storages(clients),
                    FormatRegistry.formats(),
                    new AllowList(List.of("s3://"), List.of(new AllowedProfile("", "nobody"))));
            assertThat(assertRefused(named, there)).isEqualTo(sentence.formatted("there"));
            assertThat(assertRefused(named, nobody)).isEqualTo(sentence.formatted("nobody"));
        }
    }

    /** A server that refuses each request and keeps its head. */
    private static FakeS3 refusing(List<String> heads) {
        return new FakeS3((number, request) -> {
            heads.add(request);
            return FakeS3.error(403, "AccessDenied");
        });
    }

    private static S3Clients clientsOfProfileA(FakeS3 server) {
        return TestProfiles.clients(
                "[profile a]\naws_access_key_id = keyofa\naws_secret_access_key = hush\nendpoint_url = "
                        + server.endpoint() + "\n");
    }

    @Test
    void aSpecSaysWhetherRequestsAreAnonymousAndWhoPays() throws Exception {
        List<String> heads = new CopyOnWriteArrayList<>();
        try (FakeS3 server = refusing(heads);
                S3Clients clients = clientsOfProfileA(server)) {
            for (boolean anonymous : new boolean[] {true, false}) {
                ExternalSource source = new ExternalSource(
                        "s3://lake/",
                        new FolderSpec(
                                "parquet",
                                List.of(),
                                List.of(),
                                List.of(),
                                OnBadFile.FAIL,
                                "a",
                                OnTable.REFUSE,
                                anonymous,
                                !anonymous));
                FileSource files = new Sources(
                                StorageRegistry.storages(clients), FormatRegistry.formats(), AllowList.of(source))
                        .open(source, false)
                        .files();
                assertThatThrownBy(() -> list(files)).isInstanceOf(LittoralException.class);
                assertThat(heads.getLast().contains("Authorization:")).isNotEqualTo(anonymous);
                assertThat(heads.getLast().contains("x-amz-request-payer: requester"))
                        .isNotEqualTo(anonymous);
            }
        }
    }

    @Test
    void aSourceWithoutAProfileNeedsNone() {
        assertThat(new Sources(
                                StorageRegistry.addresses(),
                                FormatRegistry.formats(),
                                new AllowList(List.of("s3://"), List.of()))
                        .refusal(source("s3://lake/")))
                .isEmpty();
    }

    @Test
    void anAllowedProfileIsReadWith() throws Exception {
        List<String> heads = new CopyOnWriteArrayList<>();
        try (FakeS3 server = refusing(heads);
                S3Clients clients = clientsOfProfileA(server)) {
            FileSource files = new Sources(
                            StorageRegistry.storages(clients),
                            FormatRegistry.formats(),
                            AllowList.of(source("s3://lake/", "a")))
                    .open(source("s3://lake/", "a"), false)
                    .files();
            assertThatThrownBy(() -> list(files)).isInstanceOf(LittoralException.class);
            assertThat(heads.getFirst()).contains("Credential=keyofa/");
        }
    }

    private static Sources besideCatalog(S3Clients clients, String catalog, StoreObserver requests) {
        return new Sources(
                StorageRegistry.storages(clients),
                FormatRegistry.formats(),
                new AllowList(StorageRegistry.EVERY_SOURCE, List.of()),
                Optional.of(catalog),
                TableCatalogs.NONE,
                requests);
    }

    @Test
    void aSourceLiesApartFromTheCatalog() {
        Sources inS3 = besideCatalog(null, "s3://lake/catalog", StoreObserver.NONE);
        assertThat(assertRefused(inS3, source("s3://lake/")))
                .startsWith("Catalog s3://lake/catalog lies in the source");
        assertThat(inS3.refusal(source("s3://other/"))).isEmpty();
        Sources local = besideCatalog(null, allowed + "/lake/catalog", StoreObserver.NONE);
        assertThat(assertRefused(local, source("file://" + allowed + "/lake/")))
                .startsWith("Catalog " + allowed + "/lake/catalog lies in the source");
        assertAllowed(local, "file://" + outside + "/");
    }

    @Test
    void aLocalSourceMayNameNoProfileThatIsNotAllowed() {
        assertThat(assertRefused(sources(), source("file://" + allowed + "/lake/", "a")))
                .startsWith("Profile 'a' cannot be used");
    }

    @Test
    void whatALocalSourceIsAskedIsCountedAndHeardOf() throws Exception {
        List<String> heard = new ArrayList<>();
        Sources sources = besideCatalog(
                null, "s3://catalog", (role, kind, status) -> heard.add(role + " " + kind + " " + status));
        RequestCounts requests = new RequestCounts();
        try (SourceReader opened = sources.open(source("file://" + allowed + "/lake/"), false, requests)) {
            assertThat(requests.requests()).isEmpty();
            List<SourceFile> files = new ArrayList<>();
            assertThat(opened.files().list(new PathRange(null, allowed + "/lake/0"), new Found(files)))
                    .isEqualTo(allowed + "/lake/a");
            opened.files().listSorted(new Found(files));
            assertThat(opened.files().read(files.getFirst(), 0, 1)).containsExactly('a');
            SourceFile changed = new SourceFile(allowed + "/lake/a", "other", 1);
            assertThatThrownBy(() -> opened.files().read(changed, 0, 1)).isInstanceOf(FileChangedException.class);
            assertThat(opened.files().parallelListings()).isOne();
            assertThat(requests.requests()).isEqualTo(Map.of("source.list", 2L, "source.get", 2L));
        }
        assertThat(heard).containsExactly("SOURCE LIST ok", "SOURCE LIST ok", "SOURCE GET ok", "SOURCE GET error");
    }

    @Test
    void whatASourceInS3IsAskedIsCounted() throws Exception {
        RequestCounts requests = new RequestCounts();
        try (FakeS3 server = refusing(new ArrayList<>());
                S3Clients clients = clientsOfProfileA(server);
                SourceReader opened = new Sources(
                                StorageRegistry.storages(clients),
                                FormatRegistry.formats(),
                                AllowList.of(source("s3://lake/", "a")))
                        .open(source("s3://lake/", "a"), false, requests)) {
            assertThatThrownBy(() -> list(opened.files())).isInstanceOf(LittoralException.class);
            assertThat(requests.requests()).containsOnlyKeys("source.list");
        }
    }
}
