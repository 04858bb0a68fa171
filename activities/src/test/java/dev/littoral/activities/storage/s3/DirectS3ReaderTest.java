package dev.littoral.activities.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.storage.RequestCounts;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.testing.FakeS3;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

class DirectS3ReaderTest {
    private static final String GOOD = "ETag: \"e\"\r\nContent-Range: bytes 0-2/9\r\n";

    private static final String PAGE = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult><Name>lake</Name>"
            + "<KeyCount>1</KeyCount><IsTruncated>false</IsTruncated><EncodingType>url</EncodingType>"
            + "<Contents><Key>in/%2B%20a%20b</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
            + "<ETag>&quot;e&quot;</ETag><Size>5</Size></Contents></ListBucketResult>";

    /** The heads of requests, as they came. */
    private final List<String> heads = Collections.synchronizedList(new ArrayList<>());

    private final RequestCounts counter = new RequestCounts();

    private static byte[] good() {
        return FakeS3.reply(206, GOOD, "abc");
    }

    private FakeS3 server(FakeS3.Script script) {
        return new FakeS3((number, request) -> {
            heads.add(request);
            return script.answer(number, request);
        });
    }

    private static S3Client client(FakeS3 server) {
        return S3Clients.connect(server.endpoint(), "key", "hush");
    }

    private S3Bucket bucket(S3Client client) {
        return S3Stores.bucket(client, "lake", counter);
    }

    private static ResponseBytes<GetObjectResponse> read(S3Bucket bucket) throws InterruptedException {
        return bucket.get(3, r -> r.key("in/a b").range("bytes=0-2").ifMatch("\"e\""));
    }

    private boolean isOfSdk(int request) {
        return heads.get(request).toLowerCase(Locale.ROOT).contains("amz-sdk-invocation-id");
    }

    @Test
    void whatTheSdkSentFirstIsSentLikeItFromThenOn() throws Exception {
        try (FakeS3 server = server((number, request) -> good());
                S3Client client = client(server)) {
            S3Bucket bucket = bucket(client);
            for (int i = 0; i < 3; i++) {
                ResponseBytes<GetObjectResponse> reply = read(bucket);
                assertThat(reply.asUtf8String()).isEqualTo("abc");
                assertThat(reply.response().eTag()).isEqualTo("\"e\"");
                assertThat(reply.response().contentRange()).isEqualTo("bytes 0-2/9");
                assertThat(reply.response().contentLength()).isEqualTo(3);
            }
        }
        assertThat(counter.requests()).containsEntry("source.get", 3L);
        assertThat(isOfSdk(0)).isTrue();
        for (String name : List.of("GET ", "Host", "Range", "If-Match", "User-Agent", "x-amz-content-sha256")) {
            assertThat(header(1, name)).as(name).isEqualTo(header(0, name)).isNotEmpty();
        }
        for (int i = 1; i < 3; i++) {
            assertThat(isOfSdk(i)).isFalse();
            assertThat(header(i, "Authorization"))
                    .startsWith("Authorization: AWS4-HMAC-SHA256 Credential=key/")
                    .contains("/us-east-1/s3/aws4_request")
                    .contains("host", "if-match", "range");
        }
    }

    private List<StoreObserver.Route> routesOfThreeReads() throws Exception {
        List<StoreObserver.Route> routes = new ArrayList<>();
        StoreObserver observer = new StoreObserver() {
            @Override
            public void answered(Role role, String kind, String status) {}

            @Override
            public void routed(Role role, Route route) {
                routes.add(route);
            }
        };
        try (FakeS3 server = server((number, request) -> good());
                S3Client client = client(server)) {
            S3Bucket bucket = S3Stores.bucket(client, "lake", observer);
            for (int i = 0; i < 3; i++) {
                assertThat(read(bucket).asUtf8String()).isEqualTo("abc");
            }
        }
        return routes;
    }

    @Test
    void whatIsSentDirectlyIsToldApartFromWhatTheSdkSends() throws Exception {
        assertThat(routesOfThreeReads())
                .containsExactly(StoreObserver.Route.FALLBACK, StoreObserver.Route.DIRECT, StoreObserver.Route.DIRECT);
    }

