package dev.littoral.activities.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.Listing;
import dev.littoral.activities.source.PathFilter;
import dev.littoral.activities.source.SkipReason;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.RequestCounts;
import dev.littoral.activities.testing.HostileS3;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.OnTable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;

/** Stores that say what no store should: each is found out in bounded memory and time, and named in one sentence. */
@Timeout(600)
class HostileStoreTest {
    /** What a reply may bring, what lies in the buffers of its connection, and that for each of a few tries. */
    private static final long FEW_REPLIES = 160L << 20;

    private static final String XML_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n";
    private static final String ENDLESS = XML_HEAD + "Connection: close\r\n\r\n";
    private static final String BEGIN =
            "<ListBucketResult><Name>lake</Name><KeyCount>1</KeyCount>" + "<IsTruncated>false</IsTruncated>";
    private static final String END = "</ListBucketResult>";

    /** A time that has no number of milliseconds. */
    private static final String FAR = "<LastModified>+999999999-01-01T00:00:00Z</LastModified>";

    private static final SourceFile FILE = new SourceFile("s3://lake/in/a", "etag:e", 10);

    private static final SourceFile LONG = new SourceFile("s3://lake/in/a", "etag:e", 5_000);

    /** Quick enough for a test, slow enough for a busy machine. */
    private static final MinimumRateBody.Pace PACE = new MinimumRateBody.Pace(Duration.ofSeconds(2), 1 << 10);

    private final RequestCounts counter = new RequestCounts();

    private static S3Client client(HostileS3 server) {
        return S3Clients.connect(server.endpoint(), "access-key", "hush-hush", PACE);
    }

    private FileSource source(S3Client client) {
        return S3Stores.source(
                client, "s3://lake/in/", new PathFilter(List.of(), List.of(), OnTable.REFUSE), counter, true);
    }

    /** What is listed, or the failure it ends with. */
    private static List<String> list(FileSource source) throws Exception {
        List<String> paths = new ArrayList<>();
        source.list(PathRange.ALL, new FileSource.Visitor() {
            @Override
            public void file(SourceFile file) {
                paths.add(file.path());
            }

            @Override
            public void skipped(String path, SkipReason reason) {
                paths.add(path);
            }
        });
        return paths;
    }

    private static void reply(HostileS3.Answer out, String body) throws IOException {
        reply(out, body.getBytes(StandardCharsets.UTF_8));
    }

    private static void reply(HostileS3.Answer out, byte[] bytes) throws IOException {
        out.write(XML_HEAD + "Content-Length: " + bytes.length + "\r\nConnection: close\r\n\r\n")
                .write(bytes);
    }

    private static String object(String key) {
        return object(key, "&quot;e&quot;", "7");
    }

    private static String object(String key, String etag, String size) {
        return "<Contents><Key>" + key + "</Key><LastModified>2026-11-01T00:00:00.123Z</LastModified><ETag>" + etag
                + "</ETag><Size>" + size + "</Size></Contents>";
    }

    private static String page(String content) {
        return BEGIN + content + END;
    }

    private static String more(String token, String content) {
        return "<ListBucketResult><Name>lake</Name><IsTruncated>true</IsTruncated><NextContinuationToken>" + token
                + "</NextContinuationToken>" + content + END;
    }

    /** A way to answer a listing, and what the sentence says of it. */
    record Trick(String name, String said, HostileS3.Script script) {
        static Trick page(String name, String said, String body) {
            return new Trick(name, said, (number, request, out) -> reply(out, body));
        }

