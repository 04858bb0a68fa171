package dev.littoral.activities.steps;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.steps.Pipeline.Update;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.ConditionalWriteProbe;
import dev.littoral.activities.storage.local.LocalStores;
import dev.littoral.activities.storage.s3.S3Clients;
import dev.littoral.activities.testing.FakeS3;
import dev.littoral.activities.testing.S3Server;
import dev.littoral.activities.testing.S3Servers;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.FolderSpec;
import dev.littoral.workflows.model.OnBadFile;
import dev.littoral.workflows.model.SkippedFile;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * What a store answers is no property of a file: it is neither taken for one nor remembered, also where bad files are
 * left out. Three files of 300 rows each lie in a real server; what stands before it answers for one of them.
 */
class StoreAnswersTest {
    private static final String ARCHIVED = "403 InvalidObjectState";
    private static final String ANSWERED = "b.parquet";

    @TempDir
    private Path folder;

    private final S3Server server = S3Servers.shared(S3Servers.Kind.S3PROXY);
    private final Lake lake = new Lake(new Lake.S3(server, server.newBucket()));

    /** What reads of a file whose key has it are answered; null passes all of them on. */
    private volatile byte[] answer;

    private volatile String answered = ANSWERED;
    private FakeS3 front;
    private S3Client client;
    private CatalogStore catalog;
    private Pipeline pipeline;

    @BeforeEach
    void fill() throws InterruptedException {
        lake.write("a.parquet", 300, 0);
        lake.write("b.parquet", 300, 1);
        lake.write("c.parquet", 300, 2);
        front = new FakeS3(
                server.endpoint(), (number, request) -> isRead(request) && request.contains(answered) ? answer : null);
        client = S3Clients.connect(front.endpoint(), server.accessKey(), server.secretKey());
        catalog = LocalStores.catalog(folder);
        ConditionalWriteProbe.probeOnce(catalog);
        pipeline = new Pipeline(catalog, PipelineTest.s3(client), 100);
    }

    @AfterEach
    void close() {
        pipeline.close();
        client.close();
        front.close();
    }

    private static boolean isRead(String request) {
        return request.startsWith("GET ")
                && !request.substring(0, request.indexOf('\r')).contains("list-type");
    }

    private ExternalSource source(OnBadFile onBadFile) {
        return new ExternalSource(
                lake.place().uri(),
                new FolderSpec(FolderSpec.PARQUET, List.of(), List.of(), List.of(), onBadFile, null));
    }

    private Update update() throws InterruptedException {
        return update(CollectionOptions.DEFAULTS);
    }

    private Update update(CollectionOptions options) throws InterruptedException {
        pipeline.store.forget();
        pipeline.sources.forget();
        return pipeline.update(source(OnBadFile.SKIP), options);
    }

    private static CollectionOptions options(boolean allowEmpty, double maxDropShare) {
        CollectionOptions defaults = CollectionOptions.DEFAULTS;
        return new CollectionOptions(
                defaults.targetRowsPerSegment(), null, allowEmpty, maxDropShare, defaults.keepVersionsFor(), null);
    }

    private static byte[] refusal(String answer) {
        String[] parts = answer.split(" ", 2);
        return FakeS3.error(Integer.parseInt(parts[0]), parts[1]);
    }

    private long rows() throws InterruptedException {
        return pipeline.head().totals().rows();
    }

    private void assertVerified() throws InterruptedException {
        assertThat(Verified.withSource(catalog, PipelineTest.s3(client)).lines())
                .noneMatch(line -> line.startsWith("ERROR"));
    }

    private static void assertFails(FailureType type, ThrowingCallable update) {
        assertThatThrownBy(update)
                .rootCause()
                .isInstanceOfSatisfying(
                        ApplicationFailure.class,
                        failure -> assertThat(failure.getType()).isEqualTo(type.name()));
    }

    // ------------------------------------------------------------------ answers of every kind

