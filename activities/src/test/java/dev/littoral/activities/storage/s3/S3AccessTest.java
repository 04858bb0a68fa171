package dev.littoral.activities.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.StorageAccess;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.testing.FakeS3;
import dev.littoral.workflows.model.FailureType;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Buckets that are read in another way than with the worker's credentials and at their owner's cost. */
class S3AccessTest {
    private static final String LISTING = "<ListBucketResult><Name>lake</Name><KeyCount>1</KeyCount>"
            + "<IsTruncated>false</IsTruncated><Contents><Key>a</Key><Size>1</Size><ETag>\"e\"</ETag>"
            + "<LastModified>2026-01-01T00:00:00Z</LastModified></Contents></ListBucketResult>";

    private static final String PAYER = "x-amz-request-payer: requester";

    private final List<String> heads = new CopyOnWriteArrayList<>();

    /** What a bucket takes. */
    private interface Rule {
        boolean takes(String head);
    }

    private FakeS3 bucket(Rule rule) {
        return new FakeS3((number, request) -> {
            String head = request.toLowerCase(Locale.ROOT);
            heads.add(head);
            if (!rule.takes(head)) {
                return FakeS3.error(403, "AccessDenied");
            }
            return request.startsWith("GET /lake/a")
                    ? FakeS3.reply(206, "ETag: \"e\"\r\nContent-Range: bytes 0-0/1\r\n", "x")
                    : FakeS3.reply(200, "Content-Type: application/xml\r\n", LISTING);
        });
    }

    private static boolean hasPayer(String head) {
        return head.contains(PAYER) && head.matches("(?s).*signedheaders=[a-z0-9;-]*x-amz-request-payer[;,].*");
    }

    private static boolean isAnonymous(String head) {
        return !head.contains("authorization:") && !head.contains("x-amz-security-token");
    }

    private static S3Clients clients(FakeS3 server, String keys) {
        return TestProfiles.clients("""
            [profile p]
            endpoint_url = %s
            region = us-east-1
            %s
            """.formatted(server.endpoint(), keys));
    }

    private static final String KEYS = "aws_access_key_id = key\naws_secret_access_key = hush";

    /** Lists and reads twice, as the first requests show others the way. */
    private static void use(S3Clients clients, StorageAccess access) throws InterruptedException {
        S3Bucket bucket = S3Stores.bucket(clients.client(access), "lake", StoreObserver.NONE);
        for (int i = 0; i < 2; i++) {
            assertThat(bucket.page(r -> {}).objects()).hasSize(1);
            assertThat(bucket.get(1, r -> r.key("a").range("bytes=0-0").ifMatch("\"e\""))
                            .asUtf8String())
                    .isEqualTo("x");
        }
    }

    @Test
    void whoPaysSaysSoInEveryRequest() throws Exception {
        try (FakeS3 server = bucket(S3AccessTest::hasPayer);
                S3Clients clients = clients(server, KEYS)) {
            use(clients, new StorageAccess("p", false, true));
        }
        assertThat(heads).hasSize(4).allMatch(S3AccessTest::hasPayer);
        // Those that go around the SDK too.
        assertThat(heads).anyMatch(head -> !head.contains("amz-sdk-invocation-id"));
    }

    @Test
    void nobodyPaysUnasked() throws Exception {
        try (FakeS3 server = bucket(head -> true);
                S3Clients clients = clients(server, KEYS)) {
            use(clients, new StorageAccess("p", false, false));
        }
        assertThat(heads).noneMatch(head -> head.contains("x-amz-request-payer"));
    }

    @Test
    void aBucketWhoseRequesterPaysSaysWhatToSet() {
        try (FakeS3 server = bucket(S3AccessTest::hasPayer);
                S3Clients clients = clients(server, KEYS)) {
            assertThatThrownBy(() -> use(clients, new StorageAccess("p", false, false)))
                    .isInstanceOfSatisfying(
                            LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.ACCESS))
                    .hasMessageContaining("403 AccessDenied")
                    .hasMessageContaining("a bucket whose requester pays needs \"requesterPays\": true");
        }
    }

    @Test
    void anAnonymousRequestBearsNoCredentials() throws Exception {
        try (FakeS3 server = bucket(S3AccessTest::isAnonymous);
                S3Clients clients = clients(server, KEYS)) {
            use(clients, new StorageAccess("p", true, false));
        }
        assertThat(heads).hasSize(4).allMatch(S3AccessTest::isAnonymous);
    }

    @Test
    void aProfileMaySayThatItIsAnonymous() throws Exception {
        try (FakeS3 server = bucket(S3AccessTest::isAnonymous);
                S3Clients clients = clients(server, "littoral_anonymous = true")) {
            use(clients, new StorageAccess("p", false, false));
        }
        assertThat(heads).hasSize(4).allMatch(S3AccessTest::isAnonymous);
        try (FakeS3 server = bucket(S3AccessTest::isAnonymous);
                S3Clients clients = clients(server, "littoral_anonymous = false\n" + KEYS)) {
            assertThatThrownBy(() -> use(clients, new StorageAccess("p", false, false)))
                    .hasMessageContaining("one that is read with \"anonymous\": true has to be public");
        }
    }

    @Test
    void eachAccessHasAClientOfItsOwn() {
        try (S3Clients clients = TestProfiles.clients("[profile p]\nregion = eu-west-1\n")) {
            assertThat(List.of(
                            clients.client(new StorageAccess("p", false, false)),
                            clients.client(new StorageAccess("p", false, true)),
                            clients.client(new StorageAccess("p", true, false))))
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void anArnIsNoBucketAndItsAliasIs() {
        assertThatThrownBy(() -> S3Uri.parse("s3://arn:aws:s3:us-east-1:123456789012:accesspoint/lake/"))
                .isInstanceOf(LittoralException.class)
                .hasMessage("An S3 address names a bucket, not an ARN: expected s3://bucket/prefix/; an access point's"
                        + " alias, which ends in -s3alias, is the name of a bucket");
        assertThat(S3Uri.parse("s3://lake-1a2b3c-s3alias/x/").bucket()).isEqualTo("lake-1a2b3c-s3alias");
    }
}