    @Test
    void aSettingLeavesEverythingToTheSdk() throws Exception {
        System.setProperty("littoral.s3.direct", "false");
        try {
            assertThat(routesOfThreeReads())
                    .containsOnly(StoreObserver.Route.FALLBACK)
                    .hasSize(3);
        } finally {
            System.clearProperty("littoral.s3.direct");
        }
        assertThat(isOfSdk(2)).isTrue();
    }

    private String header(int request, String name) {
        return heads.get(request)
                .lines()
                .filter(line -> line.regionMatches(true, 0, name, 0, name.length()))
                .findFirst()
                .orElse("");
    }

    /**
     * A reply that is not what was asked for, in whatever way, is the SDK's to judge, and the next request is as
     * before.
     */
    @Test
    void afterAnythingButSuccessTheSdkIsAsked() throws Exception {
        byte[] whole = good();
        List<byte[]> bad = new ArrayList<>();
        for (int end = 0; end < whole.length; end++) {
            bad.add(Arrays.copyOf(whole, end));
        }
        bad.add(FakeS3.reply(206, GOOD, "abcd"));
        bad.add(FakeS3.reply(206, GOOD, "ab"));
        bad.add(FakeS3.reply(206, "Content-Range: bytes 0-2/9\r\n", "abc"));
        bad.add("HTTP/1.1 206 Some\r\nETag: \"e\"\r\n\r\nabc".getBytes(StandardCharsets.UTF_8));
        for (int status : new int[] {301, 400, 403, 404, 412, 416, 429, 500, 503}) {
            bad.add(FakeS3.error(status, "Whatever"));
        }
        try (FakeS3 server = server((number, request) -> number % 3 == 1 ? bad.get(number / 3) : good());
                S3Client client = client(server)) {
            S3Bucket bucket = bucket(client);
            assertThat(read(bucket).asUtf8String()).isEqualTo("abc");
            for (int i = 0; i < bad.size(); i++) {
                // One that is direct and bad, and one of the SDK; then one that is direct and good.
                assertThat(read(bucket).asUtf8String()).isEqualTo("abc");
                assertThat(read(bucket).asUtf8String()).isEqualTo("abc");
                assertThat(heads)
                        .as("after %s", new String(bad.get(i), StandardCharsets.UTF_8))
                        .hasSize(3 * i + 4);
                assertThat(isOfSdk(3 * i + 1)).isFalse();
                assertThat(isOfSdk(3 * i + 2)).isTrue();
                assertThat(isOfSdk(3 * i + 3)).isFalse();
            }
        }
        assertThat(counter.requests()).containsEntry("source.get", (long) heads.size());
    }

    @Test
    void errorsAreToldAsTheSdkTellsThem() throws Exception {
        try (FakeS3 server = server((number, request) -> number == 0 ? good() : FakeS3.error(404, "NoSuchKey"));
                S3Client client = client(server)) {
            S3Bucket bucket = bucket(client);
            read(bucket);
            assertThatThrownBy(() -> read(bucket))
                    .isInstanceOfSatisfying(
                            S3Exception.class,
                            e -> assertThat(S3Failures.isMissing(e)).isTrue());
        }
    }

    @Test
    void whereOnlyTheSdkSucceedsItAloneIsAskedInTheEnd() throws Exception {
        try (FakeS3 server = server((number, request) ->
                        request.contains("amz-sdk-invocation-id") ? good() : FakeS3.error(403, "AccessDenied"));
                S3Client client = client(server)) {
            S3Bucket bucket = bucket(client);
            for (int i = 0; i < 30; i++) {
                assertThat(read(bucket).asUtf8String()).isEqualTo("abc");
            }
        }
        assertThat(heads).hasSize(30 + 8);
        assertThat(counter.requests()).containsEntry("source.get", 38L);
    }

