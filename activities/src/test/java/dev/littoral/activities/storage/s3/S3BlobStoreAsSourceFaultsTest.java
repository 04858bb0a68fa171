package dev.littoral.activities.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.littoral.activities.failure.ArchivedException;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.Listing;
import dev.littoral.activities.source.OutOfOrderException;
import dev.littoral.activities.source.PathFilter;
import dev.littoral.activities.storage.RequestCounts;
import dev.littoral.activities.testing.FakeS3;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.OnTable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;

class S3BlobStoreAsSourceFaultsTest {
    private static final String ETAG_HEADER = "ETag: \"e\"\r\n";
    private static final SourceFile FILE = new SourceFile("s3://lake/in/a", "etag:e", 10);

    private final RequestCounts counter = new RequestCounts();

    @ParameterizedTest
    @EnumSource
    void aListingThatIsCutOffIsAskedForAgain(Listing.Way way) throws Exception {
        try (FakeS3 server =
                        new FakeS3((number, request) -> number < 2 ? FakeS3.cutOff() : page(false, "in/a", "in/b"));
                S3Client client = client(server)) {
            assertThat(way.list(source(client)).paths()).containsExactly("s3://lake/in/a", "s3://lake/in/b");
        }
        assertThat(counter.requests()).containsEntry("source.list", 3L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<ListBucketResult></ListBucketResult>",
                "<ListBucketResult><Name>lake</Name><KeyCount>0</KeyCount></ListBucketResult>",
                "<ListBucketResult><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>",
                "<ListBucketResult><Name>lake</Name>"
                        + "<KeyCount>0</KeyCount><IsTruncated>true</IsTruncated></ListBucketResult>",
            })
    void aListingThatIsNeverWholeIsAFailureAndNoEnd(String body) throws Exception {
        try (FakeS3 server =
                        new FakeS3((number, request) -> FakeS3.reply(200, "Content-Type: application/xml\r\n", body));
                S3Client client = client(server)) {
            FileSource source = S3Stores.source(
                    client, "s3://lake/in/", new PathFilter(List.of(), List.of(), OnTable.REFUSE), counter, true);
            assertThatThrownBy(() -> Listing.of(source))
                    .asInstanceOf(type(LittoralException.class))
                    .satisfies(e -> assertThat(e.type()).isEqualTo(FailureType.TRANSIENT))
                    .satisfies(e -> assertThat(e).hasMessageContaining("s3://lake/in/"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 9999", "Transfer-Encoding: chunked"})
    void aListingThatBreaksOffInItsBodyIsAskedForAgain(String framing) throws Exception {
        byte[] broken = ("HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n" + framing + "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8);
        try (FakeS3 server = new FakeS3((number, request) -> number < 2 ? broken : page(false, "in/a"));
                S3Client client = client(server)) {
            assertThat(Listing.of(source(client)).paths()).containsExactly("s3://lake/in/a");
        }
    }

    @Test
    void aListingThatBreaksOffBetweenPagesIsAFailure() throws Exception {
        try (FakeS3 server = new FakeS3((number, request) -> number == 0 ? page(true, "in/a") : FakeS3.cutOff());
                S3Client client = client(server)) {
            assertThatThrownBy(() -> Listing.of(source(client)))
                    .asInstanceOf(type(LittoralException.class))
                    .satisfies(e -> assertThat(e.type()).isEqualTo(FailureType.TRANSIENT));
        }
    }

    @Test
    void aLastPageMayBeEmpty() throws Exception {
        try (FakeS3 server = new FakeS3((number, request) -> number == 0 ? page(true, "in/a") : page(false));
                S3Client client = client(server)) {
            assertThat(Listing.of(source(client)).paths()).containsExactly("s3://lake/in/a");
        }
    }

    /** A store passes over what it deleted, and a page may end there. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneObjectIsFoundBehindPagesWithNothingOnThem(boolean allowEmpty) throws Exception {
        FakeS3.Script script = (number, request) -> {
            if (request.contains("prefix=in%2Fa%2F")) {
                return page(false);
            }
            return request.contains("continuation-token") ? page(false, "in/a") : page(true);
        };
        try (FakeS3 server = new FakeS3(script);
                S3Client client = client(server)) {
            PathFilter all = new PathFilter(List.of(), List.of(), OnTable.REFUSE);
            FileSource source = S3Stores.source(client, "s3://lake/in/a", all, counter, allowEmpty);
            assertThat(Listing.of(source).paths()).containsExactly("s3://lake/in/a");
        }
    }

    /** What a listing begins with may be another object. */
    @ParameterizedTest
    @ValueSource(strings = {"in/a/", "in/ab"})
    void whatOnlyBeginsAsTheKeyIsNotTheObject(String key) throws Exception {
        try (FakeS3 server = new FakeS3((number, request) -> page(false, key));
                S3Client client = client(server)) {
            assertThat(S3Stores.store(client, "s3://lake/in/", counter).find("in/a"))
                    .isEmpty();
        }
    }

    @Test
    void aFileBesideAFolderOfItsNameAndOneOfNoNameAreListed() throws Exception {
        String[] keys = {"in//a", "in//b/c", "in/x", "in/x-y", "in/x/y", "in/xy"};
        try (FakeS3 server = new FakeS3((number, request) -> page(false, keys));
                S3Client client = client(server)) {
            assertThat(Listing.of(source(client)).paths())
                    .isEqualTo(Stream.of(keys).map("s3://lake/"::concat).toList());
        }
    }

    @Test
    void aThrottledListingIsRepeated() throws Exception {
        try (FakeS3 server = new FakeS3(
                        (number, request) -> number < 2 ? FakeS3.error(503, "SlowDown") : page(false, "in/a"));
                S3Client client = client(server)) {
            assertThat(Listing.of(source(client)).paths()).containsExactly("s3://lake/in/a");
        }
        assertThat(counter.requests()).containsEntry("source.list", 3L);
    }

    @ParameterizedTest
    @CsvSource({
        "500, InternalError, TRANSIENT",
        "403, AccessDenied, ACCESS",
        "400, ExpiredToken, ACCESS",
        "404, NoSuchBucket, INPUT",
        "301, PermanentRedirect, INPUT",
        "400, InvalidArgument, INPUT"
    })
    void anErrorHasItsClassAndNamesTheSource(int status, String code, FailureType expected) throws Exception {
        try (FakeS3 server = new FakeS3((number, request) -> FakeS3.error(status, code));
                S3Client client = client(server)) {
            assertThatThrownBy(() -> Listing.of(source(client)))
                    .asInstanceOf(type(LittoralException.class))
                    .satisfies(e -> assertThat(e.type()).isEqualTo(expected))
                    .satisfies(e -> assertThat(e.getMessage())
                            .contains("s3://lake/in/", Integer.toString(status), code)
                            .doesNotContain("access-key", "secret-key"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"in/b,in/a", "in/a,in/a", "in/a,in/c|in/b,in/d", "in/a,in/m|in/l"})
    void anotherOrderIsNoticedOnAndBetweenPages(String pages) throws Exception {
        List<String> all = List.of(pages.split("[|]", -1));
        FakeS3.Script script = (number, request) -> page(
                number % all.size() < all.size() - 1,
                all.get(number % all.size()).split(",", -1));
        try (FakeS3 server = new FakeS3(script);
                S3Client client = client(server)) {
            assertThatThrownBy(() -> Listing.of(source(client))).isInstanceOf(OutOfOrderException.class);
            List<String> keys = List.of(pages.split("[|,]", -1));
            assertThat(Listing.sorted(source(client)).paths())
                    .isEqualTo(keys.stream()
                            .map("s3://lake/"::concat)
                            .distinct()
                            .sorted(PathOrder.ORDER)
                            .toList());
        }
    }

    @Test
    void anotherOrderIsNoticedInTheFirstKeyBeyondARange() throws Exception {
        try (FakeS3 server = new FakeS3((number, request) -> page(false, "in/b", "in/z", "in/c"));
                S3Client client = client(server)) {
            FileSource source = source(client);
            Listing listing = new Listing();
            assertThat(source.list(new PathRange(null, "s3://lake/in/m"), listing))
                    .isEqualTo("s3://lake/in/z");
            assertThatThrownBy(() -> source.list(new PathRange("s3://lake/in/x", "s3://lake/in/zz"), listing))
                    .isInstanceOf(OutOfOrderException.class);
        }
    }

    @Test
    void aStoreWithoutEtagsTellsVersionsBySizeAndTime() throws Exception {
        String modified = "Last-Modified: Sun, 01 Nov 2026 00:00:00 GMT\r\n";
        FakeS3.Script script = (number, request) -> switch (number) {
            case 0 -> altered(page(false, "in/a"), "<ETag>\"e\"</ETag>", " ".repeat(16));
            case 1 -> FakeS3.reply(206, modified + "Content-Range: bytes 2-4/7\r\n", "abc");
            default -> FakeS3.reply(206, modified + "Content-Range: bytes 2-4/8\r\n", "abc");
        };
        try (FakeS3 server = new FakeS3(script);
                S3Client client = client(server)) {
            FileSource source = source(client);
            SourceFile file = Listing.of(source).files().getFirst();
            assertThat(file.version()).isEqualTo("size:7;mtime:1793491200");
            assertThat(source.read(file, 2, 3)).asString().isEqualTo("abc");
            assertThatThrownBy(() -> source.read(file, 2, 3))
                    .isInstanceOf(FileChangedException.class)
                    .hasMessageContaining("size:8");
        }
    }

    @Test
    void aReadThatIsCutOffIsRepeated() throws Exception {
        FakeS3.Script script = (number, request) -> switch (number) {
            case 0 -> FakeS3.cutOff();
            case 1 ->
                altered(FakeS3.reply(206, ETAG_HEADER + "Content-Range: bytes 0-4/10\r\n", "hello"), "hello", "hel");
            case 2 -> FakeS3.reply(206, ETAG_HEADER, "");
            default -> FakeS3.reply(206, ETAG_HEADER + "Content-Range: bytes 0-4/10\r\n", "hello");
        };
        try (FakeS3 server = new FakeS3(script);
                S3Client client = client(server)) {
            assertThat(source(client).read(FILE, 0, 5)).asString().isEqualTo("hello");
        }
        assertThat(counter.requests()).containsEntry("source.get", 4L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "too long by far", "abc"})
    void aReadThatIsNeverWholeIsAFailure(String body) throws Exception {
        try (FakeS3 server = new FakeS3((number, request) -> FakeS3.reply(200, ETAG_HEADER, body));
                S3Client client = client(server)) {
            assertThatThrownBy(() -> source(client).read(FILE, 0, 5))
                    .asInstanceOf(type(LittoralException.class))
                    .satisfies(e -> assertThat(e.type()).isEqualTo(FailureType.TRANSIENT))
                    .satisfies(e -> assertThat(e).hasMessageContaining("s3://lake/in/a"));
        }
    }

    /** Taken for what was asked for, bytes of another place would be a finding about the file. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Content-Range: bytes 0-4/10\r\n",
                "Content-Range: bytes 3-6/10\r\n",
                "Content-Range: bytes */10\r\n",
                "Content-Range: rows 3-7/10\r\n",
                "Content-Range: bytes 99999999999999999999-4/10\r\n"
            })
    void anAnswerThatIsNotTheRangeAskedForIsAFailureToTryAgain(String range) throws Exception {
        try (FakeS3 server = new FakeS3((number, request) -> FakeS3.reply(206, ETAG_HEADER + range, "hello"));
                S3Client client = client(server)) {
            assertThatThrownBy(() -> source(client).read(FILE, 3, 5))
                    .asInstanceOf(type(LittoralException.class))
                    .satisfies(e -> assertThat(e.type()).isEqualTo(FailureType.TRANSIENT))
                    .satisfies(e -> assertThat(e)
                            .hasMessageContaining(
                                    "the store's answer is not the range that was asked for, bytes 3 to 7"));
        }
    }

    @ParameterizedTest
    @CsvSource({"206, 9", "206, 11", "200, "})
    void anObjectOfAnotherSizeThanListedHasChangedWhateverItsEtag(int status, String size) throws Exception {
        String range = size == null ? "" : "Content-Range: bytes 0-4/" + size + "\r\n";
        try (FakeS3 server = new FakeS3((number, request) -> FakeS3.reply(status, ETAG_HEADER + range, "hello"));
                S3Client client = client(server)) {
            assertThatThrownBy(() -> source(client).read(FILE, 0, 5))
                    .isInstanceOf(FileChangedException.class)
                    .hasMessageContaining("bytes and had 10");
        }
    }

    @Test
    void aStoreMayLeaveTheSizeOfTheWholeOpen() throws Exception {
        try (FakeS3 server = new FakeS3((number, request) ->
                        FakeS3.reply(206, ETAG_HEADER + "Content-Range: bytes 3-7/*\r\n", "hello"));
                S3Client client = client(server)) {
            assertThat(source(client).read(FILE, 3, 5)).asString().isEqualTo("hello");
        }
    }

    @Test
    void anArchivedObjectIsToldApartFromEveryOtherAnswer() throws Exception {
        try (FakeS3 server = new FakeS3((number, request) -> FakeS3.error(403, "InvalidObjectState"));
                S3Client client = client(server)) {
            assertThatThrownBy(() -> source(client).read(FILE, 0, 5))
                    .isInstanceOf(ArchivedException.class)
                    .hasMessage("Cannot read s3://lake/in/a: the store answers 403 InvalidObjectState; the object is"
                            + " archived and has to be restored first");
        }
    }

    @Test
    void anotherVersionIsNoticedWhereTheStoreDoesNotHeedIfMatch() throws Exception {
        try (FakeS3 server = new FakeS3((number, request) ->
                        FakeS3.reply(206, "ETag: \"other\"\r\nContent-Range: bytes 0-4/10\r\n", "hello"));
                S3Client client = client(server)) {
            assertThatThrownBy(() -> source(client).read(FILE, 0, 5))
                    .isInstanceOf(FileChangedException.class)
                    .hasMessageContaining("other");
        }
    }

    @ParameterizedTest
    @CsvSource({"404, NoSuchKey", "412, PreconditionFailed", "416, InvalidRange"})
    void aFileThatIsNotThereAsListedHasChanged(int status, String code) throws Exception {
        try (FakeS3 server = new FakeS3((number, request) -> FakeS3.error(status, code));
                S3Client client = client(server)) {
            assertThatThrownBy(() -> source(client).read(FILE, 0, 5)).isInstanceOf(FileChangedException.class);
        }
        // What a store says that has it otherwise is not the whole truth where it knows weak ETags.
        assertThat(counter.requests()).containsEntry("source.get", status == 412 ? 2L : 1L);
    }

    @Test
    void readingFromABucketThatIsGoneIsAnInputFailure() throws Exception {
        try (FakeS3 server = new FakeS3((number, request) -> FakeS3.error(404, "NoSuchBucket"));
                S3Client client = client(server)) {
            assertThatThrownBy(() -> source(client).read(FILE, 0, 5))
                    .asInstanceOf(type(LittoralException.class))
                    .satisfies(e -> assertThat(e.type()).isEqualTo(FailureType.INPUT));
        }
    }

    /** Behind its status, and wherever else an error breaks off, nothing tells a missing key from a missing bucket. */
    @ParameterizedTest
    @ValueSource(ints = {404, 403, 400})
    void anErrorThatIsCutOffSaysNothingForCertain(int status) throws Exception {
        byte[] error = FakeS3.error(status, "NoSuchKey");
        int line = "HTTP/1.1 404 Some\r\n".length();
        for (int length = line; length < error.length; length += 20) {
            byte[] cut = Arrays.copyOf(error, length);
            try (FakeS3 server = new FakeS3((number, request) -> cut);
                    S3Client client = client(server)) {
                for (ThrowingCallable call : List.<ThrowingCallable>of(
                        () -> source(client).read(FILE, 0, 5), () -> Listing.of(source(client)))) {
                    assertThatThrownBy(call)
                            .asInstanceOf(type(LittoralException.class))
                            .satisfies(
                                    e -> assertThat(e.type()).as(e.getMessage()).isEqualTo(FailureType.TRANSIENT));
                }
            }
        }
    }

    @Test
    void aPageOfSomethingElseThanAStoreIsAnInputFailure() throws Exception {
        try (FakeS3 server =
                        new FakeS3((number, request) -> FakeS3.reply(404, "Content-Type: text/html\r\n", "<html>no"));
                S3Client client = client(server)) {
            assertThatThrownBy(() -> Listing.of(source(client)))
                    .asInstanceOf(type(LittoralException.class))
                    .satisfies(e -> assertThat(e.type()).isEqualTo(FailureType.INPUT));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anInterruptEndsACallToAStoreThatIsSilent(boolean virtual) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        FakeS3.Script silent = (number, request) -> {
            asked.countDown();
            never.await();
            return FakeS3.cutOff();
        };
        try (FakeS3 server = new FakeS3(silent);
                S3Client client = client(server)) {
            CompletableFuture<Throwable> end = new CompletableFuture<>();
            Runnable listing = () -> end.complete(catchThrowable(() -> Listing.of(source(client))));
            Thread thread = virtual
                    ? Thread.ofVirtual().start(listing)
                    : Thread.ofPlatform().daemon().start(listing);
            asked.await();
            thread.interrupt();

            assertThat(end.get()).isInstanceOf(InterruptedException.class);
        }
    }

    private FileSource source(S3Client client) {
        return S3Stores.source(
                client, "s3://lake/in/", new PathFilter(List.of(), List.of(), OnTable.REFUSE), counter, false);
    }

    private static S3Client client(FakeS3 server) {
        return S3Clients.connect(server.endpoint(), "access-key", "secret-key");
    }

    private static byte[] page(boolean truncated, String... keys) {
        String contents = Stream.of(keys)
                .map(key -> "<Contents><Key>" + key + "</Key><LastModified>2026-11-01T00:00:00.123Z</LastModified>"
                        + "<ETag>\"e\"</ETag><Size>7</Size></Contents>")
                .collect(Collectors.joining());
        return FakeS3.reply(
                200,
                "Content-Type: application/xml\r\n",
                "<ListBucketResult><Name>lake</Name><KeyCount>" + keys.length + "</KeyCount><IsTruncated>" + truncated
                        + "</IsTruncated>" + (truncated ? "<NextContinuationToken>more</NextContinuationToken>" : "")
                        + contents + "</ListBucketResult>");
    }

    /** Alters a body and leaves the length that its head announces. */
    private static byte[] altered(byte[] reply, String old, String replacement) {
        return new String(reply, StandardCharsets.UTF_8)
                .replace(old, replacement)
                .getBytes(StandardCharsets.UTF_8);
    }
}
