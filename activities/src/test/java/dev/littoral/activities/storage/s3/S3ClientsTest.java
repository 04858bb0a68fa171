package dev.littoral.activities.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.StorageAccess;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.testing.FakeS3;
import dev.littoral.workflows.model.FailureType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

class S3ClientsTest {
    private static final String LISTING = "<ListBucketResult><Name>lake</Name>"
            + "<KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>";

    private final List<String> heads = new CopyOnWriteArrayList<>();

    @Test
    void aProfileGivesCredentialsRegionAndEndpoint() {
        try (FakeS3 server = server();
                S3Clients clients = clients("""
                    [profile other]
                    aws_access_key_id = keyofother
                    aws_secret_access_key = hush
                    region = eu-west-1
                    services = stores
                    [profile plain]
                    aws_access_key_id = keyofplain
                    aws_secret_access_key = hush
                    endpoint_url = %1$s
                    [services stores]
                    s3 =
                      endpoint_url = %1$s
                    """.formatted(server.endpoint()))) {
            clients.client(TestProfiles.access("other")).listObjectsV2(r -> r.bucket("lake"));
            clients.client(TestProfiles.access("plain")).listObjectsV2(r -> r.bucket("lake"));

            assertThat(server.requests()).allMatch(line -> line.startsWith("GET /lake?"));
            assertThat(heads.get(0)).contains("Credential=keyofother/").contains("/eu-west-1/s3/");
            assertThat(heads.get(1)).contains("Credential=keyofplain/").contains("/us-east-1/s3/");
        }
    }

    @Test
    void aProfileWithoutAnEndpointMeansAws() {
        try (S3Clients clients = clients("""
            [profile aws]
            aws_access_key_id = key
            aws_secret_access_key = hush
            region = eu-west-1
            """)) {
            S3Client client = clients.client(TestProfiles.access("aws"));
            assertThat(client.serviceClientConfiguration().endpointOverride()).isEmpty();
            assertThat(client.serviceClientConfiguration().region()).isEqualTo(Region.EU_WEST_1);
            assertThat(client.utilities().getUrl(r -> r.bucket("lake").key("a")))
                    .hasToString("https://lake.s3.eu-west-1.amazonaws.com/a");
        }
    }