    /** Among them pages of somebody between here and the store. */
    static List<byte[]> answers() {
        String page = "<html><body>Blocked</body></html>";
        String etag = "ETag: \"0\"\r\n";
        return List.of(
                refusal("405 MethodNotAllowed"),
                refusal("400 InvalidRequest"),
                refusal("403 AccessDenied"),
                refusal("404 NoSuchBucket"),
                refusal("501 NotImplemented"),
                FakeS3.reply(400, "Content-Type: text/html\r\n", page),
                FakeS3.reply(403, "Content-Type: text/html\r\n", page),
                FakeS3.reply(404, "Content-Type: text/html\r\n", page),
                FakeS3.reply(405, "", ""),
                FakeS3.reply(410, "", ""),
                FakeS3.reply(451, "Content-Type: text/html\r\n", page),
                FakeS3.reply(301, "Location: http://127.0.0.1:1/\r\n", ""),
                FakeS3.reply(204, etag, ""));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void anAnswerOfTheStoreFailsANewCollectionAndIsForgotten(byte[] refused) throws Exception {
        answer = refused;
        assertThatThrownBy(this::update).isInstanceOf(ActivityFailure.class);
        assertThat(pipeline.head().snapshot()).isNull();

        answer = null;
        assertThat(update().files().added()).isEqualTo(3);
        assertThat(rows()).isEqualTo(900);
    }

    @Test
    void aServedFileThatIsOverwrittenDuringABadSpellKeepsItsRows() throws Exception {
        update();
        lake.write("b.parquet", 500, 7);
        answer = refusal("405 MethodNotAllowed");
        assertFails(FailureType.INPUT, this::update);
        assertThat(rows()).isEqualTo(900);

        answer = null;
        assertThat(update().files().changed()).isEqualTo(1);
        assertThat(rows()).isEqualTo(1_100);
        assertVerified();
    }

    /** Whatever a source may throw that is not a finding: of a file system, or of a store that is not here yet. */
    @ParameterizedTest
    @EnumSource
    void noFailureOfASourceLeavesAFileOut(FailureType type) throws Exception {
        update();
        lake.write("b.parquet", 500, 7);
        pipeline.sources.beforeEachRead(file -> fail(type, file));
        assertFails(type, this::update);
        assertThat(rows()).isEqualTo(900);

        pipeline.sources.beforeEachRead(file -> {});
        update();
        assertThat(rows()).isEqualTo(1_100);
    }

    private static void fail(FailureType type, SourceFile file) {
        throw new LittoralException(type, "Cannot read the file " + file.path() + ": Input/output error.");
    }

    // ------------------------------------------------------------------ archived objects

    private SkippedFile archivedLine() {
        return new SkippedFile(
                lake.place().path(ANSWERED),
                "Cannot read " + lake.place().path(ANSWERED)
                        + ": the store answers 403 InvalidObjectState; the object is archived and has to be "
                        + "restored first");
    }

    @Test
    void anArchivedObjectFailsAnUpdateThatLeavesNothingOut() {
        answer = refusal(ARCHIVED);
        assertThatThrownBy(() -> pipeline.update(source(OnBadFile.FAIL), CollectionOptions.DEFAULTS))
                .rootCause()
                .hasMessageContaining(archivedLine().reason());
    }

    @Test
    void anArchivedObjectIsInTheReportOfEachUpdateUntilItCanBeRead() throws Exception {
        answer = refusal(ARCHIVED);
        Update first = update();
        assertThat(first.skipped()).containsExactly(archivedLine());
        assertThat(first.files().skipped()).isEqualTo(1);
        assertThat(rows()).isEqualTo(600);
        assertVerified();

        for (int i = 0; i < 2; i++) {
            Update same = update();
            assertThat(same.committed()).isFalse();
            assertThat(same.skipped()).containsExactly(archivedLine());
            assertThat(same.files().skipped()).isEqualTo(1);
            assertThat(pipeline.store.written()).isEmpty();
            assertThat(pipeline.sources.opened()).containsExactly(archivedLine().file());
        }

        // The shard that it is in changes for another reason.
        lake.write("d.parquet", 50, 0);
        Update added = update();
        assertThat(added.files().added()).isEqualTo(1);
        assertThat(added.skipped()).containsExactly(archivedLine());

        answer = null;
        Update restored = update();
        assertThat(restored.skipped()).isEmpty();
        assertThat(restored.files().added() + restored.files().changed()).isEqualTo(1);
        assertThat(restored.newRows()).isGreaterThanOrEqualTo(300);
        assertThat(rows()).isEqualTo(950);
        assertThat(update().committed()).isFalse();
        assertThat(pipeline.sources.count()).isZero();
        assertVerified();
    }

    @Test
    void anArchivedObjectInAShardThatStaysIsInTheReportOfACommit() throws Exception {
        try (Pipeline small = new Pipeline(catalog, PipelineTest.s3(client), 2)) {
            lake.write("e/1.parquet", 10, 0);
            lake.write("e/2.parquet", 10, 0);
            lake.write("e/3.parquet", 10, 0);
            answered = "a.parquet";
            answer = refusal(ARCHIVED);
            small.update(source(OnBadFile.SKIP), CollectionOptions.DEFAULTS);
            lake.write("e/3.parquet", 20, 0);
            Update changed = small.update(source(OnBadFile.SKIP), CollectionOptions.DEFAULTS);
            assertThat(changed.committed()).isTrue();
            assertThat(changed.touched()).isEqualTo(1);
            assertThat(changed.skipped())
                    .extracting(SkippedFile::file)
                    .containsExactly(lake.place().path("a.parquet"));
            assertThat(changed.files().skipped()).isEqualTo(1);
        }
    }

    @Test
    void aRefreshThatLooksAtAnArchivedObjectAndMeetsAnotherAnswerFails() throws Exception {
        answer = refusal(ARCHIVED);
        update();
        answer = refusal("405 MethodNotAllowed");
        assertFails(FailureType.INPUT, this::update);
        answer = null;
        update();
        assertThat(rows()).isEqualTo(900);
    }

    @Test
    void anArchivedObjectThatIsGoneIsNoLongerLookedAt() throws Exception {
        answer = refusal(ARCHIVED);
        update();
        lake.delete(ANSWERED);
        assertThat(update().skipped()).isEmpty();
        assertThat(pipeline.sources.count()).isZero();
        assertThat(rows()).isEqualTo(600);
        assertVerified();
    }

    @Test
    void verifySaysHowManyFilesCouldNotBeRead() throws Exception {
        answer = refusal(ARCHIVED);
        update();
        assertThat(Verified.withSource(catalog, PipelineTest.s3(client)).lines())
                .singleElement()
                .asString()
                .startsWith("INFO ")
                .contains("1 files that the snapshot left out could not be read; each update looks at them again");
        CatalogFolder edited = new CatalogFolder(folder);
        edited.forgeRoot(2, root -> ((ObjectNode) root.get("shards").get(0)).put("unread", 0));
        assertThat(Verified.of(catalog).lines())
                .singleElement()
                .asString()
                .startsWith("ERROR ")
                .contains("shards[0].unread is 0; expected 1, the files in ");
    }

    @Test
    void aCollectionIsNotBegunEmptySinceAllIsArchived() throws Exception {
        answered = ".parquet";
        answer = refusal(ARCHIVED);
        assertThatThrownBy(this::update)
                .rootCause()
                .hasMessageContaining(
                        "has 0 rows in 0 files and 3 that are archived and cannot be read; expected one that"
                                + " can be read: restore some, or set allowEmpty");
        assertThat(pipeline.head().snapshot()).isNull();

        Update empty = update(options(true, 1));
        assertThat(empty.committed()).isTrue();
        assertThat(empty.skipped()).hasSize(3);
        answer = null;
        update();
        assertThat(rows()).isEqualTo(900);
    }

    @Test
    void rowsThatFallSinceFilesAreArchivedMeetTheGuards() throws Exception {
        update();
        lake.write("b.parquet", 400, 7);
        answer = refusal(ARCHIVED);
        assertThatThrownBy(() -> update(options(false, 0.1)))
                .rootCause()
                .hasMessageContaining("1 that are archived and cannot be read, the collection has 900 in 3")
                .hasMessageContaining("maxDropShare");
        assertThat(rows()).isEqualTo(900);

        lake.write("a.parquet", 400, 7);
        lake.write("c.parquet", 400, 7);
        answered = ".parquet";
        assertThatThrownBy(this::update).rootCause().hasMessageContaining("allowEmpty");
        assertThat(rows()).isEqualTo(900);
    }

    // ------------------------------------------------------------------ catalogs of older builds

    /** Builds that took any answer for a finding neither marked such a file nor counted it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "the store answers 405 MethodNotAllowed; check the address, the region and the endpoint",
                "the store answers 403 InvalidObjectState; the object is archived and has to be restored first"
            })
    void whatAnOlderBuildLeftOutForAnAnswerIsLookedAtAgain(String reason) throws Exception {
        answer = refusal(ARCHIVED);
        update();
        CatalogFolder older = new CatalogFolder(folder);
        older.forgeShard(
                older.shardKey(2, 0),
                lines -> lines.forEach(line -> {
                    if (line.has("skipped")) {
                        line.put("skipped", "Cannot read " + lake.place().path(ANSWERED) + ": " + reason);
                        line.remove("unread");
                    }
                }));
        assertThat(Verified.of(catalog).lines()).isEmpty();
        Update still = update();
        assertThat(still.committed()).isFalse();
        assertThat(still.skipped())
                .singleElement()
                .satisfies(line -> assertThat(line.reason()).endsWith(reason));

        answer = null;
        update();
        assertThat(rows()).isEqualTo(900);
        assertThat(update().committed()).isFalse();
        assertVerified();
    }

    @Test
    void aShardWithBadFilesOfAnOlderBuildIsLookedThroughUntilTheNextCommit() throws Exception {
        lake.writeBytes("bad.parquet", "no Parquet".repeat(9).getBytes(UTF_8), 0, "bad");
        try (Pipeline small = new Pipeline(catalog, PipelineTest.s3(client), 2)) {
            lake.write("e/1.parquet", 10, 0);
            lake.write("e/2.parquet", 10, 0);
            small.update(source(OnBadFile.SKIP), CollectionOptions.DEFAULTS);
            CatalogFolder older = new CatalogFolder(folder);
            String shard = older.shardKey(2, 1);
            assertThat(older.lines(shard)).anyMatch(line -> line.has("skipped"));
            older.forgeShard(shard, lines -> {});
            small.store.forget();
            assertThat(small.update(source(OnBadFile.SKIP), CollectionOptions.DEFAULTS)
                            .committed())
                    .isFalse();
            assertThat(small.store.read()).anyMatch(key -> key.endsWith(shard));

            lake.write("e/2.parquet", 20, 0);
            small.update(source(OnBadFile.SKIP), CollectionOptions.DEFAULTS);
            small.store.forget();
            small.sources.forget();
            assertThat(small.update(source(OnBadFile.SKIP), CollectionOptions.DEFAULTS)
                            .committed())
                    .isFalse();
            assertThat(small.store.read()).noneMatch(key -> key.contains("shard-"));
            assertThat(small.sources.count()).isZero();
        }
    }
}
