package dev.littoral.activities.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.activities.catalog.HeadLog;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.s3.S3Stores;
import dev.littoral.activities.testing.S3Server;
import dev.littoral.activities.testing.S3Servers;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.SegmentProgress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** The least permissions of a consumer, as documented, on real servers: a client that has these and no others. */
class ConsumerPermissionsTest {
    private static final ExternalSource SOURCE = new ExternalSource("s3://lake/orders/", ExternalSpec.parquet());

    @ParameterizedTest
    @EnumSource(
            value = S3Servers.Kind.class,
            names = {"MINIO", "VERSITYGW"})
    void theDocumentedPermissionsAreEnoughAndGiveNothingElse(S3Servers.Kind kind) throws Exception {
        S3Server server = S3Servers.shared(kind);
        String bucket = server.newBucket();
        CatalogStore own = S3Stores.catalog(server.client(), "s3://" + bucket + "/catalog");
        write(own, "orders");
        write(own, "secrets");
        String policy = policy(bucket);
        server.client().putBucketPolicy(r -> r.bucket(bucket).policy(policy));
        try (S3Client client = S3Client.builder()
                .endpointOverride(server.endpoint())
                .forcePathStyle(true)
                .region(Region.US_EAST_1)
                .credentialsProvider(AnonymousCredentialsProvider.create())
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .build()) {
            CatalogStore store = S3Stores.catalog(client, "s3://" + bucket + "/catalog");
            assertThat(new HeadLog(store, "orders").newest().version()).isEqualTo(1);
            ConsumerClient search = new ConsumerClient(store, "orders", "search", Clock.systemUTC());
            assertThat(search.lease(1, Duration.ofMinutes(5)).granted()).isTrue();
            search.serving(1, 0, new SegmentProgress(0, 0, 0));
            KnownConsumer known = new Consumers(own, "orders").known("search", Instant.now());
            assertThat(known.newest().n()).isEqualTo(2);
            assertThat(known.serving().version()).isEqualTo(1);

            ConsumerClient other = new ConsumerClient(store, "orders", "other", Clock.systemUTC());
            refused(() -> other.lease(1, Duration.ofMinutes(5)));
            String head = "orders/head/9999999998.json";
            refused(() -> store.put(head, new byte[] {1}));
            refused(() -> store.put("orders/head/9999999997.json", new byte[] {1}));
            refused(() -> store.put("orders/boundary/9999999998.json", new byte[] {1}));
            refused(() -> store.put("orders/snapshots/x", new byte[] {1}));
            refused(() -> store.put("secrets/consumers/search/9999999998.json", new byte[] {1}));
            refused(() -> store.delete(List.of(head)));
            refused(() -> store.get("secrets/head/9999999998.json"));
            refused(() -> store.list("secrets/head/", null, 10));
            assertThat(new HeadLog(own, "orders").newest().version()).isEqualTo(1);
        }
    }

    /** The policy that the contract documents, as one of a bucket for whoever has no credentials. */
    private static String policy(String bucket) throws Exception {
        String contract = Files.readString(Path.of("..", "docs", "consumer-contract.md"));
        Matcher json = Pattern.compile("```json\n(\\{\n  \"Version\".*?)```", Pattern.DOTALL)
                .matcher(contract);
        assertThat(json.find()).isTrue();
        JsonNode policy = Json.JSON.readTree(json.group(1)
                .replace("BUCKET", bucket)
                .replace("CATALOG", "catalog")
                .replace("COLLECTION", "orders")
                .replace("NAME", "search"));
        for (JsonNode statement : policy.get("Statement")) {
            ((ObjectNode) statement).put("Principal", "*");
        }
        return policy.toString();
    }

    private static void write(CatalogStore store, String collectionId) throws InterruptedException {
        Head first = new Head(1, "c-1", HeadKind.DECLARED, SOURCE, 1, 1, null, 1, Instant.now(), "wanted");
        new HeadLog(store, collectionId).create(Head.NONE, first);
    }

    private static void refused(ThrowingCallable request) {
        assertThatThrownBy(request)
                .isInstanceOfSatisfying(
                        LittoralException.class,
                        failure -> assertThat(failure.type()).isEqualTo(FailureType.ACCESS));
    }
}