        static Trick chunked(String name, String said, String body) {
            return new Trick(
                    name,
                    said,
                    (number, request, out) -> out.write(XML_HEAD + "Transfer-Encoding: chunked\r\n\r\n" + body));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static byte[] bomb() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(BEGIN.getBytes(StandardCharsets.UTF_8));
            byte[] much = object("in/a").repeat(1_000).getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 1_000; i++) {
                gzip.write(much);
            }
            gzip.write(END.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    static Stream<Trick> tricks() {
        return Stream.of(
                new Trick(
                        "nested elements",
                        "the store's reply has",
                        (number, request, out) -> out.write(ENDLESS + BEGIN)
                                .times(2_000_000, "<a>")
                                .times(2_000_000, "</a>")
                                .write(END)),
                Trick.page("a little too deep", "deep", page("<a>".repeat(100) + "</a>".repeat(100))),
                new Trick(
                        "a key of 30 MB",
                        "the store's reply has",
                        (number, request, out) -> reply(out, page(object("in/" + "k".repeat(30 << 20))))),
                Trick.page("a key of 20 KB", "KB; expected", page(object("in/" + "k".repeat(20 << 10)))),
                Trick.page("a key of 1,025 characters", "1025 characters", page(object("in/" + "k".repeat(1_022)))),
                Trick.page("an ETag of 20 KB", "KB; expected", page(object("in/a", "e".repeat(20 << 10), "7"))),
                Trick.page("an ETag of 300 characters", "ETag of 300", page(object("in/a", "e".repeat(300), "7"))),
                Trick.page("an ETag with a line end", "ETag of", page(object("in/a", "e&#13;&#10;X-Evil: 1", "7"))),
                new Trick(
                        "a key without an end",
                        "more than 8 MB",
                        (number, request, out) -> out.write(ENDLESS + BEGIN + "<Contents><Key>in/")
                                .forever("k")),
                new Trick(
                        "objects without an end",
                        "more than 8 MB",
                        (number, request, out) -> out.write(ENDLESS + BEGIN).forever(object("in/a"))),
                new Trick(
                        "chunks without an end",
                        "more than 8 MB",
                        (number, request, out) -> out.write(XML_HEAD + "Transfer-Encoding: chunked\r\n\r\n")
                                .forever("1000\r\n" + " ".repeat(0x1000) + "\r\n")),
                new Trick(
                        "elements without content",
                        "elements",
                        (number, request, out) -> reply(out, page("<a/>".repeat(1_500_000)))),
                Trick.page("a comment of 20 KB", "comment", page("<!--" + "c".repeat(20 << 10) + "-->")),
                Trick.page("nesting behind sections", "deep", page("<a><![CDATA[</a>]]>".repeat(50))),
                Trick.page(
                        "a document type",
                        "document type",
                        "<!DOCTYPE a [<!ENTITY b \"" + "c".repeat(100) + "\">]>" + page(object("in/&b;"))),
                Trick.page("another encoding", "encoding", "<?xml version='1.0' encoding='IBM037'?>" + page("")),
                new Trick("a bomb", "compressed", (number, request, out) -> {
                    byte[] bomb = bomb();
                    out.write(XML_HEAD + "Content-Encoding: gzip\r\nContent-Length: " + bomb.length + "\r\n\r\n")
                            .write(bomb);
                }),
                new Trick("200,000 headers", "head", (number, request, out) -> {
                    out.write(XML_HEAD);
                    for (int i = 0; i < 200_000; i++) {
                        out.write("X-H-" + i + ": " + i + "\r\n");
                    }
                    out.write("Content-Length: 0\r\n\r\n");
                }),
                new Trick(
                        "a header without an end",
                        "head",
                        (number, request, out) -> out.write(XML_HEAD + "X-H: ").forever("h")),
                Trick.page("no XML", "no XML", "hello"),
                Trick.page("nothing", "nothing in it", ""),
                Trick.page("a page of a proxy", "document type", "<!DOCTYPE html><html>hello</html>"),
                Trick.page("XML of another kind", "XML of another kind", "<a>hello</b>"),
                Trick.page("a page in XML", "XML of another kind", "<html><body>sign in</body></html>"),
                Trick.page(
                        "a list of buckets",
                        "XML of another kind",
                        "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>"),
                Trick.page("a page that breaks XML", "could not be read", page("<a>hello</b>")),
                new Trick(
                        "no content",
                        "answers 204, without content",
                        (number, request, out) -> out.write("HTTP/1.1 204 No Content\r\n\r\n")),
                Trick.page(
                        "more, as a number",
                        "neither true nor false",
                        more("t", "").replace(">true<", ">1<")),
                Trick.page(
                        "more, with spaces",
                        "neither true nor false",
                        more("t", "").replace(">true<", ">\ttrue <")),
                Trick.page(
                        "more, in other words",
                        "neither true nor false",
                        more("t", "").replace(">true<", ">yes<")),
                Trick.page(
                        "more, in no word",
                        "neither true nor false",
                        more("t", "").replace(">true<", "><")),
                Trick.page(
                        "more, by a token alone",
                        "is the last (IsTruncated), and where the next one begins",
                        more("t", object("in/a")).replace(">true<", ">false<")),
                Trick.page("a size that is none", "could not be read", page(object("in/a", "e", "many"))),
                Trick.page("a size below nothing", "-5 bytes", page(object("in/a", "e", "-5"))),
                Trick.page("a size too large", "could not be read", page(object("in/a", "e", "9".repeat(30)))),
                Trick.page(
                        "a size beyond any store's",
                        Long.MAX_VALUE + " bytes",
                        page(object("in/a", "e", "" + Long.MAX_VALUE))),
                Trick.page(
                        "no version, and a time that is none",
                        "neither an ETag",
                        page("<Contents><Key>in/a</Key>" + FAR + "<Size>1</Size></Contents>")),
                Trick.chunked(
                        "a chunk that is longer than it says",
                        "in chunks that are none",
                        "5\r\nhelloworld\r\n0\r\n\r\n"),
                Trick.chunked("a chunk of less than nothing", "in chunks that are none", "-5\r\nhello\r\n"),
                Trick.chunked(
                        "a chunk's extension of 20 KB",
                        "in chunks with lines of more",
                        "5;" + "x".repeat(20 << 10) + "\r\nhello\r\n0\r\n\r\n"),
                Trick.chunked(
                        "200 lines behind the chunks",
                        "in chunks with lines of more",
                        "0\r\n" + "x: y\r\n".repeat(200) + "\r\n"),
                Trick.page("no size", "without a size", page("<Contents><Key>in/a</Key><ETag>e</ETag></Contents>")),
                Trick.page("no key", "without a key", page("<Contents><ETag>e</ETag><Size>1</Size></Contents>")),
                Trick.page("no version", "neither an ETag", page("<Contents><Key>in/a</Key><Size>1</Size></Contents>")),
                Trick.page(
                        "a key that is encoded wrongly",
                        "in an encoding that cannot be read",
                        page("<EncodingType>url</EncodingType>" + object("in/%zz"))),
                Trick.page("a key of another folder", "'out/a'", page(object("out/a"))),
                Trick.page("a key that is too short", "'i'", page(object("i"))),
                Trick.page("an empty key", "''", page(object(""))),
                Trick.page(
                        "a common prefix",
                        "common prefix 'in/b/'",
                        page("<CommonPrefixes><Prefix>in/b/</Prefix>" + "</CommonPrefixes>")),
                Trick.page("another prefix", "prefix 'out/'", page("<Prefix>out/</Prefix>")),
                Trick.page("no bucket", "names no bucket", page("").replace("<Name>lake</Name>", "")),
                Trick.page("no word on more", "IsTruncated", "<ListBucketResult><Name>lake</Name></ListBucketResult>"),
                Trick.page(
                        "no token",
                        "NextContinuationToken",
                        "<ListBucketResult><Name>lake</Name><IsTruncated>true</IsTruncated></ListBucketResult>"),
                Trick.page("a token of 10,000 characters", "token of 10000", more("t".repeat(10_000), object("in/a"))),
                Trick.page("the same token", "token again", more("same", "")),
                new Trick(
                        "tokens in a ring",
                        "token again",
                        (number, request, out) -> reply(out, more("t" + number % 7, ""))),
                new Trick(
                        "nothing for ever", "100 pages", (number, request, out) -> reply(out, more("t" + number, ""))));
    }

    static Stream<Arguments> tricksWarmAndCold() {
        return tricks().flatMap(trick -> Stream.of(Arguments.of(trick, false), Arguments.of(trick, true)));
    }

    @ParameterizedTest
    @MethodSource("tricksWarmAndCold")
    void aListingIsFoundOut(Trick trick, boolean warm) throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) -> {
                    if (warm && number == 0) {
                        reply(out, page(object("in/a")));
                    } else {
                        trick.script().answer(number, request, out);
                    }
                });
                S3Client client = client(server)) {
            FileSource source = source(client);
            if (warm) {
                assertThat(list(source)).containsExactly("s3://lake/in/a");
            }
            isFoundOut(catchThrowableOfType(LittoralException.class, () -> list(source)), trick);
            assertThat(server.taken()).isLessThan(FEW_REPLIES);
            assertThat(server.requests()).hasSizeLessThan(trick.name().contains("for ever") ? 110 : 16);
        }
    }

    @ParameterizedTest
    @MethodSource("tricks")
    void aCatalogsListingIsFoundOut(Trick trick) throws Exception {
        try (HostileS3 server = new HostileS3(trick.script());
                S3Client client = client(server);
                CatalogStore store = S3Stores.catalog(client, "s3://lake/in", counter)) {
            isFoundOut(catchThrowableOfType(LittoralException.class, () -> store.list("", null, 10)), trick);
            assertThat(server.taken()).isLessThan(FEW_REPLIES);
        }
    }

    private static void isFoundOut(LittoralException failure, Trick trick) {
        assertThat(failure).isNotNull();
        assertThat(failure)
                .hasMessageStartingWith("Cannot list s3://lake/in/: ")
                .hasMessageContaining(trick.said())
                .hasMessageNotContaining("cut off");
        assertThat(failure.getMessage().length()).isLessThan(500);
        assertThat(failure.type()).isEqualTo(FailureType.TRANSIENT);
        assertThat(failure.helpsToTryAgain(1)).isTrue();
        assertThat(failure.helpsToTryAgain(3)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"<KeyCount>1</KeyCount>", ""})
    void aStoreThatSendsNoKeyCountWorks(String count) throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) ->
                        reply(out, page(object("in/a")).replace("<KeyCount>1</KeyCount>", count)));
                S3Client client = client(server)) {
            FileSource source = source(client);
            assertThat(list(source)).containsExactly("s3://lake/in/a");
            assertThat(list(source)).containsExactly("s3://lake/in/a");
            assertThat(server.requests()).hasSize(2);
        }
    }

    /** An access point's alias, a gateway's name for its bucket, a tenant's bucket, a store that knows no capitals. */
    @ParameterizedTest
    @ValueSource(strings = {"my-access-point", "other", "tenant:lake", "LAKE", ""})
    void aStoreMayCallTheBucketByAnotherName(String name) throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) ->
                        reply(out, page(object("in/a")).replace("<Name>lake</Name>", "<Name>" + name + "</Name>")));
                S3Client client = client(server)) {
            FileSource source = source(client);
            for (int i = 0; i < 2; i++) {
                assertThat(list(source)).containsExactly("s3://lake/in/a");
            }
            assertThat(server.requests()).hasSize(2);
        }
    }

    /** Ninety-nine pages of what was deleted, and then a key. */
    @Test
    void emptyPagesOnTheWayAreNoEnd() throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) ->
                        reply(out, number < 99 ? more("t" + number, "") : page(object("in/a"))));
                S3Client client = client(server)) {
            assertThat(list(source(client))).containsExactly("s3://lake/in/a");
        }
    }

    @Test
    void aStoreInNoOrderWhosePagesComeAgainIsFoundOut() throws Exception {
        String[] pages = {
            object("in/c") + object("in/d"), object("in/a") + object("in/b"), object("in/c") + object("in/d")
        };
        try (HostileS3 server =
                        new HostileS3((number, request, out) -> reply(out, more("t" + number, pages[number % 3])));
                S3Client client = client(server)) {
            FileSource source = source(client);
            FileSource.Visitor nobody = new FileSource.Visitor() {
                @Override
                public void file(SourceFile file) {
                    // Only the end of the listing matters.
                }

                @Override
                public void skipped(String path, SkipReason reason) {
                    // Likewise.
                }
            };
            assertThatThrownBy(() -> source.listSorted(nobody)).hasMessageContaining("sends a page again");
            assertThat(server.requests()).hasSize(3);
        }
    }

    @ParameterizedTest
    @CsvSource({"in/c/1, in/c/0", "in/c/2, in/c/2"})
    void aCatalogsKeysComeInOrderAndEachOnce(String first, String second) throws Exception {
        try (HostileS3 server =
                        new HostileS3((number, request, out) -> reply(out, page(object(first) + object(second))));
                S3Client client = client(server);
                CatalogStore store = S3Stores.catalog(client, "s3://lake/in", counter)) {
            assertThatThrownBy(() -> store.list("c/", null, 10))
                    .isInstanceOf(LittoralException.class)
                    .hasMessageContaining("before " + second.substring(3))
                    .hasMessageContaining("ASCII order");
        }
    }

    @Test
    void aCatalogsKeysComeAfterTheOneThatWasAskedFor() throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) -> reply(out, page(object("in/c/1"))));
                S3Client client = client(server);
                CatalogStore store = S3Stores.catalog(client, "s3://lake/in", counter)) {
            for (String after : List.of("c/1", "c/2")) {
                assertThatThrownBy(() -> store.list("c/", after, 10))
                        .isInstanceOf(LittoralException.class)
                        .hasMessageContaining("lists c/1")
                        .hasMessageContaining("after " + after);
            }
            assertThat(store.list("c/", "c/0", 10)).containsExactly("c/1");
        }
    }

    @Test
    void aCatalogGetsNoMoreKeysThanItAskedFor() throws Exception {
        try (HostileS3 server =
                        new HostileS3((number, request, out) -> reply(out, page(object("in/c/1") + object("in/c/2"))));
                S3Client client = client(server);
                CatalogStore store = S3Stores.catalog(client, "s3://lake/in", counter)) {
            assertThatThrownBy(() -> store.list("c/", null, 1)).hasMessageContaining("lists 2 keys");
        }
    }

    /** What cuts a listing is a listing too. */
    @ParameterizedTest
    @ValueSource(strings = {"out/b/", "in/b", "i", ""})
    void commonPrefixesOfSomethingElseAreFoundOut(String prefix) throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) ->
                        reply(out, page("<CommonPrefixes><Prefix>" + prefix + "</Prefix></CommonPrefixes>")));
                S3Client client = client(server)) {
            assertThatThrownBy(() -> source(client).splitPoints("s3://lake/in/a/1", "s3://lake/in/a/2", null, 4))
                    .isInstanceOf(LittoralException.class)
                    .hasMessageContaining("common prefix '" + prefix + "'");
        }
    }

    // ------------------------------------------------------------------ reads

    private static final String GOOD_HEAD = "HTTP/1.1 206 Partial\r\nETag: \"e\"\r\nContent-Range: bytes 0-4/10\r\n";

    private static Trick range(String name, String status, String contentRange) {
        return new Trick(
                name,
                "is not the range that was asked for, bytes 0 to 4, but " + status
                        + (contentRange.isEmpty()
                                ? " without a Content-Range"
                                : " with the Content-Range '" + contentRange + "'"),
                (number, request, out) -> out.write("HTTP/1.1 " + status + " Some\r\nETag: \"e\"\r\n")
                        .write(contentRange.isEmpty() ? "" : "Content-Range: " + contentRange + "\r\n")
                        .write("Content-Length: 5\r\nConnection: close\r\n\r\nhello"));
    }

    static Stream<Trick> reads() {
        return Stream.of(
                new Trick(
                        "longer than asked",
                        "bytes; expected the 5",
                        (number, request, out) -> out.write(GOOD_HEAD + "Content-Length: 5000000000\r\n\r\n")
                                .forever("b")),
                new Trick(
                        "chunks without an end",
                        "how long",
                        (number, request, out) -> out.write(GOOD_HEAD + "Transfer-Encoding: chunked\r\n\r\n")
                                .forever("1000\r\n" + " ".repeat(0x1000) + "\r\n")),
                new Trick(
                        "no length and no end",
                        "how long",
                        (number, request, out) -> out.write(GOOD_HEAD + "\r\n").forever("b")),
                new Trick(
                        "headers without an end",
                        "head",
                        (number, request, out) -> out.write(GOOD_HEAD).forever("X-H: h\r\n")),
                new Trick(
                        "an error without an end",
                        "403",
                        (number, request, out) -> out.write("HTTP/1.1 403 No\r\n")
                                .write("Content-Type: application/xml\r\n\r\n")
                                .write("<Error><Code>AccessDenied</Code><Message>")
                                .forever("m")),
                new Trick(
                        "an error that is deep",
                        "403",
                        (number, request, out) -> out.write(
                                        "HTTP/1.1 403 No\r\nContent-Type: application/xml\r\n\r\n<Error>")
                                .forever("<a>")),
                range("a part without its range", "206", ""),
                range("a part of another place", "206", "bytes 5-9/10"),
                range("a part that begins elsewhere", "206", "bytes 1-4/10"),
                range("a part that ends elsewhere", "206", "bytes 0-5/10"),
                range("a part in another unit", "206", "items 0-4/10"),
                range("a part of a whole that is smaller", "206", "bytes 0-4/4"),
                range("a part of what has no number", "206", "bytes 0-4/ten"),
                range("a whole that says it is another part", "200", "bytes 5-9/10"),
                range("another success", "203", ""),
                new Trick(
                        "no ETag",
                        "names no ETag",
                        (number, request, out) -> out.write("HTTP/1.1 206 Partial\r\n")
                                .write("Content-Range: bytes 0-4/10\r\nContent-Length: 5\r\n")
                                .write("Connection: close\r\n\r\nhello")));
    }

    /** What a page of a proxy says is no finding about what is in a catalog. */
    @ParameterizedTest
    @ValueSource(strings = {"200 OK", "204 No Content"})
    void aPageInPlaceOfACatalogsObjectIsFoundOut(String status) throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) -> out.write("HTTP/1.1 " + status + "\r\n")
                        .write(status.startsWith("200") ? "Content-Length: 5\r\n" : "")
                        .write("Connection: close\r\n\r\n")
                        .write(status.startsWith("200") ? "hello" : ""));
                S3Client client = client(server);
                CatalogStore store = S3Stores.catalog(client, "s3://lake/in", counter)) {
            LittoralException failure = catchThrowableOfType(LittoralException.class, () -> store.get("a", 100));
            assertThat(failure.type()).isEqualTo(FailureType.TRANSIENT);
            assertThat(failure)
                    .hasMessageStartingWith("Cannot read s3://lake/in/a: the store")
                    .hasMessageContaining(status.startsWith("200") ? "neither an ETag nor the time" : "answers 204")
                    .hasMessageNotContaining("cut off");
            assertThat(failure.helpsToTryAgain(3)).isFalse();
        }
    }

    static Stream<Arguments> readsWarmAndCold() {
        return reads().flatMap(trick -> Stream.of(Arguments.of(trick, false), Arguments.of(trick, true)));
    }

    @ParameterizedTest
    @MethodSource("readsWarmAndCold")
    void aReadIsFoundOut(Trick trick, boolean warm) throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) -> {
                    if (warm && number == 0) {
                        out.write(GOOD_HEAD + "Content-Length: 5\r\nConnection: close\r\n\r\nhello");
                    } else {
                        trick.script().answer(number, request, out);
                    }
                });
                S3Client client = client(server)) {
            FileSource source = source(client);
            if (warm) {
                source.read(FILE, 0, 5);
            }
            assertThatThrownBy(() -> source.read(FILE, 0, 5))
                    .isInstanceOf(LittoralException.class)
                    .hasMessageStartingWith("Cannot read s3://lake/in/a: ")
                    .hasMessageContaining(trick.said())
                    .hasMessageNotContaining("cut off");
            assertThat(server.taken()).isLessThan(FEW_REPLIES);
            assertThat(server.requests()).hasSizeLessThan(8);
        }
    }

    /** Files that are read whole are asked for by their range too, and their version is the same as ever. */
    @ParameterizedTest
    @CsvSource({"200, ", "200, bytes 0-9/10", "206, bytes 0-9/10", "206, bytes 0-9/*"})
    void anObjectThatIsAskedForWholeMayBeAnsweredAsAPartOrAsAWhole(String status, String contentRange)
            throws Exception {
        String head = "HTTP/1.1 " + status + " Some\r\nETag: \"e\"\r\n"
                + (contentRange == null ? "" : "Content-Range: " + contentRange + "\r\n");
        try (HostileS3 server = new HostileS3((number, request, out) ->
                        out.write(head + "Content-Length: 10\r\nConnection: close\r\n\r\nhellohello"));
                S3Client client = client(server)) {
            FileSource source = source(client);
            for (int i = 0; i < 3; i++) {
                assertThat(source.read(FILE, 0, 10)).asString().isEqualTo("hellohello");
            }
            assertThat(server.requests()).hasSize(3);
        }
    }

    @Test
    void anAnswerToAWriteThatHasNoEndIsNotReadToIt() throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) ->
                        out.write("HTTP/1.1 200 OK\r\nETag: \"e\"\r\n\r\n").forever("w"));
                S3Client client = client(server);
                CatalogStore store = S3Stores.catalog(client, "s3://lake/in", counter)) {
            store.put("c/1", new byte[] {1});
            assertThat(server.taken()).isLessThan(FEW_REPLIES);
        }
    }

    // ------------------------------------------------------------------ heads

    static Stream<Arguments> heads() {
        return Stream.of(
                        "HTTP/9.9 200 OK\r\n\r\n",
                        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
                        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                        "HTTP/1.1 200 OK\r\n : no name\r\n\r\n",
                        "HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\nhello",
                        "HTTP/1.1 206 Partial\r\nContent-Length: -5\r\n\r\nhello",
                        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: rot13\r\n\r\nhello")
                .flatMap(head -> Stream.of(Arguments.of(head, false), Arguments.of(head, true)));
    }

    @ParameterizedTest
    @MethodSource("heads")
    void aHeadThatIsNoneIsFoundOutInTheSecondTry(String head, boolean warm) throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) -> {
                    if (warm && number == 0) {
                        out.write(GOOD_HEAD + "Content-Length: 5\r\nConnection: close\r\n\r\nhello");
                    } else {
                        out.write(head);
                    }
                });
                S3Client client = client(server)) {
            FileSource source = source(client);
            if (warm) {
                source.read(FILE, 0, 5);
            }
            for (ThrowingCallable call : List.<ThrowingCallable>of(() -> source.read(FILE, 0, 5), () -> list(source))) {
                int before = server.requests().size();
                assertThatThrownBy(call)
                        .asInstanceOf(type(LittoralException.class))
                        .satisfies(e -> assertThat(e).hasMessageContaining("has a head that is none of HTTP/1.1"))
                        .satisfies(e -> assertThat(e.helpsToTryAgain(3)).isFalse());
                // Two tries of the SDK, and those that went around it.
                assertThat(server.requests().size() - before).isLessThanOrEqualTo(4);
            }
        }
    }

    /** To the client below this is a connection that was closed before the reply, as one is when a store restarts. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\r\n\r\n",
                "hello",
                "hello\r\n\r\n",
                "SSH-2.0-x\r\n",
                "HTTP/1.1\r\n\r\n",
                "HTTP/1.1 abc\r\n\r\n"
            })
    void aReplyWithoutAStatusLineIsNoReply(String reply) throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) -> out.write(reply));
                S3Client client = client(server)) {
            FileSource source = source(client);
            for (ThrowingCallable call : List.<ThrowingCallable>of(() -> source.read(FILE, 0, 5), () -> list(source))) {
                int before = server.requests().size();
                assertThatThrownBy(call)
                        .asInstanceOf(type(LittoralException.class))
                        .satisfies(e -> assertThat(e.type()).isEqualTo(FailureType.TRANSIENT))
                        .satisfies(e -> assertThat(e)
                                .hasMessageContaining("the store closed the connection without a reply of HTTP;"));
                assertThat(server.requests().size() - before).isEqualTo(4);
            }
        }
    }

    @Test
    void chunksThatAreNoneAreNotSaidToBeCutOff() throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) ->
                        out.write(XML_HEAD + "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + page("")));
                S3Client client = client(server)) {
            FileSource source = source(client);
            assertThatThrownBy(() -> list(source)).hasMessageContaining("in chunks that are none");
            assertThatThrownBy(() -> source.read(FILE, 0, 5)).hasMessageContaining("how long its reply is");
            assertThat(server.requests()).hasSize(4);
        }
    }

    // ------------------------------------------------------------------ pace

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBodyThatCrawlsIsCutOffAndSaidToCrawl(boolean warm) throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) -> {
                    out.write("HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 5000\r\nConnection: close\r\n\r\n");
                    if (warm && number == 0) {
                        out.times(5_000, "b");
                    } else {
                        crawl(out, 5_000);
                    }
                });
                S3Client client = client(server)) {
            FileSource source = source(client);
            if (warm) {
                assertThat(source.read(LONG, 0, 5_000)).hasSize(5_000);
            }
            assertThatThrownBy(() -> source.read(LONG, 0, 5_000))
                    .isInstanceOf(LittoralException.class)
                    .hasMessageContaining("in 2 seconds; expected 1024 at least");
            assertThat(server.requests()).hasSize(warm ? 3 : 1);
        }
    }

    private static void crawl(HostileS3.Answer out, int bytes) throws IOException, InterruptedException {
        for (int i = 0; i < bytes; i++) {
            out.write("b");
            Thread.sleep(100);
        }
    }

    @Test
    void aListingThatCrawlsIsCutOff() throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) -> {
                    out.write(ENDLESS);
                    crawl(out, 5_000);
                });
                S3Client client = client(server)) {
            assertThatThrownBy(() -> list(source(client)))
                    .isInstanceOf(LittoralException.class)
                    .hasMessageContaining("in 2 seconds; expected 1024 at least");
            assertThat(server.requests()).hasSize(1);
        }
    }

    /** A store may need its time before it has the page, and then it is all there. */
    @Test
    void aShortBodyThatComesLateIsNotCutOff() throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) -> {
                    byte[] page = page(object("in/a")).getBytes(StandardCharsets.UTF_8);
                    out.write(XML_HEAD + "Connection: close\r\nContent-Length: " + page.length + "\r\n\r\n");
                    Thread.sleep(PACE.window().plusMillis(200));
                    out.write(page);
                });
                S3Client client = client(server)) {
            assertThat(list(source(client))).containsExactly("s3://lake/in/a");
            assertThat(server.requests()).hasSize(1);
        }
    }

    /** The neighbour's requests hold all turns that one source may have, and there are turns left. */
    @Test
    void aSourceThatDoesNotAnswerLeavesTurnsToAnother() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        ConcurrentLinkedQueue<String> stuck = new ConcurrentLinkedQueue<>();
        try (HostileS3 server = new HostileS3((number, request, out) -> {
                    if (request.contains("/slow/")) {
                        stuck.add(request);
                        over.await();
                    }
                    out.write(GOOD_HEAD + "Content-Length: 5\r\nConnection: close\r\n\r\nhello");
                });
                S3Client client = client(server);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            FileSource slow = S3Stores.source(
                    client, "s3://lake/slow/", new PathFilter(List.of(), List.of(), OnTable.REFUSE), counter, true);
            List<Future<?>> reads = new ArrayList<>();
            for (int i = 0; i < 36; i++) {
                SourceFile file = new SourceFile("s3://lake/slow/" + i, "etag:e", 10);
                reads.add(threads.submit(() -> slow.read(file, 0, 5)));
            }
            while (stuck.size() < 16) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            FileSource healthy = source(client);
            for (int i = 0; i < 50; i++) {
                assertThat(healthy.read(FILE, 0, 5)).asString().isEqualTo("hello");
            }
            assertThat(over.getCount()).isEqualTo(1);
            over.countDown();
            for (Future<?> read : reads) {
                read.get();
            }
        }
    }

    // ------------------------------------------------------------------ words

    @ParameterizedTest
    @CsvSource({
        "AKIAIOSFODNN7EXAMPLE, an unknown code",
        "wJalrXUtnFEMIK7MDENG1bPxRfiCY2EXAMPLE3KEY, an unknown code",
        "Access-Denied, an unknown code",
        "'\u202Eevil', an unknown code",
        "XAmzContentSHA256Mismatch, XAmzContentSHA256Mismatch",
    })
    void aCodeIsRepeatedOnlyWhereItIsOne(String code, String said) throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) -> error(out, code));
                S3Client client = client(server)) {
            assertThatThrownBy(() -> list(source(client)))
                    .isInstanceOf(LittoralException.class)
                    .hasMessageContaining("the store answers 400")
                    .hasMessageContaining(said)
                    .satisfies(
                            e -> assertThat(said.equals(code) || !e.getMessage().contains(code))
                                    .isTrue());
        }
    }

    static Stream<Arguments> errors() {
        String cut = "<Error><Code>AccessDen";
        return Stream.of(
                Arguments.of("", ";"),
                Arguments.of(
                        "<!DOCTYPE html><html><body>no</body></html>", " with a page of HTML, as a proxy sends it;"),
                Arguments.of(" <HTML>no", " with a page of HTML, as a proxy sends it;"),
                Arguments.of("{\"error\":\"no\"}", " with a body that is no XML;"),
                Arguments.of("no", " with a body that is no XML;"),
                Arguments.of(cut, " with XML that cannot be read;"),
                Arguments.of("<Error><Code>AccessDenied</Error></Code>", " with XML that cannot be read;"),
                Arguments.of("<Error><Code>&what;</Code></Error>", " with XML that cannot be read;"),
                Arguments.of("<Error><Message>no</Message></Error>", " with XML that names no code;"),
                Arguments.of("<Error><Code/></Error>", " with an unknown code;"),
                Arguments.of("<Error><Code>(CUT_OFF)</Code></Error>", " with an unknown code;"),
                Arguments.of("<Error><Code>A</Code><Code>B</Code></Error>", " with several codes;"),
                Arguments.of("<Fault><Code>AccessDenied</Code></Fault>", " AccessDenied;"),
                Arguments.of(
                        "<?xml version='1.0'?>\n<e:Error xmlns:e='e'><e:Code>AccessDenied</e:Code></e:Error>",
                        " AccessDenied;"),
                Arguments.of("m".repeat(70_000), " with a body of more than 64 KB;"));
    }

    static Stream<Arguments> errorsByStatusAndType() {
        return Stream.of("400", "403", "500")
                .flatMap(status -> Stream.of("Content-Type: application/xml\r\n", "Content-Type: text/html\r\n", "")
                        .flatMap(type ->
                                errors().map(error -> Arguments.of(status, type, error.get()[0], error.get()[1]))));
    }

    /** That it was cut off is said where it was. */
    @ParameterizedTest
    @MethodSource("errorsByStatusAndType")
    void anErrorsBodySaysWhatItIs(String status, String type, String body, String said) throws Exception {
        String head = "HTTP/1.1 " + status + " No\r\n" + type + "Connection: close\r\n";
        try (HostileS3 server = new HostileS3((number, request, out) -> {
                    if (request.contains("list-type")) {
                        out.write(head + "Content-Length: " + body.length() + "\r\n\r\n" + body);
                    } else {
                        String chunk =
                                body.isEmpty() ? "" : Integer.toHexString(body.length()) + "\r\n" + body + "\r\n";
                        out.write(head + "Transfer-Encoding: chunked\r\n\r\n" + chunk + "0\r\n\r\n");
                    }
                });
                S3Client client = client(server)) {
            FileSource source = source(client);
            for (ThrowingCallable call : List.<ThrowingCallable>of(() -> list(source), () -> source.read(FILE, 0, 5))) {
                assertThatThrownBy(call)
                        .isInstanceOf(LittoralException.class)
                        .hasMessageContaining(": the store answers " + status + said);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 500",
                "Transfer-Encoding: chunked",
                "Content-Type: text/html\r\nContent-Length: 500"
            })
    void anErrorThatEndsEarlyIsSaidToBeCutOff(String header) throws Exception {
        String body = "<Error><Code>NoSuchKey</Code></Error>";
        String cut = header.endsWith("chunked") ? "100\r\n" + body : body;
        try (HostileS3 server = new HostileS3((number, request, out) ->
                        out.write("HTTP/1.1 404 No\r\n" + header + "\r\nConnection: close\r\n\r\n" + cut));
                S3Client client = client(server)) {
            assertThatThrownBy(() -> source(client).read(FILE, 0, 5))
                    .asInstanceOf(type(LittoralException.class))
                    .satisfies(e -> assertThat(e.type()).isEqualTo(FailureType.TRANSIENT))
                    .satisfies(e -> assertThat(e).hasMessageContaining("404, and the reply was cut off;"));
        }
    }

    @Test
    void anErrorWithoutABodyAndItsLengthMayHaveLostThem() throws Exception {
        try (HostileS3 server = new HostileS3(
                        (number, request, out) -> out.write("HTTP/1.1 404 No\r\nConnection: close\r\n\r\n"));
                S3Client client = client(server)) {
            assertThatThrownBy(() -> source(client).read(FILE, 0, 5))
                    .asInstanceOf(type(LittoralException.class))
                    .satisfies(e -> assertThat(e.type()).isEqualTo(FailureType.TRANSIENT))
                    .satisfies(e -> assertThat(e).hasMessageContaining("404, and neither a body nor its length;"));
        }
    }

    @Test
    void aCodeOf20MegabytesIsNotRead() throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) -> error(out, "C".repeat(20 << 20)));
                S3Client client = client(server)) {
            LittoralException failure = catchThrowableOfType(LittoralException.class, () -> list(source(client)));
            assertThat(failure.getMessage().length()).isLessThan(300);
            assertThat(failure).hasMessageContaining("the store answers 400");
            assertThat(server.taken()).isLessThan(FEW_REPLIES);
        }
    }

    private static void error(HostileS3.Answer out, String code) throws IOException {
        byte[] body = ("<Error><Code>" + code + "</Code></Error>").getBytes(StandardCharsets.UTF_8);
        out.write("HTTP/1.1 400 No\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length: "
                        + body.length + "\r\n\r\n")
                .write(body);
    }

    @Test
    void namesFromTheStoreCannotTurnASentenceRound() throws Exception {
        try (HostileS3 server = new HostileS3(
                        (number, request, out) -> reply(out, page(object("out/\u202Egpj.exe&#10;Line"))));
                S3Client client = client(server)) {
            assertThatThrownBy(() -> list(source(client)))
                    .hasMessageContaining("out/\uFFFDgpj.exe\uFFFDLine")
                    .hasMessageNotContaining("\u202E");
        }
    }

    @Test
    void aRedirectIsRefusedAtOnceWithAdvice() throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) -> out.write("HTTP/1.1 307 Temporary Redirect\r\n")
                        .write("Location: http://elsewhere.invalid/\r\n")
                        .write("Connection: close\r\nContent-Length: 0\r\n\r\n"));
                S3Client client = client(server)) {
            assertThatThrownBy(() -> list(source(client)))
                    .asInstanceOf(type(LittoralException.class))
                    .satisfies(e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                    .satisfies(e -> assertThat(e).hasMessageContaining("307").hasMessageContaining("AWS_REGION"));
            assertThat(server.requests()).hasSize(1);
        }
    }

    // ------------------------------------------------------------------ ETags

    private static void part(HostileS3.Answer out, String etag) throws IOException {
        out.write("HTTP/1.1 206 Partial\r\nETag: " + etag + "\r\nContent-Range: bytes 0-4/10\r\n")
                .write("Content-Length: 5\r\nConnection: close\r\n\r\nhello");
    }

    private static List<SourceFile> files(FileSource source) throws Exception {
        List<SourceFile> files = new ArrayList<>();
        source.list(PathRange.ALL, new FileSource.Visitor() {
            @Override
            public void file(SourceFile file) {
                files.add(file);
            }

            @Override
            public void skipped(String path, SkipReason reason) {
                throw new AssertionError(path);
            }
        });
        return files;
    }

    @ParameterizedTest
    @CsvSource({"W/&quot;e&quot;, \"e\"", "e, W/\"e\"", "&quot;e&quot;, e", "W/&quot;e&quot;, W/\"e\""})
    void aWeakETagAndOneWithoutQuotesNameTheSameVersion(String listed, String read) throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) -> {
                    if (request.contains("list-type")) {
                        reply(out, page(object("in/a", listed, "10")));
                    } else if (number % 2 == 0 && request.contains("If-Match")) {
                        // To this store a weak ETag matches nothing.
                        out.write("HTTP/1.1 412 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
                    } else {
                        part(out, read);
                    }
                });
                S3Client client = client(server)) {
            FileSource source = source(client);
            List<SourceFile> files = files(source);
            assertThat(files.getFirst().version()).isEqualTo("etag:e");
            for (int i = 0; i < 4; i++) {
                assertThat(source.read(files.getFirst(), 0, 5)).asString().isEqualTo("hello");
            }
        }
    }

    /** A file that is overwritten would keep an ETag that is empty. */
    @ParameterizedTest
    @ValueSource(strings = {"", "&quot;&quot;", "W/&quot;&quot;"})
    void anEmptyETagIsNoVersion(String empty) throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) -> {
                    if (request.contains("list-type")) {
                        reply(out, page(object("in/a", empty, "10")));
                    } else {
                        assertThat(request).doesNotContain("If-Match");
                        out.write("HTTP/1.1 206 Partial\r\nETag: \"\"\r\nContent-Range: bytes 0-4/10\r\n")
                                .write("Last-Modified: Sun, 01 Nov 2026 00:00:00 GMT\r\n")
                                .write("Content-Length: 5\r\nConnection: close\r\n\r\nhello");
                    }
                });
                S3Client client = client(server)) {
            FileSource source = source(client);
            for (int i = 0; i < 2; i++) {
                SourceFile file = files(source).getFirst();
                assertThat(file.version()).startsWith("size:10;mtime:");
                assertThat(source.read(file, 0, 5)).asString().isEqualTo("hello");
            }
        }
    }

    @Test
    void aStoreThatListsAndReadsWithDifferentETagsIsSaidToDoSo() throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) -> {
                    if (request.contains("list-type")) {
                        reply(out, page(object("in/a", "listed", "10")));
                    } else {
                        out.write("HTTP/1.1 206 Partial\r\nETag: read\r\nContent-Range: bytes 0-0/10\r\n")
                                .write("Content-Length: 1\r\nConnection: close\r\n\r\nh");
                    }
                });
                S3Client client = client(server)) {
            assertThat(source(client).disagreement("s3://lake/in/a"))
                    .hasValue("the store lists ETag listed for s3://lake/in/a and answers reads of it with ETag read;"
                            + " expected the same, by which a version is known");
        }
    }

    /** By the SDK first, which shows how requests are sent, and then without it. */
    @ParameterizedTest
    @EnumSource
    void keysThatAreNotUtf8AreLeftOutAndOthersServed(Listing.Way way) throws Exception {
        String keys = Stream.of("a", "caf%C3%A9", "d%FE", "d%FF", "e%EF%BF%BD", "f%25%E9%2B")
                .map(name -> object("in/" + name))
                .collect(Collectors.joining());
        try (HostileS3 server = new HostileS3(
                        (number, request, out) -> reply(out, page("<EncodingType>url</EncodingType>" + keys)));
                S3Client client = client(server)) {
            FileSource source = source(client);
            for (int i = 0; i < 3; i++) {
                Listing listing = way.list(source);
                assertThat(listing.paths())
                        .containsExactly("s3://lake/in/a", "s3://lake/in/caf\u00e9", "s3://lake/in/e\uFFFD");
                assertThat(listing.skipped())
                        .containsExactly(
                                "s3://lake/in/d\uFFFD: UNREADABLE_NAME",
                                "s3://lake/in/d\uFFFD: UNREADABLE_NAME",
                                "s3://lake/in/f%\uFFFD+: UNREADABLE_NAME");
            }
        }
    }

    /** As of a store that knows no encoding-type, or says that it does. */
    @ParameterizedTest
    @ValueSource(strings = {"", "<EncodingType>url</EncodingType>"})
    void bytesThatAreNotUtf8DoNotHideAListing(String encoding) throws Exception {
        byte[] page = page(encoding + object("in/a") + object("in/b\u00ff") + object("in/c"))
                .getBytes(StandardCharsets.ISO_8859_1);
        try (HostileS3 server = new HostileS3((number, request, out) -> reply(out, page));
                S3Client client = client(server)) {
            FileSource source = source(client);
            for (int i = 0; i < 3; i++) {
                Listing listing = Listing.of(source);
                assertThat(listing.paths()).containsExactly("s3://lake/in/a", "s3://lake/in/c");
                assertThat(listing.skipped()).containsExactly("s3://lake/in/b\uFFFD: UNREADABLE_NAME");
            }
            assertThat(server.requests()).hasSize(3);
        }
    }

    @Test
    void aPageThatSaysThatItIsNoUtf8IsReadAsItSays() throws Exception {
        byte[] page = ("<?xml version='1.0' encoding='ISO-8859-1'?>" + page(object("in/\u00ff")))
                .getBytes(StandardCharsets.ISO_8859_1);
        try (HostileS3 server = new HostileS3((number, request, out) -> reply(out, page));
                S3Client client = client(server)) {
            assertThat(Listing.of(source(client)).paths()).containsExactly("s3://lake/in/\u00ff");
        }
    }

    @Test
    void bytesThatAreNotOfThePagesEncodingAreFoundOut() throws Exception {
        byte[] page = ("<?xml version='1.0' encoding='US-ASCII'?>" + page(object("in/\u00ff")))
                .getBytes(StandardCharsets.ISO_8859_1);
        try (HostileS3 server = new HostileS3((number, request, out) -> reply(out, page));
                S3Client client = client(server)) {
            isFoundOut(
                    catchThrowableOfType(LittoralException.class, () -> list(source(client))),
                    new Trick("bytes of no encoding", "bytes that are no text in its encoding", null));
        }
    }

    /** Where listings are split a folder is only a place between keys. */
    @Test
    void aFolderThatIsNotUtf8IsAPlaceBetweenKeys() throws Exception {
        String folder = "<EncodingType>url</EncodingType><CommonPrefixes><Prefix>in/%FF/</Prefix></CommonPrefixes>";
        try (HostileS3 server = new HostileS3((number, request, out) -> reply(out, page(folder)));
                S3Client client = client(server);
                BlobStore store = S3Stores.store(client, "s3://lake/in/", counter)) {
            for (int i = 0; i < 2; i++) {
                assertThat(store.folders("in/", null)).containsExactly("in/\uFFFD/");
            }
        }
    }

    /** A reply's ETag is any text that a header holds. */
    @Test
    void aLongETagOfAReplyIsNotRepeated() throws Exception {
        String etag = "x".repeat(100) + "AKIAIOSFODNN7EXAMPLE" + "y".repeat(7_000);
        try (HostileS3 server = new HostileS3((number, request, out) -> {
                    if (request.contains("list-type")) {
                        reply(out, page(object("in/a", "listed", "10")));
                    } else {
                        String range = request.contains("bytes=0-0") ? "0-0" : "0-4";
                        String body = range.equals("0-0") ? "h" : "hello";
                        out.write("HTTP/1.1 206 Partial\r\nETag: " + etag + "\r\nContent-Range: bytes " + range)
                                .write("/10\r\nContent-Length: " + body.length() + "\r\nConnection: close\r\n\r\n")
                                .write(body);
                    }
                });
                S3Client client = client(server)) {
            String shown = "ETag " + "x".repeat(60) + "\u2026";
            assertThatThrownBy(() -> source(client).read(FILE, 0, 5))
                    .isInstanceOf(FileChangedException.class)
                    .hasMessage("File s3://lake/in/a changed while it was read: listed was ETag e, read was " + shown);
            assertThat(source(client).disagreement("s3://lake/in/a"))
                    .hasValue("the store lists ETag listed for s3://lake/in/a and answers reads of it with " + shown
                            + "; expected the same, by which a version is known");
        }
    }

    @Test
    void aStoreThatListsAnotherSizeThanItReadsIsSaidToDoSo() throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) -> {
                    if (request.contains("list-type")) {
                        reply(out, page(object("in/a")));
                    } else {
                        out.write("HTTP/1.1 206 Partial\r\nETag: \"e\"\r\nContent-Range: bytes 0-0/9\r\n")
                                .write("Content-Length: 1\r\nConnection: close\r\n\r\nh");
                    }
                });
                S3Client client = client(server)) {
            assertThat(source(client).disagreement("s3://lake/in/a"))
                    .hasValue("the store lists 7 bytes for s3://lake/in/a and answers reads of it with 9, and neither"
                            + " changes; expected the same of both");
        }
    }

    @ParameterizedTest
    @CsvSource({"404, NoSuchKey", "416, InvalidRange", "412, PreconditionFailed"})
    void aStoreThatListsWhatItNeverReturnsIsSaidToDoSo(int status, String code) throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) -> {
                    if (request.contains("list-type")) {
                        reply(out, page(object("in/a")));
                    } else {
                        refuse(out, status, code);
                    }
                });
                S3Client client = client(server)) {
            assertThat(source(client).disagreement("s3://lake/in/a"))
                    .hasValue("the store lists s3://lake/in/a with 7 bytes and answers reads of it with " + status
                            + ", and neither changes; expected the object");
        }
    }

    /** Overwritten or deleted between, whichever of them shows it first. */
    @ParameterizedTest
    @CsvSource({
        "e, 7, e2, 7, 404, 404",
        "e, 7, e, 8, 404, 404",
        "e, 7, e, 7, 404, 206",
        "e, 7, e, 7, 206, 404",
        "e, 7, e, 7, 404, 416",
        "e, 7, e2, 7, 206, 206",
    })
    void aFileThatChangesBetweenIsNotSaidToBeListedWrongly(
            String etag, String size, String nextEtag, String nextSize, int read, int nextRead) throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) -> {
                    int status = number < 2 ? read : nextRead;
                    if (request.contains("list-type")) {
                        reply(out, page(object("in/a", number < 2 ? etag : nextEtag, number < 2 ? size : nextSize)));
                    } else if (status == 206) {
                        out.write("HTTP/1.1 206 Partial\r\nETag: e\r\nContent-Range: bytes 0-0/9\r\n")
                                .write("Content-Length: 1\r\nConnection: close\r\n\r\nh");
                    } else {
                        refuse(out, status, status == 404 ? "NoSuchKey" : "InvalidRange");
                    }
                });
                S3Client client = client(server)) {
            assertThat(source(client).disagreement("s3://lake/in/a")).isEmpty();
            assertThat(server.requests()).hasSize(4);
        }
    }

    /** What is no answer about the object is a failure, and nothing is said of the listing. */
    @Test
    void aReadThatFailsSaysNothingOfTheListing() throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) -> {
                    if (request.contains("list-type")) {
                        reply(out, page(object("in/a")));
                    } else {
                        refuse(out, 403, "AccessDenied");
                    }
                });
                S3Client client = client(server)) {
            assertThatThrownBy(() -> source(client).disagreement("s3://lake/in/a"))
                    .asInstanceOf(type(LittoralException.class))
                    .satisfies(e -> assertThat(e.type()).isEqualTo(FailureType.ACCESS))
                    .satisfies(e -> assertThat(e).hasMessageContaining("Cannot read s3://lake/in/a: "));
        }
    }

    private static void refuse(HostileS3.Answer out, int status, String code) throws IOException {
        String body = "<Error><Code>" + code + "</Code></Error>";
        out.write("HTTP/1.1 " + status + " No\r\nContent-Type: application/xml\r\nContent-Length: " + body.length()
                + "\r\nConnection: close\r\n\r\n" + body);
    }

    /** Listing and reading agree, or the file changes all the time, or it is gone. */
    @ParameterizedTest
    @CsvSource({"same, same", "changing, same", "same, changing", "gone, same"})
    void aFileThatChangesIsNotSaidToBeListedWrongly(String listed, String read) throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) -> {
                    if (request.contains("list-type")) {
                        String etag = listed.equals("changing") ? "l" + number : "same";
                        reply(out, page(listed.equals("gone") ? "" : object("in/a", etag, "10")));
                    } else {
                        String etag = read.equals("changing") ? "r" + number : "same";
                        out.write("HTTP/1.1 206 Partial\r\nETag: " + etag + "\r\nContent-Range: bytes 0-0/10\r\n")
                                .write("Content-Length: 1\r\nConnection: close\r\n\r\nh");
                    }
                });
                S3Client client = client(server)) {
            assertThat(source(client).disagreement("s3://lake/in/a")).isEmpty();
        }
    }

    /** By size and time, which is how what is listed without ETags is compared when it is read. */
    @Test
    void aFileThatIsListedWithoutAnETagIsNotSaidToBeListedWrongly() throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) -> {
                    if (request.contains("list-type")) {
                        reply(out, page(object("in/a", "", "10")));
                    } else {
                        out.write("HTTP/1.1 206 Partial\r\nETag: e\r\nContent-Range: bytes 0-0/10\r\n")
                                .write("Last-Modified: Sun, 01 Nov 2026 00:00:00 GMT\r\n")
                                .write("Content-Length: 1\r\nConnection: close\r\n\r\nh");
                    }
                });
                S3Client client = client(server)) {
            assertThat(source(client).disagreement("s3://lake/in/a")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTimeBeyondAllNumbersIsUnknown(boolean warm) throws Exception {
        try (HostileS3 server = new HostileS3((number, request, out) -> reply(
                        out, page("<Contents><Key>in/a</Key>" + FAR + "<ETag>e</ETag><Size>1</Size></Contents>")));
                S3Client client = client(server)) {
            FileSource source = source(client);
            if (warm) {
                assertThat(list(source)).containsExactly("s3://lake/in/a");
            }
            assertThat(list(source)).containsExactly("s3://lake/in/a");
        }
    }
}