    @Test
    void oneClientServesAProfileUntilAllAreClosed() {
        S3Clients clients = clients("[profile a]\nregion = eu-west-1\n[profile b]\nregion = eu-west-1\n");
        assertThat(clients.client(TestProfiles.access("a")))
                .isSameAs(clients.client(TestProfiles.access("a")))
                .isNotSameAs(clients.client(TestProfiles.access("b")));
        clients.close();
        assertThatThrownBy(() -> clients.client(TestProfiles.access("a"))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aRequestIsGivenUpAfterAWhileAndEachOfItsTriesBefore() {
        try (S3Clients clients = clients("[profile a]\nregion = eu-west-1\n")) {
            ClientOverrideConfiguration limits = clients.client(TestProfiles.access("a"))
                    .serviceClientConfiguration()
                    .overrideConfiguration();
            assertThat(limits.apiCallAttemptTimeout()).contains(Duration.ofSeconds(30));
            assertThat(limits.apiCallTimeout()).contains(Duration.ofSeconds(100));
        }
    }

    @Test
    void aClientIsClosedWithAllOthers() {
        try (FakeS3 server = server()) {
            S3Clients clients =
                    clients("[profile a]\naws_access_key_id = key\naws_secret_access_key = hush\nendpoint_url = "
                            + server.endpoint() + "\n");
            S3Client client = clients.client(TestProfiles.access("a"));
            client.listObjectsV2(r -> r.bucket("lake"));
            clients.close();
            assertThatThrownBy(() -> client.listObjectsV2(r -> r.bucket("lake")))
                    .isInstanceOf(RuntimeException.class);
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void anUnknownProfileIsAnInputFailureThatNamesItAndItsFiles() {
        try (S3Clients clients = clients("[profile a]\nregion = eu-west-1\n")) {
            assertThatThrownBy(() -> clients.client(TestProfiles.access("nobody")))
                    .asInstanceOf(type(LittoralException.class))
                    .satisfies(e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                    .satisfies(
                            e -> assertThat(e).hasMessageContaining("'nobody'").hasMessageContaining(".aws/config"));
        }
    }

    @Test
    void aProfileWithoutCredentialsIsAnAccessFailure() {
        try (FakeS3 server = server();
                S3Clients clients = clients("[profile a]\nendpoint_url = " + server.endpoint() + "\n")) {
            S3Bucket bucket = S3Stores.bucket(clients.client(TestProfiles.access("a")), "lake", StoreObserver.NONE);
            assertThatThrownBy(() -> bucket.page(r -> {}))
                    .asInstanceOf(type(LittoralException.class))
                    .satisfies(e -> assertThat(e.type()).isEqualTo(FailureType.ACCESS))
                    .satisfies(e -> assertThat(e).hasMessageContaining("Profile 'a'"));
            assertThat(server.requests()).isEmpty();
        }
    }

    /** Whether it is the SDK that hears of it, or a read that goes around it. */
    @ParameterizedTest
    @CsvSource({"503, 0", "429, 0", "503, 1", "429, 1"})
    void aStoreThatAsksForFewerRequestsGetsFewer(int status, int number) throws Exception {
        byte[] good = FakeS3.reply(206, "ETag: \"e\"\r\nContent-Range: bytes 0-2/9\r\n", "abc");
        try (FakeS3 server = new FakeS3((n, request) -> n == number ? FakeS3.error(status, "SlowDown") : good);
                S3Clients clients =
                        clients("[profile a]\naws_access_key_id = key\naws_secret_access_key = hush\nendpoint_url = "
                                + server.endpoint() + "\n")) {
            S3Bucket bucket = S3Stores.bucket(clients.client(TestProfiles.access("a")), "lake", StoreObserver.NONE);
            int before = clients.requestsAtOnce();
            for (int i = 0; i < 2; i++) {
                bucket.get(3, r -> r.key("a").range("bytes=0-2").ifMatch("\"e\""));
            }
            assertThat(clients.requestsAtOnce()).isLessThan(before);
        }
    }

    @Test
    void theEnvironmentGivesCredentialsRegionAndEndpoint(@TempDir Path home) throws Exception {
        Path config = Files.writeString(home.resolve("config"), "[default]\nregion = eu-north-1\n");
        assertThat(requestOf(home, "AWS_ENDPOINT_URL_S3", Map.of())).contains("/us-east-1/s3/");
        assertThat(requestOf(home, "AWS_ENDPOINT_URL", Map.of("AWS_CONFIG_FILE", config.toString())))
                .contains("/eu-north-1/s3/");
        assertThat(requestOf(
                        home,
                        "AWS_ENDPOINT_URL",
                        Map.of("AWS_CONFIG_FILE", config.toString(), "AWS_REGION", "eu-central-1")))
                .contains("/eu-central-1/s3/");
    }

    /** The head of the one request that a JVM in another environment sends. */
    private String requestOf(Path home, String endpointVariable, Map<String, String> environment) throws Exception {
        heads.clear();
        try (FakeS3 server = server()) {
            ProcessBuilder java = new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    ListsFromTheEnvironment.class.getName());
            java.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
            java.environment()
                    .putAll(Map.of(
                            endpointVariable,
                            server.endpoint().toString(),
                            "HOME",
                            home.toString(),
                            "AWS_ACCESS_KEY_ID",
                            "keyofenvironment",
                            "AWS_SECRET_ACCESS_KEY",
                            "hush"));
            java.environment().putAll(environment);
            Path log = home.resolve("log");
            Process process =
                    java.redirectErrorStream(true).redirectOutput(log.toFile()).start();
            assertThat(process.waitFor()).as(() -> read(log)).isZero();

            assertThat(server.requests()).singleElement().asString().startsWith("GET /lake?");
            assertThat(heads.getFirst()).contains("Credential=keyofenvironment/");
            return heads.getFirst();
        }
    }

    /** Runs in a JVM of its own, as a JVM cannot change its environment. */
    static final class ListsFromTheEnvironment {
        private ListsFromTheEnvironment() {}

        public static void main(String[] args) {
            try (S3Clients clients = new S3Clients()) {
                clients.client(StorageAccess.OWN).listObjectsV2(r -> r.bucket("lake"));
            }
        }
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private FakeS3 server() {
        return new FakeS3((number, request) -> {
            heads.add(request);
            return FakeS3.reply(200, "Content-Type: application/xml\r\n", LISTING);
        });
    }

    private static S3Clients clients(String config) {
        return TestProfiles.clients(config);
    }
}