    @Test
    void aReplyThatDoesNotComeIsNotWaitedFor() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (FakeS3 server = server((number, request) -> {
                    if (number == 1) {
                        over.await();
                    }
                    return good();
                });
                S3Client client = client(server)) {
            S3Bucket bucket = new S3Bucket(
                    client,
                    new S3Uri("lake", ""),
                    new S3RequestObserver(counter, StoreObserver.Role.SOURCE),
                    Duration.ofSeconds(1));
            read(bucket);
            assertThat(read(bucket).asUtf8String()).isEqualTo("abc");
            over.countDown();
        }
        assertThat(isOfSdk(2)).isTrue();
    }

    @Test
    void anInterruptEndsIt() throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        try (FakeS3 server = server((number, request) -> {
                    if (number == 1) {
                        sent.countDown();
                        over.await();
                    }
                    return good();
                });
                S3Client client = client(server)) {
            S3Bucket bucket = S3Stores.bucket(client, "lake", counter);
            read(bucket);
            FutureTask<Object> task = new FutureTask<>(() -> {
                try {
                    return read(bucket);
                } catch (SdkException e) {
                    return S3Failures.of("read", e);
                }
            });
            Thread thread = Thread.ofPlatform().start(task);
            sent.await();
            thread.interrupt();
            assertThatThrownBy(task::get).hasCauseInstanceOf(InterruptedException.class);
            over.countDown();
        }
        assertThat(heads).hasSize(2);
    }

    @Test
    void pagesAreReadLikeTheSdkReadsThem() throws Exception {
        try (FakeS3 server = server((number, request) -> FakeS3.reply(200, "Content-Type: application/xml\r\n", PAGE));
                S3Client client = client(server)) {
            S3Bucket bucket = bucket(client);
            ListPage first = list(bucket);
            ListPage second = list(bucket);
            assertThat(second)
                    .usingRecursiveComparison()
                    .ignoringFields("objects.modified")
                    .isEqualTo(first);
            assertThat(second.objects()).extracting(ListPage.Listed::key).containsExactly("in/+ a b");
        }
        assertThat(isOfSdk(0)).isTrue();
        assertThat(isOfSdk(1)).isFalse();
        String[] parameters = heads.get(1).split("[? ]", 4)[2].split("&", -1);
        assertThat(parameters)
                .containsExactlyInAnyOrder(heads.get(0).split("[? ]", 4)[2].split("&", -1))
                .contains("prefix=in%2F%2B%20", "max-keys=7", "list-type=2", "encoding-type=url");
        assertThat(counter.requests()).containsEntry("source.list", 2L);
    }

    private static ListPage list(S3Bucket bucket) throws InterruptedException {
        return bucket.page(
                r -> r.prefix("in/+ ").startAfter("in/+ /x").delimiter("/").maxKeys(7));
    }

    /** It costs one request to find out that a store writes XML in its own way. */
    @Test
    void aPageOfAnotherKindIsTheSdksAndSoAreAllFromThenOn() throws Exception {
        String other = PAGE.replace("<Name>", "<!-- here --><Name>");
        try (FakeS3 server =
                        server((number, request) -> FakeS3.reply(200, "Content-Type: application/xml\r\n", other));
                S3Client client = client(server)) {
            S3Bucket bucket = bucket(client);
            for (int i = 0; i < 4; i++) {
                assertThat(list(bucket).objects()).hasSize(1);
            }
        }
        assertThat(heads).hasSize(5);
    }

    @Test
    void aSessionTokenIsSentAndSigned(@TempDir Path folder) throws Exception {
        Path config = Files.writeString(folder.resolve("config"), """
            [profile session]
            aws_access_key_id = key
            aws_secret_access_key = hush
            aws_session_token = token
            region = eu-west-3
            """);
        try (FakeS3 server = server((number, request) -> good())) {
            Files.writeString(config, "endpoint_url = " + server.endpoint() + "\n", StandardOpenOption.APPEND);
            ProfileFile file = ProfileFile.builder()
                    .content(config)
                    .type(ProfileFile.Type.CONFIGURATION)
                    .build();
            try (S3Clients clients = new S3Clients(() -> file)) {
                S3Bucket bucket = bucket(clients.client(TestProfiles.access("session")));
                read(bucket);
                read(bucket);
            }
        }
        assertThat(isOfSdk(1)).isFalse();
        assertThat(header(1, "X-Amz-Security-Token")).endsWith(": token");
        assertThat(header(1, "Authorization")).contains("/eu-west-3/s3/", "x-amz-security-token");
    }

    @Test
    void requestsOfAClientThatWasSetUpElsewhereAreTheSdks() throws Exception {
        try (FakeS3 server = server((number, request) -> good());
                S3Client client = S3Client.builder()
                        .endpointOverride(server.endpoint())
                        .forcePathStyle(true)
                        .region(Region.US_EAST_1)
                        .credentialsProvider(
                                StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "hush")))
                        .build()) {
            S3Bucket bucket = bucket(client);
            read(bucket);
            read(bucket);
        }
        assertThat(isOfSdk(1)).isTrue();
    }
}
